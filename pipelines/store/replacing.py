"""A new database in the place of an old one, which may be damaged: at no time is there none, or one half of each.

And a copy of one that is whole, taken while a run is writing (SQLite's online backup API).
"""

import logging
import shutil
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from sqlite_utils import Database

from pipelines.exceptions import CorpusError, RecordingFailed, WrongUse
from pipelines.formats import atomic
from pipelines.store.database import DATABASE, recording

log = logging.getLogger(__name__)

_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR}


def pass_over_damage(error: Exception) -> None:
    """Do nothing where the error says that a database is damaged, which a new one mends.

    Raises RecordingFailed for any other: on a full disk what only the old one holds would be lost.
    """
    cause = error.__cause__ if isinstance(error, CorpusError) else error
    if isinstance(error, RecordingFailed) and not isinstance(cause, sqlite3.Error):
        raise error
    code = getattr(cause, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
    if code & 0xFF not in _DAMAGED:
        raise RecordingFailed(
            f"What only the old {DATABASE} holds cannot be kept: {cause}. Make room, then start again."
        ) from error


def carry_over_runs(db: Database, old: Path) -> None:
    """The runs are no work of the archive's: they are only in the database. Raises RecordingFailed."""
    if not old.is_file():
        return
    try:
        db.execute("ATTACH DATABASE ? AS old", [str(old)])
        with recording(db):
            db.execute("INSERT OR IGNORE INTO run SELECT * FROM old.run")
    except (sqlite3.Error, RecordingFailed) as error:
        pass_over_damage(error)
        log.warning("The runs of the old database cannot be carried over: %s", error)


def replace_by(work: Path, folder: Path) -> None:
    """Put the database in the folder `work`, which then goes, in the place of the one in `folder`.

    Raises RecordingFailed.
    """
    new, place = work / DATABASE, folder / DATABASE
    try:
        _close_wal(new)
        if place.exists():
            _close_old_wal(place)
        atomic.put_in_place(new, place)
        shutil.rmtree(work, ignore_errors=True)  # what is left of it does no harm
    except sqlite3.Error as error:
        raise RecordingFailed(f"Cannot finish {new}: {error}. Make room, then start again.") from error
    except OSError as error:
        raise RecordingFailed(
            f"Cannot replace {place}: {error.strerror}. Make room or permit writing, then start again."
        ) from error


def _close_old_wal(place: Path) -> None:
    """What lies beside a database would be taken for a part of the one that comes into its place."""
    try:
        _close_wal(place)
    except sqlite3.DatabaseError as error:
        pass_over_damage(error)
        log.warning("%s is damaged: %s", place, error)
    for suffix in ("-wal", "-shm"):
        place.with_name(DATABASE + suffix).unlink(missing_ok=True)


def _close_wal(path: Path) -> None:
    """Bring all that is in the write-ahead log into the file itself, for good. Raises sqlite3.Error."""
    with closing(sqlite3.connect(path)) as connection:
        (busy, *_) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if busy:
        raise RecordingFailed(f"{path} is being read by another process: wait for it, then start again.")


_PAGES = 1000  # a step: a running crawl waits no longer than for one


def backup(folder: Path, to: Path) -> int:
    """Copy the database of the corpus in `folder` to the file `to`, whole or not at all. Returns its bytes."""
    source = folder / DATABASE
    if not source.is_file():
        raise WrongUse(f"There is no corpus in {folder}: {DATABASE} is missing.")
    if to.exists():
        raise WrongUse(f"{to} is there already: name a new file.")
    part = atomic.part_of(to)
    try:
        to.parent.mkdir(parents=True, exist_ok=True)
        part.unlink(missing_ok=True)  # of a backup that was killed
        with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(part)) as copy:
            live.backup(copy, pages=_PAGES)
            copy.execute("PRAGMA journal_mode = DELETE")
        atomic.sync(part)
        atomic.put_in_place(part, to)
    except (OSError, sqlite3.Error) as error:
        _remove(part)
        raise RecordingFailed(f"Cannot copy {source} to {to}: {error}.") from error
    return to.stat().st_size


def _remove(part: Path) -> None:
    with suppress(OSError):
        for path in (part, part.with_name(part.name + "-journal")):
            path.unlink(missing_ok=True)
