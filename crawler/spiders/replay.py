"""What a replay answer leads to: a memento to keep, another address to ask, or a refusal to note.

A capture may be played as another one (the archive's hop to the nearest) or as a redirect that was itself archived.
Either way what comes of it is recorded as the capture it is, and the one that was asked for tells what became of it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

from crawler.exceptions import ReplayFailed
from crawler.items import Capture, Decision, Failure, HttpAnswer, Memento, Refusal, State, WarcLocation
from crawler.wayback.memento import Hop, Limited, Played, Refused, cdx_digest, played_capture, read_answer
from crawler.wayback.timestamps import distance
from crawler.wayback.urlkey import urlkey
from pipelines.store.ledger import Ledger

MOST_HOPS = 10

_STANDS = (State.READ, State.SELECTED, State.DUPLICATE)


@dataclass(frozen=True, slots=True)
class Asked:
    """One replay request: which address at which time, on behalf of which selected capture, and by which way."""

    capture: Capture
    timestamp: str
    original: str
    attempts: int = 0
    way: tuple[tuple[str, str], ...] = ()
    home_of: str = ""  # the site whose home page, or frame of it, this is

    @classmethod
    def first(cls, capture: Capture, attempts: int, home_of: str = "") -> "Asked":
        way = ((capture.timestamp, capture.original),)
        return cls(capture, capture.timestamp, capture.original, attempts, way, home_of)


@dataclass(frozen=True, slots=True)
class Held:
    """Another capture whose bytes are held and not read yet answers for the one that was asked."""

    capture: Capture
    location: WarcLocation
    asked: Capture


Outcome = Memento | Refusal | Decision | Held | Asked


class Replay:
    """Reads replay answers. `base` is where the archive answers, `window` how far a hop may lead in time, and
    `next_try` says when a failure of so many attempts is tried again, if at all."""

    def __init__(
        self, ledger: Ledger, base: str, window: timedelta, next_try: Callable[[Failure, int], str | None]
    ) -> None:
        self._ledger = ledger
        self._base = base
        self._window = window
        self._next_try = next_try

    def outcomes(self, asked: Asked, answer: HttpAnswer, raw: bytes) -> Iterator[Outcome]:
        """What comes of an answer; `raw` is its body as it came over the wire."""
        found = read_answer(answer, self._base)
        if isinstance(found, Played):
            yield from self._played(asked, found, answer, raw)
        elif isinstance(found, Hop):
            yield from self._hop(asked, found)
        elif isinstance(found, Limited):
            yield asked  # the pace holds it until the archive takes requests again
        elif isinstance(found, Refused):
            yield self.refusal(asked, found.state, found.failure)

    def refusal(self, asked: Asked, state: State, failure: Failure) -> Refusal:
        next_try = self._next_try(failure, asked.attempts) if failure.transient else None
        return Refusal(asked.capture, state, failure, next_try)

    def _refused(self, asked: Asked, state: State, reason: str, detail: str = "") -> Refusal:
        return self.refusal(asked, state, Failure(ReplayFailed.stage, reason, False, detail))

    def _played(self, asked: Asked, played: Played, answer: HttpAnswer, raw: bytes) -> Iterator[Outcome]:
        wanted = asked.capture if len(asked.way) == 1 else _unlisted(asked)
        rows = self._ledger.rows_at(wanted.urlkey, played.timestamp)
        found = _named(played_capture(wanted, played, answer, raw, rows), played.original)
        if found.redirect_to:
            yield replace(found, asked=asked.capture)
            yield from self.follow(asked, found.capture.timestamp, found.redirect_to)
        elif found.capture.key == asked.capture.key:
            yield found
        else:
            standing = self._ledger.standing(found.capture.key)
            # one that was selected while this was on its way is not fetched by itself: here are its bytes
            if standing and standing.state in _STANDS and (standing.held or standing.state is not State.SELECTED):
                yield Decision(asked.capture, State.DUPLICATE, same_as=found.capture.key)
            else:
                yield replace(found, asked=asked.capture)

    def _hop(self, asked: Asked, hop: Hop) -> Iterator[Outcome]:
        """The archive's own redirect to what it can play. Far in time it would be another text."""
        away = distance(asked.timestamp, hop.timestamp)
        if away is None or away > self._window:
            yield self._refused(asked, State.UNPLAYABLE, "nearest capture too far", f"{hop.timestamp} {hop.original}")
        else:
            yield from self.follow(asked, hop.timestamp, hop.original)

    def follow(self, asked: Asked, timestamp: str, original: str) -> Iterator[Outcome]:
        """Ask for another address, unless the ledger knows already what is to be found there."""
        step = (timestamp, original)
        if step in asked.way:
            yield self._refused(asked, State.FAILED, "redirect loop", original)
        elif len(asked.way) > MOST_HOPS:
            yield self._refused(asked, State.FAILED, "too many redirects", original)
        elif self._ledger.is_forgotten(urlkey(original)):
            yield self._refused(asked, State.UNPLAYABLE, "leads to a forgotten site")
        else:
            known = self._known(asked, timestamp, original)
            yield known or replace(asked, timestamp=timestamp, original=original, way=(*asked.way, step))

    def _known(self, asked: Asked, timestamp: str, original: str) -> Outcome | None:
        for row in self._ledger.rows_at(urlkey(original), timestamp):
            standing = self._ledger.standing(row.key)
            if standing is None or row.key == asked.capture.key or row.statuscode.startswith("3"):
                continue
            if standing.state in _STANDS or (standing.held and standing.state is State.FAILED):
                return Decision(asked.capture, State.DUPLICATE, same_as=row.key)
            if standing.held:
                return Held(row, standing.held, asked.capture)
        return None


def _unlisted(asked: Asked) -> Capture:
    """The capture that an address met on the way stands for, as far as it is known before it is played."""
    return unlisted(asked.original, asked.timestamp)


def unlisted(original: str, timestamp: str) -> Capture:
    """A capture that no listing shows, and of which only its address and its time are known."""
    return Capture(urlkey(original), timestamp, original, "unk", "-", "-")


def _named(found: Memento, original: str) -> Memento:
    """A memento no listing shows is named by what it holds, and as the archive calls it."""
    if found.capture.digest != "-":
        return found
    status, digest = str(found.answer.status), cdx_digest(found.answer.body)
    original = original or found.capture.original
    return replace(found, capture=replace(found.capture, original=original, statuscode=status, digest=digest))
