"""Corpora that are made of texts which others published: rows without bytes, in a corpus of their own.

There are no WARC files to check them against or to make them of again, so nothing else may be added to such a corpus.
"""

import hashlib
import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from sqlite_utils import Database

from pipelines.exceptions import WrongUse
from pipelines.formats.digests import cdx_digest
from pipelines.items.captures import CaptureKey, DocumentKey, State
from pipelines.items.readings import Reading
from pipelines.store.corpus import Corpus
from pipelines.store.database import DATABASE, connect_without_trace, recording
from pipelines.store.deriving import added
from pipelines.store.readings import text_with_digest
from pipelines.store.selection import Selection, timeline


@dataclass(frozen=True, slots=True)
class ImportedText:
    """A text with its provenance: `place` names repository, commit and path, `fetched_at` is the commit's time."""

    document: DocumentKey
    timestamp: str
    original: str
    reading: Reading
    raw: bytes
    place: str
    fetched_at: str
    replaces: bool


class Imports:
    """The texts of one publisher in a corpus. `add` and `done` are parts of the caller's transaction."""

    def __init__(self, db: Database, archive: str, reader: str) -> None:
        self._db, self._archive, self._reader = db, archive, reader
        self._corpus = Corpus(db, archive)

    def add(self, text: ImportedText) -> bool:
        """Keep a text; whether it is a new one, and none that replaces one or is held already."""
        document_id, urlkey = self._document(text)
        digest = cdx_digest(text.raw)
        before = self._last(urlkey) if text.replaces else None
        if before is None:
            cursor = self._db.execute(
                "INSERT OR IGNORE INTO capture (key_digest, archive, timestamp, original, digest, statuscode, urlkey, "
                "mimetype, length, state, reason) VALUES (?, ?, ?, ?, ?, ?, ?, 'text/markdown', ?, 'read', '')",
                [*self._key(text.timestamp, text.original, digest).columns, urlkey, str(len(text.raw))],
            )
            if not cursor.rowcount or cursor.lastrowid is None:
                return False
            added(self._db, urlkey, State.READ)
            self._hold(cursor.lastrowid, text)
            self._corpus.keep_readings(self._reader, [(cursor.lastrowid, text.reading)])
        else:
            self._rename(before, digest)
            self._db.execute("UPDATE snapshot SET file = ? WHERE capture_id = ?", [text.place, before])
            self._corpus.keep_readings(self._reader, [(before, text.reading)])
        self._db.execute("INSERT OR IGNORE INTO to_derive (document_id) VALUES (?)", [document_id])
        return before is None

    def _key(self, timestamp: str, original: str, digest: str) -> CaptureKey:
        return CaptureKey(timestamp, original, digest, "200", self._archive)

    def _rename(self, capture_id: int, digest: str) -> None:
        """Give a capture the digest of the text that replaces its own."""
        sql = "SELECT timestamp, original FROM capture WHERE id = ?"
        timestamp, original = self._db.execute(sql, [capture_id]).fetchone()
        self._db.execute(
            "UPDATE OR IGNORE capture SET key_digest = ?, digest = ? WHERE id = ?",
            [self._key(timestamp, original, digest).key_digest, digest, capture_id],
        )

    def _document(self, text: ImportedText) -> tuple[int, str]:
        key = [text.document.site, text.document.kind, text.document.variant]
        urlkey = f"{self._archive}){'/'.join(key)}"
        self._db.execute(
            "INSERT OR IGNORE INTO document (site, kind, variant, url, active) VALUES (?, ?, ?, ?, 0)",
            [*key, text.original],
        )
        sql = "SELECT id FROM document WHERE site = ? AND kind = ? AND variant = ?"
        (document_id,) = self._db.execute(sql, key).fetchone()
        self._db.execute(
            "INSERT OR IGNORE INTO address (document_id, urlkey, url, evidence) VALUES (?, ?, ?, 'as published')",
            [document_id, urlkey, text.original],
        )
        return int(document_id), urlkey

    def _last(self, urlkey: str) -> int | None:
        sql = "SELECT id FROM capture WHERE archive = ? AND urlkey = ? ORDER BY timestamp DESC, id DESC LIMIT 1"
        row = self._db.execute(sql, [self._archive, urlkey]).fetchone()
        return int(row[0]) if row else None

    def _hold(self, capture_id: int, text: ImportedText) -> None:
        digest = hashlib.sha256(text.raw).hexdigest()
        self._db.execute(
            "INSERT INTO snapshot (capture_id, requested, file, offset, length, payload_digest, content_type, "
            "digest_check, redirect_to, fetched_at) VALUES (?, ?, ?, 0, ?, ?, 'text/markdown', 'published', '', ?)",
            [capture_id, text.timestamp, text.place, len(text.raw), digest, text.fetched_at],
        )

    def done(self, source: str, repository: str, commit: str) -> None:
        """Note that all up to a commit is here; nothing of it is to be told to WARC files."""
        sql = "INSERT OR REPLACE INTO imported (source, repository, done) VALUES (?, ?, ?)"
        self._db.execute(sql, [source, repository, commit])
        self._db.execute("DELETE FROM unwritten")

    def finish(self, title: str) -> None:
        """Derive the versions of all that is new, and name the archive."""
        with recording(self._db):
            sql = "INSERT OR REPLACE INTO archive (name, title, replay) VALUES (?, ?, '')"
            self._db.execute(sql, [self._archive, title])
            self._db.execute("DELETE FROM unwritten")
        self._corpus.derive_waiting()
        with recording(self._db):  # texts that were read anew by their publisher
            self._db.execute(
                "DELETE FROM text WHERE digest NOT IN (SELECT text_digest FROM version "
                "UNION SELECT text_digest FROM extraction WHERE text_digest IS NOT NULL)"
            )


