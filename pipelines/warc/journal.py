"""The journal: what became of captures, listings and documents, kept in WARC so that a rebuild finds it again.

Bytes do not tell that a capture was refused, passed over or found to be the same as another. Whatever changes in those
rows of the ledger is marked by triggers (schema.py) in `unwritten`, in the transaction that changes it. Before the next
record goes to WARC the marked rows are written there as they stand, one JSON object a line:

    {"capture": [timestamp, original, digest, statuscode], "archive", "urlkey", "mimetype", "length",
     "state", "stage", "reason", "same_as": [...] or null, "transient", "attempts", "next_try"}
    {"query": [url, match, filters, since, until], "archive", "urlkey", "state", "reason", ...}
    {"document": [site, kind, variant], "url", "discover", "found", "active", "open",
     "same_as": [...] or null, "addresses": [[urlkey, first_timestamp, last_timestamp, url, evidence], ...]}
    {"evidence": [site, kind, timestamp, source, address, via, score]}
    {"target": [digest of the list, number], "list", "line", "address", "document": [...] or null, "problem"}
    {"archive": name, "title", "replay": template of links to its captures}
    {"forgotten": site, "since", "corpus": the name of the one that forgot}

Lines are rows, not steps: to apply one twice changes nothing, and the last one of a row is the one that holds.
"""

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from sqlite_utils import Database

from pipelines.formats import records as typed
from pipelines.store.database import recording

Line = dict[str, Any]


class BadLine(NamedTuple):
    """A line of a journal that is none: its number within the record, and why."""

    number: int
    reason: str


_AT_ONCE = 2000  # rows a record; as many lines are in memory
_KEY = ("timestamp", "original", "digest", "statuscode")
_OF_CAPTURE = ("archive", "urlkey", "mimetype", "length")
_FATE = ("state", "stage", "reason", "transient", "attempts", "next_try")
_QUERY_KEY = ("url", "match", "filters", "since", "until")
_OF_QUERY = (
    "collapses", "state", "reason", "asked_from", "resume_key", "pages", "rows", "malformed", "attempts", "next_try",
    "answered_at", "whole_at",
)  # fmt: skip
_DOCUMENT_KEY = ("site", "kind", "variant")
_OF_DOCUMENT = ("url", "discover", "found", "active", "open")
_OF_ARCHIVE = ("title", "replay")
_OF_TARGET = ("list", "line", "address", "problem")
_OF_ADDRESS = ("urlkey", "first_timestamp", "last_timestamp", "url", "evidence")


# -- from the ledger


def write_out(db: Database, write: Callable[[str], object]) -> int:
    """Give all rows that are not in WARC yet to `write`, in records of lines, and take their marks off.

    Returns how many rows. A crash between the two writes them a second time, which does no harm.
    """
    count = 0
    while marked := db.execute("SELECT what, id FROM unwritten LIMIT ?", [_AT_ONCE]).fetchall():
        if text := "".join(as_text(line) for what, row_id in marked for line in _line(db, what, row_id)):
            write(text)
        with recording(db):
            db.conn.executemany("DELETE FROM unwritten WHERE what = ? AND id = ?", marked)
        count += len(marked)
    return count


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


def as_text(line: Line) -> str:
    return json.dumps(line, separators=(",", ":")) + "\n"


def _line(db: Database, what: str, row_id: str) -> Iterator[Line]:
    if what == "evidence":
        yield {"evidence": json.loads(row_id)}
        return
    if what == "target":
        yield from _target_line(db, json.loads(row_id))
        return
    table, telling = _TELLING[what]
    key = _KEYED_BY.get(what, "id")
    for row in db.query(f"SELECT * FROM {table} WHERE {key} = ?", [row_id]):  # noqa: S608
        yield from telling(db, row)


