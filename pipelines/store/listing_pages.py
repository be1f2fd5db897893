"""A listing's pages: where it goes on, and its rows as captures.

A cursor is the archive's resume key, kept as it was printed, or `from TIMESTAMP` where the keys lead nowhere (they hold
no spaces). One that was seen before would lead in a circle, for ever.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from sqlite_utils import Database

from pipelines.items.captures import Capture, ListingPage, Query, key_digest
from pipelines.store.deriving import plan_anew

log = logging.getLogger(__name__)

MOST_PAGES = 10_000
"""Of one listing; an archive that gives ever new keys does not hold a crawl for ever."""

_BY_TIME = "from "


@dataclass(frozen=True, slots=True)
class OpenListing:
    """A listing to be asked on: `asked_from` narrows its first page, `resume_key` continues it; where the archive's
    keys lead nowhere `asked_from` does that too."""

    query_id: int
    query: Query
    asked_from: str
    resume_key: str
    attempts: int


def next_cursor(db: Database, query_id: int, page: ListingPage) -> tuple[str, str]:
    """The cursor behind a page that is not the last, or "" where there is no way on; and what is wrong, if anything.

    By time only what is in the order of time can go on: the rows of one address.
    """
    (pages,) = db.execute("SELECT count(*) FROM resume_key_seen WHERE query_id = ?", [query_id]).fetchone()
    if pages >= MOST_PAGES:
        return _told(page, "", f"more than {MOST_PAGES} pages")
    if page.resume_key and _is_new(db, query_id, page.resume_key):
        return page.resume_key, ""
    why = "the resume key leads in a circle" if page.resume_key else "a full page without a resume key"
    by_time = f"{_BY_TIME}{page.rows[-1].timestamp}" if page.rows and page.query.match == "exact" else ""
    return _told(page, by_time if by_time and _is_new(db, query_id, by_time) else "", why)


def _told(page: ListingPage, cursor: str, why: str) -> tuple[str, str]:
    log.warning("The listing of %s %s: %s", page.query.url, f"goes on {cursor}" if cursor else "is incomplete", why)
    return cursor, why


def _is_new(db: Database, query_id: int, cursor: str) -> bool:
    found = db.execute("INSERT OR IGNORE INTO resume_key_seen (query_id, resume_key) VALUES (?, ?)", [query_id, cursor])
    return bool(found.rowcount)


def forget_cursors(db: Database, query_id: int) -> None:
    """What was seen of a listing says nothing when its pages are gone through once more."""
    db.execute("DELETE FROM resume_key_seen WHERE query_id = ?", [query_id])


def position(asked_from: str, cursor: str) -> tuple[str, str]:
    """The start in time and the resume key to ask with, of a listing that was begun at `asked_from`."""
    return (cursor.removeprefix(_BY_TIME), "") if cursor.startswith(_BY_TIME) else (asked_from, cursor)


_CAPTURES = """INSERT INTO capture
    (key_digest, archive, timestamp, original, digest, statuscode, urlkey, mimetype, length, record_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (key_digest) DO UPDATE SET
    urlkey = excluded.urlkey, mimetype = min(mimetype, excluded.mimetype), length = min(length, excluded.length),
    record_at = max(record_at, excluded.record_at)
    WHERE urlkey <> excluded.urlkey OR mimetype > excluded.mimetype OR length > excluded.length
        OR record_at < excluded.record_at"""


def keep_rows(db: Database, archive: str, rows: Sequence[Capture]) -> None:
    """Keep the rows that an archive listed; a part of the caller's transaction."""
    _name_as_listed(db, archive, rows)
    before = db.conn.total_changes
    db.conn.executemany(_CAPTURES, (_row(archive, capture) for capture in rows))
    if db.conn.total_changes != before:
        plan_anew(db, {capture.urlkey for capture in rows})


def _name_as_listed(db: Database, archive: str, rows: Sequence[Capture]) -> None:
    """Captures that replay met before any listing showed them get their row's digest: they are the same."""
    # not DISTINCT: all captures would be gone through in the order of their addresses, to find these few
    met = {key for (key,) in db.execute("SELECT urlkey FROM capture WHERE met")}
    db.conn.executemany(
        "UPDATE OR IGNORE capture SET key_digest = ?, digest = ?, statuscode = ?, mimetype = ?, length = ?, met = 0 "
        "WHERE met AND archive = ? AND timestamp = ? AND original = ? AND ? IN (statuscode, '-')",
        (
            (
                key_digest(row.timestamp, row.original, row.digest, row.statuscode, archive),
                row.digest,
                row.statuscode,
                row.mimetype,
                row.length,
                archive,
                row.timestamp,
                row.original,
                row.statuscode,
            )
            for row in rows
            if row.urlkey in met
        ),
    )


def _row(archive: str, row: Capture) -> tuple[object, ...]:
    key = key_digest(row.timestamp, row.original, row.digest, row.statuscode, archive)
    return (
        key,
        archive,
        row.timestamp,
        row.original,
        row.digest,
        row.statuscode,
        row.urlkey,
        row.mimetype,
        row.length,
        row.record_at,
    )
