"""When the next request to an archive may leave, for all processes of this user together.

For every request, sent or not:

    for seconds in pace.waits("cdx"):       # or "replay"; ends when the request may leave
        await sleep(seconds)                # real seconds, at most 10 at a time
    ... send it ...
    pace.observe("cdx", Outcome.OK)         # always, else probing after a pause waits in vain for its answer

`observe` takes what the archive itself did, not what it replays: an archived 429 or 503 (with Memento-Datetime) is
`OK`, and so is any other sign that the archive is well (404, 403). `LIMITED` is its own 429 (give the Retry-After
header as it came), `REFUSED` a refused or reset connection, `UNAVAILABLE` its own 502, 503, 504 or silence: a single
one is the request's own matter, a wave of them stops all work.

`pace.pause()` tells whether all work stands still now, why and until when; `pace.stats()` what happened so far in this
process. How many requests are in flight (1 CDX, 4 replays) is for the caller to bound.
"""

import ipaddress
import json
import logging
import math
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from crawler.exceptions import WrongUse
from crawler.wayback import breaker as breaking
from crawler.wayback import rates as pacing
from crawler.wayback.breaker import Breaker
from crawler.wayback.rates import HARD, KINDS, Rate
from crawler.wayback.shared_file import SharedFile

log = logging.getLogger(__name__)

PIECE = 10.0
"""Seconds slept at a time, so that a changed clock or a machine that slept is noticed."""

FARTHEST = 600.0  # seconds ahead that a slot can lie


class Outcome(StrEnum):
    """What the archive itself did with a request."""

    OK = "ok"
    LIMITED = "limited"
    REFUSED = "refused"
    UNAVAILABLE = "unavailable"


REASONS: Mapping[Outcome, str] = {
    Outcome.LIMITED: "the archive answered a {kind} request with 429 Too Many Requests",
    Outcome.REFUSED: "the archive refused or reset the connection of a {kind} request",
    Outcome.UNAVAILABLE: "the archive is not available: {kind} requests failed in a row",
}


@dataclass(frozen=True, slots=True)
class Pause:
    """All work stands still. `seconds` are left, `until` is ISO 8601 UTC."""

    cause: str
    reason: str
    seconds: float
    until: str


@dataclass(slots=True)
class _State:
    """What all processes share. `seen` is the shared clock when it was last read: the clock never goes back."""

    seen: float = 0.0
    offset: float = 0.0  # shared clock less time of day
    rates: dict[str, Rate] = field(default_factory=lambda: {kind: Rate() for kind in KINDS})
    breaker: Breaker = field(default_factory=Breaker)


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
        self._scale = checked_scale(host, time_scale)
        self._clock = clock
        self._file = SharedFile(state)
        self._counts = {kind: dict.fromkeys(("requests", *Outcome), 0) for kind in KINDS}
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
            if ticket.opening != state.breaker.openings:
                ticket.opening = state.breaker.openings
                rate = state.rates[ticket.kind]
                ticket.due = pacing.grant(rate, ticket.kind, state.seen, self._rates[ticket.kind])
            return ticket.due - state.seen

    def observe(self, kind: str, outcome: Outcome, retry_after: str = "") -> None:
        """Tell how the archive took a request. `retry_after` is the header as it came."""
        self._counts[kind][outcome] += 1
        with self._shared() as state:
            if outcome is Outcome.OK:
                if breaking.good_answer(state.breaker, kind, state.seen):
                    for rate in state.rates.values():
                        pacing.restart(rate, state.seen)
            elif outcome is not Outcome.UNAVAILABLE or breaking.unavailable(state.breaker, kind, state.seen):
                self._stop(state, kind, outcome, retry_after)

    def _stop(self, state: _State, kind: str, outcome: Outcome, retry_after: str) -> None:
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
    def _shared(self) -> Iterator[_State]:
        with self._file.held():
            text = self._file.read()
            state = self._loaded(text)
            before = state.breaker.openings
            yield state
            self._file.write(json.dumps(asdict(state)), durable=state.breaker.openings != before)

    def _loaded(self, text: bytes) -> _State:
        now = self._clock() * self._scale
        state = _State(seen=now)
        if text.strip():
            try:
                state = _decoded(text)
            except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
                reason = f"the archive's state in {self._file.path} could not be read and is made anew"
                log.warning("%s", reason)
                breaking.open_for(state.breaker, "state lost", reason, now, None)
        _advance(state, now)
        return state


@dataclass(slots=True)
class _Ticket:
    """One request on its way out. `opening` is the breaker's count when its slot was given."""

    kind: str
    due: float = 0.0
    opening: int = -1
    probe: float = 0.0


def _advance(state: _State, now: float) -> None:
    """Read the clock. Where the time of day went back, the shared clock stands and goes on from there."""
    state.offset = max(state.offset, state.seen - now)
    state.seen = now + state.offset
    state.breaker.until = min(state.breaker.until, state.seen + breaking.LONGEST)
    for rate in state.rates.values():
        rate.last = min(rate.last, state.seen + FARTHEST)


def _decoded(text: bytes) -> _State:
    """Raises ValueError, TypeError, KeyError, AttributeError or RecursionError for anything that we did not write."""
    raw = json.loads(text, parse_constant=_no_constant)
    rates = {kind: Rate(**{name: float(value) for name, value in raw["rates"][kind].items()}) for kind in KINDS}
    breaker = Breaker(**raw["breaker"])
    for number in (breaker.until, breaker.probe_until, breaker.troubled_at, breaker.level, breaker.openings):
        float(number)
    return _State(float(raw["seen"]), float(raw["offset"]), rates, breaker)


def _no_constant(name: str) -> float:
    raise ValueError(name)


def bare_host(host: str) -> str:
    """A host without its port, brackets and final dot, in lower case."""
    name = host.strip().lower()
    if name.startswith("["):
        return name[1:].partition("]")[0]
    return name.partition(":")[0].rstrip(".") if name.count(":") == 1 else name.rstrip(".")


def is_archive_org(host: str) -> bool:
    """Whether the Internet Archive's own limits hold for this host."""
    name = bare_host(host)
    return name == "archive.org" or name.endswith(".archive.org")


def is_loopback(host: str) -> bool:
    """Whether this host is this machine."""
    name = bare_host(host)
    try:
        return name == "localhost" or ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def checked_rate(host: str, kind: str, rate: float) -> float:
    """The rate to keep to, a minute. For archive.org never above the hard limit less a margin."""
    if not math.isfinite(rate) or rate < 0:
        raise WrongUse(f"the {kind} rate is {rate}: give requests a minute, above 0")
    if not is_archive_org(host):
        return rate
    if not rate:
        raise WrongUse(f"the {kind} rate is 0, no limit: {host} allows {HARD[kind]:.0f} a minute")
    return min(rate, HARD[kind] * pacing.MARGIN)


def checked_scale(host: str, scale: float) -> float:
    """A time scale of 1 or more; above 1 only for an archive on this machine."""
    if not math.isfinite(scale) or scale < 1:
        raise WrongUse(f"TIME_SCALE is {scale}: give a number of 1 or more")
    if scale != 1 and not is_loopback(host):
        raise WrongUse(f"TIME_SCALE is {scale}, but {host} is not this machine: set it to 1")
    return scale