def _capture_line(db: Database, row: Line) -> Iterator[Line]:
    if db.execute("SELECT 1 FROM extraction WHERE capture_id = ?", [row["id"]]).fetchone():
        return  # the bytes tell
    twin = db.execute(
        f"SELECT {', '.join(_KEY)}, archive FROM capture WHERE id = ?",  # noqa: S608
        [row["same_as"]],
    ).fetchone()
    line = {"capture": [row[name] for name in _KEY], **_named(row, _OF_CAPTURE + _FATE), "same_as": twin and twin[:-1]}
    yield line if twin is None or twin[-1] == row["archive"] else {**line, "same_as_in": twin[-1]}


def _query_line(_: Database, row: Line) -> Iterator[Line]:
    yield {"query": [row[name] for name in _QUERY_KEY], **_named(row, ("archive", "urlkey", *_OF_QUERY))}


def _document_line(db: Database, row: Line) -> Iterator[Line]:
    addresses = db.execute(
        f"SELECT {', '.join(_OF_ADDRESS)} FROM address WHERE document_id = ? ORDER BY urlkey, first_timestamp",  # noqa: S608
        [row["id"]],
    )
    yield {
        "document": [row[name] for name in _DOCUMENT_KEY],
        **_named(row, _OF_DOCUMENT),
        "same_as": _key_of(db, row["same_as"]),
        "addresses": [list(address) for address in addresses],
    }


def _key_of(db: Database, document_id: int | None) -> tuple[str, ...] | None:
    found = db.execute("SELECT site, kind, variant FROM document WHERE id = ?", [document_id]).fetchone()
    return tuple(found) if found else None


def _target_line(db: Database, key: list[Any]) -> Iterator[Line]:
    for row in db.query("SELECT * FROM target WHERE list_digest = ? AND number = ?", key):
        yield {"target": key, **_named(row, _OF_TARGET), "document": _key_of(db, row["document_id"])}


def _forgotten_line(db: Database, row: Line) -> Iterator[Line]:
    (corpus,) = db.execute("SELECT corpus FROM identity WHERE NOT joined").fetchone()
    yield {"forgotten": row["site"], "since": row["since"], "corpus": corpus}


def _archive_line(_: Database, row: Line) -> Iterator[Line]:
    yield {"archive": row["name"], **_named(row, _OF_ARCHIVE)}


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


# -- back into a ledger


def lines_in(text: str) -> Iterator[Line]:
    """The lines of a journal record; what is none is passed over: see `checked_lines`."""
    return (line for line in checked_lines(text) if not isinstance(line, BadLine))


def checked_lines(text: str) -> Iterator[Line | BadLine]:
    """The lines of a journal record, and those that are none."""
    for number, data in enumerate(text.split("\n"), start=1):
        try:
            if data.strip():
                yield typed.line(data)
        except (ValueError, RecursionError) as error:
            yield BadLine(number, str(error) or "nested too deep")


def apply(db: Database, lines: Iterable[Line]) -> int:
    """Bring rows to what the lines say, making those that are not there. Returns how many lines could not be used."""
    unusable = 0
    with recording(db):
        for line in lines:
            try:
                _APPLYING[next(iter(line))](db, line)
            except (sqlite3.DataError, sqlite3.IntegrityError, sqlite3.ProgrammingError):
                unusable += 1
    return unusable


def _apply_capture(db: Database, line: Line) -> None:
    key = [line["archive"], *line["capture"]]
    db.execute(
        "INSERT OR IGNORE INTO capture (archive, timestamp, original, digest, statuscode, urlkey, mimetype, length) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [*key, line["urlkey"], line["mimetype"], line["length"]],
    )
    archive = line["same_as_in"] or line["archive"]
    twin = [archive, *line["same_as"]] if line["same_as"] else [None] * (len(_KEY) + 1)
    assignments = ", ".join(f"{name} = ?" for name in _FATE)
    same = " AND ".join(f"{name} = ?" for name in ("archive", *_KEY))
    db.execute(
        f"UPDATE capture SET {assignments}, same_as = (SELECT id FROM capture WHERE {same}) WHERE {same}",  # noqa: S608
        [*(line[name] for name in _FATE), *twin, *key],
    )


