"""What a corpus in the making asks of its database."""

from pipelines.items.captures import State
from pipelines.items.readings import Failure
from pipelines.store import remaking
from pipelines.store.readings import unread
from tests.desk import ARCHIVE, Desk, row


def test_what_a_revisit_repeats_is_looked_for_by_address_or_digest(desk: Desk) -> None:
    remaking.Making(desk.db, ARCHIVE, "made of nothing")
    desk.db.execute(remaking._BY_DIGEST)
    plans = [[step for *_, step in desk.db.execute(f"EXPLAIN QUERY PLAN {join}")] for join in remaking._JOINS]
    found = [step for plan in plans for step in plan if step.startswith("SEARCH other")]
    assert found == [
        "SEARCH other USING INDEX capture_by_address (urlkey=? AND timestamp=?)",
        "SEARCH other USING INTEGER PRIMARY KEY (rowid=?)",
        "SEARCH other USING INDEX making_digest (digest=? AND urlkey=?)",
        "SEARCH other USING INDEX making_digest (digest=?)",
        "SEARCH other USING INDEX capture_by_address (urlkey=? AND timestamp<?)",
    ]
    assert not any(step.startswith("SCAN") for plan in plans for step in plan)


def test_what_was_played_after_all_is_read(desk: Desk) -> None:
    """Asked for itself it could not be played; then a redirect led to it, and its bytes lie behind that line."""
    desk.listed(row("2004"))
    desk.plan()
    desk.ledger.fail(row("2004"), State.UNPLAYABLE, Failure("replay", "nearest capture too far"), None)
    desk.hold(row("2004"))
    assert list(unread(desk.db, "reader-1")) == []
    remaking.Making(desk.db, ARCHIVE, "made of nothing").was_played(row("2004"))
    assert [one.capture for one in unread(desk.db, "reader-1")] == [row("2004")]
