"""What deleted rows leave in a database file, taken away."""

from sqlite_utils import Database


def sweep(db: Database) -> None:
    """Leave nothing of deleted rows in the file: not in free pages, not in the word index, not in the log.

    Raises sqlite3.Error.
    """
    with db.atomic():
        db.execute("INSERT INTO text_search (text_search) VALUES ('rebuild')")
        db.execute("INSERT INTO text_search (text_search) VALUES ('optimize')")
    db.execute("VACUUM")
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
