from itertools import product
from pathlib import Path

import pytest

from pipelines.items.captures import Capture, CaptureKey, Decision, DocumentKey, State
from pipelines.items.readings import Failure
from pipelines.store.ledger import Standing
from tests.desk import NOW, URL, Desk, reading, row

LATER = "2026-02-01T00:00:00Z"
TROUBLE = Failure("replay", "archive trouble", transient=True)


def work(desk: Desk, now: str = NOW, limit: int = 10, skip: tuple[int, ...] = ()) -> list[Capture]:
    return [each.capture for each in desk.ledger.next_work(now, limit, skip)]


@pytest.fixture
def planned(desk: Desk) -> Desk:
    """Three captures, all selected."""
    desk.listed(row("2004"), row("2006"), row("2005"))
    desk.plan()
    return desk


def test_a_listing_tells_what_is_known(planned: Desk) -> None:
    planned.read(row("2004"), "one")
    planned.ledger.fail(row("2005"), State.FAILED, TROUBLE, None)
    planned.ledger.fail(row("2006"), State.FAILED, TROUBLE, LATER)
    planned.listed(row("2007"))
    captures, known = planned.ledger.listing(1)
    assert [capture.timestamp[:4] for capture in captures] == ["2004", "2005", "2006", "2007"]
    assert known[row("2004").key].state is State.READ
    assert known[row("2004").key].reading_key == reading("one").reading_key
    assert known[row("2004").key].held
    assert known[row("2005").key].failed_for_good
    assert not known[row("2006").key].failed_for_good
    assert row("2007").key not in known


def test_a_twin_is_known_with_what_it_repeats(desk: Desk) -> None:
    desk.listed(row("2004", "one"), row("2005", "one", status="-"))
    desk.plan()
    desk.read(row("2004", "one"), "text")
    twin = desk.ledger.listing(1)[1][row("2005", "one", status="-").key]
    assert (twin.state, twin.same_as) == (State.DUPLICATE, row("2004", "one").key)
    assert twin.reading_key == reading("text").reading_key


def test_work_comes_in_the_order_of_the_listing_without_what_is_in_hand(planned: Desk) -> None:
    assert [capture.timestamp[:4] for capture in work(planned)] == ["2004", "2006", "2005"]
    assert [capture.timestamp[:4] for capture in work(planned, limit=1)] == ["2004"]
    first = planned.ledger.next_work(NOW, 1)[0]
    assert [capture.timestamp[:4] for capture in work(planned, limit=1, skip=(first.capture_id,))] == ["2006"]


def test_what_failed_comes_again_when_it_is_due(planned: Desk) -> None:
    planned.ledger.fail(row("2004"), State.FAILED, TROUBLE, LATER)
    assert row("2004") not in work(planned)
    assert planned.ledger.next_try() == LATER
    assert planned.ledger.has_pending(1)
    assert row("2004") in work(planned, now=LATER)
    (again,) = [each for each in planned.ledger.next_work(LATER, 10) if each.capture == row("2004")]
    assert again.attempts == 1


def test_nothing_is_due_of_documents_that_left_the_list(planned: Desk) -> None:
    planned.ledger.fail(row("2004"), State.FAILED, TROUBLE, LATER)
    planned.follow(("http://shop.example/terms", DocumentKey("shop.example", "terms of service")))
    assert work(planned, now=LATER) == []
    assert planned.ledger.next_try() is None


def test_what_is_held_and_not_read_is_work_without_a_request(planned: Desk) -> None:
    snapshot = planned.hold(row("2004"))
    (first, *_) = planned.ledger.next_work(NOW, 10)
    assert first.held == snapshot.location


def test_what_failed_for_good_is_tried_only_when_told(planned: Desk) -> None:
    for capture in (row("2004"), row("2005"), row("2006")):
        planned.ledger.fail(capture, State.FAILED, TROUBLE, None)
    planned.ledger.fail(row("2005"), State.UNPLAYABLE, TROUBLE, None)
    assert (work(planned), planned.ledger.has_pending(1)) == ([], False)
    assert planned.ledger.retry_failed() == 2
    assert [capture.timestamp[:4] for capture in work(planned)] == ["2004", "2006"]


def test_rows_of_one_moment(desk: Desk) -> None:
    both = [row("2004", "one"), row("2004", "two", "https://shop.example/privacy")]
    desk.listed(*both, row("2005"))
    assert desk.ledger.rows_at("example,shop)/privacy", both[0].timestamp) == both
    assert desk.ledger.rows_at("example,shop)/else", both[0].timestamp) == []


def test_how_a_capture_stands(planned: Desk) -> None:
    assert planned.ledger.standing(row("2004").key) == Standing(State.SELECTED, None)
    snapshot = planned.hold(row("2004"))
    assert planned.ledger.standing(row("2004").key) == Standing(State.SELECTED, snapshot.location)
    assert planned.ledger.standing(CaptureKey("2004", URL, "-", "200")) is None


def test_documents_of_a_capture_are_the_active_ones(planned: Desk) -> None:
    assert planned.ledger.documents_of(row("2004").key) == [1]
    planned.follow(("http://shop.example/privacy", DocumentKey("other.example", "terms of service")))
    assert planned.ledger.documents_of(row("2004").key) == [2]


def test_a_plan_is_written_down_whole(desk: Desk) -> None:
    one, two = row("2004", "one"), row("2005", "one")
    desk.listed(one, two)
    decisions = [Decision(one, State.SELECTED), Decision(two, State.DUPLICATE, same_as=one.key)]
    assert desk.ledger.apply(decisions) == 1
    assert desk.states([one, two]) == ["selected", "duplicate"]


def test_a_restart_reads_everything_back(tmp_path: Path) -> None:
    before = Desk(tmp_path)
    before.listed(row("2004"), row("2005"))
    before.plan()
    before.read(row("2004"), "one")
    before.close()
    after = Desk(tmp_path)
    assert work(after) == [row("2005")]
    assert after.texts() == ["one"]
    after.close()


def test_no_two_keys_have_one_digest() -> None:
    """Else one capture would stand in the way of the other, and a corpus with both could not be brought up."""
    parts = ("a", "b", "a\nb", "\n", "", "\x00")
    keys = [CaptureKey("20040101000000", *some) for some in product(parts, repeat=4)]
    assert len({key.key_digest for key in keys}) == len(keys)
