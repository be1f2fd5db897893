"""Archived redirects that were played, and lead to no page of their time: facts, and evidence of a move.

All of it happens inside a transaction of the caller's.
"""

from sqlite_utils import Database

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


def rename_unplayable(db: Database) -> None:
    """What release 0.1 called unplayable, blocked or failed for good though it was played as a redirect.

    That a redirect is held tells it apart; that the address of a forgotten site is not told stays so.
    """
    db.execute(
        "UPDATE capture SET state = 'redirect', reason = iif(reason = 'leads to a forgotten site', reason, "
        "'moved to ' || (SELECT redirect_to FROM snapshot WHERE capture_id = capture.id) || ' (' || reason || ')') "
        "WHERE state IN ('unplayable', 'blocked', 'failed') AND stage = 'replay' AND next_try IS NULL "
        "AND NOT transient AND id IN (SELECT capture_id FROM snapshot WHERE redirect_to <> '')"
    )
    note(db, "1")
