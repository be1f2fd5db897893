"""What a corpus in the making asks of its database."""

from pipelines.store import remaking
from tests.desk import ARCHIVE, Desk


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
