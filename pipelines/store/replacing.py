"""A database in the place of another: whole, and with the runs of the old one."""

import logging
import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from sqlite_utils import Database

from crawler.exceptions import RecordingFailed

from .database import DATABASE, recording

log = logging.getLogger(__name__)


def carry_over_runs(db: Database, old: Path) -> None:
    """The runs are no work of the archive's: they are only in the database."""
    if not old.is_file():
        return
    try:
        db.execute("ATTACH DATABASE ? AS old", [str(old)])
        with recording(db):
            db.execute("INSERT OR IGNORE INTO run SELECT * FROM old.run")
    except (sqlite3.Error, RecordingFailed) as error:
        log.warning("The runs of the old database cannot be carried over: %s", error)


def replace_by(work: Path, folder: Path) -> None:
    """Put the new database in the old one's place: at no time is there none, or one that is half of each."""
    new, place = work / DATABASE, folder / DATABASE
    _close_wal(new)
    if place.exists():
        _close_wal(place)
    try:
        for suffix in ("-wal", "-shm"):
            place.with_name(DATABASE + suffix).unlink(missing_ok=True)
        os.replace(new, place)
        shutil.rmtree(work)
    except OSError as error:
        raise RecordingFailed(f"Cannot replace {place}: {error.strerror}. The new one is in {new.parent}.") from error


def _close_wal(path: Path) -> None:
    """Bring all that is in the write-ahead log into the file itself."""
    try:
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.DatabaseError as error:
        log.warning("%s is damaged: %s", path, error)
