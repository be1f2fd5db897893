import json
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.selection import payloads
from crawler.selection.payload_states import Holding
from crawler.selection.payloads import in_order
from crawler.selection.plan import plan
from crawler.selection.strategies import STRATEGIES, points_of, spread
from pipelines.items.captures import Capture, Known, State
from tests.crawler.lines import Crawl, capture, page, read_as_digest, revisit, selected

YEARS = range(2000, 2027)
MONTHS = range(1, 13)


def instant(row: Capture) -> datetime:
    return datetime.strptime(row.timestamp, "%Y%m%d%H%M%S")


def nearest(rows: Iterable[Capture], periods: Iterable[tuple[str, str, str]]) -> list[Capture]:
    """The row nearest to the anchor of each period (its first and last month, and the anchor), by looking at all."""
    chosen = []
    for first, last, anchor in periods:
        middle, best = datetime.strptime(anchor, "%Y%m%d"), None
        for row in sorted(rows, key=lambda row: row.key):
            inside = first <= row.timestamp[:6] <= last
            if inside and (best is None or abs(instant(row) - middle) < abs(instant(best) - middle)):
                best = row
        chosen += [best] if best else []
    return chosen


def halves(year: int) -> list[tuple[str, str, str]]:
    return [(f"{year}01", f"{year}06", f"{year}0401"), (f"{year}07", f"{year}12", f"{year}1001")]


BY_HAND: dict[str, Callable[[list[Capture]], list[Capture]]] = {
    "year": lambda rows: nearest(rows, [(f"{year}01", f"{year}12", f"{year}0701") for year in YEARS]),
    "half-year": lambda rows: nearest(rows, [half for year in YEARS for half in halves(year)]),
    "month": lambda rows: nearest(rows, [(f"{y}{m:02}", f"{y}{m:02}", f"{y}{m:02}16") for y in YEARS for m in MONTHS]),
    "first-last": lambda rows: list(dict.fromkeys((rows[0], rows[-1]))),
}


def choice(strategy: str, rows: list[Capture]) -> list[Capture]:
    """What the strategy itself wants of a document, before captures are found to share their bytes."""
    found, _ = payloads.shared(in_order(rows))
    holdings = {row.key: Holding(payload, {}) for payload in found for row in payload.captures}
    line = [(row, holdings[row.key]) for row in in_order(rows) if row.key in holdings]
    return [point.capture for point in STRATEGIES[strategy](points_of(line))]


def documents(folder: Path) -> list[list[Capture]]:
    found: dict[tuple[str, str], list[Capture]] = defaultdict(list)
    for line in (folder / "archive" / "captures.jsonl").read_text().splitlines():
        row = json.loads(line)
        address, digest, timestamp = row["url"], row["digest"], row["timestamp"]
        is_full = row["record"] == "response"
        mimetype, status = (row["mimetype"], "200") if is_full else ("warc/revisit", "-")
        found[row["service"], row["type"]].append(Capture(address, timestamp, address, mimetype, status, digest))
    return [in_order(rows) for rows in found.values()]


@pytest.mark.parametrize("strategy", BY_HAND)
def test_the_choice_in_real_documents_is_that_made_by_hand(shared: Path, strategy: str) -> None:
    real = documents(shared)
    assert len(real) == 45
    for rows in real:
        expected = BY_HAND[strategy](rows)
        assert choice(strategy, rows) == expected
        held = {(row.urlkey, row.digest) for row in selected(plan(strategy, rows, {}))}
        assert held == {(row.urlkey, row.digest) for row in expected}


@pytest.mark.parametrize("strategy", BY_HAND)
@given(days=st.lists(st.integers(0, 2000), min_size=1, max_size=40, unique=True))
@settings(max_examples=30, deadline=None)
def test_the_choice_is_that_made_by_hand(strategy: str, days: list[int]) -> None:
    rows = [page(day) for day in sorted(days)]
    assert selected(plan(strategy, rows, {})) == BY_HAND[strategy](rows)


def test_half_years_are_chosen_around_the_first_of_april_and_october() -> None:
    rows = [capture(t, t) for t in ("20150101", "20150331", "20150402000001", "20150630", "20150701", "20151231")]
    assert [row.timestamp[:8] for row in choice("half-year", rows)] == ["20150331", "20151231"]


def test_the_earlier_of_two_equally_near_is_chosen() -> None:
    rows = [capture("20150331", "A"), capture("20150402", "B")]
    assert choice("half-year", rows) == rows[:1]


def test_a_page_is_chosen_before_a_redirect_that_is_nearer() -> None:
    moved, far = capture("20150401", "A", "302"), capture("20150101", "B")
    assert choice("half-year", [moved, far]) == [far]
    assert choice("half-year", [moved]) == [moved]
    assert choice("first-last", [moved, far, capture("2016", "C", "301")]) == [far]


def test_an_unresolved_revisit_counts_as_the_page_it_repeats() -> None:
    rows = [capture("20150101", "A"), revisit("20150401", "A")]
    assert choice("half-year", rows) == rows[1:]
    assert selected(plan("half-year", rows, {})) == rows[:1]


def test_a_chosen_capture_that_is_not_played_gives_way_to_the_next_best_of_its_period() -> None:
    rows = [capture(t, t) for t in ("20150101", "20150401", "20150402")]
    crawl = Crawl("half-year", rows, lambda row: Known(State.UNPLAYABLE) if row is rows[1] else read_as_digest(row))
    assert crawl.fetched == rows[1:]


@pytest.mark.parametrize(("strategy", "most"), [("half-year", 10), ("year", 10), ("month", 10), ("first-last", 20)])
def test_a_period_of_which_nothing_is_played_is_given_up(strategy: str, most: int) -> None:
    rows = [capture(f"201501{day:02}{hour:02}", f"{day} {hour}") for day in range(1, 31) for hour in range(24)]
    assert len(Crawl(strategy, rows, lambda row: Known(State.UNPLAYABLE)).fetched) == most


def test_a_page_without_text_is_held_all_the_same() -> None:
    rows = [page(day) for day in range(1, 30)]
    crawl = Crawl("month", rows, lambda row: Known(State.FAILED, failed_for_good=True, held=True))
    assert len(crawl.fetched) == 1


@pytest.mark.parametrize(
    ("number", "chosen"), [(0, []), (-1, []), (1, [0]), (2, [0, 9]), (4, [0, 3, 6, 9]), (10, [*range(10)])]
)
def test_points_are_spread_evenly_with_both_ends(number: int, chosen: list[int]) -> None:
    found, _ = payloads.shared([page(day) for day in range(10)])
    points = points_of([(payload.captures[0], Holding(payload, {})) for payload in found])
    assert spread(points, number) == [points[place] for place in chosen]
