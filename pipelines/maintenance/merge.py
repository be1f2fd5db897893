"""Corpora of several machines into one, and many WARC files into few: what is held, put together.

What a corpus is follows from its WARC files, and those of several corpora are one set whoever brings them in, in
whatever order and however often. So a merge is a union of files and a rebuild that need not read again what one of
the corpora has read. What one of them has forgotten is forgotten in all.
"""

import logging
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from sqlite_utils import Database

from pipelines.exceptions import WrongUse
from pipelines.store import merging
from pipelines.store.database import DATABASE, open_corpus
from pipelines.store.file_book import Book
from pipelines.warc.bringing import bring_in
from pipelines.warc.files import run_of, warc_files
from pipelines.warc.identity import is_told_of_all, own_files, own_of
from pipelines.warc.lock import only_run
from pipelines.warc.moving import Mover
from pipelines.warc.turn import turning
from pipelines.warc.writer import WarcWriter

log = logging.getLogger(__name__)


def take_files(folder: Path, others: Iterable[Path], run: str) -> list[str]:
    """Bring the WARC files of other corpora in, as parts of a turn; each is told first what only its database knows.

    Returns their names.
    """
    taken: list[str] = []
    for other in others:
        if not (other / DATABASE).is_file():
            raise WrongUse(f"There is no corpus in {other}: name folders that hold a {DATABASE}.")
        if other.resolve() == folder.resolve():
            continue
        with only_run(other), closing(open_corpus(other)) as db:
            own = own_files(db, other / "warc")
            rest = [file for file in warc_files(other / "warc") if file not in own]
            for files, trusted in ((own, True), (rest, False)):
                taken += bring_in(folder / "warc", [other / "warc" / file for file in files], trusted=trusted)
    return list(dict.fromkeys(taken))


def tell_joined(db: Database, warc: Path, run: str) -> None:
    """Begin a file whose warcinfo names all corpora that were merged into this one, where there is none yet."""
    if not is_told_of_all(own_of(db, warc)):
        with WarcWriter(warc, run, book=Book(db)) as writer:
            writer.write_journal("")


def take_readings(db: Database, other: Path) -> int:
    """What another database holds of readings of the same bytes, by any reader. Returns how many are held then."""
    taken = merging.take_readings(db, other)
    if taken.forged:
        log.warning("%s: %d texts are not what their digests say: their pages are read again.", other, taken.forged)
    return taken.readings


def compact(db: Database, folder: Path, *, max_size: int) -> tuple[int, int]:
    """Write all WARC files of our own anew, in order, into files of about `max_size` bytes. Returns how many there
    were and how many there are. Raises RecordingFailed; the old files hold until all new ones do."""
    warc = folder / "warc"
    old = own_files(db, warc)
    if old:
        # under the first one's name: files are read in the order of their names
        with turning(db, folder) as turn:
            mover = Mover(db, warc, turn)
            mover.write(old, run_of(old[0]), max_size)
            mover.turn_rows()
    return len(old), len(own_files(db, warc))
