"""The rows that the journal tells of: which columns make its lines (warc/journal.py), and lines back into a ledger."""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sqlite_utils import Database

from pipelines.items.captures import CaptureKey
from pipelines.store.database import recording
from pipelines.store.saved import Save, keep

Line = dict[str, Any]

CAPTURE_KEY = ("timestamp", "original", "digest", "statuscode")
OF_CAPTURE = ("archive", "urlkey", "mimetype", "length")
FATE = ("state", "stage", "reason", "transient", "attempts", "next_try")
QUERY_KEY = ("url", "match", "filters", "since", "until")
OF_QUERY = (
    "collapses", "state", "reason", "asked_from", "resume_key", "pages", "rows", "malformed", "attempts", "next_try",
    "answered_at", "whole_at",
)  # fmt: skip
DOCUMENT_KEY = ("site", "kind", "variant")
OF_DOCUMENT = ("url", "discover", "found", "active", "open")
OF_ARCHIVE = ("title", "replay")
OF_SAVED = ("archive", "job", "state", "timestamp", "original", "reason")
OF_TARGET = ("list", "line", "address", "problem")
OF_ADDRESS = ("urlkey", "first_timestamp", "last_timestamp", "url", "evidence")


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
    key = _key(line["capture"], line["archive"])
    db.execute(
        "INSERT OR IGNORE INTO capture (key_digest, archive, timestamp, original, digest, statuscode, urlkey, "
        "mimetype, length) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [*key.columns, line["urlkey"], line["mimetype"], line["length"]],
    )
    twin = _key(line["same_as"], line["same_as_in"] or line["archive"]) if line["same_as"] else None
    assignments = ", ".join(f"{name} = ?" for name in FATE)
    db.execute(
        f"UPDATE capture SET {assignments}, same_as = (SELECT id FROM capture WHERE key_digest = ?) "  # noqa: S608
        "WHERE key_digest = ?",
        [*(line[name] for name in FATE), twin and twin.key_digest, key.key_digest],
    )


def _key(parts: Sequence[str], archive: str) -> CaptureKey:
    timestamp, original, digest, statuscode = parts
    return CaptureKey(timestamp, original, digest, statuscode, archive)


def _apply_query(db: Database, line: Line) -> None:
    names = ("archive", "urlkey", *QUERY_KEY, *OF_QUERY)
    values = [line["archive"], line["urlkey"], *line["query"], *(line[n] for n in OF_QUERY)]
    updates = ", ".join(f"{name} = excluded.{name}" for name in ("urlkey", *OF_QUERY))
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
        [site, kind, variant, *(line[name] for name in OF_DOCUMENT)],
    ).fetchone()
    _apply_same_as(db, document_id, line["same_as"])
    db.execute("DELETE FROM address WHERE document_id = ?", [document_id])
    db.conn.executemany(
        f"INSERT OR REPLACE INTO address (document_id, {', '.join(OF_ADDRESS)}) VALUES (?, ?, ?, ?, ?, ?)",  # noqa: S608
        [[document_id, *address] for address in line["addresses"]],
    )


def _apply_same_as(db: Database, document_id: int, other: Sequence[str] | None) -> None:
    """The other document may be told of only by a later line."""
    key = other or [""] * len(DOCUMENT_KEY)
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
    key = line["document"] or [""] * len(DOCUMENT_KEY)
    db.execute(
        "INSERT OR REPLACE INTO target (list_digest, number, list, line, address, problem, document_id) VALUES "
        "(?, ?, ?, ?, ?, ?, (SELECT id FROM document WHERE site = ? AND kind = ? AND variant = ?))",
        [digest, number, *(line[name] for name in OF_TARGET), *key],
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
        [line["archive"], *(line[name] for name in OF_ARCHIVE)],
    )


def _apply_saved(db: Database, line: Line) -> None:
    keep(db, Save(*line["saved"], *(line[name] for name in OF_SAVED)))


_APPLYING: dict[str, Callable[[Database, Line], None]] = {
    "capture": _apply_capture,
    "query": _apply_query,
    "document": _apply_document,
    "evidence": _apply_evidence,
    "target": _apply_target,
    "forgotten": _apply_forgotten,
    "archive": _apply_archive,
    "saved": _apply_saved,
}
