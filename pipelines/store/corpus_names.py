"""The names that a corpus bears, and those of the corpora that were merged into it; and whether it is the sample, which
is not mixed with others. What names are for is told in warc/identity.py."""

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlite_utils import Database

from pipelines.store.database import recording


@dataclass(frozen=True, slots=True)
class Names:
    """Names of corpora: the one that writes, and those that were merged into it. `sample`: it holds invented sites."""

    corpus: str = ""
    joined: tuple[str, ...] = ()
    sample: bool = False


def own_name(db: Database) -> str:
    """The name that the corpus bears for itself, 32 hex digits."""
    row = db.execute("SELECT corpus FROM identity WHERE NOT joined").fetchone()
    return str(row[0]) if row else ""


def names_of(connection: sqlite3.Connection) -> Names:
    """What a database says of itself. Raises sqlite3.Error where it is of an older layout."""
    rows = connection.execute("SELECT corpus, joined FROM identity ORDER BY joined, corpus").fetchall()
    corpus = next((corpus for corpus, joined in rows if not joined), "")
    return Names(corpus, tuple(name for name, joined in rows if joined), bool(marked_in(connection)))


def names_and_joined(connection: sqlite3.Connection) -> dict[str, int]:
    """Each name a database bears, and 1 for those that came with another corpus. Raises sqlite3.Error where it is of an
    older layout."""
    return dict(connection.execute("SELECT corpus, joined FROM identity").fetchall())


def is_adopted(db: Database) -> bool:
    """Whether the files that were there before there was a book are in it."""
    return db.execute("SELECT 1 FROM identity WHERE NOT adopted").fetchone() is None


def note_adopted(db: Database) -> None:
    """The same, said from now on. Within the caller's transaction."""
    db.execute("UPDATE identity SET adopted = 1")


def rename(db: Database, names: Mapping[str, int]) -> None:
    """Let a database bear these names, as `names_and_joined` gives them, and no other. Within the caller's
    transaction."""
    db.execute("DELETE FROM identity")
    db.conn.executemany("INSERT INTO identity (corpus, joined, adopted) VALUES (?, ?, 1)", names.items())


def join(db: Database, names: Iterable[str]) -> None:
    """Corpora of these names were merged into this one. Within the caller's transaction."""
    rows = ([name] for name in names)
    db.conn.executemany("INSERT OR IGNORE INTO identity (corpus, joined, adopted) VALUES (?, 1, 1)", rows)


# -- the sample


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
