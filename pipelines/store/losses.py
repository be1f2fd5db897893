"""What a corpus would lose: a disk that is not mounted looks like one from which everything was deleted."""

import logging
import sqlite3
from contextlib import closing
from pathlib import Path

from sqlite_utils import Database

log = logging.getLogger(__name__)

# by archive, address and time alone: a listing may give a capture its status and digest later
_HELD = "SELECT archive, timestamp, original FROM {0}.snapshot JOIN {0}.capture ON capture.id = capture_id"


def missing_files(database: Path, files: list[str]) -> list[str]:
    """The WARC files that rows of a database point into and that are not among `files`; none where it is damaged."""
    try:
        with closing(sqlite3.connect(database)) as db:
            named = {file for (file,) in db.execute("SELECT DISTINCT file FROM snapshot")}
    except sqlite3.Error as error:
        log.warning("%s does not tell which files it knows: %s", database, error)
        return []
    return sorted(named - set(files))


def lost_captures(db: Database, old: Path) -> int:
    """How many captures the database at `old` has bytes of and this one has not; 0 where that one is damaged."""
    lost = f"SELECT count(*) FROM ({_HELD.format('former')} EXCEPT {_HELD.format('main')})"  # noqa: S608
    try:
        db.execute("ATTACH DATABASE ? AS former", [str(old)])
        (count,) = db.execute(lost).fetchone()
        db.execute("DETACH DATABASE former")
    except sqlite3.Error as error:
        log.warning("%s does not tell which captures it holds: %s", old, error)
        return 0
    return int(count)
