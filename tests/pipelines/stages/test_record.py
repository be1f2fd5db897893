from collections.abc import Iterator

import pytest

from pipelines.items.captures import Decision, HttpAnswer, ListingPage, Query, State
from pipelines.items.readings import Extraction, Failure, ListingRefusal, Refusal
from pipelines.stages.record import RecordStage
from tests.desk import ARCHIVE, NOW, URL, Desk, reading, row

TROUBLE = Failure("replay", "archive trouble", transient=True)
LATER = "2026-03-01T00:00:00Z"


@pytest.fixture
def stage(desk: Desk) -> Iterator[RecordStage]:
    made = RecordStage(desk.folder, ARCHIVE)
    yield made
    made.close_spider()


@pytest.fixture
def planned(desk: Desk) -> Desk:
    desk.listed(row("2004", "one"), row("2005", "two"))
    desk.plan()
    return desk


def test_a_listing_page_becomes_rows(desk: Desk, stage: RecordStage) -> None:
    answer = HttpAnswer("http://127.0.0.1:8390/cdx", 200, (), b"", NOW)
    page = ListingPage(Query(URL), answer, (row("2004"),))
    assert stage.process_item(page) is page
    assert [capture.timestamp for capture in desk.ledger.listing(1)[0]] == ["20040101000000"]


def test_an_extraction_becomes_a_version(planned: Desk, stage: RecordStage) -> None:
    extraction = Extraction(planned.hold(row("2004", "one")), "reader-1", reading("A"))
    assert stage.process_item(extraction) is extraction
    assert planned.texts() == ["A"]


def test_a_refusal_becomes_a_state(planned: Desk, stage: RecordStage) -> None:
    refusal = Refusal(row("2004", "one"), State.FAILED, TROUBLE, LATER)
    assert stage.process_item(refusal) is refusal
    assert planned.state(row("2004", "one")) == ("failed", "archive trouble")
    assert planned.ledger.next_try() == LATER


def test_a_listing_that_did_not_come_waits(desk: Desk, stage: RecordStage) -> None:
    refusal = ListingRefusal(Query(URL), TROUBLE, LATER)
    assert stage.process_item(refusal) is refusal
    assert desk.listings.next_try() == LATER


def test_a_decision_settles_the_capture_that_was_asked_for(planned: Desk, stage: RecordStage) -> None:
    decision = Decision(row("2004", "one"), State.DUPLICATE, same_as=row("2005", "two").key)
    assert stage.process_item(decision) is decision
    assert planned.state(row("2004", "one"))[0] == "unplayable"  # the archive plays other bytes in its place


def test_a_redirect_that_is_held_waits_for_where_it_leads(planned: Desk, stage: RecordStage) -> None:
    snapshot = planned.hold(row("2004", "one"), redirect_to="http://shop.example/new")
    assert stage.process_item(snapshot) is snapshot
    assert planned.state(row("2004", "one"))[0] == "selected"
