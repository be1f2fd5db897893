"""What a published site and its feeds tell of documents and versions, row by row. Reads only."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlite_utils import Database

from pipelines.items.captures import DocumentKey

FAILURES = ("failed", "unplayable", "blocked")
"""States of captures that a time line shows as failures."""


@dataclass(frozen=True, slots=True)
class PublishedDocument:
    """A document that has versions. `newest` is the latest capture that shows one of them, 14 digits."""

    id: int
    site: str
    kind: str
    variant: str
    address: str
    active: int
    open: int
    versions: int
    oldest: str
    newest: str

    @property
    def key(self) -> DocumentKey:
        return DocumentKey(self.site, self.kind, self.variant)


@dataclass(frozen=True, slots=True)
class PublishedVersion:
    """A version, where it comes from, and the change that led to it (None in its figures: there is none before, or it
    is not compared yet). `name` tells versions of a document apart for good: the timestamp of the capture that is held.
    `page_digest` is the archive's, `payload_digest` of the bytes held. `found_at` is ISO 8601 or empty."""

    number: int
    held_timestamp: str
    first_timestamp: str
    last_timestamp: str
    changed_after: str
    changed_before: str
    captures: int
    captures_listed: int
    original: str
    archive: str
    title: str
    language: str
    words: int
    verdict: str
    text_digest: str
    reader: str
    stated_date: str
    stated_in: str
    page_digest: str
    payload_digest: str
    run: str
    found_at: str
    words_added: int | None
    words_removed: int | None
    words_moved: int | None
    share: float | None
    sections: str | None
    cosmetic_kinds: str | None
    name: str

    @property
    def touched(self) -> list[dict[str, Any]]:
        """The sections that changed: heading, words added, removed and moved."""
        return list(json.loads(self.sections or "[]"))


@dataclass(frozen=True, slots=True)
class FoundChange:
    """Which change, of which document, and when the later found of its two versions was: what a feed is made of."""

    document_id: int
    number: int
    found_at: str
    told: str  # of both versions: what pages about the change are made of


_DOCUMENTS = """SELECT id, site, kind, variant, url, active, open, count(*), min(first_timestamp), max(last_timestamp)
FROM document JOIN version ON version.document_id = document.id
{} GROUP BY document.id ORDER BY site, kind, variant"""
_VERSIONS = """SELECT new.number, new.held_timestamp, new.first_timestamp, new.last_timestamp, new.changed_after,
    new.changed_before, new.captures, new.captures_listed, new.original, capture.archive, new.title, new.language,
    new.words, new.verdict, new.text_digest, new.reader, coalesce(stated_date, ''), coalesce(stated_in, ''),
    capture.digest, coalesce(payload_digest, ''), coalesce(found.run, ''), coalesce(found_at, ''),
    words_added, words_removed, words_moved, share, sections, cosmetic_kinds, new.held_timestamp
FROM version AS new
JOIN capture ON capture.id = new.capture_id
LEFT JOIN snapshot ON snapshot.capture_id = coalesce(capture.same_as, capture.id)
LEFT JOIN extraction ON extraction.capture_id = coalesce(capture.same_as, capture.id)
    AND extraction.reader = new.reader
LEFT JOIN version_found AS found ON found.document_id = new.document_id
    AND found.held_timestamp = new.held_timestamp AND found.text_digest = new.text_digest
LEFT JOIN version AS old ON old.document_id = new.document_id AND old.number = new.number - 1
LEFT JOIN text_change ON before_digest = old.text_digest AND after_digest = new.text_digest
WHERE new.document_id = ? ORDER BY new.number"""
_FAILED = f"""SELECT substr(timestamp, 1, 8), count(*)
FROM address CROSS JOIN capture ON capture.urlkey = address.urlkey
    AND capture.timestamp BETWEEN first_timestamp AND last_timestamp
WHERE address.document_id = ? AND state IN ({", ".join(f"'{state}'" for state in FAILURES)})
GROUP BY 1 ORDER BY 1"""  # noqa: S608
_CHANGES = """SELECT new.document_id, new.number,
    max(coalesce(old_found.found_at, ''), coalesce(new_found.found_at, '')),
    json_array(new.held_timestamp, new.text_digest, new.title, new.language, new.words, old.held_timestamp,
        old.text_digest)
FROM version AS new JOIN version AS old ON old.document_id = new.document_id AND old.number = new.number - 1
LEFT JOIN version_found AS old_found ON old_found.document_id = old.document_id
    AND old_found.held_timestamp = old.held_timestamp AND old_found.text_digest = old.text_digest
LEFT JOIN version_found AS new_found ON new_found.document_id = new.document_id
    AND new_found.held_timestamp = new.held_timestamp AND new_found.text_digest = new.text_digest
JOIN document ON document.id = new.document_id
WHERE 1 {} ORDER BY 3 DESC, new.held_timestamp DESC, site, kind, variant LIMIT ?"""


def published_documents(db: Database) -> Iterator[PublishedDocument]:
    """All documents that have versions, in the order of their names."""
    for row in db.execute(_DOCUMENTS.format("")):
        yield PublishedDocument(*row)


