"""What changed between versions, as a migration: see changes.py."""

from sqlite_utils import Database

from pipelines.store import changes
from pipelines.store.schema_identity import migrations

__all__ = ["migrations"]


@migrations()
def changes_between_versions(db: Database) -> None:
    """Comparisons of neighbouring versions. Those of an older corpus are made at the end of its next run."""
    for statement in changes.TABLES:
        db.execute(statement)
    changes.found_when_fetched(db)
    db.execute("INSERT OR IGNORE INTO to_derive (document_id) SELECT DISTINCT document_id FROM version")
