"""After a crash: the newest WARC file and the rows about it are brought together again, nothing fetched twice.

Bytes go to the WARC first and rows follow, so the file may know more than the database, or, after a power cut, less.
"""

import logging
from collections.abc import Callable, Iterable, Iterator
from glob import escape
from pathlib import Path

from pipelines.store.corpus import Corpus
from pipelines.warc import cdxj
from pipelines.warc.held import HeldMemento
from pipelines.warc.members import Member, members, recover
from pipelines.warc.reader import scan, write_index

log = logging.getLogger(__name__)


def adopt(
    folder: Path, corpus: Corpus, runs: Iterable[str] = (), *, own: Callable[[str], bool] = lambda file: True
) -> str:
    """Cut a torn tail off the newest WARC file, give whole records without a row one, and let rows behind its end go:
    their captures are selected again.

    `runs` are the ids of runs, the latest first: neither names nor clocks tell which file was written last. What is
    not the corpus's `own` is left alone. Returns the name of the file where something was cut off; empty otherwise.
    """
    newest = _newest(folder, runs, own)
    if newest is None:
        return ""
    known = corpus.locations(newest.name)
    start = _last_readable(newest, known)
    tail = recover(newest, start)
    if tail.cut:
        log.warning("%s: %d torn bytes at its end were cut off", newest.name, tail.cut)
    if lost := corpus.let_go(newest.name, tail.end):
        log.warning("%s: %d captures lie behind its end and are fetched again", newest.name, lost)
    for held in scan(newest, start=start):
        if isinstance(held, HeldMemento) and held.snapshot.location.offset not in known:
            corpus.hold(held.snapshot)
    if not cdxj.is_whole(newest, len(corpus.locations(newest.name))):
        write_index(newest)
    return newest.name if tail.cut else ""


def _newest(folder: Path, runs: Iterable[str], own: Callable[[str], bool]) -> Path | None:
    for run in runs:
        if found := next(_last_first(folder, f"{escape(run)}-*.warc.gz", own), None):
            return found
    return next(_last_first(folder, "*.warc.gz", own), None)


def _last_first(folder: Path, pattern: str, own: Callable[[str], bool]) -> Iterator[Path]:
    found = sorted(folder.glob(pattern), reverse=True)
    return (path for path in found if path.is_file() and own(path.name))


def _last_readable(path: Path, known: set[int]) -> int:
    """Where the last record that has a row begins, if it is there: what lies before it need not be read again."""
    start = max(known, default=0)
    first = next(members(path, start), None)
    return start if isinstance(first, Member) else 0
