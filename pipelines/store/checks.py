"""What of a corpus's rows does not hold: within the file, and against the WARC files; and what it would lose.

A disk that is not mounted looks like one from which everything was deleted.
"""

import hashlib
import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from sqlite_utils import Database

from pipelines.items.captures import Capture, CaptureKey
from pipelines.store.corpus import Corpus


def broken_file(db: Database) -> Iterator[str]:
    """What SQLite finds wrong with the file itself, in a few lines."""
    try:
        for (line,) in db.execute("PRAGMA integrity_check(5)"):
            if line != "ok":
                yield f"integrity: {str(line)[:200]}"
    except sqlite3.DatabaseError as error:
        yield f"integrity: {error}"


def dangling(db: Database) -> Iterator[str]:
    """Rows that refer to a row which is not there."""
    for table, row_id, parent, _ in db.execute("PRAGMA foreign_key_check"):
        yield f"{table} row {row_id} refers to a row of {parent} that is missing"


def mistaken_keys(db: Database) -> Iterator[tuple[str, str]]:
    """Captures that are not found by their keys: time and address."""
    for key_digest, *key in db.execute(
        "SELECT key_digest, timestamp, original, digest, statuscode, archive FROM capture"
    ):
        if CaptureKey(*key).key_digest != key_digest:
            yield key[0], key[1]


def edited_texts(db: Database) -> Iterator[str]:
    """Digests of texts that are not what their digest says."""
    for digest, body in db.execute("SELECT digest, body FROM text"):
        if hashlib.sha256(body.encode("utf-8", "surrogatepass")).hexdigest() != digest:
            yield str(digest)


def read_and_failed(db: Database) -> Iterator[tuple[str, str, str]]:
    """Captures whose row holds a text and a failure of one reader: time, address and failure."""
    yield from db.execute(
        "SELECT timestamp, original, failure FROM extraction JOIN capture ON capture.id = capture_id "
        "WHERE failure <> '' AND text_digest IS NOT NULL"
    )


def versions_not_as_derived(db: Database) -> Iterator[tuple[str, str, str]]:
    """Documents whose versions are others than their readings give."""
    corpus = Corpus(db, "")
    for document_id, *key in db.execute("SELECT id, site, kind, variant FROM document ORDER BY id").fetchall():
        if not corpus.is_as_derived(document_id):
            yield key[0], key[1], key[2]


def holds_versions(db: Database) -> bool:
    """Whether a corpus has any version of any document."""
    return db.execute("SELECT 1 FROM version").fetchone() is not None


def files_of_rows(db: Database) -> list[str]:
    """The WARC files that rows point into."""
    return [file for (file,) in db.execute("SELECT DISTINCT file FROM snapshot ORDER BY file")]


def rows_of_file(db: Database, file: str) -> dict[int, int]:
    """The captures whose rows point into a WARC file, by offset."""
    return dict(db.execute("SELECT offset, capture_id FROM snapshot WHERE file = ?", [file]).fetchall())


def payloads_of_file(db: Database, file: str) -> dict[int, str]:
    """The SHA-256 of the payloads that rows say lie in a WARC file, by offset."""
    return dict(db.execute("SELECT offset, payload_digest FROM snapshot WHERE file = ?", [file]).fetchall())


_ARCHIVES = "SELECT archive FROM query UNION SELECT name FROM archive"
_OF_ANY = "SELECT id FROM capture WHERE timestamp = ? AND original = ? AND digest = ? AND statuscode = ?"


def _ids_of(db: Database, key: CaptureKey) -> list[int]:
    """The captures of a key. Notes of 0.1.0 name no archive: those of any are meant."""
    named = [key] if key.archive else [key._replace(archive=archive) for (archive,) in db.execute(_ARCHIVES)]
    sql = "SELECT id FROM capture WHERE key_digest = ?"
    found = [row for one in named for row in db.execute(sql, [one.key_digest])]
    if not found and not key.archive:  # of an archive that was never asked: all rows are looked at
        found = list(db.execute(_OF_ANY, key[:-1]))
    return [capture_id for (capture_id,) in found]


def is_listed(db: Database, row: Capture) -> bool:
    """Whether a row of a listing has its capture."""
    return bool(_ids_of(db, row.key))


def file_holding(db: Database, key: CaptureKey) -> str:
    """The WARC file in which the bytes of a capture lie, by its row; empty where none are held."""
    for capture_id in _ids_of(db, key):
        row = db.execute("SELECT file FROM snapshot WHERE capture_id = ?", [capture_id]).fetchone()
        if row:
            return str(row[0])
    return ""


def payload_of(db: Database, capture_id: int) -> str:
    """The SHA-256 of the bytes that a capture's row names."""
    row = db.execute("SELECT payload_digest FROM snapshot WHERE capture_id = ?", [capture_id]).fetchone()
    return str(row[0]) if row else ""


def reading_of(db: Database, capture_id: int, reader: str) -> tuple[str, str] | None:
    """What a reader found in a capture: the digest of the text and its reading key, or the failure and nothing."""
    row = db.execute(
        "SELECT coalesce(text_digest, failure), reading_key FROM extraction WHERE capture_id = ? AND reader = ?",
        [capture_id, reader],
    ).fetchone()
    return (row[0], row[1]) if row else None


def some_read(db: Database, reader: str, most: int) -> list[int]:
    """Captures that `reader` has read, at most so many, spread over the whole corpus."""
    rows = db.execute(
        "SELECT capture_id FROM extraction WHERE reader = ? ORDER BY (capture_id * 2654435761) % 4294967296 LIMIT ?",
        [reader, most],
    )
    return [capture_id for (capture_id,) in rows]


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
