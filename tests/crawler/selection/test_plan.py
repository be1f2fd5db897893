import random
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.selection.plan import CHOICES, DocumentPlan, check, open_intervals, plan
from pipelines.exceptions import WrongUse
from pipelines.items.captures import EMPTY_DIGEST, Capture, CaptureKey, Decision, Known, State
from tests.crawler.lines import (
    Crawl,
    Outcome,
    capture,
    incremental,
    listings,
    outcomes,
    page,
    read_as_digest,
    revisit,
    selected,
)

STRATEGIES = st.sampled_from(CHOICES)
CAPS = st.sampled_from([None, 1, 2, 5])


def decide(decisions: Sequence[Decision], known: dict[CaptureKey, Known]) -> list[Capture]:
    """Take the decisions as known; those to fetch."""
    known |= {decision.capture.key: Known(decision.state, same_as=decision.same_as) for decision in decisions}
    return selected(decisions)


def reasons(decisions: Sequence[Decision]) -> set[str]:
    return {decision.reason for decision in decisions}


def test_the_same_bytes_are_fetched_once_and_the_rest_are_duplicates_of_the_earliest() -> None:
    first, second, other = capture("2001", "A"), capture("2002", "A"), capture("2003", "B")
    decisions = plan("all", [other, second, first], {})
    assert [(decision.capture, decision.state, decision.same_as) for decision in decisions] == [
        (first, State.SELECTED, None),
        (second, State.DUPLICATE, first.key),
        (other, State.SELECTED, None),
    ]


def test_a_full_capture_is_fetched_rather_than_an_earlier_revisit_of_it() -> None:
    early, full = revisit("2001", "A"), capture("2002", "A")
    assert selected(plan("all", [early, full], {})) == [full]


def test_a_revisit_whose_full_capture_is_not_listed_is_fetched_itself() -> None:
    rows = [revisit("2001", "A"), revisit("2002", "A")]
    assert selected(plan("all", rows, {})) == rows[:1]


def test_the_same_digest_at_two_addresses_is_fetched_twice() -> None:
    rows = [capture("2001", "A"), capture("2002", "A", urlkey="com,example)/legal")]
    assert selected(plan("all", rows, {})) == rows


def test_a_capture_that_cannot_be_played_gives_way_to_the_next_with_its_bytes() -> None:
    first, second, third = rows = [capture(year, "A") for year in ("2001", "2002", "2003")]
    crawl = Crawl("all", rows, lambda row: Known(State.UNPLAYABLE if row is first else State.READ, "t"))
    assert crawl.fetched == [first, second]
    assert crawl.known[first.key].state is State.UNPLAYABLE
    assert crawl.known[third.key] == Known(State.DUPLICATE, same_as=second.key)


def test_bytes_that_cannot_be_played_are_given_up_after_ten_tries() -> None:
    rows = [page(day, "A") for day in range(30)]
    crawl = Crawl("all", rows, lambda row: Known(State.UNPLAYABLE))
    assert crawl.fetched == rows[:10]
    assert {crawl.known[row.key].state for row in rows[10:]} == {State.PASSED_OVER}


def test_bytes_that_are_held_but_gave_no_text_are_not_fetched_again() -> None:
    rows = [page(day, "A") for day in range(3)]
    crawl = Crawl("all", rows, lambda row: Known(State.FAILED, failed_for_good=True, held=True))
    assert crawl.fetched == rows[:1]


def test_a_failure_that_is_tried_again_keeps_its_place() -> None:
    first, second = page(1, "A"), page(2, "A")
    known = {first.key: Known(State.FAILED), second.key: Known(State.DUPLICATE, same_as=first.key)}
    assert plan("all", [first, second], known) == []


def test_a_duplicate_is_told_when_its_bytes_are_held_by_another() -> None:
    first, second, third = (page(day, "A") for day in range(3))
    known = {
        first.key: Known(State.UNPLAYABLE),
        second.key: Known(State.READ, "t"),
        third.key: Known(State.DUPLICATE, same_as=first.key),
    }
    assert plan("all", [first, second, third], known) == [Decision(third, State.DUPLICATE, same_as=second.key)]


