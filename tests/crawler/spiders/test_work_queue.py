import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from crawler.spiders.planner import Planner, Selection
from crawler.spiders.replay_handler import Asked
from crawler.spiders.site_discovery import Discovery
from crawler.spiders.work_queue import Feed
from pipelines.items.captures import Capture, Query, State
from pipelines.items.readings import Failure
from pipelines.store.ledger import Work
from pipelines.store.listing_pages import OpenListing
from pipelines.store.moves import Moves
from tests.desk import ARCHIVE, URL, Desk, row

TROUBLE = Failure("replay", "archive trouble", transient=True)
Feeding = Callable[..., Feed]


@pytest.fixture
def feeding(desk: Desk) -> Feeding:
    def feed(most: int = 10, patience: float = 900, select: str = "all") -> Feed:
        discovery = Discovery(Moves(desk.db, ARCHIVE), desk.listings, desk.corpus, "", "")
        planner = Planner(desk.ledger, discovery, Selection(select))
        return Feed(desk.ledger, desk.listings, discovery, planner, most=most, patience=patience)

    return feed


def given_out(feed: Feed) -> list[Capture]:
    """All that the feed gives out just now."""
    found = []
    while (step := feed.next()) is not None:
        assert isinstance(step, Work)
        found.append(step.capture)
    return found


def waiting(feed: Feed, **options: Any) -> bool:
    return asyncio.run(feed.wait(**options))


