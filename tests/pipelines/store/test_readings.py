"""What a capture's row says of its readings, whatever was found in it before."""

from pathlib import Path

import pytest

from pipelines.items.captures import Capture
from pipelines.items.readings import Failure, Reading
from pipelines.store import readings
from tests.desk import Desk, reading, row

NO_TEXT = Failure("reading", "no text in page")


def listed(desk: Desk, *rows: Capture) -> None:
    desk.listed(*rows)
    desk.plan()


def test_a_page_that_cannot_be_read_fails_and_is_kept(desk: Desk) -> None:
    listed(desk, row("2004"))
    desk.read(row("2004"), NO_TEXT)
    assert desk.state(row("2004")) == ("failed", "no text in page")
    assert desk.versions() == []
    assert not desk.ledger.has_pending(1)
    assert desk.db.execute("SELECT failure FROM extraction").fetchone() == ("no text in page",)


def test_a_failed_page_is_read_again_without_a_request(desk: Desk) -> None:
    listed(desk, row("2004"))
    desk.read(row("2004"), NO_TEXT)
    desk.ledger.retry_failed()
    (work,) = desk.ledger.next_work("2026", 5)
    assert work.held is not None
    desk.read(row("2004"), "A")
    assert (desk.state(row("2004")), desk.texts()) == (("read", ""), ["A"])


def test_what_another_reader_reads_stands_beside(desk: Desk) -> None:
    listed(desk, row("2004"), row("2005"))
    desk.read(row("2004"), "A", reader="old")
    desk.read(row("2005"), "A", reader="old")
    desk.read(row("2004"), "A with its heading", reader="new")
    assert desk.versions("reader, text") == [("old", "A\n")]  # the new one is not complete for the document
    desk.read(row("2005"), "A with its heading", reader="new")
    assert desk.versions("reader, text") == [("new", "A with its heading\n")]


# every column of a reading: what stands in it after the other outcome, too
ROWS = "SELECT * FROM extraction"


@pytest.mark.parametrize("before", [NO_TEXT, reading("B")])
@pytest.mark.parametrize("after", [NO_TEXT, reading("A")])
def test_a_capture_that_is_read_again_stands_as_it_was_found_last(
    desk: Desk, tmp_path: Path, before: Failure | Reading, after: Failure | Reading
) -> None:
    fresh = Desk(tmp_path / "fresh")
    for each, outcomes in ((fresh, [after]), (desk, [before, after])):
        listed(each, row("2004"))
        for outcome in outcomes:
            each.read(row("2004"), outcome)
        readings.settle(each.db, "reader-1", [])  # what `rebuild --only-changed` ends with
    assert (desk.state(row("2004")), desk.texts()) == (fresh.state(row("2004")), fresh.texts())
    assert desk.db.execute(ROWS).fetchall() == fresh.db.execute(ROWS).fetchall()
    fresh.close()


@pytest.mark.parametrize("outcomes", [(NO_TEXT, reading("A")), (reading("A"), NO_TEXT)])
def test_what_was_said_last_of_a_capture_counts_in_a_batch_too(
    desk: Desk, outcomes: tuple[Failure | Reading, ...]
) -> None:
    listed(desk, row("2004"), row("2005"))
    for year in ("2004", "2005"):
        desk.read(row(year), "B")
    readings.keep(desk.db, "reader-1", [(2, outcomes[1]), *((1, outcome) for outcome in outcomes)])
    first, second = desk.db.execute("SELECT failure, text_digest FROM extraction ORDER BY capture_id")
    assert first == second


def test_what_a_second_reader_said_stays_beside_its_text_alone(desk: Desk) -> None:
    listed(desk, row("2004"))
    seen = []
    for outcome in (reading("A"), reading("A"), NO_TEXT, reading("A"), reading("B")):
        desk.read(row("2004"), outcome)
        seen += desk.db.execute("SELECT second_reading, second_in_text FROM extraction").fetchall()
        desk.db.execute("UPDATE extraction SET second_reading = 'done', second_in_text = 0.5 WHERE failure = ''")
    assert seen == [("due", None), ("done", 0.5), ("", None), ("due", None), ("due", None)]
