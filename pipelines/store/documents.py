"""The documents that a corpus follows, with their addresses, and how far each of them is."""

import json
import logging
from collections.abc import Callable, Iterable, Iterator

from sqlite_utils import Database

from pipelines.items.captures import Capture, Query, Target
from pipelines.store.database import recording
from pipelines.store.departing import is_forgotten
from pipelines.store.deriving import derive_later
from pipelines.store.target_lists import FORGOTTEN, GivenLines

log = logging.getLogger(__name__)

# the plus keeps SQLite from going through all listings of the archive once for each document
_IS_LISTED = """active AND NOT EXISTS (SELECT 1 FROM address AS other JOIN query ON query.urlkey = other.urlkey
    AND +query.archive IN (SELECT value FROM json_each(?))
    WHERE other.document_id = document.id AND query.state = 'open')"""
_NOTE_PLANNED = """INSERT OR REPLACE INTO planned (document_id, selection) SELECT id, ? FROM document WHERE id = ?
    AND NOT EXISTS (SELECT 1 FROM document AS other WHERE other.site = document.site
        AND (other.discover OR other.found OR other.same_as IS NOT NULL))
    AND NOT EXISTS (SELECT 1 FROM evidence WHERE evidence.site = document.site AND source <> 'given')"""
# what discovery found follows the documents that it was found for
_REVIVE = """UPDATE document SET active = 1 WHERE found AND EXISTS (SELECT 1 FROM address
    WHERE document_id = document.id) AND EXISTS (SELECT 1 FROM document AS sought
    WHERE sought.active AND sought.discover AND sought.site = document.site
    AND document.kind IN (sought.kind, 'home page'))"""
# in the place of a document that turned out to be another one, that one is followed
_FOLLOW_JOINED = """INSERT OR IGNORE INTO listed SELECT same_as FROM document
    WHERE same_as IS NOT NULL AND id IN (SELECT document_id FROM listed)"""
_LEAVE_JOINED = "DELETE FROM listed WHERE document_id IN (SELECT id FROM document WHERE same_as IS NOT NULL)"
_REVIVE_LISTED = "UPDATE document SET active = 1 WHERE NOT active AND id IN (SELECT document_id FROM listed)"


