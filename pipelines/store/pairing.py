"""Documents and versions of a corpus without their texts, to be paired with those of another one. Reading only."""

from dataclasses import dataclass

from sqlite_utils import Database

from pipelines.store.selection import Selection, timeline


@dataclass(frozen=True, slots=True)
class Dated:
    """A version: when it began, when its text was captured, and how to tell whether another one is the same."""

    first_timestamp: str
    held_timestamp: str
    reading_key: str
    text_digest: str
    words: int


def documents(db: Database, selection: Selection) -> dict[tuple[str, str, str], int]:
    """The ids, within this file, of documents that have selected versions, by site, kind and variant."""
    return {(row[1], row[2], row[3]): row[0] for row in timeline(db, selection)}


def versions(db: Database, document_id: int) -> list[Dated]:
    """All versions of a document in the order of time."""
    sql = """SELECT first_timestamp, held_timestamp, reading_key, text_digest, words FROM version
        WHERE document_id = ? ORDER BY first_timestamp, number"""
    return [Dated(*row) for row in db.execute(sql, [document_id])]


def text(db: Database, version: Dated) -> str:
    """Its text."""
    return str(db.execute("SELECT body FROM text WHERE digest = ?", [version.text_digest]).fetchone()[0])
