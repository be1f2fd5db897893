"""Reading held snapshots in bulk, over several processes: for a rebuild, and after an upgrade of the reader.

In memory are only the pages in hand, a dozen for each process. Pages of one address follow each other and go
to one process, which remembers what it read: equal pages are read once.
"""

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import TypeVar

from sqlite_utils import Database

from pipelines.exceptions import ReadingFailed, RecordingFailed
from pipelines.executors.process_pool import Readers
from pipelines.items import Failure, Page, Reading
from pipelines.store import readings
from pipelines.store.readings import Unread
from pipelines.warc.foreign import Decode
from pipelines.warc.reader import read_memento

Progress = Callable[[str, int, int], object]
"""Is told what is being done, how much of it is done, and how much there is to do."""

T = TypeVar("T")

AHEAD = 12  # pages in hand for each process: with few, one slow page lets the other processes run out of work
_AT_ONCE = 200  # readings a transaction


def read_all(
    db: Database, warc_folder: Path, readers: Readers, reader: str, *, workers: int, decode: Decode, progress: Progress
) -> int:
    """Read every snapshot that `reader` has not read, and let the captures stand as it found them.

    What is read is kept as it goes: a run after this one goes on behind it. Returns how many could not be read because
    their bytes are damaged or gone.
    """
    todo, done, lost = readings.count_unread(db, reader), 0, 0
    outcomes: list[tuple[int, Reading | Failure]] = []
    for capture_id, future in behind(_submitted(db, warc_folder, readers, reader, decode), AHEAD * workers):
        outcome = _outcome(future)
        if outcome is None:
            lost += 1
        else:
            outcomes.append((capture_id, outcome))
        done += 1
        if len(outcomes) >= _AT_ONCE and done < todo:
            readings.keep(db, reader, outcomes)
            outcomes.clear()
            progress("pages read", done, todo)
    readings.settle(db, reader, outcomes)
    progress("pages read", done, todo)
    return lost


def _submitted(
    db: Database, warc_folder: Path, readers: Readers, reader: str, decode: Decode
) -> Iterator[tuple[int, "Future[Reading] | None"]]:
    for snapshot in readings.unread(db, reader):
        page = _page(warc_folder, snapshot, decode)
        yield snapshot.capture_id, readers.submit(page) if page else None


def _page(warc_folder: Path, snapshot: Unread, decode: Decode) -> Page | None:
    try:
        body = read_memento(warc_folder, snapshot.location, decode=decode).answer.body
    except RecordingFailed:
        return None  # `verify` tells of it
    return Page(body, snapshot.capture.original, snapshot.capture.timestamp, snapshot.content_type)


def behind(items: Iterator[T], count: int) -> Iterator[T]:
    """Yield the items in order with up to `count` of them prefetched, so that their work runs meanwhile."""
    waiting: deque[T] = deque()
    for item in items:
        waiting.append(item)
        if len(waiting) >= count:
            yield waiting.popleft()
    yield from waiting


def _outcome(future: "Future[Reading] | None") -> Reading | Failure | None:
    if future is None:
        return None
    try:
        return future.result()
    except ReadingFailed as error:
        return Failure(error.stage, error.reason, error.transient, error.detail)
