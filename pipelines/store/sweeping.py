"""What deleted rows leave in a database file, taken away."""

from sqlite_utils import Database

from pipelines.store import searching


def sweep(db: Database) -> None:
    """Leave nothing of deleted rows in the file: not in free pages, not in the word index, not in the log.

    Raises sqlite3.Error.
    """
    with db.atomic():
        searching.rebuild(db)
    db.execute("VACUUM")
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
