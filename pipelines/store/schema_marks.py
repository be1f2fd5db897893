"""Marks of documents whose exported files may have changed, as a migration: see marks.py."""

from sqlite_utils import Database

from pipelines.store import marks
from pipelines.store.schema_imports import migrations

__all__ = ["migrations"]


@migrations()
def marks_of_documents(db: Database) -> None:
    """A mark on each document, another one whenever what is exported of it may have changed."""
    for statement in marks.TABLES:
        db.execute(statement)