def published_document(db: Database, document_id: int) -> PublishedDocument:
    """One of them."""
    return PublishedDocument(*db.execute(_DOCUMENTS.format("WHERE document.id = ?"), [document_id]).fetchone())


def published_versions(db: Database, document_id: int) -> list[PublishedVersion]:
    """The versions of a document in order, each with its name."""
    return with_names([PublishedVersion(*row) for row in db.execute(_VERSIONS, [document_id])])


def with_names(versions: Sequence[PublishedVersion]) -> list[PublishedVersion]:
    """Versions told apart where two addresses were captured in one second, with two texts: the one that was found first
    keeps the plain name, whatever is found later."""
    plain: dict[str, PublishedVersion] = {}
    for version in sorted(versions, key=lambda one: (one.found_at, one.text_digest)):
        plain.setdefault(version.name, version)
    return [
        one if plain[one.name] is one else replace(one, name=f"{one.name}-{one.text_digest[:8]}") for one in versions
    ]


def failed_days(db: Database, document_id: int) -> list[tuple[str, int]]:
    """Days (8 digits) on which captures of a document gave no text since something failed, and how many."""
    return db.execute(_FAILED, [document_id]).fetchall()


def found_changes(db: Database, most: int, *, site: str = "", document_id: int = 0) -> list[FoundChange]:
    """The changes found last, the latest first, at most so many; of a site or a document where one is named."""
    condition = "AND site = ?" if site else "AND document.id = ?" if document_id else ""
    values = [site or document_id] if condition else []
    return [FoundChange(*row) for row in db.execute(_CHANGES.format(condition), [*values, most])]


def last_run_ended(db: Database) -> str:
    """When the last run ended that did: ISO 8601, empty where none has."""
    (ended,) = db.execute("SELECT coalesce(max(finished_at), '') FROM run").fetchone()
    return str(ended)


_MARK = """DELETE FROM document_mark WHERE document_id {which};
    INSERT INTO document_mark (document_id, mark) SELECT id, randomblob(8) FROM document WHERE id {which};"""
_NEW, _OLD = _MARK.format(which="= NEW.document_id"), _MARK.format(which="= OLD.document_id")
_OF_READING = """IN (SELECT document_id FROM version WHERE reader = {row}.reader AND (capture_id = {row}.capture_id
    OR capture_id IN (SELECT id FROM capture WHERE same_as = {row}.capture_id)))"""
_READ = _MARK.format(which=_OF_READING.format(row="NEW"))
_UNREAD = _MARK.format(which=_OF_READING.format(row="OLD"))
_OF_CAPTURE = _MARK.format(which="IN (SELECT document_id FROM version WHERE capture_id = NEW.id)")
_TRIGGERS = {
    "mark_version_added": f"AFTER INSERT ON version BEGIN {_NEW}",
    "mark_version_told": f"AFTER UPDATE ON version BEGIN {_OLD} {_NEW}",
    "mark_version_gone": f"AFTER DELETE ON version BEGIN {_OLD}",
    "mark_document_told": "AFTER UPDATE OF site, kind, variant, open ON document "
    "WHEN (OLD.site, OLD.kind, OLD.variant, OLD.open) IS NOT (NEW.site, NEW.kind, NEW.variant, NEW.open) "
    f"BEGIN {_MARK.format(which='= NEW.id')}",
    "mark_document_going": "BEFORE DELETE ON document BEGIN DELETE FROM document_mark WHERE document_id = OLD.id;",
    "mark_reading_added": f"AFTER INSERT ON extraction BEGIN {_READ}",
    "mark_reading_told": f"AFTER UPDATE ON extraction BEGIN {_UNREAD} {_READ}",
    "mark_reading_gone": f"AFTER DELETE ON extraction BEGIN {_UNREAD}",
    "mark_capture_told": "AFTER UPDATE OF same_as, archive ON capture "
    f"WHEN (OLD.same_as, OLD.archive) IS NOT (NEW.same_as, NEW.archive) BEGIN {_OF_CAPTURE}",
}
TABLES = (
    "CREATE TABLE document_mark (document_id INTEGER PRIMARY KEY, mark BLOB NOT NULL)",
    "CREATE INDEX version_by_capture ON version (capture_id)",
    *(f"CREATE TRIGGER {name} {does} END" for name, does in _TRIGGERS.items()),
    "INSERT INTO document_mark (document_id, mark) SELECT id, randomblob(8) FROM document",
)
# a text is found by its digest, and never another one by the same: it needs no mark
_STANDING = """SELECT site, kind, variant, open, hex(mark) FROM document
LEFT JOIN document_mark ON document_id = document.id ORDER BY site, kind, variant"""


def standing(db: Database) -> str:
    """A hex SHA-256 that is the same as before only where nothing is new in what is exported of any document."""
    seen = hashlib.sha256()
    for sql in (_STANDING, "SELECT name, title, replay FROM archive ORDER BY name"):
        for row in db.execute(sql):
            seen.update(f"{tuple(row)!r}\n".encode("utf-8", "surrogatepass"))
    return seen.hexdigest()
