from pipelines.store import runs
from pipelines.store.runs import RunEnd, RunStart
from tests.desk import Desk


def begin(desk: Desk, name: str, started_at: str, command: str = "crawl") -> None:
    runs.begin(desk.db, RunStart(name, command, started_at, settings={"SELECT": "all"}, libraries={"lxml": "6"}))


def end(desk: Desk, name: str, outcome: str = "finished", code: int = 0) -> None:
    runs.finish(desk.db, name, RunEnd("2026-02-02T00:00:00Z", outcome, code, counts={"read": 3}))


def test_a_run_counts_as_interrupted_until_it_ends(desk: Desk) -> None:
    begin(desk, "a", "2026-01-01T00:00:00Z")
    latest = runs.latest(desk.db)
    assert latest is not None
    assert (latest["outcome"], latest["exit_code"], latest["settings"]) == ("interrupted", None, {"SELECT": "all"})
    end(desk, "a")
    latest = runs.latest(desk.db)
    assert latest is not None
    assert (latest["outcome"], latest["exit_code"], latest["counts"]) == ("finished", 0, {"read": 3})


def test_there_is_no_latest_of_none(desk: Desk) -> None:
    assert runs.latest(desk.db) is None


def test_the_latest_is_the_one_that_began_last(desk: Desk) -> None:
    begin(desk, "b", "2026-01-02T00:00:00Z")
    begin(desk, "a", "2026-01-01T00:00:00Z")
    latest = runs.latest(desk.db)
    assert latest is not None
    assert latest["id"] == "b"


def test_a_run_goes_on_from_the_first_that_did_not_finish(desk: Desk) -> None:
    assert runs.unfinished_since(desk.db, "crawl") == ""
    begin(desk, "a", "2026-01-01T00:00:00Z")
    begin(desk, "b", "2026-01-02T00:00:00Z")
    end(desk, "b", "stopped", 143)
    assert runs.unfinished_since(desk.db, "crawl") == "2026-01-01T00:00:00Z"
    begin(desk, "c", "2026-01-03T00:00:00Z")
    end(desk, "c")
    assert runs.unfinished_since(desk.db, "crawl") == ""
    begin(desk, "d", "2026-01-04T00:00:00Z", command="rebuild")
    assert runs.unfinished_since(desk.db, "crawl") == ""
    assert runs.unfinished_since(desk.db, "rebuild") == "2026-01-04T00:00:00Z"
