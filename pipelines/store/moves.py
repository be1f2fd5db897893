"""Where documents lie: evidence of their addresses, the sites that are searched, and what the search made of them."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlite_utils import Database

from pipelines.items.captures import Capture, DocumentKey, Evidence, Source, State
from pipelines.store import departing
from pipelines.store.database import CAPTURE_COLUMNS, recording
from pipelines.store.departing import is_forgotten
from pipelines.store.deriving import added

HOME = "home page"
"""The kind under which a site's home page is followed: fetched for its links, never read."""


@dataclass(frozen=True, slots=True)
class Document:
    """A row of the ledger. `url` as given, or as first found; `discover`: it is to be found on the site; `found`: it
    was, beside what the list asks for."""

    id: int
    key: DocumentKey
    url: str
    discover: bool
    found: bool
    active: bool
    is_joined: bool = False  # it turned out to be another one


# single captures that replay led to ("redirect of ...", "frame of ..."), redirects that led away ("move of ..."), and
# the archive's own keys of listed addresses, come and go by themselves
_BY_EVIDENCE = "evidence <> 'as listed' AND evidence NOT LIKE '% of %'"

_PASS_OVER_STRAYS = """UPDATE capture SET state = 'passed over', stage = 'plan', reason = 'of no document any more',
    next_try = NULL WHERE next_try IS NOT NULL AND state IN ('selected', 'failed') AND NOT EXISTS (
    SELECT 1 FROM address WHERE address.urlkey = capture.urlkey
        AND capture.timestamp BETWEEN first_timestamp AND last_timestamp)"""


_COVERED = """DELETE FROM address WHERE document_id = ? AND evidence LIKE 'redirect of %' AND EXISTS (
    SELECT 1 FROM address AS wide WHERE wide.document_id = address.document_id AND wide.urlkey = address.urlkey
        AND wide.evidence NOT LIKE '% of %'
        AND address.first_timestamp BETWEEN wide.first_timestamp AND wide.last_timestamp)"""


