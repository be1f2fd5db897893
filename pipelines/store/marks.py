"""Which documents changed: a random mark on each, another one whenever a row changes that its exported files are made
of, whoever writes there. So whoever exported a document knows without reading it that nothing is new.

Marks are random and not counted, so that an older database that is put back never passes for a newer one.
"""

import hashlib

from sqlite_utils import Database

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
