"""Redirects in files of other programs, followed as a crawl follows those that an archive plays.

A redirect tells that a document lay elsewhere at its time: what its address led to then is its text, and evidence of
the move. Redirects are followed within what is held, to the capture that an archive would play: the nearest in time.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from sqlite_utils import Database

from pipelines.formats.timestamps import distance
from pipelines.items.captures import Capture, Decision, State
from pipelines.store import departing
from pipelines.store.corpus import Corpus
from pipelines.store.database import CAPTURE_COLUMNS, recording

MOST_HOPS = 10
"""Redirects that follow each other."""

_TO_FOLLOW = """SELECT capture.id FROM capture JOIN snapshot ON snapshot.capture_id = capture.id
JOIN making_theirs ON making_theirs.capture_id = capture.id
WHERE redirect_to <> '' AND state <> 'not replayed'
ORDER BY capture.timestamp, capture.original, capture.digest, capture.statuscode"""
_HELD = f"""SELECT {CAPTURE_COLUMNS}, redirect_to, iif(state = 'not replayed', reason, '') FROM capture
LEFT JOIN snapshot ON snapshot.capture_id = coalesce(same_as, capture.id)
WHERE snapshot.capture_id IS NOT NULL AND {{}}"""  # noqa: S608


# the row of the same address before a capture, in the order of plans
_BEFORE = """SELECT before.id, before.statuscode, before.digest, substr(before.timestamp, 1, 4),
    substr(before.timestamp, 5, 2) <= '06' FROM capture AS here JOIN capture AS before
    ON before.urlkey = here.urlkey AND before.original = here.original AND before.archive = here.archive
WHERE here.urlkey = ? AND here.id = ? AND before.timestamp <= here.timestamp
    AND (before.timestamp, before.digest, before.statuscode) < (here.timestamp, here.digest, here.statuscode)
ORDER BY before.timestamp DESC, before.digest DESC, before.statuscode DESC LIMIT 1"""


def _likeness(capture: Capture) -> tuple[str, str, str, int]:
    when = capture.timestamp
    return capture.statuscode, capture.digest, when[:4], int(when[4:6] <= "06")


@dataclass(frozen=True, slots=True)
class _Step:
    capture: Capture
    leads_to: str
    obstacle: str  # why it is no page


class Following:
    """The redirects of a corpus in the making. `window`: how far in time what is played may lie from what was asked."""

    def __init__(self, db: Database, corpus: Corpus, urlkey: Callable[[str], str], window: timedelta) -> None:
        self._db = db
        self._corpus = corpus
        self._urlkey = urlkey
        self._window = window
        self._firsts: dict[int, int] = {}  # of those that led somewhere: the first of its run

    def follow(self) -> Iterator[tuple[str, str]]:
        """Settle each redirect with what it leads to, as a replay would be. Gives site and kind of the documents that
        have new evidence. Documents have their names by now."""
        for (number,) in self._db.execute(_TO_FOLLOW).fetchall():
            start = self._held("capture.id = ?", number)[0]
            end = self._end_of(start)
            if first := self._repeats(number, start.capture):
                self._is_repeat(number, first)
            elif isinstance(end, Capture):
                self._firsts[number] = number
                self._corpus.settle(Decision(start.capture, State.DUPLICATE, same_as=end.key))
            else:
                self._is_fact(number, start, end)
            yield from self._db.execute(
                "SELECT DISTINCT site, kind FROM document_capture JOIN document ON document.id = document_id "
                "WHERE capture_id = ?",
                [number],
            ).fetchall()

    def _repeats(self, number: int, capture: Capture) -> int:
        """The first of the run of redirects that this one stands in, which shows for all where they lead; 0 for one
        that begins a run. Such are rows of one address that follow each other, alike, within a half-year."""
        before = self._db.execute(_BEFORE, [capture.urlkey, number]).fetchone()
        if before is None or before[0] not in self._firsts or before[1:] != _likeness(capture):
            return 0
        return self._firsts[before[0]]

    def _is_repeat(self, number: int, first: int) -> None:
        self._firsts[number] = first
        with recording(self._db):
            self._db.execute(
                "UPDATE capture SET state = ?, stage = 'plan', reason = '', same_as = ?, next_try = NULL WHERE id = ?",
                [State.DUPLICATE, first, number],
            )

    def _end_of(self, start: _Step) -> Capture | str:
        """The capture of a page at the end of the way, or why there is none."""
        at, way = start, {(start.capture.timestamp, start.leads_to)}
        for _ in range(MOST_HOPS):
            found = self._nearest(at)
            if isinstance(found, str):
                return found
            if found.obstacle or not found.leads_to:
                return found.obstacle or found.capture
            step = (found.capture.timestamp, found.leads_to)
            if step in way:
                return "redirect loop"
            way.add(step)
            at = found
        return "too many redirects"

    def _nearest(self, step: _Step) -> _Step | str:
        """What an archive plays of the address that a redirect leads to, asked for its time; or why it plays none."""
        when, archive = step.capture.timestamp, step.capture.archive
        own = "archive = ? AND capture.urlkey = ? AND reason <> 'answer to POST' AND timestamp"
        key = self._urlkey(step.leads_to)
        around = [
            *self._held(f"{own} <= ? ORDER BY timestamp DESC, original LIMIT 5", archive, key, when),
            *self._held(f"{own} >= ? ORDER BY timestamp, original LIMIT 5", archive, key, when),
        ]
        near = [(away, one) for one in around if (away := distance(when, one.capture.timestamp)) is not None]
        found = sorted(
            (away, one.capture.original != step.leads_to, number, one)
            for number, (away, one) in enumerate(near)
            if one != step
        )
        if not found:
            return "not archived"
        return found[0][3] if found[0][0] <= self._window else "nearest capture too far"

    def _held(self, where: str, *values: object) -> list[_Step]:
        rows = self._db.execute(_HELD.format(where), [*values])
        return [_Step(Capture(*row[:9]), *row[9:]) for row in rows]

    def _is_fact(self, number: int, start: _Step, why: str) -> None:
        """No page is held where it leads to: that it was a redirect is known all the same."""
        with recording(self._db):
            self._db.execute(
                "UPDATE capture SET state = ?, stage = 'replay', reason = ?, next_try = NULL WHERE id = ?",
                [State.REDIRECT, f"moved to {start.leads_to} ({why})", number],
            )
            departing.note(self._db, "capture.id = ?", number)
