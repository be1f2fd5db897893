"""What was imported from texts that others published, as a migration: see imported.py."""

from sqlite_utils import Database

from pipelines.store.schema_terms import migrations

__all__ = ["migrations"]


@migrations()
def imports(db: Database) -> None:
    """Of which repository a corpus was made, and up to which of its commits."""
    db.execute("CREATE TABLE imported (source TEXT PRIMARY KEY, repository TEXT NOT NULL, done TEXT NOT NULL)")
