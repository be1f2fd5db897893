"""What is still to be read by a reader, and what came of it: for the corpus as a whole, not capture by capture.

What a new reader reads stands beside what an older one read, and changes nothing until `settle`: so a re-reading can
be interrupted, and no document ever shows the texts of two readers.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from pipelines.items.captures import Capture, WarcLocation
from pipelines.items.readings import Failure, Reading
from pipelines.store.corpus import Corpus
from pipelines.store.database import CAPTURE_COLUMNS, DATABASE, connect_without_trace, recording

_AT_ONCE = 500
# what was fetched for its links alone, a home page, stands as read and has no reading; what was played and is no page
# stands as unplayable
_UNREAD = """FROM snapshot JOIN capture ON capture.id = snapshot.capture_id
WHERE redirect_to = '' AND state <> 'not replayed'
    AND NOT (state = 'unplayable' AND stage = 'replay')
    AND (state <> 'read' OR EXISTS (SELECT 1 FROM extraction WHERE extraction.capture_id = snapshot.capture_id))
    AND NOT EXISTS (SELECT 1 FROM extraction WHERE extraction.capture_id = snapshot.capture_id AND reader = ?)"""
_READ = "EXISTS (SELECT 1 FROM extraction WHERE extraction.capture_id = snapshot.capture_id)"

Outcomes = Sequence[tuple[int, Reading | Failure]]
"""What was read in captures, by their ids."""


@dataclass(frozen=True, slots=True)
class Unread:
    """A snapshot that a reader has not read."""

    capture_id: int
    capture: Capture
    location: WarcLocation
    content_type: str
    payload_digest: str


def latest_reader(db: Database) -> str:
    """The reader that was chosen last, whose readings versions are derived from; empty where nothing was read."""
    found = db.execute("SELECT reader FROM reader ORDER BY id DESC LIMIT 1").fetchone()
    return str(found[0]) if found else ""


def latest_reader_in(folder: Path) -> str:
    """The same of the corpus in `folder`, whatever its layout; empty where its database does not tell. No file is made
    beside it: a dry run leaves no trace."""
    path = folder / DATABASE
    if path.is_file():
        with suppress(sqlite3.Error), closing(connect_without_trace(path)) as db:
            return latest_reader(Database(db))
    return ""


def count_unread(db: Database, reader: str) -> int:
    """How many snapshots `reader` has not read."""
    return int(db.execute(f"SELECT count(*) {_UNREAD}", [reader]).fetchone()[0])


def count_outdated(db: Database, reader: str) -> int:
    """How many snapshots others have read and `reader` has not; told at once where there never was another one."""
    if not db.execute("SELECT 1 FROM reader WHERE reader <> ?", [reader]).fetchone():
        return 0
    return int(db.execute(f"SELECT count(*) {_UNREAD} AND {_READ}", [reader]).fetchone()[0])


def unread(db: Database, reader: str) -> Iterator[Unread]:
    """What `reader` has not read, address by address and each in order of time; few rows in memory at once."""
    last: tuple[object, ...] = ("", "", 0)
    while rows := db.execute(
        f"SELECT capture.id, {CAPTURE_COLUMNS}, file, offset, snapshot.length, content_type, payload_digest {_UNREAD} "
        "AND (capture.urlkey, timestamp, capture.id) > (?, ?, ?) "
        f"ORDER BY capture.urlkey, timestamp, capture.id LIMIT {_AT_ONCE}",
        [reader, *last],
    ).fetchall():
        for row in rows:
            found = snapshot_of(row)
            yield found
            last = (found.capture.urlkey, found.capture.timestamp, found.capture_id)


def snapshot_of(row: Sequence[Any]) -> Unread:
    """A snapshot of the columns that are asked for here, whatever follows them."""
    return Unread(row[0], Capture(*row[1:10]), WarcLocation(*row[10:13]), row[13], row[14])


def held(db: Database, capture_id: int) -> Unread:
    """A snapshot by its capture, read or not."""
    row = db.execute(
        f"SELECT capture.id, {CAPTURE_COLUMNS}, file, offset, snapshot.length, content_type, payload_digest "  # noqa: S608
        "FROM snapshot JOIN capture ON capture.id = capture_id WHERE capture.id = ?",
        [capture_id],
    ).fetchone()
    return snapshot_of(row)


def keep(db: Database, reader: str, outcomes: Outcomes) -> None:
    """Keep what was read in captures, in one transaction."""
    with recording(db):
        Corpus(db, "").keep_readings(reader, outcomes)


def choose(db: Database, reader: str) -> bool:
    """Let captures stand as `reader` found them, where it has read before and another one was chosen since. Returns
    whether anything changed: then documents wait for their versions."""
    known = db.execute("SELECT 1 FROM reader WHERE reader = ?", [reader]).fetchone()
    if not known or latest_reader(db) == reader:
        return False
    settle(db, reader, [])
    return True


def settle(db: Database, reader: str, last: Outcomes) -> None:
    """Keep the `last` outcomes, let all captures that `reader` has read stand as it found them, and their documents
    wait for their versions: one transaction, so that nothing can be read by `reader` and not settled. Copies of what
    another archive holds were read too, and stay copies."""
    with recording(db):
        if last:
            Corpus(db, "").keep_readings(reader, last)
        db.execute("UPDATE reader SET id = 1 + (SELECT max(id) FROM reader) WHERE reader = ?", [reader])
        db.execute(
            "UPDATE capture SET state = iif(failure = '', 'read', 'failed'), stage = iif(failure = '', '', 'reading'), "
            "reason = failure, transient = 0, same_as = NULL, next_try = NULL "
            "FROM extraction WHERE extraction.capture_id = capture.id AND reader = ? "
            "AND (state <> iif(failure = '', 'read', 'failed') OR reason <> failure) AND stage <> 'copy'",
            [reader],
        )
        db.execute("INSERT OR IGNORE INTO to_derive (document_id) SELECT id FROM document")


def text_with_digest(db: Database, digest: str) -> str:
    """A text, as Markdown without its title."""
    with closing(db.execute("SELECT body FROM text WHERE digest = ?", [digest])) as found:
        return str(found.fetchone()[0])