def _apply_query(db: Database, line: Line) -> None:
    names = ("archive", "urlkey", *_QUERY_KEY, *_OF_QUERY)
    values = [line["archive"], line["urlkey"], *line["query"], *(line[n] for n in _OF_QUERY)]
    updates = ", ".join(f"{name} = excluded.{name}" for name in ("urlkey", *_OF_QUERY))
    db.execute(
        f"INSERT INTO query ({', '.join(names)}) VALUES ({', '.join('?' * len(names))}) "  # noqa: S608
        f"ON CONFLICT (archive, url, match, filters, since, until) DO UPDATE SET {updates}",
        values,
    )


def _apply_document(db: Database, line: Line) -> None:
    site, kind, variant = line["document"]
    (document_id,) = db.execute(
        "INSERT INTO document (site, kind, variant, url, discover, found, active, open) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (site, kind, variant) DO UPDATE SET url = excluded.url, "
        "discover = excluded.discover, found = excluded.found, active = excluded.active, open = excluded.open "
        "RETURNING id",
        [site, kind, variant, *(line[name] for name in _OF_DOCUMENT)],
    ).fetchone()
    _apply_same_as(db, document_id, line["same_as"])
    db.execute("DELETE FROM address WHERE document_id = ?", [document_id])
    db.conn.executemany(
        f"INSERT OR REPLACE INTO address (document_id, {', '.join(_OF_ADDRESS)}) VALUES (?, ?, ?, ?, ?, ?)",  # noqa: S608
        [[document_id, *address] for address in line["addresses"]],
    )


def _apply_same_as(db: Database, document_id: int, other: Sequence[str] | None) -> None:
    """The other document may be told of only by a later line."""
    key = other or [""] * len(_DOCUMENT_KEY)
    if other:
        db.execute("INSERT OR IGNORE INTO document (site, kind, variant, url) VALUES (?, ?, ?, '')", key)
    db.execute(
        "UPDATE document SET same_as = (SELECT id FROM document WHERE site = ? AND kind = ? AND variant = ?) "
        "WHERE id = ?",
        [*key, document_id],
    )


def _apply_target(db: Database, line: Line) -> None:
    """Documents are told of before the lines that stand for them."""
    digest, number = line["target"]
    key = line["document"] or [""] * len(_DOCUMENT_KEY)
    db.execute(
        "INSERT OR REPLACE INTO target (list_digest, number, list, line, address, problem, document_id) VALUES "
        "(?, ?, ?, ?, ?, ?, (SELECT id FROM document WHERE site = ? AND kind = ? AND variant = ?))",
        [digest, number, *(line[name] for name in _OF_TARGET), *key],
    )


def _apply_evidence(db: Database, line: Line) -> None:
    *texts, score = line["evidence"]
    db.execute(
        "INSERT OR IGNORE INTO evidence (site, kind, timestamp, source, address, via, score) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        [*texts, score],
    )


def _apply_forgotten(db: Database, line: Line) -> None:
    db.execute("INSERT OR IGNORE INTO forgotten (site, since) VALUES (?, ?)", [line["forgotten"], line["since"]])


def _apply_archive(db: Database, line: Line) -> None:
    db.execute(
        "INSERT INTO archive (name, title, replay) VALUES (?, ?, ?) "
        "ON CONFLICT (name) DO UPDATE SET title = excluded.title, replay = excluded.replay",
        [line["archive"], *(line[name] for name in _OF_ARCHIVE)],
    )


_APPLYING: dict[str, Callable[[Database, Line], None]] = {
    "capture": _apply_capture,
    "query": _apply_query,
    "document": _apply_document,
    "evidence": _apply_evidence,
    "target": _apply_target,
    "forgotten": _apply_forgotten,
    "archive": _apply_archive,
}
