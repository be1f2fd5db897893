"""How often texts mention terms, as a migration: see terms.py."""

from sqlite_utils import Database

from pipelines.store.schema_families import migrations

__all__ = ["migrations"]

_TABLES = (
    "CREATE TABLE term (name TEXT PRIMARY KEY, place INTEGER NOT NULL, lexicon TEXT NOT NULL) WITHOUT ROWID",
    """CREATE TABLE term_text (
    text_digest TEXT NOT NULL,
    language TEXT NOT NULL,
    PRIMARY KEY (text_digest, language)
) WITHOUT ROWID""",
    """CREATE TABLE term_counts (
    text_digest TEXT NOT NULL,
    language TEXT NOT NULL,
    term TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (term, text_digest, language)
) WITHOUT ROWID""",
    """CREATE VIEW term_mentions AS
SELECT term, site, kind, variant, number, first_timestamp, last_timestamp, changed_after, changed_before, count,
    version.language, version.words, version.text_digest
FROM term_counts JOIN version ON version.text_digest = term_counts.text_digest
    AND version.language = term_counts.language
JOIN document ON document.id = document_id""",
)


@migrations()
def terms_in_texts(db: Database) -> None:
    """Terms of a lexicon and how often each text mentions them; filled by `policy-corpus terms`."""
    for statement in _TABLES:
        db.execute(statement)
