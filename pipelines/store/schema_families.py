"""Families of nearly equal texts, as migrations: see families.py."""

from sqlite_utils import Database

from pipelines.store.schema_archives import migrations

__all__ = ["migrations"]

_TABLES = (
    """CREATE TABLE family (
    text_digest TEXT PRIMARY KEY,
    since TEXT NOT NULL,
    oldest TEXT NOT NULL,
    jaccard REAL NOT NULL,
    rules TEXT NOT NULL
) WITHOUT ROWID""",
    "CREATE INDEX family_by_age ON family (since, text_digest)",
    "CREATE INDEX family_by_oldest ON family (oldest)",
    """CREATE VIEW families AS
SELECT family.oldest AS family, site, kind, variant, number, first_timestamp, last_timestamp, jaccard,
    version.text_digest
FROM family JOIN version ON version.text_digest = family.text_digest JOIN document ON document.id = document_id""",
)


@migrations()
def families_of_texts(db: Database) -> None:
    """Which texts are nearly equal; filled by `policy-corpus families`."""
    for statement in _TABLES:
        db.execute(statement)