def test_what_one_strategy_passed_over_another_selects() -> None:
    rows = [page(day) for day in range(30)]
    crawl = Crawl("first-last", rows)
    assert crawl.fetched == [rows[0], rows[-1]]
    decisions = plan("all", rows, crawl.known)
    assert selected(decisions) == rows[1:-1]


def test_what_was_selected_is_not_taken_back_by_a_narrower_strategy() -> None:
    rows = [page(day) for day in range(30)]
    known = {row.key: Known(State.SELECTED) for row in rows}
    assert plan("first-last", rows, known) == []


def test_from_and_to_leave_the_rest_alone_and_say_so() -> None:
    rows = [capture(year, year) for year in ("2014", "2015", "2016123123", "2017")]
    decisions = plan("all", rows, {}, since="2015", until="2016")
    assert selected(decisions) == rows[1:3]
    assert {d.reason for d in decisions if d.state is State.PASSED_OVER} == {"outside FROM/TO"}


def test_a_duplicate_stays_one_where_a_later_plan_looks_at_other_years() -> None:
    rows = [capture("2014", "A"), capture("2015", "A")]
    crawl = Crawl("all", rows)
    assert plan("all", rows, crawl.known, since="2015") == []


def test_the_reason_of_a_capture_that_is_passed_over_is_the_strategy() -> None:
    decisions = plan("first-last", [page(day) for day in range(5)], {})
    assert reasons(decisions) == {"", "SELECT=first-last"}


def test_a_cap_bounds_what_is_fetched_and_spreads_it() -> None:
    rows = [page(day) for day in range(101)]
    crawl = Crawl("all", rows, cap=5)
    assert crawl.fetched == [rows[0], rows[25], rows[50], rows[75], rows[100]]


def test_a_cap_counts_bytes_and_not_captures() -> None:
    rows = [page(day, f"D{day // 10}") for day in range(50)]
    assert len(Crawl("all", rows, cap=5).fetched) == 5


def test_a_cap_counts_what_an_earlier_plan_fetched() -> None:
    rows = [page(day) for day in range(50)]
    crawl = Crawl("first-last", rows)
    assert len(Crawl("all", rows, known=crawl.known, cap=5).fetched) == 3


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (capture("2001", status="404"), "status 404"),
        (capture("2001", status="503"), "status 503"),
        (capture("2001", status="304"), "status 304"),
        (capture("2001", status="html>" * 1000), "status " + "html>" * 12),
        (capture("2001", mimetype="image/png"), "no page: image/png"),
        (capture("2001", mimetype="Text/CSS; charset=x"), "no page: text/css"),
        (capture("2001", EMPTY_DIGEST), "empty content"),
    ],
)
def test_a_row_that_is_no_page_is_not_replayed_and_says_why(row: Capture, reason: str) -> None:
    assert plan("all", [row], {}) == [Decision(row, State.NOT_REPLAYED, reason)]


def test_a_strategy_that_there_is_not_names_those_there_are() -> None:
    with pytest.raises(WrongUse, match="SELECT='weekly' is not an option; choose one of all, year, half-year, month"):
        plan("weekly", [], {})
    with pytest.raises(WrongUse, match="PRECISION='minute' is not an option; choose one of capture, day, week"):
        check("changes", "minute")


def test_an_empty_listing_needs_nothing() -> None:
    for strategy in CHOICES:
        assert plan(strategy, [], {}) == []
    assert open_intervals([], {}) == []


