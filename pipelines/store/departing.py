"""Redirects by which a document left an address: single captures of its time line, where it lies elsewhere by then.

Rows of `address` whose evidence is "move of " and the timestamp; neighbours of one address are one row.
"""

from collections.abc import Iterable
from itertools import groupby

from sqlite_utils import Database

Row = tuple[str, str, str, str, str]  # urlkey, first and last timestamp, address, evidence

IS_MOVE = "evidence LIKE 'move of %'"

_TO_COME = """SELECT DISTINCT capture.urlkey, timestamp, original FROM document
JOIN address ON address.document_id = document.id
CROSS JOIN capture ON capture.urlkey = address.urlkey AND timestamp BETWEEN first_timestamp AND last_timestamp
WHERE site = ? AND kind = ? AND archive IN (SELECT value FROM json_each(?)) AND next_try IS NOT NULL
    AND statuscode LIKE '3%' ORDER BY 1, 2, 3"""


def to_come(db: Database, archives: str, site: str, kind: str) -> list[tuple[str, str, str]]:
    """urlkey, timestamp and address of the redirects that `archives` (names in JSON) list of documents, and that are
    still to be played."""
    return [(key, time, url) for key, time, url in db.execute(_TO_COME, [site, kind, archives])]


def rows_of(db: Database, document_id: int) -> list[Row]:
    rows = db.execute(
        "SELECT urlkey, first_timestamp, last_timestamp, url, evidence FROM address "  # noqa: S608
        f"WHERE document_id = ? AND {IS_MOVE} ORDER BY urlkey, first_timestamp",
        [document_id],
    )
    return [tuple(row) for row in rows]


def as_rows(db: Database, archives: str, departures: Iterable[tuple[str, str, str]]) -> list[Row]:
    """One row for redirects that no other capture of their address lies between, sorted."""
    rows: list[Row] = []
    for urlkey, group in groupby(sorted(departures), key=lambda each: each[0]):
        urls = {time: url for _, time, url in group}
        times = db.execute(
            "SELECT DISTINCT timestamp FROM capture WHERE urlkey = ? "
            "AND archive IN (SELECT value FROM json_each(?)) ORDER BY timestamp",
            [urlkey, archives],
        )
        for is_departure, run in groupby((time for (time,) in times), key=lambda time: time in urls):
            if is_departure:
                first, *rest = run
                rows.append((urlkey, first, rest[-1] if rest else first, urls[first], f"move of {first}"))
    return rows
