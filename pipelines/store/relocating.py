"""WARC files written anew, as far as rows tell of it: the turn that was decided on, and where each record lies then.

What a turn is, and what it says, is told in warc/turn.py.
"""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from sqlite_utils import Database

from pipelines.exceptions import RecordingFailed
from pipelines.items.captures import WarcLocation
from pipelines.store.database import recording

# -- the turn


def take_back_turn(db: Database) -> bool:
    """Decide on nothing, within the caller's transaction. Whether there was a turn that is not at its end."""
    db.execute("CREATE TABLE IF NOT EXISTS turn (told TEXT NOT NULL)")
    return bool(db.execute("DELETE FROM turn").rowcount)


def decide_on_turn(db: Database, told: str) -> None:
    """Decide on a turn once `take_back_turn` has been called, within the same transaction."""
    db.execute("INSERT INTO turn (told) VALUES (?)", [told])


def has_turn(db: Database) -> bool:
    """Whether a turn was decided on, and is not at its end."""
    return "turn" in db.table_names()


def change_turn(db: Database, told: str) -> None:
    """Say what of a turn is still to be done, in a transaction."""
    with recording(db):
        db.execute("UPDATE turn SET told = ?", [told])


def end_turn(db: Database) -> None:
    """Nothing is left to be done, in a transaction."""
    with recording(db):
        db.execute("DROP TABLE turn")


def turn_in(path: Path) -> str | None:
    """What the database at `path` says of a turn; None where it says nothing, is damaged or is not there. Raises
    RecordingFailed where it cannot be opened."""
    if not path.is_file():
        return None
    try:
        with closing(_opened(path)) as db:
            known = db.execute("SELECT 1 FROM sqlite_master WHERE name = 'turn'").fetchone()
            row = db.execute("SELECT told FROM turn").fetchone() if known else None
    except sqlite3.OperationalError as error:
        raise RecordingFailed(
            f"Cannot open {path}: {error}. Make room on its disk, or check its permissions."
        ) from error
    except sqlite3.DatabaseError:
        return None  # damaged: who opens it will say so
    return row[0] if row else None


def _opened(path: Path) -> sqlite3.Connection:
    """Without a log beside it a database is all in its file, and need not be opened so that it takes room."""
    log_file = path.with_name(path.name + "-wal")
    has_log = log_file.exists() and log_file.stat().st_size > 0
    return sqlite3.connect(path if has_log else f"{path.resolve().as_uri()}?immutable=1", uri=not has_log)


# -- the records

_MOVED = """CREATE TEMP TABLE moved (
    file TEXT NOT NULL, offset INTEGER NOT NULL, payload_digest TEXT NOT NULL, is_full INTEGER NOT NULL,
    new_file TEXT NOT NULL, new_offset INTEGER NOT NULL, new_length INTEGER NOT NULL, PRIMARY KEY (file, offset)
)"""


class Moved:
    """Where records were written anew, within one transaction."""

    def __init__(self, db: Database) -> None:
        self._db = db
        db.execute("DROP TABLE IF EXISTS moved")
        db.execute(_MOVED)
        db.execute("CREATE INDEX moved_by_payload ON moved (payload_digest) WHERE is_full")

    def add(self, old: WarcLocation, digest: str, new: WarcLocation, *, is_full: bool) -> None:
        """A record has a new place. `is_full`: the payload of that digest (SHA-256, hex) is in it."""
        place = [old.file, old.offset, digest, is_full, new.file, new.offset, new.length]
        self._db.execute("INSERT INTO moved VALUES (?, ?, ?, ?, ?, ?, ?)", place)

    def add_all(self, file: str, new_file: str, places: Iterable[tuple[int, tuple[int, int]]]) -> None:
        """All records of a file have new ones in another: their offsets, each with the new offset and length."""
        self._db.conn.executemany(
            "INSERT INTO moved VALUES (?, ?, '', 0, ?, ?, ?)",
            ([file, old, new_file, new, length] for old, (new, length) in places),
        )

    def full_record(self, digest: str) -> WarcLocation | None:
        """The new place of a record with that payload."""
        row = self._db.execute(
            "SELECT new_file, new_offset, new_length FROM moved WHERE payload_digest = ? AND is_full LIMIT 1", [digest]
        ).fetchone()
        return WarcLocation(*row) if row else None

    def turn_rows(self) -> None:
        """Let all rows point to the new records."""
        self._db.execute(
            "UPDATE snapshot SET file = new_file, offset = new_offset, length = new_length FROM moved "
            "WHERE moved.file = snapshot.file AND moved.offset = snapshot.offset"
        )


def is_pointed_to(db: Database, place: WarcLocation) -> bool:
    """Whether some capture's row points to a record."""
    here = "SELECT 1 FROM snapshot WHERE file = ? AND offset = ?"
    return db.execute(here, [place.file, place.offset]).fetchone() is not None
