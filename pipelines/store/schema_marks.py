"""Marks of documents whose exported files may have changed, see marks.py, and of captures that were cut: migrations."""

from sqlite_utils import Database

from pipelines.store import marks
from pipelines.store.schema_imports import migrations
from pipelines.store.views import TRUNCATED_VIEWS

__all__ = ["migrations"]


@migrations()
def marks_of_documents(db: Database) -> None:
    """A mark on each document, another one whenever what is exported of it may have changed."""
    for statement in marks.TABLES:
        db.execute(statement)


@migrations()
def cut_captures(db: Database) -> None:
    """Why the bytes of a capture are not whole, where they were cut when it was captured."""
    db.execute("ALTER TABLE snapshot ADD COLUMN truncated TEXT NOT NULL DEFAULT ''")
    for statement in TRUNCATED_VIEWS.split(";\n"):
        db.execute(statement)
