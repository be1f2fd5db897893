"""The migrations since 0.1.0: rows left out of listings, stated dates, a second reader, redirects, lines of lists."""

from sqlite_utils import Database

from pipelines.store import moved, searching
from pipelines.store.schema import migrations
from pipelines.store.views import VIEWS

__all__ = ["migrations"]

_TABLES = (
    "ALTER TABLE document ADD COLUMN same_as INTEGER REFERENCES document(id)",
    "CREATE INDEX document_same_as ON document (same_as) WHERE same_as IS NOT NULL",
    """CREATE TABLE target (
    list_digest TEXT NOT NULL,
    number INTEGER NOT NULL,
    list TEXT NOT NULL,
    line INTEGER NOT NULL,
    address TEXT NOT NULL,
    document_id INTEGER REFERENCES document(id),
    problem TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (list_digest, number)
) WITHOUT ROWID""",
    "CREATE INDEX target_by_document ON target (document_id, list_digest, number)",
    "CREATE INDEX run_by_targets ON run (targets_digest, started_at)",
    # the journal tells of them, too: see schema.py
    """CREATE TRIGGER target_added AFTER INSERT ON target BEGIN
    INSERT INTO unwritten (what, id) VALUES ('target', json_array(NEW.list_digest, NEW.number)); END""",
    """CREATE TRIGGER document_joined AFTER UPDATE OF same_as ON document WHEN OLD.same_as IS NOT NEW.same_as BEGIN
    INSERT INTO unwritten (what, id) SELECT 'document', NEW.id
    WHERE NOT EXISTS (SELECT 1 FROM unwritten WHERE what = 'document' AND id = CAST(NEW.id AS TEXT)); END""",
)


@migrations()
def reasons_of_rows_left_out(db: Database) -> None:
    """Lines of listings that are no rows, and rows of other addresses than were asked for."""
    db.execute("ALTER TABLE malformed_row ADD COLUMN reason TEXT NOT NULL DEFAULT 'no row'")


_STATED = """
ALTER TABLE extraction ADD COLUMN stated_date TEXT NOT NULL DEFAULT '';
ALTER TABLE extraction ADD COLUMN stated_in TEXT NOT NULL DEFAULT '';
DROP VIEW versions
"""
_VERSIONS_WITH_DATES = """
CREATE VIEW versions AS
SELECT site, kind, variant, number, first_timestamp, last_timestamp, captures, captures_listed,
    version.original, version.title, version.language, version.words, version.text_digest, body AS text,
    version.verdict, changed_after, changed_before, held_timestamp, version.reader, open, stated_date, stated_in
FROM version JOIN document ON document.id = version.document_id JOIN text ON text.digest = version.text_digest
    JOIN capture ON capture.id = version.capture_id
    JOIN extraction ON extraction.capture_id = coalesce(capture.same_as, capture.id)
        AND extraction.reader = version.reader
"""


@migrations()
def stated_dates(db: Database) -> None:
    """The date that a text states itself, and the line it was read from, beside each reading."""
    for statement in _STATED.split(";\n"):
        db.execute(statement)
    db.execute(_VERSIONS_WITH_DATES)


_SECOND_READER = """
ALTER TABLE extraction ADD COLUMN second_in_text REAL;
ALTER TABLE extraction ADD COLUMN text_in_second REAL;
DROP VIEW versions
"""
_VERSIONS = _VERSIONS_WITH_DATES.replace("stated_in\n", "stated_in,\n    second_in_text, text_in_second\n")


@migrations()
def redirects_are_facts(db: Database) -> None:
    """Redirects that were played are no failures: see moved.py."""
    moved.rename_unplayable(db)


@migrations()
def lines_of_target_lists(db: Database) -> None:
    """What was given, line by line; and views whose numbers agree."""
    for statement in (*_TABLES, *VIEWS.split(";\n")):
        db.execute(statement)


@migrations()
def search_what_is_seen(db: Database) -> None:
    """The indexes without addresses and unseen marks, and one by letters: see searching.py."""
    searching.lay_out(db)


@migrations()
def second_readers(db: Database) -> None:
    """How far a second reader agrees with each reading: see docs/data-format.md."""
    for statement in _SECOND_READER.split(";\n"):
        db.execute(statement)
    db.execute(_VERSIONS)
