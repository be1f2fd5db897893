"""Redirects by which a document left an address: single captures of its time line, where it lies elsewhere by then.

Those that were played and lead to no page of their time are facts, and evidence of a move.

Rows of `address` whose evidence is "move of " and the timestamp; neighbours of one address are one row.
"""

import json
from collections.abc import Iterable
from itertools import groupby

from sqlite_utils import Database

Row = tuple[str, str, str, str, str]  # urlkey, first and last timestamp, address, evidence

IS_MOVE = "evidence LIKE 'move of %'"

_TO_COME = """SELECT DISTINCT capture.urlkey, timestamp, original FROM document
JOIN address ON address.document_id = document.id
CROSS JOIN capture ON capture.urlkey = address.urlkey AND timestamp BETWEEN first_timestamp AND last_timestamp
WHERE site = ? AND kind = ? AND archive IN (SELECT value FROM json_each(?)) AND statuscode LIKE '3%'
    AND (next_try IS NOT NULL OR (state = 'passed over' AND reason = 'not planned yet') OR (
        state = 'duplicate' AND EXISTS (SELECT 1 FROM capture AS same WHERE same.id = capture.same_as
            AND same.statuscode LIKE '3%' AND (same.next_try IS NOT NULL OR same.state = 'redirect'))))
ORDER BY 1, 2, 3"""

# of equal pages of the address that was led to, the nearest one
_PAGES_LED_TO = """WITH led AS (
    SELECT page.urlkey, page.timestamp, page.original, capture.timestamp AS since,
        min(printf('%020d', abs(CAST(page.timestamp AS INTEGER) - CAST(capture.timestamp AS INTEGER)))
            || page.timestamp)
    FROM address AS own CROSS JOIN capture ON capture.urlkey = own.urlkey
        AND capture.timestamp BETWEEN own.first_timestamp AND own.last_timestamp
    JOIN capture AS page ON (page.id = capture.same_as OR page.same_as = capture.same_as)
        AND +page.archive = capture.archive
        AND page.original = substr(capture.reason, length('redirects to ') + 1)
    WHERE own.document_id = :document AND capture.state = 'duplicate' AND capture.stage = 'replay'
        AND capture.reason LIKE 'redirects to %'
    GROUP BY capture.id)
INSERT OR IGNORE INTO address (document_id, urlkey, first_timestamp, last_timestamp, url, evidence)
SELECT :document, urlkey, timestamp, timestamp, original, 'redirect of ' || since
FROM led WHERE NOT EXISTS (SELECT 1 FROM address AS wide
    WHERE wide.document_id = :document AND wide.urlkey = led.urlkey
        AND led.timestamp BETWEEN wide.first_timestamp AND wide.last_timestamp)
ORDER BY since"""


def to_come(db: Database, archives: str, site: str, kind: str) -> list[tuple[str, str, str]]:
    """urlkey, timestamp and address of the redirects that `archives` (names in JSON) list of documents, and that are
    still to be played: of those of equal bytes that is one, and the next where it led to no page of its time."""
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


def keep_led_to(db: Database, document_id: int) -> None:
    """Let the pages that redirects of a document led to lie with it, wherever it lay when they were played."""
    db.execute(_PAGES_LED_TO, {"document": document_id})


def is_forgotten(db: Database, urlkey: str) -> bool:
    """Whether an address, by its urlkey, lies on a forgotten site or a host below it."""
    labels = urlkey.partition(")")[0].partition(":")[0].split(",")
    names = [".".join(reversed(labels[:count])) for count in range(1, len(labels) + 1)]
    found = db.execute(
        "SELECT EXISTS (SELECT 1 FROM forgotten WHERE site IN (SELECT value FROM json_each(?)))", [json.dumps(names)]
    )
    return bool(found.fetchone()[0])


_NOTE = """INSERT OR IGNORE INTO evidence (site, kind, timestamp, source, address, via, score)
SELECT DISTINCT site, kind, capture.timestamp, 'redirect', redirect_to, original, 1 """
_OF = """FROM capture JOIN snapshot ON snapshot.capture_id = capture.id
JOIN address ON address.urlkey = capture.urlkey AND capture.timestamp BETWEEN first_timestamp AND last_timestamp
JOIN document ON document.id = document_id WHERE redirect_to <> '' AND stage = 'replay'
    AND state = 'redirect' AND {} """
_IS_CAPTURED = "AND reason LIKE '% (nearest capture too far)'"  # what was never captured is no place to look for pages
_LED_TO = """same_as = ? AND stage = 'replay' AND id <> ? AND EXISTS (SELECT 1 FROM snapshot
    WHERE snapshot.capture_id = capture.id AND redirect_to <> '')"""


def note(db: Database, which: str, *values: int) -> None:
    """Let redirects be evidence of where their documents moved."""
    db.execute(_NOTE + _OF.format(which) + _IS_CAPTURED, values)


def led_in_vain(db: Database, capture_id: int) -> None:
    """A capture gives no text after all: what led to it in replay, and was taken for the same, stands for itself."""
    for (moved,) in db.execute(f"SELECT id FROM capture WHERE {_LED_TO}", [capture_id, capture_id]).fetchall():  # noqa: S608
        db.execute(
            "UPDATE capture SET state = 'redirect', same_as = NULL, reason = 'moved to ' || (SELECT redirect_to "
            "FROM snapshot WHERE snapshot.capture_id = capture.id) || ' (' || (SELECT reason FROM capture AS target "
            "WHERE target.id = ?) || ')' WHERE id = ?",
            [capture_id, moved],
        )
        note(db, "capture.id = ?", moved)
    db.execute(
        "UPDATE capture SET state = 'unplayable', same_as = NULL, reason = 'the archive plays what gives no text' "
        "WHERE same_as = ? AND stage = 'replay' AND id <> ?",
        [capture_id, capture_id],
    )


def rename_unplayable(db: Database, which: str = "1", *values: int) -> None:
    """What was called unplayable, blocked or failed for good and was played as a redirect all the same: release 0.1
    did so, and an archive may show one only where another one leads to it.

    That a redirect is held tells it apart; that the address of a forgotten site is not told stays so.
    """
    renamed = db.execute(
        "UPDATE capture SET state = 'redirect', reason = iif(reason = 'leads to a forgotten site', reason, "  # noqa: S608
        "'moved to ' || (SELECT redirect_to FROM snapshot WHERE capture_id = capture.id) || ' (' || reason || ')') "
        "WHERE state IN ('unplayable', 'blocked', 'failed') AND stage = 'replay' AND next_try IS NULL "
        "AND NOT transient AND id IN (SELECT capture_id FROM snapshot WHERE redirect_to <> '') "
        f"AND {which} RETURNING id",
        values,
    )
    for (capture_id,) in renamed.fetchall():
        note(db, "capture.id = ?", capture_id)
