"""When the next request to an archive may leave, for all processes of this user together.

For every request, sent or not:

    for seconds in pace.waits("cdx"):       # or "replay"; ends when the request may leave
        await sleep(seconds)                # real seconds, at most 10 at a time
    ... send it ...
    pace.observe("cdx", Outcome.OK)         # always, else probing after a pause waits in vain for its answer

`observe` takes what the archive itself did, not what it replays: an archived 429 or 503 (with Memento-Datetime) is
`OK`, and so is any other sign that the archive is well (404, 403). `LIMITED` is its own 429 (give the Retry-After
header as it came), `REFUSED` a refused connection. `RESET` is one that was cut off, `UNAVAILABLE` its own 502, 503, 504
or silence: a single one is the request's own matter; two resets close together, or a wave of the others, stop all work.
`UNSENT` is a request that never left, or failed in a way that says nothing of the archive.

`pace.pause()` tells whether all work stands still now, why and until when; `pace.stats()` what happened so far in this
process. How many requests are in flight (1 CDX, 4 replays) is for the caller to bound.
"""

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from crawler.politeness import circuit_breaker as breaking
from crawler.politeness import rates as pacing
from crawler.politeness.limits import KINDS, checked_rate, checked_scale
from crawler.politeness.shared_file import SharedFile
from crawler.politeness.shared_state import State, advance, decoded, encoded, health

log = logging.getLogger(__name__)

PIECE: Final = 10.0
"""Seconds slept at a time, so that a changed clock or a machine that slept is noticed."""


class Outcome(StrEnum):
    """What the archive itself did with a request."""

    OK = "ok"
    LIMITED = "limited"
    REFUSED = "refused"
    RESET = "reset"
    UNAVAILABLE = "unavailable"
    UNSENT = "unsent"


REASONS: Mapping[Outcome, str] = {
    Outcome.LIMITED: "the archive answered a {kind} request with 429 Too Many Requests",
    Outcome.REFUSED: "the archive refused the connection of a {kind} request",
    Outcome.RESET: "the archive reset one connection after the other, last that of a {kind} request",
    Outcome.UNAVAILABLE: "the archive is not available: {kind} requests failed in a row",
}


@dataclass(frozen=True, slots=True)
class Pause:
    """All work stands still. `seconds` are left, `until` is ISO 8601 UTC."""

    cause: str
    reason: str
    seconds: float
    until: str


