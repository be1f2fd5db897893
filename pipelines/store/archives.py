"""How archives beside the main one are called, and where their captures are seen: for notes and links in exports."""

from collections.abc import Iterable

from sqlite_utils import Database

from pipelines.store.database import recording


def keep_archives(db: Database, archives: Iterable[tuple[str, str, str]]) -> None:
    """Keep (name, title, template of links) of each archive; what is known already and has not changed stays."""
    with recording(db):
        db.conn.executemany(
            "INSERT INTO archive (name, title, replay) VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE SET "
            "title = excluded.title, replay = excluded.replay "
            "WHERE (title, replay) <> (excluded.title, excluded.replay)",
            archives,
        )
