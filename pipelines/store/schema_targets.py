"""The lines of the target lists, and documents that turned out to be one, as a migration."""

from sqlite_utils import Database

from .schema import migrations
from .views import VIEWS

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
def lines_of_target_lists(db: Database) -> None:
    """What was given, line by line; and views whose numbers agree."""
    for statement in (*_TABLES, *VIEWS.split(";\n")):
        db.execute(statement)
