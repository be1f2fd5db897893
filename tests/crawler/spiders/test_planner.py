"""Documents planned one at a time on a real ledger: no page is fetched here."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from crawler.spiders.planner import Planner, Selection
from crawler.spiders.site_discovery import Discovery
from pipelines.items.captures import Capture
from pipelines.items.readings import Reading
from pipelines.store.moves import Moves
from tests.desk import ARCHIVE, Desk, reading, row

DOCUMENT = 1
MONTHS = [row(f"2004{month:02}") for month in range(1, 6)]  # all within one gap of `changes`
Planning = Callable[[Selection], Planner]


@pytest.fixture
def planning(desk: Desk) -> Planning:
    discovery = Discovery(Moves(desk.db, ARCHIVE), desk.listings, desk.corpus, "", "")
    return lambda selection: Planner(desk.ledger, discovery, selection)


def is_open(desk: Desk) -> bool:
    ((value,),) = desk.db.execute("SELECT open FROM document WHERE id = ?", [DOCUMENT])
    return bool(value)


def selected(desk: Desk, captures: list[Capture]) -> list[str]:
    return [one.timestamp[:6] for one in captures if desk.state(one)[0] == "selected"]


def in_german(text: str) -> Reading:
    return replace(reading(text), language="de")


def test_a_document_is_open_while_a_change_is_searched_for_and_closed_when_it_is_found(
    desk: Desk, planning: Planning
) -> None:
    planner = planning(Selection("changes"))
    desk.listed(*MONTHS)
    assert planner.plan(DOCUMENT) == 2
    assert (selected(desk, MONTHS), is_open(desk)) == (["200401", "200405"], True)
    assert planner.plan(DOCUMENT) == 0, "nothing is known yet that was not known before"
    desk.read(MONTHS[0], "A")
    desk.read(MONTHS[4], "B")
    assert planner.plan(DOCUMENT) == 1
    assert (selected(desk, MONTHS), is_open(desk)) == (["200403"], True)
    desk.read(MONTHS[2], "B")
    assert planner.plan(DOCUMENT) == 1
    assert (selected(desk, MONTHS), is_open(desk)) == (["200402"], True)
    desk.read(MONTHS[1], "A")
    assert planner.plan(DOCUMENT) == 0
    assert not is_open(desk)


@pytest.mark.parametrize("selection", [Selection("all"), Selection("first-last"), Selection("changes", cap=2)])
def test_where_each_reading_stands_for_itself_nothing_is_open(
    desk: Desk, planning: Planning, selection: Selection
) -> None:
    desk.listed(*MONTHS)
    assert planning(selection).plan(DOCUMENT) > 0
    assert not is_open(desk)


def test_times_precision_and_cap_reach_the_plan(desk: Desk, planning: Planning) -> None:
    desk.listed(*MONTHS)
    assert planning(Selection("all", since="200402", until="200403")).plan(DOCUMENT) == 2
    assert selected(desk, MONTHS) == ["200402", "200403"]
    assert planning(Selection("all", cap=3)).plan(DOCUMENT) == 1


def test_a_change_that_is_near_enough_is_not_searched_for(desk: Desk, planning: Planning) -> None:
    days = [row(f"200401{day:02}") for day in (1, 3, 5)]
    planner = planning(Selection("changes", precision="week"))
    desk.listed(*days)
    assert planner.plan(DOCUMENT) == 2
    desk.read(days[0], "A")
    desk.read(days[2], "B")
    assert planner.plan(DOCUMENT) == 0
    assert not is_open(desk)
    assert planning(Selection("changes")).plan(DOCUMENT) == 1


def test_of_a_language_one_capture_is_the_test_and_the_rest_follows_where_it_is_the_right_one(
    desk: Desk, planning: Planning
) -> None:
    planner = planning(Selection("all", language="en"))
    desk.listed(*MONTHS)
    assert planner.plan(DOCUMENT) == 1
    [first] = [one for one in MONTHS if desk.state(one)[0] == "selected"]
    desk.read(first, "A")
    assert planner.plan(DOCUMENT) == len(MONTHS) - 1


def test_a_document_in_another_language_is_set_aside_with_the_reason_and_stays_open(
    desk: Desk, planning: Planning
) -> None:
    desk.listed(*MONTHS)
    planner = planning(Selection("all", language="en"))
    planner.plan(DOCUMENT)
    [first] = [one for one in MONTHS if desk.state(one)[0] == "selected"]
    desk.read(first, in_german("A"))
    assert planner.plan(DOCUMENT) == 0
    rest = [one for one in MONTHS if one != first]
    assert {desk.state(one) for one in rest} == {("passed over", "LANGUAGE=en, this is de")}
    assert is_open(desk), "it is not exported: nobody searched it"
    assert planning(Selection("all")).plan(DOCUMENT) == len(rest), "a later run may want them"