class Documents:
    """One corpus's documents, as some archives show them, the main one first."""

    def __init__(self, db: Database, archive: str, *further: str) -> None:
        self._db = db
        self._archive = archive
        self._among = json.dumps([archive, *further])
        self._heard = [archive, *further]

    @property
    def archives(self) -> list[str]:
        """The archives that are asked, the main one first."""
        return [str(name) for name in json.loads(self._among)]

    def leave_out(self, archive: str) -> None:
        """An archive does not answer in this run: documents do not wait for its listings, which stay open."""
        self._heard = [name for name in self._heard if name != archive]

    # -- targets

    def register(self, targets: Iterable[Target], urlkey: Callable[[str], str], digest: str = "") -> int:
        """Make `targets` the list this corpus follows; documents of earlier lists are kept, no longer crawled.

        Those of forgotten sites are named on the log and left out. With the `digest` of the list its lines are kept,
        too. Returns how many documents are followed.
        """
        with recording(self._db):
            given = GivenLines(self._db, digest)
            forgotten = {site for (site,) in self._db.execute("SELECT site FROM forgotten")}
            self._db.execute("CREATE TEMP TABLE IF NOT EXISTS listed (document_id INTEGER PRIMARY KEY)")
            self._db.execute("DELETE FROM listed")
            for target in targets:
                document_id, problem = None, target.problem
                if target.document.site in forgotten:
                    problem = FORGOTTEN
                    log.warning("%s is left out: %s is to be forgotten.", target.url, target.document.site)
                elif not problem:
                    document_id = self._register(target, urlkey)
                given.add(target, problem, document_id, urlkey)
            self._db.execute(_FOLLOW_JOINED)
            self._db.execute(_LEAVE_JOINED)
            self._db.execute(_REVIVE_LISTED)
            # only what differs is touched: each touched row is written to the journal
            self._db.execute(
                "UPDATE document SET active = 0 WHERE active AND id NOT IN (SELECT document_id FROM listed)"
            )
            self._db.execute(_REVIVE)
            return int(self._db.execute("SELECT count(*) FROM listed").fetchone()[0])

    def _register(self, target: Target, urlkey: Callable[[str], str]) -> int:
        document = target.document
        (document_id,) = self._db.execute(
            "INSERT INTO document (site, kind, variant, url, discover) VALUES (?, ?, ?, ?, ?) "
            "ON CONFLICT (site, kind, variant) DO UPDATE SET active = same_as IS NULL, url = excluded.url, "
            "discover = excluded.discover RETURNING id",
            [document.site, document.kind, document.variant, target.url, target.discover],
        ).fetchone()
        self._db.execute("INSERT OR IGNORE INTO listed (document_id) VALUES (?)", [document_id])
        if target.discover:
            return int(document_id)
        is_news = self._db.execute(
            "INSERT OR IGNORE INTO evidence (site, kind, timestamp, source, address, via, score) "
            "VALUES (?, ?, '', 'given', ?, '', 1)",
            [document.site, document.kind, target.url],
        ).rowcount
        if is_news:  # later its moves say where it lies
            self.add_address(document_id, urlkey(target.url), target.url, "given")
        return int(document_id)

    def add_address(
        self, document_id: int, urlkey: str, url: str, evidence: str, first: str = "", last: str = "99999999999999"
    ) -> None:
        """Let a document's captures include those of `urlkey` between two timestamps; nothing where they do already."""
        added = self._db.execute(
            "INSERT INTO address (document_id, urlkey, first_timestamp, last_timestamp, url, evidence) "
            "SELECT ?, ?, ?, ?, ?, ? WHERE NOT EXISTS (SELECT 1 FROM address WHERE document_id = ? AND urlkey = ? "
            "AND first_timestamp <= ? AND last_timestamp >= ?)",
            [document_id, urlkey, first, last, url, evidence, document_id, urlkey, first, last],
        ).rowcount
        if added:
            derive_later(self._db, urlkey)

    # -- what is known of them

    def is_forgotten(self, urlkey: str) -> bool:
        """Whether an address is not to be asked for, whichever document leads there."""
        return is_forgotten(self._db, urlkey)

    def documents_to_plan(self, selection: str = "") -> list[int]:
        """Active documents all of whose listings are whole; less those of which `selection` wants nothing more."""
        rows = self._db.execute(
            f"SELECT DISTINCT document.id FROM document JOIN address ON document_id = document.id WHERE {_IS_LISTED} "  # noqa: S608
            "AND NOT EXISTS (SELECT 1 FROM planned WHERE planned.document_id = document.id AND selection = ?) "
            "ORDER BY document.id",
            [json.dumps(self._heard), selection],
        )
        return [document_id for (document_id,) in rows]

    def documents_listed(self, query: Query) -> list[int]:
        """The active documents whose addresses a query lists."""
        rows = self._db.execute(
            "SELECT DISTINCT document.id FROM query JOIN address ON address.urlkey = query.urlkey "
            "JOIN document ON document.id = document_id AND active WHERE archive = ? AND query.url = ? "
            "AND match = ? ORDER BY document.id",
            [query.archive, query.url, query.match],
        )
        return [document_id for (document_id,) in rows]

    def subjects_of(self, capture: Capture) -> Iterator[tuple[str, str]]:
        """Site and kind of the documents that hold a capture; looked up when the first is wanted, which is seldom."""
        rows = self._db.execute(
            "SELECT DISTINCT site, kind FROM address JOIN document ON document.id = document_id AND active "
            "WHERE urlkey = ? AND ? BETWEEN first_timestamp AND last_timestamp ORDER BY site, kind",
            [capture.urlkey, capture.timestamp],
        )
        yield from ((site, kind) for site, kind in rows)

    def is_listed(self, document_id: int) -> bool:
        """Whether a document is active and all of its listings are whole."""
        return bool(
            self._db.execute(
                f"SELECT EXISTS (SELECT 1 FROM document WHERE id = ? AND {_IS_LISTED})",  # noqa: S608
                [document_id, json.dumps(self._heard)],
            ).fetchone()[0]
        )

    def note_planned(self, document_id: int, selection: str) -> None:
        """A plan wants nothing more of a document, until something changes of it. Where it lies may depend on what is
        found of others on its site: then nothing is noted."""
        with recording(self._db):
            self._db.execute(_NOTE_PLANNED, [selection, document_id])

    def set_open(self, document_id: int, is_open: bool) -> None:
        """Note whether changes of a document may still lie between captures that were not fetched."""
        with recording(self._db):
            self._db.execute("UPDATE document SET open = ? WHERE id = ? AND open <> ?", [is_open, document_id, is_open])

    def languages(self, document_id: int) -> set[str]:
        """The languages of what was read of a document; without those too short to tell."""
        rows = self._db.execute(
            "SELECT DISTINCT language FROM document_capture JOIN extraction USING (capture_id) "
            "WHERE document_id = ? AND language <> ''",
            [document_id],
        )
        return {language for (language,) in rows}

    def has_pending(self, document_id: int) -> bool:
        """Whether captures of a document are still to be fetched or read."""
        return bool(
            self._db.execute(
                "SELECT EXISTS (SELECT 1 FROM address JOIN capture ON capture.urlkey = address.urlkey "
                "AND timestamp BETWEEN first_timestamp AND last_timestamp "
                "WHERE document_id = ? AND next_try IS NOT NULL)",
                [document_id],
            ).fetchone()[0]
        )
