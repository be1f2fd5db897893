"""What is still to be done in a corpus: few numbers, asked often while a crawl runs."""

from dataclasses import dataclass

from sqlite_utils import Database


@dataclass(frozen=True, slots=True)
class Remaining:
    """Listings not whole yet, captures to be fetched or read, the versions so far, and the documents whose changes are
    still searched for: what they will take is not known."""

    listings: int = 0
    captures: int = 0
    versions: int = 0
    searching: int = 0


def remaining(db: Database) -> Remaining:
    """Counts by indexes alone; some 20 ms where a million captures wait."""
    return Remaining(
        _one(db, "SELECT count(*) FROM query WHERE state = 'open'"),
        _one(db, "SELECT count(*) FROM capture WHERE next_try IS NOT NULL"),
        _one(db, "SELECT count(*) FROM version"),
        _one(db, "SELECT count(*) FROM document WHERE active AND open"),
    )


def _one(db: Database, sql: str) -> int:
    return int(db.execute(sql).fetchone()[0])
