"""Whether a corpus holds the invented sites of the sample: they and others are not mixed."""

import sqlite3

from sqlite_utils import Database

from pipelines.store.database import recording


def is_sample(db: Database) -> bool | None:
    """Whether a corpus holds the invented sites of the sample; None where nobody has said so yet."""
    return marked_in(db.conn)


def mark_sample(db: Database, *, sample: bool) -> None:
    """Say whether a corpus holds the invented sites of the sample, once and for all."""
    with recording(db):
        db.execute("UPDATE identity SET sample = ? WHERE NOT joined AND sample IS NULL", [sample])


def marked_in(connection: sqlite3.Connection) -> bool | None:
    """The same of an open connection. Raises sqlite3.Error where the database is of an older layout."""
    row = connection.execute("SELECT sample FROM identity WHERE NOT joined").fetchone()
    return None if row is None or row[0] is None else bool(row[0])
