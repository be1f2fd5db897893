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


def _of(key: CaptureKey) -> tuple[str, list[str]]:
    """A condition for a capture, and its values. Notes of 0.1.0 name no archive: a capture of any is meant."""
    *fields, archive = key
    sql = "timestamp = ? AND original = ? AND digest = ? AND statuscode = ?"
    return (f"{sql} AND archive = ?", [*key]) if archive else (sql, fields)


def is_listed(db: Database, row: Capture) -> bool:
    """Whether a row of a listing has its capture."""
    where, values = _of(row.key)
    return db.execute(f"SELECT 1 FROM capture WHERE {where}", values).fetchone() is not None  # noqa: S608


def file_holding(db: Database, key: CaptureKey) -> str:
    """The WARC file in which the bytes of a capture lie, by its row; empty where none are held."""
    where, values = _of(key)
    sql = f"SELECT file FROM capture JOIN snapshot ON capture_id = id WHERE {where}"  # noqa: S608
    row = db.execute(sql, values).fetchone()
    return str(row[0]) if row else ""


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
