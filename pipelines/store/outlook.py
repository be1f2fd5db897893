"""What is open in a ledger, and what documents like these have taken so far: for a run that is only reckoned."""

from dataclasses import dataclass

from sqlite_utils import Database

from pipelines.store.listings import OF_ACTIVE_DOCUMENT

_PURPOSE = "CASE WHEN match = 'domain' THEN 'domain' WHEN collapses <> '[]' THEN 'home page' ELSE 'address' END"
_TO_FETCH = """SELECT capture.id, kind = 'home page' FROM capture
JOIN address ON address.urlkey = capture.urlkey AND timestamp BETWEEN first_timestamp AND last_timestamp
JOIN document ON document.id = document_id AND active WHERE next_try IS NOT NULL AND capture.id NOT IN (
    SELECT capture_id FROM snapshot)"""

# averages; NULL where there is nothing to take one of
_PAGES = f"SELECT {_PURPOSE}, avg(pages) FROM query WHERE answered_at <> '' GROUP BY 1"  # noqa: S608
_ADDRESSES_A_SITE = """SELECT avg(listed) FROM (SELECT (SELECT count(DISTINCT query.id) FROM document
    JOIN address ON document_id = document.id JOIN query ON query.urlkey = address.urlkey
    WHERE document.site = domain.url AND kind <> 'home page' AND match = 'exact' AND collapses = '[]'
    AND query.answered_at <> '') AS listed FROM query AS domain WHERE match = 'domain' AND answered_at <> '')"""
_FETCHED_A_DOCUMENT = """SELECT avg(fetched) FROM (SELECT count(snapshot.capture_id) AS fetched FROM document
    JOIN document_capture ON document_id = document.id LEFT JOIN snapshot USING (capture_id)
    WHERE (kind = 'home page') = ? GROUP BY document.id HAVING count(snapshot.capture_id) > 0)"""


def open_listings(db: Database, archive: str) -> dict[str, int]:
    """How many listings are to be asked, by purpose: domain, home page or address."""
    rows = db.execute(
        f"SELECT {_PURPOSE}, count(*) FROM query WHERE archive = ? AND state = 'open' "  # noqa: S608
        f"AND {OF_ACTIVE_DOCUMENT} GROUP BY 1",
        [archive],
    )
    return dict(rows.fetchall())


def pages_a_listing(db: Database) -> dict[str, float]:
    """How many requests a listing of each purpose took so far."""
    return {purpose: float(pages) for purpose, pages in db.execute(_PAGES)}


def addresses_a_site(db: Database) -> float | None:
    """How many addresses had to be listed by themselves on a site that was searched."""
    return _average(db, _ADDRESSES_A_SITE)


def fetched_a_document(db: Database, *, home: bool) -> float | None:
    """How many captures of a document, or of a home page, were fetched."""
    return _average(db, _FETCHED_A_DOCUMENT, home)


def open_documents(db: Database) -> set[int]:
    """The documents in which a search for changes is still on."""
    return {document_id for (document_id,) in db.execute("SELECT id FROM document WHERE active AND open")}


def to_fetch(db: Database) -> tuple[int, int]:
    """How many captures are selected and not held: of documents, and of home pages alone."""
    kinds: dict[int, bool] = {}
    for capture_id, is_home in db.execute(_TO_FETCH):
        kinds[capture_id] = bool(is_home) and kinds.get(capture_id, True)
    homes = sum(kinds.values())
    return len(kinds) - homes, homes


def never_listed(db: Database, archive: str) -> tuple[int, int]:
    """How many followed documents have an address that was never listed, and how many sites were never searched."""
    (documents,) = db.execute(
        "SELECT count(*) FROM document WHERE active AND NOT discover AND kind <> 'home page' AND EXISTS (SELECT 1 "
        "FROM address JOIN query ON query.urlkey = address.urlkey AND archive = ? "
        "WHERE document_id = document.id AND state = 'open' AND answered_at = '')",
        [archive],
    ).fetchone()
    (sites,) = db.execute(
        "SELECT count(DISTINCT site) FROM document WHERE active AND discover AND EXISTS (SELECT 1 FROM query "
        "WHERE query.url = site AND match = 'domain' AND archive = ? AND state = 'open' AND answered_at = '')",
        [archive],
    ).fetchone()
    return int(documents), int(sites)


def _average(db: Database, sql: str, *values: object) -> float | None:
    (value,) = db.execute(sql, values).fetchone()
    return None if value is None else float(value)


@dataclass(frozen=True, slots=True)
class Remaining:
    """Listings not whole yet, captures to be fetched or read, the versions so far, and the documents whose changes are
    still searched for: what they will take is not known."""

    listings: int = 0
    captures: int = 0
    versions: int = 0
    searching: int = 0


def remaining(db: Database) -> Remaining:
    """Counts by indexes alone; some 20 ms where a million captures wait."""
    return Remaining(
        _one(db, "SELECT count(*) FROM query WHERE state = 'open'"),
        _one(db, "SELECT count(*) FROM capture WHERE next_try IS NOT NULL"),
        _one(db, "SELECT count(*) FROM version"),
        _one(db, "SELECT count(*) FROM document WHERE active AND open"),
    )


def _one(db: Database, sql: str) -> int:
    return int(db.execute(sql).fetchone()[0])
