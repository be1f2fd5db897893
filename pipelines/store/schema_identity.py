"""Whose the WARC files are, and whether of the sample, as migrations: see identity.py and sample_mark.py."""

from sqlite_utils import Database

from pipelines.store.schema_since import migrations
from pipelines.store.views import VIEWS

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
def marks_of_the_sample(db: Database) -> None:
    """Whether a corpus holds the invented sites of the sample: 1, 0, or NULL where nobody has said so yet."""
    db.execute("ALTER TABLE identity ADD COLUMN sample INTEGER")


@migrations()
def what_is_still_open(db: Database) -> None:
    """Views that say why a capture is of no document, and count what is listed and not planned yet as open."""
    for name in ("targets", "target_line", "target_document", "documents", "document_standing", "document_captures"):
        db.execute(f"DROP VIEW {name}")
    for statement in VIEWS.split(";\n"):
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