@settings(max_examples=150, deadline=None)
@given(STRATEGIES, listings, outcomes(), CAPS, st.randoms())
def test_every_capture_ends_in_one_state_and_no_bytes_are_held_twice(
    strategy: str, listing: list[Capture], outcome: Outcome, cap: int | None, chance: random.Random
) -> None:
    crawl = Crawl(strategy, listing, outcome, cap=cap, seed=chance.randrange(100))
    assert set(crawl.known) == {row.key for row in listing}
    assert not [key for key, known in crawl.known.items() if known.state is State.SELECTED]
    assert len(set(crawl.fetched)) == len(crawl.fetched)
    held = [row for row in crawl.fetched if crawl.known[row.key].state is State.READ and row.statuscode == "200"]
    assert len({(row.urlkey, row.digest) for row in held if row.digest != "-"}) == len(
        [row for row in held if row.digest != "-"]
    )
    for known in crawl.known.values():
        if known.state is State.DUPLICATE:
            assert known.same_as is not None
            assert crawl.known[known.same_as].state in (State.READ, State.FAILED)
    assert plan(strategy, listing, crawl.known, cap=cap) == []


@settings(max_examples=150, deadline=None)
@given(STRATEGIES, listings, outcomes(), st.randoms())
def test_neither_the_order_of_the_rows_nor_of_the_answers_matters(
    strategy: str, listing: list[Capture], outcome: Outcome, chance: random.Random
) -> None:
    one = Crawl(strategy, listing, outcome)
    shuffled = [*listing, *listing[:3]]
    chance.shuffle(shuffled)
    other = Crawl(strategy, shuffled, outcome, seed=chance.randrange(100))
    assert other.known == one.known
    assert sorted(row.key for row in other.fetched) == sorted(row.key for row in one.fetched)


@settings(max_examples=150, deadline=None)
@given(STRATEGIES, listings, outcomes(), CAPS)
def test_a_plan_that_is_kept_fetches_what_one_made_anew_does(
    strategy: str, listing: list[Capture], outcome: Outcome, cap: int | None
) -> None:
    """What makes up for a dead capture under a cap is spread over what is left by then: there the moment counts."""
    outcome = outcome if cap is None else read_as_digest
    anew = Crawl(strategy, listing, outcome, cap=cap)
    assert set(incremental(strategy, listing, outcome, cap=cap)) == set(anew.fetched)


@settings(max_examples=100, deadline=None)
@given(STRATEGIES, listings, outcomes(), st.integers(0, 30))
def test_a_crawl_that_stops_anywhere_goes_on_as_if_it_had_not(
    strategy: str, listing: list[Capture], outcome: Outcome, number: int
) -> None:
    known: dict[CaptureKey, Known] = {}
    in_flight = decide(plan(strategy, listing, known), known)
    for row in in_flight[:number]:
        known[row.key] = outcome(row)
    in_flight = in_flight[number:] + decide(plan(strategy, listing, known), known)  # here the new run begins
    assert len(set(in_flight)) == len(in_flight)
    for row in in_flight:
        known[row.key] = outcome(row)
    assert Crawl(strategy, listing, outcome, known=known).known == Crawl(strategy, listing, outcome).known


@settings(max_examples=100, deadline=None)
@given(STRATEGIES, listings, outcomes(), CAPS)
def test_no_strategy_fetches_more_than_all_of_what_can_be_played(
    strategy: str, listing: list[Capture], outcome: Outcome, cap: int | None
) -> None:
    def always(row: Capture) -> Known:
        return Known(State.READ, outcome(row).reading_key or "other")

    fetched = Crawl(strategy, listing, always, cap=cap).fetched
    assert len(fetched) <= len(Crawl("all", listing, always).fetched)
    assert cap is None or len(fetched) <= cap


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (Known(State.READ, "one text"), Known(State.READ, "another")),
        (Known(State.READ, "one text"), Known(State.SELECTED)),
        (Known(State.UNPLAYABLE), Known(State.READ, "played after all")),
    ],
)
def test_a_plan_says_that_it_is_to_be_made_anew_where_what_it_built_upon_is_taken_back(
    before: Known, after: Known
) -> None:
    rows = [page(0), page(100)]
    document = DocumentPlan("changes", rows, {})
    document.next()
    assert document.learn(rows[0].key, before)
    assert document.learn(rows[0].key, before), "nothing new"
    assert not document.learn(rows[0].key, after)