class Clock:
    """Stands still."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("crawler.spiders.work_queue._now", lambda: clock.now)
    return clock


def later(seconds: float) -> str:
    return (datetime.now(UTC) + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def test_listings_come_first_and_one_at_a_time(desk: Desk, feeding: Feeding) -> None:
    feed = feeding()
    first = feed.next()
    assert isinstance(first, OpenListing)
    assert (first.query, feed.next(), feed.in_flight) == (Query(URL), None, 1)


def test_what_a_listing_shows_is_planned_and_given_out(desk: Desk, feeding: Feeding) -> None:
    feed = feeding()
    feed.next()
    desk.listed(row("2004"), row("2005"))
    feed.listed(Query(URL))
    assert given_out(feed) == [row("2004"), row("2005")]
    assert feed.in_flight == 2


def test_a_listing_that_goes_on_is_asked_on(desk: Desk, feeding: Feeding) -> None:
    feed = feeding()
    feed.next()
    desk.listed(row("2004"), resume_key="k1")
    feed.listed(Query(URL))
    again = feed.next()
    assert isinstance(again, OpenListing)
    assert again.resume_key == "k1"


def test_no_more_than_a_number_is_in_flight(desk: Desk, feeding: Feeding) -> None:
    desk.listed(row("2004"), row("2005"), row("2006"))
    feed = feeding(most=2)
    assert given_out(feed) == [row("2004"), row("2005")]
    desk.read(row("2004"), "A")
    feed.settled(row("2004").key)
    assert given_out(feed) == [row("2006")]


def test_nothing_is_given_out_twice(desk: Desk, feeding: Feeding) -> None:
    desk.listed(*(row(f"20{year:02d}") for year in range(4, 20)))
    feed = feeding(most=100)
    assert len(given_out(feed)) == 16
    assert given_out(feed) == []
    feed.release(row("2004").key)
    assert given_out(feed) == [row("2004")]


def test_what_was_answered_is_not_asked_a_second_time(desk: Desk, feeding: Feeding) -> None:
    """The guard: whatever made it due again, it is refused and counted, and the run ends."""
    desk.listed(row("2004"))
    feed = feeding()
    assert given_out(feed) == [row("2004")]
    desk.read(row("2004"), "A")
    feed.settled(row("2004").key)
    desk.db.execute("DELETE FROM extraction")
    desk.db.execute("DELETE FROM snapshot")
    desk.db.execute("UPDATE capture SET state = 'selected', next_try = ''")
    assert given_out(feed) == []
    assert (feed.faults, desk.state(row("2004"))) == (1, ("failed", "asked twice"))
    assert not waiting(feed)


def test_what_failed_for_now_is_asked_again(desk: Desk, feeding: Feeding) -> None:
    desk.listed(row("2004"))
    feed = feeding()
    given_out(feed)
    desk.ledger.fail(row("2004"), State.FAILED, TROUBLE, later(-1))
    feed.settled(row("2004").key)
    assert given_out(feed) == [row("2004")]
    assert feed.faults == 0


def test_who_waits_for_a_capture_goes_on_when_it_is_settled(desk: Desk, feeding: Feeding) -> None:
    desk.listed(row("2004"), row("2005"))
    feed = feeding()
    given_out(feed)
    later_one = Asked.first(row("2005"), 0)
    assert feed.wait_for(row("2004").key, later_one)
    assert not feed.wait_for(row("2005").key, later_one)  # nobody waits for itself
    assert feed.next() is None
    desk.read(row("2004"), "A")
    feed.settled(row("2004").key)
    assert feed.next() == later_one


def test_what_a_redirect_is_on_its_way_to_is_left_to_it(desk: Desk, feeding: Feeding) -> None:
    desk.listed(row("2004"), row("2005"))
    feed = feeding()
    assert feed.next() is not None
    feed.leads_to(row("2004").key, row("2005").urlkey, row("2005").timestamp)
    assert given_out(feed) == []
    desk.read(row("2004"), "A")
    feed.settled(row("2004").key)
    assert given_out(feed) == [row("2005")]


def test_a_plan_is_asked_again_with_what_was_read(desk: Desk, feeding: Feeding) -> None:
    """Halving: between two texts that differ there is more to fetch, between two that do not there is not."""
    days = [row(f"200401{day:02d}", f"page {day}") for day in range(1, 18)]
    desk.listed(*days)
    feed = feeding(select="changes")
    fetched = []
    while found := given_out(feed):
        for capture in found:
            fetched.append(capture)
            desk.read(capture, "A" if capture.timestamp < "20040106" else "B")
            feed.settled(capture.key)
    assert desk.texts() == ["A", "B"]
    assert {"20040105000000", "20040106000000"} <= {capture.timestamp for capture in fetched}
    assert len(fetched) < 10


def test_a_run_ends_where_nothing_is_left(desk: Desk, feeding: Feeding) -> None:
    desk.listed(row("2004"))
    feed = feeding()
    assert given_out(feed) == [row("2004")]
    desk.read(row("2004"), "A")
    feed.settled(row("2004").key)
    assert given_out(feed) == []
    assert not waiting(feed)


def test_waiting_ends_with_the_next_outcome(desk: Desk, feeding: Feeding) -> None:
    desk.listed(row("2004"))
    feed = feeding()
    given_out(feed)

    async def settle_meanwhile() -> bool:
        wait = asyncio.ensure_future(feed.wait())
        await asyncio.sleep(0)
        assert not wait.done()
        feed.settled(row("2004").key)
        return await wait

    assert asyncio.run(settle_meanwhile())


def test_what_failed_is_waited_for_until_it_is_due(clock: Clock, desk: Desk, feeding: Feeding) -> None:
    desk.listed(row("2004"))
    feed = feeding()
    given_out(feed)
    desk.ledger.fail(row("2004"), State.FAILED, TROUBLE, later(0.1))
    feed.settled(row("2004").key)
    assert given_out(feed) == []
    assert waiting(feed)
    clock.now += timedelta(hours=1)
    assert given_out(feed) == [row("2004")]


def test_what_is_due_too_late_is_left_to_the_next_run(desk: Desk, feeding: Feeding) -> None:
    desk.listed(row("2004"))
    feed = feeding(patience=60)
    given_out(feed)
    desk.ledger.fail(row("2004"), State.FAILED, TROUBLE, later(61))
    feed.settled(row("2004").key)
    assert given_out(feed) == []
    assert not waiting(feed)


def test_a_listing_that_failed_is_waited_for(clock: Clock, desk: Desk, feeding: Feeding) -> None:
    feed = feeding()
    feed.next()
    desk.listings.fail(Query(URL), TROUBLE, later(0.2))
    feed.listed(Query(URL))
    assert feed.next() is None
    assert waiting(feed)
    clock.now += timedelta(hours=1)
    assert isinstance(feed.next(), OpenListing)


def test_waiting_is_bounded(desk: Desk, feeding: Feeding) -> None:
    feed = feeding()
    feed.next()
    assert waiting(feed, longest=0.01)


def test_a_restart_gives_out_what_was_not_finished(desk: Desk, feeding: Feeding) -> None:
    desk.listed(row("2004"), row("2005"), row("2006"))
    first = feeding(most=2)
    given_out(first)
    snapshot = desk.hold(row("2004"))
    second = feeding()
    steps = [second.next() for _ in range(3)]
    assert [step.capture for step in steps if isinstance(step, Work)] == [row("2004"), row("2005"), row("2006")]
    assert [step.held for step in steps if isinstance(step, Work)] == [snapshot.location, None, None]
