"""More archives than one, as a migration: where a capture's record lies, how an archive is called and linked, and views
that say which archive was not heard."""

from sqlite_utils import Database

from pipelines.store.schema_changes import migrations
from pipelines.store.views import ARCHIVE_VIEWS

__all__ = ["migrations"]

_TABLES = (
    "ALTER TABLE capture ADD COLUMN record_at TEXT NOT NULL DEFAULT ''",
    """CREATE TABLE archive (
    name TEXT PRIMARY KEY,
    title TEXT NOT NULL,
    replay TEXT NOT NULL
) WITHOUT ROWID""",
    """CREATE TRIGGER archive_added AFTER INSERT ON archive BEGIN
    INSERT INTO unwritten (what, id) SELECT 'archive', NEW.name
    WHERE NOT EXISTS (SELECT 1 FROM unwritten WHERE what = 'archive' AND id = NEW.name); END""",
    """CREATE TRIGGER archive_told AFTER UPDATE ON archive BEGIN
    INSERT INTO unwritten (what, id) SELECT 'archive', NEW.name
    WHERE NOT EXISTS (SELECT 1 FROM unwritten WHERE what = 'archive' AND id = NEW.name); END""",
)


@migrations()
def several_archives(db: Database) -> None:
    """Archives beside the main one."""
    for statement in (*_TABLES, *ARCHIVE_VIEWS.split(";\n")):
        db.execute(statement)
