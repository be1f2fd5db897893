"""Reading held snapshots in bulk, over several processes: for a rebuild, and after an upgrade of the reader.

Who reads is told where pages lie in the WARC files, and hands back what came of them. Pages of one address follow each
other and go to one process, which remembers what it read: equal pages are read once.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Protocol, TypeVar

from sqlite_utils import Database

from pipelines.exceptions import ReadingFailed
from pipelines.executors.reading_process import Outcome
from pipelines.items.readings import Failure, Reading
from pipelines.store import changes, readings
from pipelines.store.database import recording
from pipelines.store.readings import Unread

Progress = Callable[[str, int, int], object]
"""Is told what is being done, how much of it is done, and how much there is to do."""

T = TypeVar("T")
Given = TypeVar("Given", covariant=True)

AHEAD = 12  # pages in hand for each process: with few, one slow page lets the other processes run out of work
_AT_ONCE = 200  # readings a transaction


class HeldReader(Protocol):
    """Who reads pages where they lie, some at a time: worker processes here, or a cluster.

    `at_once` is how many pages are handed over together at most, `ahead` how often before the first is waited for, and
    `calls_ahead` how many calls are.
    """

    at_once: int
    ahead: int
    calls_ahead: int

    def submit_held(self, folder: Path, held: Sequence[Unread]) -> "Answer[list[Outcome]]":
        """What will come of each."""
        ...

    def submit_call(self, function: Callable[..., T], *arguments: object) -> "Answer[T]":
        """What a pure function of a module will give."""
        ...

    def close(self) -> None:
        """Stop all work."""
        ...


class Answer(Protocol[Given]):
    """What somebody else is working out."""

    def result(self) -> Given:
        """Wait for it. Raises CorpusError where the machine, not a page, is in trouble."""
        ...


def read_all(db: Database, warc_folder: Path, readers: HeldReader, reader: str, *, progress: Progress) -> int:
    """Read every snapshot that `reader` has not read, and let the captures stand as it found them.

    What is read is kept as it goes: a run after this one goes on behind it. Returns how many could not be read because
    their bytes are damaged or gone.
    """
    todo, done, lost = readings.count_unread(db, reader), 0, 0
    outcomes: list[tuple[int, Reading | Failure]] = []
    batches = _batches(readings.unread(db, reader), readers.at_once)
    handed = ((batch, readers.submit_held(warc_folder, batch)) for batch in batches)
    for batch, answer in behind(handed, readers.ahead):
        for held, outcome in zip(batch, answer.result(), strict=True):
            if outcome is None:
                lost += 1  # `verify` tells of it
            else:
                outcomes.append((held.capture_id, outcome))
        done += len(batch)
        if len(outcomes) >= _AT_ONCE and done < todo:
            readings.keep(db, reader, outcomes)
            outcomes.clear()
            progress("pages read", done, todo)
    readings.settle(db, reader, outcomes)
    progress("pages read", done, todo)
    return lost


def compare_all(db: Database, readers: HeldReader, *, progress: Progress) -> None:
    """Compare all neighbouring versions that were not, where `readers` work. Interrupted, it goes on where it was."""
    pairs = changes.not_compared(db)
    handed = (
        (pair, texts, readers.submit_call(changes.told_of, *texts))
        for pair in pairs
        for texts in [changes.bodies(db, *pair)]
    )
    found: list[tuple[str, str, changes.Told]] = []
    for done, (pair, texts, answer) in enumerate(behind(handed, readers.calls_ahead), start=1):
        try:
            found.append((*pair, answer.result()))
        except ReadingFailed:  # longer than a page may take to be read: here it has the time
            found.append((*pair, changes.told_of(*texts)))
        if len(found) >= _AT_ONCE or done == len(pairs):
            with recording(db):
                for one in found:
                    changes.keep(db, *one)
            found.clear()
            progress("versions compared", done, len(pairs))


def _batches(held: Iterator[Unread], most: int) -> Iterator[list[Unread]]:
    """Pages of one address stay together, as far as they are not more than `most`: who reads them remembers."""
    batch: list[Unread] = []
    for one in held:
        if len(batch) >= most or (batch and len(batch) * 2 >= most and batch[-1].capture.urlkey != one.capture.urlkey):
            yield batch
            batch = []
        batch.append(one)
    if batch:
        yield batch


def behind(items: Iterator[T], count: int) -> Iterator[T]:
    """Yield the items in order with up to `count` of them prefetched, so that their work runs meanwhile."""
    waiting: deque[T] = deque()
    for item in items:
        waiting.append(item)
        if len(waiting) >= count:
            yield waiting.popleft()
    yield from waiting