def begin(db: Database, folder: Path, source: str) -> str:
    """The commit up to which a corpus was imported from `source`; empty for a new one.

    Raises WrongUse where it holds anything else.
    """
    imported = dict(db.execute("SELECT source, done FROM imported"))
    (held,) = db.execute("SELECT EXISTS (SELECT 1 FROM document) OR EXISTS (SELECT 1 FROM capture)").fetchone()
    if set(imported) - {source} or (held and not imported):
        what = f"texts of {', '.join(imported)}" if imported else "a crawl"
        raise WrongUse(f"{folder} holds {what}: give the import a folder of its own, e.g. -s CORPUS_DIR={source}.")
    return str(imported.get(source, ""))


def sources(db: Database) -> tuple[str, ...]:
    """The repositories of which a corpus was made, with the commits up to which it was; none of a crawl."""
    rows = db.execute("SELECT source, repository, done FROM imported ORDER BY source")
    return tuple(f"{source} ({repository} at {done[:12]})" for source, repository, done in rows)


def refuse_imported(folder: Path) -> None:
    """Raises WrongUse where a corpus was made of texts that others published. One that cannot be read is none."""
    found: tuple[str, ...] = ()
    if (folder / DATABASE).is_file():
        with suppress(sqlite3.Error), closing(connect_without_trace(folder / DATABASE)) as connection:
            found = sources(Database(connection))
    if found:
        raise WrongUse(
            f"{folder} was imported from {', '.join(found)}: it has no WARC files, and nothing else is added to it."
        )


@dataclass(frozen=True, slots=True)
class Dated:
    """A version: when it began, when its text was captured, and how to tell whether another one is the same."""

    first_timestamp: str
    held_timestamp: str
    reading_key: str
    text_digest: str
    words: int


def documents(db: Database, selection: Selection) -> dict[tuple[str, str, str], int]:
    """The ids, within this file, of documents that have selected versions, by site, kind and variant."""
    return {(row[1], row[2], row[3]): row[0] for row in timeline(db, selection)}


def versions(db: Database, document_id: int) -> list[Dated]:
    """All versions of a document in the order of time."""
    sql = """SELECT first_timestamp, held_timestamp, reading_key, text_digest, words FROM version
        WHERE document_id = ? ORDER BY first_timestamp, number"""
    return [Dated(*row) for row in db.execute(sql, [document_id])]


def text(db: Database, version: Dated) -> str:
    """Its text."""
    return text_with_digest(db, version.text_digest)
