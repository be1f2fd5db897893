"""What a replay answer leads to: a memento to keep, another address to ask, or a refusal to note.

A capture may be played as another one (the archive's hop to the nearest) or as a redirect that was itself archived.
Either way what comes of it is recorded as the capture it is, and the one that was asked for tells what became of it.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import assert_never

from crawler.archives.base import Found as Answered
from crawler.archives.memento import Hop, Limited, Played, Refused, played_capture
from crawler.selection.payloads import obstacle, set_aside, why_no_page
from crawler.spiders.steps import Found, Hopped, Moved, Nothing, Page, Step, Steps, step, unlisted
from pipelines.exceptions import ReplayFailed
from pipelines.formats.digests import cdx_digest
from pipelines.formats.media_types import bare
from pipelines.formats.surt import urlkey
from pipelines.formats.timestamps import distance
from pipelines.items.captures import (
    ArchivedRedirect,
    Capture,
    Decision,
    HttpAnswer,
    Memento,
    Snapshot,
    State,
    WarcLocation,
)
from pipelines.items.readings import Failure, Refusal
from pipelines.store.ledger import Ledger, Standing
from pipelines.warc.reader import read_memento

MOST_HOPS = 10
_LONGEST_TYPE = 100

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
    moved_to: str = ""  # where the capture itself, played as a redirect, leads to
    at: str = ""  # the archive that is asked, where it is not the capture's own
    tried: tuple[str, ...] = ()  # archives that do not hold what is asked for

    @classmethod
    def first(cls, capture: Capture, attempts: int, home_of: str = "") -> "Asked":
        way = ((capture.timestamp, capture.original),)
        return cls(capture, capture.timestamp, capture.original, attempts, way, home_of)

    @property
    def archive(self) -> str:
        return self.at or self.capture.archive

    @property
    def step(self) -> Step:
        return step(self.timestamp, self.original, self.archive)


@dataclass(frozen=True, slots=True)
class Held:
    """Another capture whose bytes are held and not read yet answers for the one that was asked."""

    capture: Capture
    location: WarcLocation
    asked: Capture


Outcome = Memento | Refusal | Decision | Held | Asked


class Replay:
    """Makes of replay answers what comes of them. `window` is how far a hop may lead in time, and `next_try` says when
    a failure of so many attempts is tried again, if at all."""

    def __init__(
        self,
        ledger: Ledger,
        window: timedelta,
        next_try: Callable[[Failure, int], str | None],
        archives: Sequence[str] = (),
    ) -> None:
        """`archives` are those of several, the one to be asked first in front."""
        self._ledger = ledger
        self._archives = archives
        self._window = window
        self._next_try = next_try
        self.steps: Steps[Asked] = Steps()

    def outcomes(self, asked: Asked, answer: HttpAnswer, raw: bytes, found: Answered) -> Iterator[Outcome]:
        """What comes of an answer that is `found`; `raw` is its body as it came over the wire."""
        match found:
            case Played():
                yield from self._played(asked, found, answer, raw)
            case Hop():
                yield from self._hop(asked, found)
            case Limited():
                yield asked  # the pace holds it until the archive takes requests again
            case Refused(state, failure):
                yield from self.failed(asked, failure, state)
            case _:
                assert_never(found)

    def failed(self, asked: Asked, failure: Failure, state: State = State.FAILED) -> Iterator[Outcome]:
        """What comes of an answer that is no use, now or for good."""
        if not failure.transient:
            self.steps.found(asked.step, Nothing(state, failure))
        yield self._elsewhere(asked, failure) or self.refusal(asked, state, failure)

    def _elsewhere(self, asked: Asked, failure: Failure) -> Asked | None:
        """Where a redirect leads may be held by another archive than the redirect itself."""
        tried = (*asked.tried, asked.archive)
        others = [archive for archive in self._archives if archive not in tried]
        if failure.transient or len(asked.way) == 1 or not others:
            return None
        return replace(asked, at=others[0], tried=tried)

    def again(self, asked: Asked, found: Found) -> Iterator[Outcome]:
        """What comes of a step that was answered in this run already."""
        match found:
            case Nothing(state, failure):
                yield self._elsewhere(asked, failure) or self.refusal(asked, state, failure)
            case Page():
                yield from self._page_again(asked, found)
            case Hopped(timestamp, original):
                yield from self._hop(asked, Hop(timestamp, original))
            case Moved(timestamp, original):
                yield from self.moved(asked, timestamp, original)
            case _:
                assert_never(found)

    def _page_again(self, asked: Asked, page: Page) -> Iterator[Outcome]:
        standing = self._ledger.standing(page.key)
        if standing and standing.held and (page.key == asked.capture.key or not self._stands(standing, asked)):
            row = next(row for row in self._ledger.rows_of(page.key))
            yield Held(row, standing.held, asked.capture)
        elif standing and page.key != asked.capture.key:
            yield Decision(asked.capture, State.DUPLICATE, same_as=page.key)
        else:
            yield self._refused(asked, State.FAILED, "asked twice")

    def refusal(self, asked: Asked, state: State, failure: Failure) -> Refusal:
        next_try = self._next_try(failure, asked.attempts) if failure.transient else None
        if not failure.transient and (to := self._moved_to(asked)):  # that it was a redirect is known: no failure
            state, failure = State.REDIRECT, replace(failure, reason=f"moved to {to} ({failure.reason})")
        return Refusal(asked.capture, state, failure, next_try)

    def _moved_to(self, asked: Asked) -> str:
        """Where the capture was played to lead, now or when another one led to it; empty for no redirect."""
        standing = None if asked.moved_to else self._ledger.standing(asked.capture.key)
        return asked.moved_to or (standing.redirect_to if standing else "")

    def _refused(self, asked: Asked, state: State, reason: str, detail: str = "") -> Refusal:
        return self.refusal(asked, state, Failure(ReplayFailed.stage, reason, False, detail))

    def _played(self, asked: Asked, played: Played, answer: HttpAnswer, raw: bytes) -> Iterator[Outcome]:
        away = distance(asked.timestamp, played.timestamp)
        if away is not None and away > self._window:  # some archives give the nearest at once, however far it is
            yield from self._too_far(asked, played.timestamp)
            return
        wanted = asked.capture if len(asked.way) == 1 else _unlisted(asked)
        rows = self._ledger.rows_at(wanted.urlkey, played.timestamp, asked.archive)
        plain = played_capture(wanted, played, answer, raw, rows)
        found = _named(plain, played.original)
        if isinstance(found, ArchivedRedirect):
            self.steps.found(asked.step, Moved(found.capture.timestamp, found.redirect_to))
            yield replace(found, asked=asked.capture)
            is_own = found.capture.key == asked.capture.key
            yield from self.moved(asked, found.capture.timestamp, found.redirect_to, is_own=is_own)
            return
        if why := why_no_page(found):
            own = plain.capture.key == asked.capture.key
            yield set_aside(replace(plain if own else found, asked=asked.capture), why)
            yield from self.no_page(asked, why)
            return
        self.steps.found(asked.step, Page(found.capture.key, asked.capture.key))
        if found.capture.key == asked.capture.key:
            yield found
        else:
            standing = self._ledger.standing(found.capture.key)
            if standing and self._stands(standing, asked):
                yield Decision(asked.capture, State.DUPLICATE, same_as=found.capture.key)
            else:
                yield replace(found, asked=asked.capture)

    def no_page(self, asked: Asked, why: str) -> Iterator[Outcome]:
        """What comes of an answer that is kept and is no page."""
        yield from self.failed(asked, Failure(ReplayFailed.stage, why, False), State.UNPLAYABLE)

    def _stands(self, standing: Standing, asked: Asked) -> bool:
        """Whether the bytes of a capture that was played are held. One that was selected while this was on its way is
        not fetched by itself, for here they are; nor is what the plan took for a repeat of something to be fetched."""
        if standing.state is State.DUPLICATE:
            return standing.is_twin_held and standing.same_as != asked.capture.key
        return standing.state in _STANDS and standing.held is not None

    def moved(self, asked: Asked, timestamp: str, original: str, *, is_own: bool = False) -> Iterator[Outcome]:
        """Go on from an archived redirect; the capture's own one is what it says, whatever is found there."""
        is_own = is_own or len(asked.way) == 1 or asked.capture.statuscode.startswith("3")
        on = replace(asked, moved_to=original) if is_own and not asked.moved_to else asked
        yield from self.follow(on, timestamp, original)

    def _hop(self, asked: Asked, hop: Hop) -> Iterator[Outcome]:
        """The archive's own redirect to what it can play. Far in time it would be another text."""
        self.steps.found(asked.step, Hopped(hop.timestamp, hop.original))
        away = distance(asked.timestamp, hop.timestamp)
        if away is None or away > self._window:
            yield from self._too_far(asked, f"{hop.timestamp} {hop.original}")
        else:
            yield from self.follow(asked, hop.timestamp, hop.original)

    def _too_far(self, asked: Asked, where: str) -> Iterator[Outcome]:
        yield from self.failed(
            asked, Failure(ReplayFailed.stage, "nearest capture too far", False, where), State.UNPLAYABLE
        )

    def follow(self, asked: Asked, timestamp: str, original: str) -> Iterator[Outcome]:
        """Ask for another address, unless the ledger knows already what is to be found there."""
        step = (timestamp, original)
        if step in asked.way:
            yield self._refused(asked, State.FAILED, "redirect loop", original)
        elif len(asked.way) > MOST_HOPS:
            yield self._refused(asked, State.FAILED, "too many redirects", original)
        elif self._ledger.is_forgotten(urlkey(original)):
            state = State.REDIRECT if asked.moved_to else State.UNPLAYABLE
            failure = Failure(ReplayFailed.stage, "leads to a forgotten site", False)
            yield Refusal(asked.capture, state, failure, None)  # without its name
        else:
            way = (*asked.way, step)
            on = replace(asked, timestamp=timestamp, original=original, way=way, at=asked.archive, tried=())
            yield from self._held_redirect(on) or iter([self._known(on) or on])

    def _held_redirect(self, asked: Asked) -> Iterator[Outcome] | None:
        """A redirect that is held already leads on without being asked again."""
        for row in self._ledger.rows_at(urlkey(asked.original), asked.timestamp, asked.archive):
            standing = self._ledger.standing(row.key)
            if standing and standing.redirect_to and row.original == asked.original:
                return self.follow(asked, row.timestamp, standing.redirect_to)
        return None

    def _is_begun(self, row: Capture, standing: Standing) -> bool:
        """Whether a capture is just being asked for: what comes of it is waited for, as it may lead back here."""
        return standing.state is State.SELECTED and self.steps.is_begun(step(row.timestamp, row.original, row.archive))

    def _known(self, asked: Asked) -> Outcome | None:
        for row in self._ledger.rows_at(urlkey(asked.original), asked.timestamp, asked.archive):
            standing = self._ledger.standing(row.key)
            if standing is None or row.key == asked.capture.key or row.statuscode.startswith("3"):
                continue
            if standing.redirect_to or standing.same_as == asked.capture.key or self._is_begun(row, standing):
                continue
            if standing.state in _STANDS or (standing.held and standing.state is State.FAILED):
                return Decision(asked.capture, State.DUPLICATE, same_as=row.key)
            if standing.held:
                return self._held_already(asked, row, standing, standing.held)
        return None

    def _held_already(self, asked: Asked, row: Capture, standing: Standing, held: WarcLocation) -> Outcome:
        why = obstacle(row) or (standing.reason if standing.state is State.UNPLAYABLE else "")
        if not why:
            return Held(row, held, asked.capture)
        failure = Failure(ReplayFailed.stage, why, False)
        return self._elsewhere(asked, failure) or self.refusal(asked, State.UNPLAYABLE, failure)


def _unlisted(asked: Asked) -> Capture:
    """The capture that an address met on the way stands for, as far as it is known before it is played."""
    return unlisted(asked.original, asked.timestamp, asked.archive)


def _named(found: Memento, original: str) -> Memento:
    """A memento no listing shows is named by what it holds, and as the archive calls it."""
    if found.capture.digest != "-":
        return found
    status, digest = str(found.answer.status), cdx_digest(found.answer.body)
    original, kind = original or found.capture.original, bare(found.answer.header("Content-Type"))[:_LONGEST_TYPE]
    named = replace(found.capture, original=original, statuscode=status, digest=digest)
    return replace(found, capture=replace(named, mimetype=kind) if named.mimetype == "unk" and kind else named)


def held_snapshot(folder: Path, location: WarcLocation, capture: Capture, asked: Capture | None) -> Snapshot:
    """What a corpus holds, under the capture that the ledger knows now: a listing may have told more of it since."""
    memento = read_memento(folder / "warc", location)
    payload_digest = hashlib.sha256(memento.answer.body).hexdigest()
    return Snapshot(replace(memento, capture=capture, asked=asked), location, payload_digest)
