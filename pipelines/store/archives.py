"""Which archives a corpus is of: their names and links, for exports."""

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


class Links:
    """Where captures are seen by others: at `public_url`, a Wayback Machine's, or as their archive's entry had it."""

    def __init__(self, public_url: str, *dbs: Database) -> None:
        self._public_url = public_url
        self._archives: dict[str, tuple[str, str]] = {}
        for db in reversed(dbs):  # where two shards know an archive, the first one's words count
            for name, title, replay in db.execute("SELECT name, title, replay FROM archive"):
                self._archives[name] = (title, replay)

    def base(self, archive: str) -> str:
        """What `snapshot_url` makes the link to a capture of."""
        return self._archives[archive][1] if archive in self._archives else self._public_url

    def where(self, archive: str) -> str:
        """The archive in the words of a note: "on the Wayback Machine", "in Arquivo.pt"."""
        return f"in {self._archives[archive][0]}" if archive in self._archives else "on the Wayback Machine"
