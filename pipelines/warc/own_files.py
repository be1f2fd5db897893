"""The book of a corpus's own WARC files: every name ever given, and what the file held when it was closed.

A name is in the book, with what the file begins with, before there is a file: nothing that is found in the folder
later is taken for our own because it says so. No name is given twice, also of files that are gone, since an old copy of
the corpus may still hold another file under it. Each new file tells in its warcinfo the digests of those closed since
the last one, so that the files vouch for each other where the database is lost.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from sqlite_utils import Database

from pipelines.store.database import recording
from pipelines.warc.files import place_of, serial_of

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

    def last_serial(self, run: str) -> int:
        """The highest serial number that a file of `run` ever had."""
        rows = self._db.execute("SELECT file FROM own_file WHERE file >= ? AND file < ?", [f"{run}-", f"{run}."])
        return max((serial_of(run, file) for (file,) in rows), default=0)

    def begin(self, file: str, head: bytes) -> None:
        """A file is to come that begins with these bytes."""
        self._write([(file, hashlib.sha256(head).hexdigest(), len(head), OPEN, 0)])

    def close(self, file: str, size: int, digest: str) -> None:
        """A file is whole."""
        with recording(self._db):
            self._db.execute(
                "UPDATE own_file SET size = ?, digest = ?, state = ? WHERE file = ?", [size, digest, CLOSED, file]
            )

    def close_left_open(self, folder: Path, cut: str = "") -> None:
        """What a process that is no more has left open is whole now, and so is the file that was `cut`."""
        rows = self._db.execute("SELECT file FROM own_file WHERE state = ? OR file = ?", [OPEN, cut]).fetchall()
        for (file,) in rows:
            if (folder / file).is_file():
                self.close(file, *sized(folder / file))

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
        rows = self._db.execute(f"SELECT {_COLUMNS} FROM own_file WHERE state <> ?", [GONE])  # noqa: S608
        return {file: Entry(digest, size, state, bool(joined)) for file, digest, size, state, joined in rows}

    def add(self, entries: dict[str, Entry]) -> None:
        """Take entries over; what is in the book already stands."""
        rows = [(file, one.digest, one.size, one.state, int(one.joined)) for file, one in entries.items()]
        self._write(rows, "OR IGNORE")

    def come_back(self, entries: dict[str, Entry]) -> None:
        """Files that were written anew are there again, as they were, with an old copy of the corpus."""
        sql = "UPDATE own_file SET state = ?, joined = 1 WHERE file = ? AND digest = ? AND state = ?"
        self._db.conn.executemany(sql, ([CLOSED, file, one.digest, GONE] for file, one in entries.items()))

    def _write(self, rows: Iterable[tuple[object, ...]], how: str = "OR REPLACE") -> None:
        with recording(self._db):
            sql = f"INSERT {how} INTO own_file ({_COLUMNS}) VALUES (?, ?, ?, ?, ?)"  # noqa: S608
            self._db.conn.executemany(sql, rows)


def fits(path: Path, entry: Entry) -> bool:
    """Whether a file holds what is known of it: all of it, or, of one that is open, what it begins with."""
    if entry.state != OPEN and _size(path) != entry.size:
        return False
    return sized(path, entry.size) == (entry.size, entry.digest)


def sized(path: Path, most: int = 1 << 62) -> tuple[int, str]:
    """How many bytes a file holds, and their SHA-256; of the first `most`. (0, "") where it cannot be read."""
    digest, size = hashlib.sha256(), 0
    try:
        with path.open("rb") as file:
            for chunk in _chunks(file, most):
                digest.update(chunk)
                size += len(chunk)
    except OSError:
        return 0, ""
    return size, digest.hexdigest()


def _chunks(file: BinaryIO, most: int) -> Iterator[bytes]:
    while most > 0 and (chunk := file.read(min(1 << 20, most))):
        most -= len(chunk)
        yield chunk


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return -1


def closed_now(folder: Path, files: Iterable[str]) -> dict[str, Entry]:
    """Entries of files as they stand."""
    found = {file: sized(place_of(folder, file)) for file in files}
    return {file: Entry(digest, size, CLOSED) for file, (size, digest) in found.items()}


def renamed(folder: Path, files: Iterable[str], entries: dict[str, Entry]) -> dict[str, Entry]:
    """Entries of closed files that lie under another name than theirs: what they hold tells."""
    missing = {(one.size, one.digest): one for file, one in entries.items() if not place_of(folder, file).exists()}
    sizes = {one.size for one in missing.values() if one.state == CLOSED}
    strange = (file for file in files if file not in entries and _size(place_of(folder, file)) in sizes)
    found = {file: missing.get(sized(place_of(folder, file))) for file in strange}
    return {file: entry for file, entry in found.items() if entry}
