"""Progress of CDX listings: which are open, where each stands, and what they answered.

A listing is a query asked page by page. Its resume key and its rows change in one transaction, so that after a crash
it goes on behind the last row that is kept. Later runs ask again from `overlap_days` before the newest capture (the
archive indexes some crawls months late) and whole every `whole_days`; empty and blocked answers are never final.
"""

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlite_utils import Database

from pipelines.items.captures import ListingPage, Query
from pipelines.items.readings import Failure
from pipelines.store.database import recording
from pipelines.store.deriving import derive_later
from pipelines.store.listing_pages import OpenListing, forget_cursors, keep_rows, next_cursor, position

TOO_HEAVY = "query too heavy"
"""The reason of a listing that times out at the server: asking it again seldom helps."""

FIRST_YEAR = 1996

NO_ROW, NOT_ASKED_FOR = "no row", "not asked for"
"""Why lines of listings are left out: they cannot be read, or are about addresses that the query does not cover."""

_QUERY_KEY = "archive = ? AND url = ? AND match = ? AND filters = ? AND since = ? AND until = ?"
# only these are asked: what left the target list stays as it is
OF_ACTIVE_DOCUMENT = """(EXISTS (
    SELECT 1 FROM address JOIN document ON document.id = document_id AND active WHERE address.urlkey = query.urlkey)
    OR match = 'domain' AND EXISTS (SELECT 1 FROM document WHERE active AND discover AND site = query.url))"""


