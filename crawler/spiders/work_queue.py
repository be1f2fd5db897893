"""What to ask next: open listings first, then what the plan selected. All of it comes from the ledger.

Here is where data turns back: when nothing of a document is left to fetch, its plan is asked again, with the texts
known by now. In memory are only the documents that wait for their plan, a few captures ahead and what is in flight.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import assert_never

from crawler.spiders.planner import Planner
from crawler.spiders.replay_handler import Asked
from crawler.spiders.site_discovery import Discovery
from crawler.spiders.steps import Numbers
from pipelines.exceptions import ReplayFailed
from pipelines.formats.timestamps import utc
from pipelines.items.captures import WAYBACK, CaptureKey, Decision, HomePage, ListingPage, Query, Snapshot, State
from pipelines.items.readings import Extraction, Failure, ListingRefusal, Refusal
from pipelines.stages.extract import Recorded
from pipelines.store.ledger import Ledger, Work
from pipelines.store.listing_pages import OpenListing
from pipelines.store.listings import Listings

log = logging.getLogger(__name__)

_AHEAD = 50  # captures read from the ledger at a time


@dataclass(slots=True)
class _Lane:
    """What is asked of one archive: the listing that is on its way, and captures read from the ledger."""

    archive: str
    listing: Query | None = None
    ahead: deque[Work] = field(default_factory=deque)


class Feed:
    """Gives out work until there is none left.

    `patience` is how long, in seconds, a run waits for something that failed to be due again; what is due later is
    left to the next run. `most` bounds the captures of an archive in flight: on the wire, waiting for a reader, or
    being read.
    """

    def __init__(
        self,
        ledger: Ledger,
        listings: Listings,
        discovery: Discovery,
        planner: Planner,
        *,
        most: int,
        patience: float,
        archives: Sequence[str] = (WAYBACK,),
    ) -> None:
        discovery.begin()
        self._ledger = ledger
        self._listings = listings
        self._discovery = discovery
        self._planner = planner
        self._most = most
        self._patience = timedelta(seconds=patience)
        self._to_plan = dict.fromkeys(planner.documents())
        self._lanes = deque(map(_Lane, archives))
        self._fetching: dict[CaptureKey, int] = {}
        self._led_to: dict[CaptureKey, tuple[str, str]] = {}
        self._asked = Numbers()  # captures that were asked for and not let go since
        self._waiting: dict[CaptureKey, list[Asked]] = {}
        self._ready: deque[Asked] = deque()
        self.faults = 0  # captures that were to be asked a second time
        self._is_final = False
        self._changed = asyncio.Event()

    def next(self) -> OpenListing | Work | Asked | None:
        """The next thing to ask, or None where there is nothing just now. Archives take turns."""
        for lane in list(self._lanes):
            self._lanes.rotate(-1)
            if lane.listing is None and (
                listing := self._listings.next_open(utc(_now(), exact=True), archive=lane.archive)
            ):
                lane.listing = listing.query
                return listing
            if self._ready:
                return self._ready.popleft()
            if self._in_flight_of(lane) >= self._most:
                continue
            if work := self._next_work(lane):
                self._fetching[work.capture.key] = work.capture_id
                return work
        return None

    def _in_flight_of(self, lane: "_Lane") -> int:
        if len(self._lanes) == 1:
            return len(self._fetching)
        return sum(key.archive == lane.archive for key in self._fetching)

    def leave_out(self, archive: str) -> None:
        """Ask an archive nothing more in this run. Documents do not wait for what it would have listed."""
        self._lanes = deque(lane for lane in self._lanes if lane.archive != archive)
        self._ledger.leave_out(archive)
        self._listings.leave_out(archive)
        self._to_plan.update(dict.fromkeys(self._planner.documents()))
        self._is_final = False
        self._changed.set()

    def _next_work(self, lane: "_Lane") -> Work | None:
        while True:
            while lane.ahead:
                work = lane.ahead.popleft()
                led_to = (work.capture.urlkey, work.capture.timestamp) in self._led_to.values()
                if led_to or not self._ledger.is_due(work.capture_id):  # a redirect may have led there meanwhile
                    continue
                if not self._is_asked_twice(work):
                    return work
            lane.ahead.extend(self._fresh_work(lane))
            if not lane.ahead and not self._plan_one() and not self._plan_all_again():
                return None

    def _is_asked_twice(self, work: Work) -> bool:
        """Refuse what was asked in this run, or taken from what is held, and settled: to begin again would be a fault
        of ours, and without end."""
        if work.capture_id not in self._asked:
            self._asked.add(work.capture_id)
            return False
        self.faults += 1
        log.error("%s %s was to be asked twice: please report this.", work.capture.timestamp, work.capture.original)
        self._ledger.fail(work.capture, State.FAILED, Failure(ReplayFailed.stage, "asked twice"), None)
        return True

    def _fresh_work(self, lane: "_Lane") -> list[Work]:
        """What the ledger has to fetch of an archive, but for what a redirect or a hop is on its way to just now."""
        led_to = set(self._led_to.values())
        found = self._ledger.next_work(utc(_now(), exact=True), _AHEAD, self._fetching.values(), lane.archive)
        return [work for work in found if (work.capture.urlkey, work.capture.timestamp) not in led_to]

    def wait_for(self, key: CaptureKey, waiting: Asked) -> bool:
        """Let a step wait until a capture in flight is settled. False where that is not in flight, or is its own."""
        if key not in self._fetching or key == waiting.capture.key:
            return False
        self._waiting.setdefault(key, []).append(waiting)
        return True

    def go_on(self, waiting: Asked) -> None:
        """What a step waited for has come."""
        self._ready.append(waiting)
        self._changed.set()

    def leads_to(self, key: CaptureKey, urlkey: str, timestamp: str) -> None:
        """The capture in flight leads to another one, which must not be asked for a second time meanwhile."""
        self._led_to[key] = (urlkey, timestamp)

    def _plan_one(self) -> bool:
        """Ask the plan of one waiting document. False where none waits."""
        if not self._to_plan:
            return False
        document_id = next(iter(self._to_plan))
        del self._to_plan[document_id]
        if not self._planner.plan(document_id):
            self._wait_for_plan(self._discovery.after_captures([document_id]))
        return True

    def _plan_all_again(self) -> bool:
        """Before the run ends, ask each plan as the next run would at its start. False where nothing is left to do.

        What became of one document's captures may concern another's, and the next run is to find nothing new.
        """
        if self._is_final or self.in_flight or self._is_listing_open():
            return False
        self._is_final = True  # until something else is settled
        self._to_plan = dict.fromkeys(self._planner.documents())
        return bool(self._to_plan)

    def _is_listing_open(self) -> bool:
        return any(self._listings.next_open(utc(_now(), exact=True), archive=lane.archive) for lane in self._lanes)

    def listed(self, query: Query) -> None:
        """A page of a listing is recorded, or did not come."""
        for lane in self._lanes:
            if lane.listing == query:
                lane.listing = None
        listed = self._ledger.documents_listed(query)
        self._wait_for_plan([*self._discovery.after_listing(query, listed), *listed])
        self._changed.set()

    def _wait_for_plan(self, document_ids: Iterable[int]) -> None:
        """Documents that moved or have news are planned again, once all of their listings are whole."""
        self._to_plan.update((number, None) for number in document_ids if self._ledger.is_listed(number))

    def recorded(self, item: Recorded) -> None:
        """The last stage has written an item down: what waited for it may go on."""
        match item:
            case Extraction(Snapshot(memento)):
                self.settled((memento.asked or memento.capture).key)
                if memento.asked:  # what was played may be awaited by other documents than the one that asked
                    self.settled(memento.capture.key)
            case Snapshot(HomePage() as home):  # it is done with, and what it names may move documents
                self.visited((home.asked or home.capture).key, {(one.site, one.kind) for one in home.evidence})
            case Snapshot():  # an ArchivedRedirect, or what is no page, has only been kept so far
                pass
            case Refusal() | Decision():
                self.settled(item.capture.key)
            case ListingPage() | ListingRefusal():
                self.listed(item.query)
            case _:
                assert_never(item)

    def settled(self, key: CaptureKey) -> None:
        """A capture's outcome is recorded: its documents may have something else to fetch now."""
        number = self._land(key)
        self._is_final = False
        if number is not None and self._ledger.is_due(number):  # it failed, and is to be tried again
            self._asked.discard(number)
        self._wait_for_plan(
            document_id for document_id in self._ledger.documents_of(key) if not self._ledger.has_pending(document_id)
        )
        self._changed.set()

    def visited(self, key: CaptureKey, sites: Iterable[tuple[str, str]]) -> None:
        """A home page, or a frame of one, is recorded with the documents that it names."""
        self.settled(key)
        self._wait_for_plan(self._discovery.relate(sites))

    def release(self, key: CaptureKey) -> None:
        """A capture was let go without an outcome; it stays to be fetched."""
        number = self._land(key)
        if number is not None:
            self._asked.discard(number)
        self._changed.set()

    def _land(self, key: CaptureKey) -> int | None:
        """A capture is in flight no more, and who waited for it goes on. Gives its id where it was."""
        self._led_to.pop(key, None)
        for waiting in self._waiting.pop(key, []):
            self.go_on(waiting)
        return self._fetching.pop(key, None)

    def wake(self) -> None:
        """Look up from waiting: something else than an outcome happened."""
        self._changed.set()

    @property
    def in_flight(self) -> int:
        return len(self._fetching) + sum(lane.listing is not None for lane in self._lanes)

    async def wait(self, longest: float | None = None) -> bool:
        """Wait until something may have come up, at most `longest` seconds. False where nothing will in this run."""
        due = self._next_due()
        if not self.in_flight and due is None:
            return self._is_listing_open()  # the last plan may have opened one
        self._changed.clear()
        until_due = None if due is None else max(0.05, (due - _now()).total_seconds())
        seconds = min((time for time in (until_due, longest) if time is not None), default=None)
        try:
            async with asyncio.timeout(seconds):
                await self._changed.wait()
        except TimeoutError:
            pass
        return True

    def _next_due(self) -> datetime | None:
        times = [datetime.fromisoformat(time) for time in (self._ledger.next_try(), self._listings.next_try()) if time]
        soon = [time for time in times if time - _now() <= self._patience]
        return min(soon, default=None)


def _now() -> datetime:
    return datetime.now(UTC)
