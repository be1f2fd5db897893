"""What of the ledger is not in WARC yet: the marks that triggers leave, and the marked rows as lines of the journal.

What the lines hold is told in warc/journal.py; `journal_rows.apply` is the way back.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from sqlite_utils import Database

from pipelines.store.corpus_names import own_name
from pipelines.store.database import recording
from pipelines.store.journal_rows import (
    CAPTURE_KEY,
    DOCUMENT_KEY,
    FATE,
    OF_ADDRESS,
    OF_ARCHIVE,
    OF_CAPTURE,
    OF_DOCUMENT,
    OF_QUERY,
    OF_SAVED,
    OF_TARGET,
    QUERY_KEY,
    Line,
)


class Mark(NamedTuple):
    """A row that is not in WARC as it stands: its table, and its id there or its key as JSON."""

    what: str
    row_id: str


# -- marks


def some(db: Database, most: int) -> list[Mark]:
    """Marks, at most so many, in no order."""
    return [Mark(*row) for row in db.execute("SELECT what, id FROM unwritten LIMIT ?", [most])]


def take_off(db: Database, marks: Sequence[Mark]) -> None:
    """Take marks off, in a transaction."""
    with recording(db):
        db.conn.executemany("DELETE FROM unwritten WHERE what = ? AND id = ?", marks)


def mark_capture(db: Database, capture_id: int) -> None:
    """Let a capture be told once more behind its bytes, though nothing in its row changed. A part of the caller's
    transaction."""
    db.execute("INSERT OR IGNORE INTO unwritten (what, id) VALUES ('capture', ?)", [capture_id])


def mark_all(db: Database) -> None:
    """Mark every row as not written, where bytes that told of them are gone. A part of the caller's transaction."""
    for what in ("capture", "query", "document"):
        db.execute(f"INSERT OR IGNORE INTO unwritten (what, id) SELECT '{what}', id FROM {what}")  # noqa: S608
    db.execute("INSERT OR IGNORE INTO unwritten (what, id) SELECT 'forgotten', site FROM forgotten")
    db.execute("INSERT OR IGNORE INTO unwritten (what, id) SELECT 'archive', name FROM archive")
    db.execute(
        "INSERT OR IGNORE INTO unwritten (what, id) "
        "SELECT 'evidence', json_array(site, kind, timestamp, source, address, via, score) FROM evidence"
    )
    db.execute(
        "INSERT OR IGNORE INTO unwritten (what, id) SELECT 'target', json_array(list_digest, number) FROM target"
    )
    db.execute("INSERT OR IGNORE INTO unwritten (what, id) SELECT 'saved', json_array(address, asked_at) FROM saved")


@contextmanager
def kept_marks(db: Database) -> Iterator[None]:
    """What is written out here stays marked until `take_kept_marks_off`. Within the caller's transaction."""
    db.execute("DROP TABLE IF EXISTS temp.kept_mark")
    db.execute("CREATE TEMP TABLE kept_mark AS SELECT what, id FROM unwritten")
    yield
    db.execute("INSERT OR IGNORE INTO unwritten (what, id) SELECT what, id FROM kept_mark")


def take_kept_marks_off(db: Database) -> None:
    db.execute("DELETE FROM unwritten WHERE (what, id) IN (SELECT what, id FROM kept_mark)")
    db.execute("DROP TABLE temp.kept_mark")


# -- lines


def lines(db: Database, mark: Mark) -> Iterator[Line]:
    """The line of a row as it stands; none where the row is gone, or bytes in WARC tell the same."""
    what, row_id = mark
    if what == "evidence":
        yield {"evidence": json.loads(row_id)}
        return
    if what in ("target", "saved"):
        yield from (_target_line if what == "target" else _saved_line)(db, json.loads(row_id))
        return
    table, telling = _TELLING[what]
    key = _KEYED_BY.get(what, "id")
    for row in db.query(f"SELECT * FROM {table} WHERE {key} = ?", [row_id]):  # noqa: S608
        yield from telling(db, row)


def _capture_line(db: Database, row: Line) -> Iterator[Line]:
    is_read = db.execute("SELECT 1 FROM extraction WHERE capture_id = ?", [row["id"]]).fetchone()
    if is_read and row["stage"] != "copy":
        return  # the bytes tell
    twin = db.execute(
        f"SELECT {', '.join(CAPTURE_KEY)}, archive FROM capture WHERE id = ?",  # noqa: S608
        [row["same_as"]],
    ).fetchone()
    told = _named(row, OF_CAPTURE + FATE)
    line = {"capture": [row[name] for name in CAPTURE_KEY], **told, "same_as": twin and twin[:-1]}
    yield line if twin is None or twin[-1] == row["archive"] else {**line, "same_as_in": twin[-1]}


def _query_line(_: Database, row: Line) -> Iterator[Line]:
    yield {"query": [row[name] for name in QUERY_KEY], **_named(row, ("archive", "urlkey", *OF_QUERY))}


def _document_line(db: Database, row: Line) -> Iterator[Line]:
    addresses = db.execute(
        f"SELECT {', '.join(OF_ADDRESS)} FROM address WHERE document_id = ? ORDER BY urlkey, first_timestamp",  # noqa: S608
        [row["id"]],
    )
    yield {
        "document": [row[name] for name in DOCUMENT_KEY],
        **_named(row, OF_DOCUMENT),
        "same_as": _key_of(db, row["same_as"]),
        "addresses": [list(address) for address in addresses],
    }


def _key_of(db: Database, document_id: int | None) -> tuple[str, ...] | None:
    found = db.execute("SELECT site, kind, variant FROM document WHERE id = ?", [document_id]).fetchone()
    return tuple(found) if found else None


def _target_line(db: Database, key: list[Any]) -> Iterator[Line]:
    for row in db.query("SELECT * FROM target WHERE list_digest = ? AND number = ?", key):
        yield {"target": key, **_named(row, OF_TARGET), "document": _key_of(db, row["document_id"])}


def _saved_line(db: Database, key: list[Any]) -> Iterator[Line]:
    for row in db.query("SELECT * FROM saved WHERE address = ? AND asked_at = ?", key):
        yield {"saved": key, **_named(row, OF_SAVED)}


def _forgotten_line(db: Database, row: Line) -> Iterator[Line]:
    yield {"forgotten": row["site"], "since": row["since"], "corpus": own_name(db)}


def _archive_line(_: Database, row: Line) -> Iterator[Line]:
    yield {"archive": row["name"], **_named(row, OF_ARCHIVE)}


_KEYED_BY = {"forgotten": "site", "archive": "name"}
_TELLING: dict[str, tuple[str, Callable[[Database, Line], Iterator[Line]]]] = {
    "capture": ("capture", _capture_line),
    "query": ("query", _query_line),
    "document": ("document", _document_line),
    "forgotten": ("forgotten", _forgotten_line),
    "archive": ("archive", _archive_line),
}


def _named(row: Line, names: Iterable[str]) -> Line:
    return {name: row[name] for name in names}