class Listings:
    """The listings of one corpus in the archives that a crawl asks, the main one first."""

    def __init__(self, db: Database, archive: str, *further: str) -> None:
        self._db = db
        self._archive = archive
        self._archives = (archive, *further)
        self._among = json.dumps(self._archives)

    def leave_out(self, archive: str) -> None:
        """An archive does not answer in this run: what failed of it is not waited for."""
        self._among = json.dumps([name for name in json.loads(self._among) if name != archive])

    def open_for_addresses(self, since: str, until: str) -> None:
        """Make sure that each address of an active document has its listing. Point addresses need none."""
        with recording(self._db):
            for archive in self._archives:
                self._open_for_addresses(archive, since, until)

    def _open_for_addresses(self, archive: str, since: str, until: str) -> None:
        self._db.execute(
            "INSERT INTO query (archive, urlkey, url, match, filters, since, until) "
            "SELECT ?, urlkey, min(address.url), 'exact', '[]', ?, ? "
            "FROM address JOIN document ON document.id = document_id AND active "
            "WHERE evidence NOT LIKE '% of %' AND evidence <> 'as listed' "
            "AND kind <> 'home page' AND NOT EXISTS (SELECT 1 FROM query WHERE archive = ? "
            "AND query.urlkey = address.urlkey AND match = 'exact' AND since = ? AND until = ?) "
            "GROUP BY urlkey ORDER BY min(document.id) ON CONFLICT DO NOTHING",
            [archive, since, until, archive, since, until],
        )

    def open(self, query: Query, urlkey: str) -> None:
        """Make sure that a listing other than that of an address is asked for, in each archive; nothing where it was
        before."""
        with recording(self._db):
            for archive in self._archives:
                self._open(replace(query, archive=archive), urlkey)

    def _open(self, query: Query, urlkey: str, state: str = "open") -> None:
        self._db.execute(
            "INSERT OR IGNORE INTO query (archive, urlkey, url, match, filters, since, until, collapses, state) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                query.archive or self._archive,
                urlkey,
                query.url,
                query.match,
                json.dumps(query.filters),
                query.since,
                query.until,
                json.dumps(query.collapses),
                state,
            ],
        )

    def cover(self, query: Query, urlkey: str) -> None:
        """Note that another listing of its archive holds all rows of an address, which need not be asked for by
        itself."""
        with recording(self._db):
            self._open(query, urlkey, "covered")

    def is_open(self, url: str, match: str) -> bool:
        """Whether a listing, in any of its parts, is still to be answered."""
        return bool(
            self._db.execute(
                "SELECT EXISTS (SELECT 1 FROM query WHERE archive IN (SELECT value FROM json_each(?)) AND url = ? "
                "AND match = ? AND state = 'open')",
                [self._among, url, match],
            ).fetchone()[0]
        )

    def whole_in(self, url: str, match: str) -> list[str]:
        """The archives that have answered a listing, in all of its parts."""
        states: dict[str, set[str]] = {archive: set() for archive in self._archives}
        for archive, state in self._db.execute(
            "SELECT DISTINCT archive, state FROM query WHERE archive IN (SELECT value FROM json_each(?)) "
            "AND url = ? AND match = ?",
            [self._among, url, match],
        ):
            states[archive].add(state)
        return [archive for archive, found in states.items() if found in ({"done"}, {"done", "split"})]

    def reopen(self, fresh_since: str, whole_since: str, overlap_days: int) -> None:
        """Open again what was answered before `fresh_since` (ISO 8601): whole where that was before `whole_since`.

        So is what was answered in the future: the clock has been set back since. What failed goes on where it stood.
        """
        with recording(self._db):
            self._db.execute(
                "UPDATE query SET state = 'open', next_try = '', attempts = 0, resume_key = '', asked_from = CASE "
                "WHEN whole_at < ? THEN '' ELSE coalesce((SELECT CASE WHEN asked GLOB '[0-9]*' THEN asked ELSE '' END "
                "FROM (SELECT strftime('%Y%m%d%H%M%S', substr(newest, 1, 4) || '-' || substr(newest, 5, 2) || '-' || "
                "substr(newest, 7, 2), ?) AS asked FROM (SELECT max(timestamp) AS newest FROM capture "
                "WHERE capture.urlkey = query.urlkey AND capture.archive = query.archive))), '') END "
                "WHERE archive IN (SELECT value FROM json_each(?)) AND state NOT IN ('open', 'covered', 'split') "
                "AND (answered_at < ? OR answered_at > strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '+1 hour'))",
                [whole_since, f"-{overlap_days} days", self._among, fresh_since],
            )
            self._db.execute(
                "UPDATE query SET state = 'open', next_try = '', attempts = 0 "
                "WHERE archive IN (SELECT value FROM json_each(?)) AND state = 'failed'",
                [self._among],
            )
            self._db.execute(
                "DELETE FROM resume_key_seen WHERE query_id IN (SELECT id FROM query WHERE resume_key = '')"
            )

    def next_open(self, now: str, skip: Iterable[int] = (), archive: str = "") -> OpenListing | None:
        """The first open listing of an archive that is due and not in `skip`."""
        skipped = set(skip)
        rows = self._db.execute(
            "SELECT id, url, match, filters, since, until, collapses, archive, asked_from, resume_key, attempts "  # noqa: S608
            f"FROM query WHERE archive = ? AND state = 'open' AND next_try <= ? AND {OF_ACTIVE_DOCUMENT} "
            "ORDER BY id LIMIT ?",
            [archive or self._archive, now, len(skipped) + 1],
        )
        return next((_open_listing(row) for row in rows if row[0] not in skipped), None)

    def next_try(self) -> str | None:
        """When the earliest listing of an active document that failed is due again (ISO 8601), if any is."""
        (due,) = self._db.execute(
            "SELECT min(next_try) FROM query "  # noqa: S608
            "WHERE archive IN (SELECT value FROM json_each(?)) AND state = 'open' AND next_try > '' "
            f"AND {OF_ACTIVE_DOCUMENT}",
            [self._among],
        ).fetchone()
        return due if isinstance(due, str) else None

    def record(self, page: ListingPage) -> bool:
        """Keep a page's rows and where the listing stands, in one transaction. True when the listing is whole now."""
        with recording(self._db):
            query_id, asked_from = self._find(page.query)
            archive = page.query.archive or self._archive
            keep_rows(self._db, archive, page.rows)
            self._db.conn.executemany(
                "INSERT OR IGNORE INTO malformed_row (query_id, line, reason) VALUES (?, ?, ?)",
                (
                    (query_id, line, reason)
                    for reason, lines in ((NO_ROW, page.malformed), (NOT_ASKED_FOR, page.outside))
                    for line in lines
                ),
            )
            self._adopt_urlkeys(query_id, {capture.urlkey for capture in page.rows})
            whole = not page.resume_key and not page.is_cut
            cursor, why = ("", "") if whole else next_cursor(self._db, query_id, page)
            self._advance(query_id, page, cursor, whole=whole, from_the_start=not asked_from)
            if not whole and not cursor:
                self._give_up(page.query, f"incomplete: {why}", None)
        return whole

    def restore(self, page: ListingPage, urlkey: str) -> None:
        """Keep a page again that WARC holds, though nothing asks for it just now."""
        with recording(self._db):
            self._open(page.query, urlkey)
            forget_cursors(self._db, self._find(page.query)[0])
            self.record(page)

    def _find(self, query: Query) -> tuple[int, str]:
        found = self._db.execute(
            f"SELECT id, asked_from FROM query WHERE {_QUERY_KEY}",  # noqa: S608
            [
                query.archive or self._archive,
                query.url,
                query.match,
                json.dumps(query.filters),
                query.since,
                query.until,
            ],
        ).fetchone()
        return found[0], found[1]

    def _adopt_urlkeys(self, query_id: int, urlkeys: set[str]) -> None:
        """The archive's key of an address may differ from ours; its own is the one its rows are found by."""
        for urlkey in sorted(urlkeys):
            added = self._db.execute(
                "INSERT OR IGNORE INTO address (document_id, urlkey, first_timestamp, last_timestamp, url, evidence) "
                "SELECT document_id, ?, first_timestamp, last_timestamp, address.url, 'as listed' FROM address "
                "JOIN query ON query.urlkey = address.urlkey WHERE query.id = ? AND match = 'exact' "
                "AND address.urlkey <> ?",
                [urlkey, query_id, urlkey],
            ).rowcount
            if added:
                derive_later(self._db, urlkey)

    def _advance(self, query_id: int, page: ListingPage, cursor: str, *, whole: bool, from_the_start: bool) -> None:
        blocked = page.outcome == "blocked"
        self._db.execute(
            "UPDATE query SET state = ?, reason = ?, resume_key = ?, pages = pages + 1, rows = rows + ?, "
            "malformed = malformed + ?, attempts = 0, next_try = '', answered_at = ?, "
            "whole_at = CASE WHEN ? THEN ? ELSE whole_at END WHERE id = ?",
            [
                ("blocked" if blocked else "done") if whole else "open",
                page.outcome if page.outcome != "rows" else "",
                cursor,
                len(page.rows),
                len(page.malformed) + len(page.outside),
                page.answer.fetched_at,
                whole and from_the_start and not blocked,
                page.answer.fetched_at,
                query_id,
            ],
        )

    def fail(self, query: Query, failure: Failure, next_try: str | None) -> None:
        """Note that a listing was not answered; `next_try` says when it is asked again, None for not in this run.

        That of a domain which is too heavy for the server is asked year by year instead.
        """
        with recording(self._db):
            if failure.reason == TOO_HEAVY:
                self._give_up(query, failure.reason, next_try)
            else:
                self._close(query, "open" if next_try else "failed", failure.reason, next_try)

    def _give_up(self, query: Query, reason: str, next_try: str | None) -> None:
        """A listing that cannot be had as it was asked for: in parts, if it has any."""
        split = query.match == "domain" and not query.since
        self._close(query, "split" if split else "open" if next_try else "failed", reason, next_try)
        for year in range(FIRST_YEAR, datetime.now(UTC).year + 1) if split else ():
            self._open(replace(query, since=str(year), until=str(year)), f"*.{query.url}")

    def _close(self, query: Query, state: str, reason: str, next_try: str | None) -> None:
        self._db.execute(
            f"UPDATE query SET state = ?, reason = ?, attempts = attempts + 1, next_try = ? WHERE {_QUERY_KEY}",  # noqa: S608
            [
                state,
                reason,
                next_try,
                query.archive or self._archive,
                query.url,
                query.match,
                json.dumps(query.filters),
                query.since,
                query.until,
            ],
        )


def _open_listing(row: tuple[Any, ...]) -> OpenListing:
    query_id, url, match, filters, since, until, collapses, archive, asked_from, resume_key, attempts = row
    query = Query(url, match, tuple(json.loads(filters)), since, until, tuple(json.loads(collapses)), archive)
    return OpenListing(query_id, query, *position(asked_from, resume_key), attempts)