class Pace:
    """The pace for one archive host. `rates` are requests a minute by kind, 0 for no limit.

    `time_scale` makes the archive's seconds shorter than real ones, for tests against a loopback archive. Raises
    WrongUse for rates or scales that cannot be, or are not allowed for this host, and where `state` cannot be written;
    RecordingFailed where the disk is full.
    """

    def __init__(
        self,
        host: str,
        rates: Mapping[str, float],
        state: Path,
        *,
        clock: Callable[[], float] = time.time,
        time_scale: float = 1.0,
    ) -> None:
        self._rates = {kind: checked_rate(host, kind, rates[kind]) for kind in KINDS}
        self._is_limited = any(self._rates.values())
        self._scale = checked_scale(host, time_scale)
        self._clock = clock
        self._file = SharedFile(state)
        self._text = b""  # as we wrote it last, and what it says: most often nobody wrote since
        self._kept: State | None = None
        self._counts = {kind: dict.fromkeys(("requests", *(each.value for each in Outcome)), 0) for kind in KINDS}
        self._waited = dict.fromkeys(KINDS, 0.0)
        self._openings: dict[str, int] = {}

    def waits(self, kind: str) -> Iterator[float]:
        """Real seconds to sleep, one after the other; the request may leave when there are no more."""
        ticket = _Ticket(kind)
        while (seconds := self._left(ticket)) > 0:
            seconds = min(seconds / self._scale, PIECE)
            self._waited[kind] += seconds
            yield seconds
        self._counts[kind]["requests"] += 1

    def _left(self, ticket: "_Ticket") -> float:
        with self._shared() as state:
            seconds = breaking.hold(state.breaker, state.seen, ticket.probe)
            if seconds > 0:
                return seconds
            ticket.probe = state.breaker.probe_until
            if ticket.opening != state.breaker.openings or pacing.is_stale(ticket.kind, ticket.due, state.seen):
                ticket.opening = state.breaker.openings
                rate = state.rates[ticket.kind]
                ticket.due = pacing.grant(rate, ticket.kind, state.seen, self._rates[ticket.kind])
            return ticket.due - state.seen

    def observe(self, kind: str, outcome: Outcome, retry_after: str = "") -> None:
        """Tell how the archive took a request. `retry_after` is the header as it came."""
        self._counts[kind][outcome.value] += 1
        with self._shared() as state:
            now, wave = state.seen, state.waves[kind]
            if outcome is Outcome.OK:
                if breaking.good_answer(state.breaker, wave, now):
                    for rate in state.rates.values():
                        pacing.restart(rate, now)
            elif outcome is Outcome.UNSENT:
                breaking.no_answer(state.breaker)
            elif _stops(outcome, state.breaker, wave, now):
                self._stop(state, kind, outcome, retry_after)

    def _stop(self, state: State, kind: str, outcome: Outcome, retry_after: str) -> None:
        now, probing = state.seen, state.breaker.probing
        asked = breaking.asked_pause(retry_after, self._clock())
        reason = REASONS[outcome].format(kind=kind)
        if not breaking.open_for(state.breaker, outcome.value, reason, now, asked):
            return
        cause = f"{kind} {outcome}"
        self._openings[cause] = self._openings.get(cause, 0) + 1
        if not probing:  # a probe says nothing about the rate
            for each, rate in state.rates.items():
                if each == kind:
                    pacing.halve(rate, kind, now, self._rates[kind])
                else:
                    pacing.keep(rate, now, self._rates[each])
        log.warning("%s: all work stops for %.0f s", reason, state.breaker.until - now)

    def pause(self) -> Pause | None:
        """The pause that holds all work now, or None."""
        with self._shared() as state:
            left = (state.breaker.until - state.seen) / self._scale
            if left <= 0:
                return None
            until = datetime.fromtimestamp(self._clock() + left, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
            return Pause(state.breaker.cause, state.breaker.reason, left, until)

    def stats(self) -> dict[str, Any]:
        """This process so far: by kind the requests, their outcomes and `waited` real seconds; `openings` by cause."""
        kinds = {kind: {**self._counts[kind], "waited": round(self._waited[kind], 3)} for kind in KINDS}
        return {**kinds, "openings": dict(self._openings)}

    def close(self) -> None:
        self._file.close()

    @contextmanager
    def _shared(self) -> Iterator[State]:
        with self._file.held():
            text = self._file.read()
            state = self._kept if self._kept and text == self._text else self._loaded(text)
            advance(state, self._clock() * self._scale)
            before, self._kept = state.breaker.openings, None
            well = health(state)
            yield state
            if text and not self._is_limited and well == health(state):
                self._text = text  # of no rate only pauses are to be remembered: with one the slots given away are news
            else:
                self._text = self._file.write(encoded(state), durable=state.breaker.openings != before)
            self._kept = state

    def _loaded(self, text: bytes) -> State:
        if not text.strip():
            return State()
        try:
            return decoded(text)
        except ValueError:
            return self._anew()

    def _anew(self) -> State:
        """A pause may have been lost: begin as after one."""
        state = State(seen=self._clock() * self._scale)
        reason = f"the archive's state in {self._file.path} could not be read and is made anew"
        log.warning("%s", reason)
        breaking.open_for(state.breaker, "state lost", reason, state.seen, None)
        return state


def _stops(outcome: Outcome, breaker: breaking.Breaker, wave: breaking.Wave, now: float) -> bool:
    """Whether trouble is more than its request's own matter."""
    if outcome is Outcome.RESET:
        return breaking.reset(breaker, now)
    return outcome is not Outcome.UNAVAILABLE or breaking.unavailable(breaker, wave, now)


@dataclass(slots=True)
class _Ticket:
    """One request on its way out. `opening` is the breaker's count when its slot was given."""

    kind: str
    due: float = 0.0
    opening: int = -1
    probe: float = 0.0
