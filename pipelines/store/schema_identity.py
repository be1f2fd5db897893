"""Whose the WARC files are, as a migration: see identity.py."""

from sqlite_utils import Database

from .schema_since import migrations

__all__ = ["migrations"]

_TABLES = (
    """CREATE TABLE identity (
    corpus TEXT PRIMARY KEY,
    joined INTEGER NOT NULL DEFAULT 0,
    adopted INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID""",
    "CREATE TABLE own_file (file TEXT PRIMARY KEY, digest TEXT NOT NULL) WITHOUT ROWID",
    "INSERT INTO identity (corpus) VALUES (lower(hex(randomblob(16))))",
)


@migrations()
def identities(db: Database) -> None:
    """A name of its own for each corpus, and the digests of files that bear none."""
    for statement in _TABLES:
        db.execute(statement)


@migrations()
def book_of_own_files(db: Database) -> None:
    """Every own file, not only those that bear no name: see own_files.py. Those that are there are looked at anew."""
    for column in (
        "size INTEGER NOT NULL DEFAULT 0",
        "state TEXT NOT NULL DEFAULT 'closed'",
        "joined INTEGER NOT NULL DEFAULT 0",
        "told INTEGER NOT NULL DEFAULT 0",
    ):
        db.execute(f"ALTER TABLE own_file ADD COLUMN {column}")
    db.execute("DELETE FROM own_file")
    db.execute("UPDATE identity SET adopted = 0")