class Moves:
    """The evidence and the addresses of one corpus's documents."""

    def __init__(self, db: Database, archive: str, *further: str) -> None:
        self._db = db
        self._among = json.dumps([archive, *further])

    # -- what is searched

    def sought(self) -> dict[str, list[str]]:
        """The kinds of document to be found on each site of the current list."""
        found: dict[str, list[str]] = {}
        for site, kind in self._db.execute(
            "SELECT site, kind FROM document WHERE active AND discover ORDER BY site, kind"
        ):
            found.setdefault(site, []).append(kind)
        return found

    def kinds_sought(self, site: str) -> list[str]:
        rows = self._db.execute(
            "SELECT kind FROM document WHERE active AND discover AND site = ? ORDER BY kind", [site]
        )
        return [kind for (kind,) in rows]

    def home_of(self, capture: Capture) -> str:
        """The site whose home page a capture is, where it is nothing else; empty otherwise."""
        rows = self._db.execute(
            "SELECT DISTINCT site, kind FROM address JOIN document ON document.id = document_id "
            "WHERE urlkey = ? AND ? BETWEEN first_timestamp AND last_timestamp",
            [capture.urlkey, capture.timestamp],
        ).fetchall()
        return str(rows[0][0]) if len(rows) == 1 and rows[0][1] == HOME else ""

    def is_home(self, document_id: int) -> str:
        """The site whose home page a document stands for; empty where it is a document proper."""
        row = self._db.execute("SELECT site FROM document WHERE id = ? AND kind = ?", [document_id, HOME]).fetchone()
        return str(row[0]) if row else ""

    def rows_of_site(self, domain_key: str) -> list[Capture]:
        """The captures listed of a domain and its hosts; `domain_key` is its name as it begins a urlkey. What replay
        alone led to is none that a listing shows: else a later run would find what the one before it did not."""
        rows = self._db.execute(
            f"SELECT {CAPTURE_COLUMNS} FROM capture WHERE +archive IN (SELECT value FROM json_each(?)) "  # noqa: S608
            "AND NOT met AND (urlkey BETWEEN ? AND ? "
            "OR urlkey BETWEEN ? AND ?) ORDER BY urlkey, timestamp",
            [self._among, f"{domain_key})", f"{domain_key})\U0010ffff", f"{domain_key},", f"{domain_key},\U0010ffff"],
        )
        return [Capture(*row) for row in rows]

    def page_times(self, urlkeys: Iterable[str]) -> dict[str, list[str]]:
        """Timestamps of the captures of pages, by urlkey."""
        found: dict[str, list[str]] = {}
        for urlkey in set(urlkeys):
            rows = self._db.execute(
                "SELECT DISTINCT timestamp FROM capture WHERE urlkey = ? "
                "AND archive IN (SELECT value FROM json_each(?)) AND statuscode IN ('200', '-') ORDER BY timestamp",
                [urlkey, self._among],
            )
            found[urlkey] = [timestamp for (timestamp,) in rows]
        return found

    # -- evidence

    def note(self, evidence: Iterable[Evidence]) -> int:
        """Keep evidence. Returns how much of it was new."""
        evidence = list(evidence)
        if not evidence:  # as most often
            return 0
        with recording(self._db):
            return sum(
                self._db.execute(
                    "INSERT OR IGNORE INTO evidence (site, kind, timestamp, source, address, via, score) "
                    "VALUES (?, ?, ?, ?, ?, ?, ?)",
                    [one.site, one.kind, one.timestamp, one.source, one.address, one.via, one.score],
                ).rowcount
                for one in evidence
            )

    def is_forgotten(self, urlkey: str) -> bool:
        """Whether no document may lie at an address, whatever names it."""
        return is_forgotten(self._db, urlkey)

    def evidence(self, site: str, kind: str) -> list[Evidence]:
        rows = self._db.execute(
            "SELECT timestamp, source, address, via, score, site, kind FROM evidence WHERE site = ? AND kind = ? "
            "ORDER BY timestamp, source, address, via",
            [site, kind],
        )
        return [Evidence(timestamp, Source(source), *rest) for timestamp, source, *rest in rows]

    def add_frames(self, home: Capture, frames: Iterable[Capture]) -> None:
        """Let frames be fetched as parts of the home page that a capture shows."""
        with recording(self._db):
            for frame in frames:
                is_new = self._db.execute(
                    "INSERT OR IGNORE INTO capture (key_digest, archive, timestamp, original, digest, statuscode, "
                    "urlkey, mimetype, length, state, stage, reason, next_try, met) "
                    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'selected', 'plan', 'frame of a home page', '', 1)",
                    [*frame.key.columns, frame.urlkey, frame.mimetype, frame.length],
                ).rowcount
                if is_new:
                    added(self._db, frame.urlkey, State.SELECTED)
                self._db.execute(
                    "INSERT OR IGNORE INTO address (document_id, urlkey, first_timestamp, last_timestamp, url, "
                    "evidence) SELECT document.id, ?, ?, ?, ?, ? FROM address "
                    "JOIN document ON document.id = document_id WHERE urlkey = ? AND kind = ? "
                    "AND ? BETWEEN first_timestamp AND last_timestamp",
                    [
                        frame.urlkey,
                        frame.timestamp,
                        frame.timestamp,
                        frame.original,
                        f"frame of {home.timestamp}",
                        home.urlkey,
                        HOME,
                        home.timestamp,
                    ],
                )

    # -- documents

    def documents(self, site: str, kind: str) -> list[Document]:
        """A site's documents of a kind, the main one first; those that are not followed any more, too."""
        rows = self._db.execute(
            "SELECT id, variant, url, discover, found, active, same_as IS NOT NULL FROM document "
            "WHERE site = ? AND kind = ? ORDER BY same_as IS NOT NULL, variant",
            [site, kind],
        )
        return [Document(row[0], DocumentKey(site, kind, row[1]), row[2], *map(bool, row[3:])) for row in rows]

    def addresses(self, document_id: int) -> list[tuple[str, str, str, str]]:
        """urlkey, first and last timestamp, and address of each of a document's addresses."""
        return [(key, first, last, url) for key, first, last, url, _ in self._lying(document_id)]

    def _lying(self, document_id: int) -> list[tuple[str, str, str, str, str]]:
        rows = self._db.execute(
            "SELECT urlkey, first_timestamp, last_timestamp, url, evidence FROM address "  # noqa: S608
            f"WHERE document_id = ? AND {_BY_EVIDENCE} ORDER BY urlkey, first_timestamp",
            [document_id],
        )
        return [tuple(row) for row in rows]

    def subjects(self, document_ids: Iterable[int]) -> list[tuple[str, str]]:
        """Site and kind of documents, each once; home pages left out."""
        rows = [
            self._db.execute("SELECT site, kind FROM document WHERE id = ? AND kind <> ?", [number, HOME]).fetchone()
            for number in document_ids
        ]
        return sorted({(row[0], row[1]) for row in rows if row})

    def found_document(self, key: DocumentKey, url: str) -> int:
        """The document of that key, made where discovery needs one."""
        with recording(self._db):
            (document_id,) = self._db.execute(
                "INSERT INTO document (site, kind, variant, url, found) VALUES (?, ?, ?, ?, 1) "
                "ON CONFLICT (site, kind, variant) DO UPDATE SET active = 1 RETURNING id",
                [key.site, key.kind, key.variant, url],
            ).fetchone()
        return int(document_id)

    def redirects_to_come(self, site: str, kind: str) -> list[tuple[str, str, str]]:
        """urlkey, timestamp and address of redirects of a site's documents of a kind that are still to be played."""
        return departing.to_come(self._db, self._among, site, kind)

    def place(
        self,
        document_id: int,
        tenures: Sequence[tuple[str, str, str, str, str]],
        departures: Sequence[tuple[str, str, str]] = (),
    ) -> bool:
        """Let a document lie at these addresses: (urlkey, first and last timestamp, address, evidence) each; and keep
        the redirects by which it left them, (urlkey, timestamp, address) each.

        Captures that replay alone led to stay, unless they are among these. Returns whether anything changed.
        """
        rows = {tenure[:2]: tenure for tenure in reversed(tenures) if tenure[1] <= tenure[2]}
        left = departing.as_rows(self._db, self._among, departures)
        before, after = self._lying(document_id), sorted(rows.values())
        was_left = departing.rows_of(self._db, document_id)
        if (before, was_left) == (after, left):
            return False
        rows |= {row[:2]: row for row in left}
        with recording(self._db):
            self._db.execute(
                "UPDATE document SET same_as = NULL, active = 1 WHERE id = ? AND same_as IS NOT NULL", [document_id]
            )
            self._db.execute(
                f"DELETE FROM address WHERE document_id = ? AND ({_BY_EVIDENCE} OR {departing.IS_MOVE})",  # noqa: S608
                [document_id],
            )
            self._db.conn.executemany(
                "INSERT OR REPLACE INTO address (document_id, urlkey, first_timestamp, last_timestamp, url, evidence) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                ((document_id, *tenure) for tenure in rows.values()),
            )
            self._db.execute(_COVERED, [document_id])
            departing.keep_led_to(self._db, document_id)
            self._db.execute(_PASS_OVER_STRAYS)
            self._db.execute("INSERT OR IGNORE INTO to_derive (document_id) VALUES (?)", [document_id])
        return ([row[:4] for row in before], was_left) != ([row[:4] for row in after], left)

    def join(self, document_id: int, other: int) -> None:
        """A given document turned out to be another one: that one is followed in its place, and shows it."""
        with recording(self._db):
            self._db.execute("DELETE FROM address WHERE document_id = ?", [document_id])
            self._db.execute(
                "UPDATE document SET active = 1 WHERE id = ? AND NOT active "
                "AND (SELECT active FROM document WHERE id = ?)",
                [other, document_id],
            )
            self._db.execute(
                "UPDATE document SET same_as = ?, active = 0, open = 0 WHERE id = ? OR same_as = ?",
                [other, document_id, document_id],
            )
            self._db.execute(_PASS_OVER_STRAYS)
            self._db.execute("INSERT OR IGNORE INTO to_derive (document_id) VALUES (?)", [document_id])

    def retire(self, document_id: int) -> None:
        """A found document whose addresses have become another's is followed no more; its row stays for its history."""
        with recording(self._db):
            self._db.execute("DELETE FROM address WHERE document_id = ?", [document_id])
            self._db.execute("UPDATE document SET active = 0, open = 0 WHERE id = ?", [document_id])
