"""The rows of a corpus's book: every name ever given to a WARC file of its own, and what the file held when closed.

What the book is for is told in warc/own_files.py.
"""

import hashlib
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from sqlite_utils import Database

from pipelines.store.database import recording

OPEN, CLOSED, CHANGED, GONE = "open", "closed", "changed", "gone"
_COLUMNS = "file, digest, size, state, joined"


@dataclass(frozen=True, slots=True)
class Entry:
    """What is known of a file: the SHA-256 of its first `size` bytes, which are all where it is closed."""

    digest: str
    size: int
    state: str
    joined: bool = False  # it came with another corpus


class Book:
    """The own files of the corpus in a database."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def names_of(self, run: str) -> list[str]:
        """The names that were ever given to files of `run`."""
        rows = self._db.execute("SELECT file FROM own_file WHERE file >= ? AND file < ?", [f"{run}-", f"{run}."])
        return [file for (file,) in rows]

    def begin(self, file: str, head: bytes) -> None:
        """A file is to come that begins with these bytes."""
        self._write([(file, hashlib.sha256(head).hexdigest(), len(head), OPEN, 0)])

    def close(self, file: str, size: int, digest: str) -> None:
        """A file is whole."""
        with recording(self._db):
            self._db.execute(
                "UPDATE own_file SET size = ?, digest = ?, state = ? WHERE file = ?", [size, digest, CLOSED, file]
            )

    def left_open(self, cut: str = "") -> list[str]:
        """Files that were begun and not closed, and the one that was `cut`."""
        rows = self._db.execute("SELECT file FROM own_file WHERE state = ? OR file = ?", [OPEN, cut]).fetchall()
        return [file for (file,) in rows]

    def gone(self, files: Iterable[str]) -> None:
        """Files were written anew. Their names stay, and are not given again. Within the caller's transaction."""
        self._db.conn.executemany(
            "INSERT INTO own_file (file, digest, size, state) VALUES (?, '', 0, 'gone') "
            "ON CONFLICT (file) DO UPDATE SET state = 'gone'",
            ([file] for file in files),
        )
        self._tell_anew()

    def changed(self, files: Iterable[str]) -> bool:
        """Files are not any more what they were when they were closed. Returns whether that is new of one. Within the
        caller's transaction."""
        sql = "UPDATE own_file SET state = ? WHERE file = ? AND state = ?"
        is_news = sum(self._db.execute(sql, [CHANGED, file, CLOSED]).rowcount for file in files) > 0
        if is_news:
            self._tell_anew()
        return is_news

    def _tell_anew(self) -> None:
        """Have the next file tell of all: those that told may be among the ones that are gone."""
        self._db.execute("UPDATE own_file SET told = 0 WHERE state = ?", [CLOSED])

    def to_tell(self) -> list[tuple[str, str]]:
        """Digest and name of the files that no other one tells of yet."""
        return self._db.execute(
            "SELECT digest, file FROM own_file WHERE state = ? AND NOT told ORDER BY file", [CLOSED]
        ).fetchall()

    def told(self, files: Iterable[tuple[str, str]], *, so: bool = True) -> None:
        """These are told of in a file that is there; or not `so`."""
        with recording(self._db):
            sql = "UPDATE own_file SET told = ? WHERE digest = ? AND file = ?"
            self._db.conn.executemany(sql, ([so, *one] for one in files))

    def entries(self) -> dict[str, Entry]:
        """What is known of each file that is not gone."""
        return entries_in(self._db.conn)

    def add(self, entries: dict[str, Entry]) -> None:
        """Take entries over; what is in the book already stands."""
        rows = [(file, one.digest, one.size, one.state, int(one.joined)) for file, one in entries.items()]
        self._write(rows, "OR IGNORE")

    def take_over(self, rows: Iterable[tuple[object, ...]]) -> None:
        """Take the rows of another database, as `rows_in` gives them, in the place of those of the same name. Within
        the caller's transaction."""
        self._db.conn.executemany(
            "INSERT OR REPLACE INTO own_file (file, digest, size, state, joined, told) VALUES (?, ?, ?, ?, ?, ?)", rows
        )

    def take_out(self, files: Iterable[str]) -> None:
        """Know nothing more of these. Within the caller's transaction."""
        self._db.conn.executemany("DELETE FROM own_file WHERE file = ?", ([file] for file in files))

    def come_back(self, entries: dict[str, Entry]) -> None:
        """Files that were written anew are there again, as they were, with an old copy of the corpus."""
        sql = "UPDATE own_file SET state = ?, joined = 1 WHERE file = ? AND digest = ? AND state = ?"
        self._db.conn.executemany(sql, ([CLOSED, file, one.digest, GONE] for file, one in entries.items()))

    def _write(self, rows: Iterable[tuple[object, ...]], how: str = "OR REPLACE") -> None:
        with recording(self._db):
            sql = f"INSERT {how} INTO own_file ({_COLUMNS}) VALUES (?, ?, ?, ?, ?)"  # noqa: S608
            self._db.conn.executemany(sql, rows)


def entries_in(connection: sqlite3.Connection) -> dict[str, Entry]:
    """What a database knows of each file that is not gone. Raises sqlite3.Error where it is of an older layout."""
    rows = connection.execute(f"SELECT {_COLUMNS} FROM own_file WHERE state <> ?", [GONE])  # noqa: S608
    return {file: Entry(digest, size, state, bool(joined)) for file, digest, size, state, joined in rows}


def rows_in(connection: sqlite3.Connection) -> list[tuple[object, ...]]:
    """A database's book as it stands, for `Book.take_over`. Raises sqlite3.Error where it is of an older layout."""
    return connection.execute("SELECT file, digest, size, state, joined, told FROM own_file").fetchall()
