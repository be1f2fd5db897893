"""The main path: from open listings to plans, from plans to mementos, followed wherever replay leads.

Everything that is asked comes from the feed, and so from the ledger; everything that is answered leaves as an item and
is recorded before anything is made of it. The spider keeps nothing that a restart would miss.
"""

from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any, Self, assert_never

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.http import Response
from twisted.python.failure import Failure as Trouble

from crawler.politeness.wire_options import STOPPING, Budget
from crawler.selection.payloads import why_no_page
from crawler.spiders.canaries import Canaries
from crawler.spiders.options import Options, budget_from, options_from
from crawler.spiders.planner import Planner
from crawler.spiders.replay_handler import Asked, Held, Outcome, Replay, held_snapshot
from crawler.spiders.requests import listing_page, listing_request, replay_answer, replay_request
from crawler.spiders.responses import Hearing, failure_of, why_no_answer
from crawler.spiders.site_discovery import Discovery
from crawler.spiders.steps import Page
from crawler.spiders.work_queue import Feed
from pipelines.exceptions import CorpusError, ListingFailed, ReplayFailed
from pipelines.formats.surt import urlkey
from pipelines.items.captures import ArchivedRedirect, Decision, Memento, NoPage, State, WarcLocation
from pipelines.items.readings import Failure, ListingRefusal, Refusal
from pipelines.options import Config
from pipelines.stages.archive import Fetched
from pipelines.stages.extract import Recorded
from pipelines.store.corpus import Corpus
from pipelines.store.database import open_corpus
from pipelines.store.ledger import Ledger, Work
from pipelines.store.listing_pages import OpenListing
from pipelines.store.listings import Listings
from pipelines.store.moves import Moves

Thing = Request | Fetched
"""What the spider gives to Scrapy."""


class PoliciesSpider(Spider):
    """Lists the captures of every active document and fetches what its plan selects, each distinct one once."""

    name = "policies"

    def __init__(self, options: Options, budget: Budget, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.budget = budget
        self._options = options
        # the stages share it: each write through another connection would empty what this one remembers of the file
        self.db = open_corpus(options.folder, options.writer_patience)
        self._ledger = Ledger(self.db, *options.archives)
        self._listings = Listings(self.db, *options.archives)
        self._replay = Replay(self._ledger, timedelta(seconds=options.hop_window), options.next_try, options.several)
        self._discovery = Discovery(
            Moves(self.db, *options.archives),
            self._listings,
            Corpus(self.db, next(iter(options.archives))),
            options.selection.since,
            options.selection.until,
        )
        self._hearing = Hearing(options.archives)
        self._canaries = Canaries(options)
        self.stop_reason = ""
        self.recording_error: BaseException | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        config = Config.of(crawler.settings)
        spider = super().from_crawler(crawler, options_from(config), budget_from(config), **kwargs)
        crawler.signals.connect(spider.item_recorded, signals.item_scraped)
        crawler.signals.connect(spider.broken, signals.item_error)
        crawler.signals.connect(spider.broken, signals.spider_error)
        crawler.signals.connect(spider.closed_down, signals.spider_closed)
        return spider

    @property
    def left_out(self) -> dict[str, str]:
        """The archives that this run does not hear any more, and why."""
        return self._hearing.left_out

    @property
    def faults(self) -> int:
        """How many captures were to be asked a second time, which is a fault of ours."""
        return self._feed.faults if hasattr(self, "_feed") else 0

    # -- asking

    async def start(self) -> AsyncIterator[Thing]:
        try:
            async for thing in self._asked():
                yield thing
        except Exception as error:  # Scrapy would log it and end as if all were well
            self._end_in(error)
            raise

    async def _asked(self) -> AsyncIterator[Thing]:
        """Requests, and what needs no request any more, until the feed has nothing left."""
        self._feed = Feed(
            self._ledger,
            self._listings,
            self._discovery,
            Planner(self._ledger, self._discovery, self._options.selection, self._options.several),
            archives=tuple(self._options.archives),
            most=self._options.in_flight,
            patience=self._options.patience,
        )
        while not (self.stop_reason or self.budget.spent):
            step = self._feed.next()
            if step is not None:
                for thing in self._begin(step):
                    yield thing
            elif not await self._feed.wait(self.budget.left):
                return

    def _begin(self, step: OpenListing | Work | Asked) -> Iterator[Thing]:
        match step:
            case OpenListing():
                yield from self._ask_listing(step)
            case Asked():  # it waited for what another one asked
                yield from self._ask_replay(step)
            case Work():
                asked = Asked.first(step.capture, step.attempts, self._discovery.home_of(step.capture))
                yield from self._from_held(asked, step.held) if step.held else self._ask_replay(asked)
            case _:
                assert_never(step)

    def _ask_listing(self, listing: OpenListing) -> Iterator[Thing]:
        answered = partial(self.parse_listing, listing=listing)
        failed = partial(self.listing_not_answered, listing=listing)
        try:
            yield listing_request(self._options, listing, answered, failed)
        except ListingFailed as error:
            self.logger.warning("%s", error.detail)
            yield self._listing_refused(listing, failure_of(error))

    def _ask_replay(self, asked: Asked) -> Iterator[Thing]:
        """The request of a step; none where it was made, or is being made, on behalf of another capture."""
        steps = self._replay.steps
        if steps.wait(asked.step, asked):
            return
        found = steps.known(asked.step)
        if isinstance(found, Page) and self._feed.wait_for(found.asked, asked):
            return
        if found:
            yield from self._outcomes(asked, self._replay.again(asked, found))
        else:
            yield from self._ask_once(asked)

    def _ask_once(self, asked: Asked) -> Iterator[Thing]:
        answered, failed = partial(self.parse_replay, asked=asked), partial(self.replay_not_answered, asked=asked)
        try:
            request = replay_request(self._options, asked, answered, failed)
        except ReplayFailed as error:
            yield from self._outcomes(asked, self._replay.failed(asked, failure_of(error), State.UNPLAYABLE))
            return
        self._replay.steps.begin(asked.step)
        yield request

    # -- answers

    def parse_listing(self, response: Response, listing: OpenListing) -> Iterator[Thing]:
        try:
            page = listing_page(self._options, listing, response)
        except ListingFailed as error:
            archive = listing.query.archive
            self._leave(archive, self._hearing.of(archive).babbled(response.status, error.reason, error.detail))
            yield self._listing_refused(listing, failure_of(error))
            return
        self._hearing.of(listing.query.archive).answered()
        silent = partial(self._fell_silent, listing=listing)
        failed = partial(self.listing_not_answered, listing=listing)
        yield from self._canaries.sift(page, silent, failed)

    def _fell_silent(self, error: ListingFailed, listing: OpenListing) -> ListingRefusal:
        self._leave(listing.query.archive, f"{listing.query.archive} is not well: {error}.")
        return self._listing_refused(listing, failure_of(error))

    def listing_not_answered(self, trouble: Trouble, listing: OpenListing) -> Iterator[Thing]:
        if self._let_go(trouble.value, listing.query.archive):
            self._feed.listed(listing.query)
            return
        yield self._listing_refused(listing, why_no_answer(trouble.value, ListingFailed.stage))

    def _listing_refused(self, listing: OpenListing, failure: Failure) -> ListingRefusal:
        return ListingRefusal(listing.query, failure, self._options.next_try(failure, listing.attempts))

    def parse_replay(self, response: Response, asked: Asked) -> Iterator[Thing]:
        self._hearing.of(asked.archive).answered()
        try:
            outcomes = list(self._replay.outcomes(asked, *replay_answer(self._options, asked, response)))
        except ReplayFailed as error:
            outcomes = list(self._replay.failed(asked, failure_of(error)))
        self._let_go_on(asked)
        yield from self._outcomes(asked, outcomes)

    def _let_go_on(self, asked: Asked) -> None:
        """A step is on the wire no more: who waited for its answer may look what came of it."""
        for waiting in self._replay.steps.end(asked.step):
            self._feed.go_on(waiting)

    def replay_not_answered(self, trouble: Trouble, asked: Asked) -> Iterator[Thing]:
        self._let_go_on(asked)
        if self._let_go(trouble.value, asked.archive):
            self._feed.release(asked.capture.key)
            return
        failure = why_no_answer(trouble.value, ReplayFailed.stage)
        yield self._replay.refusal(asked, State.FAILED, failure)

    def _let_go(self, error: BaseException | None, archive: str) -> bool:
        """Whether a request was only given up because nothing more is asked; notes it when an archive is not there."""
        if isinstance(error, CorpusError):  # on the way out: the archive's state could not be kept
            self._end_in(error)
        self._leave(archive, self._hearing.of(archive).refused(error))
        return bool(self.stop_reason) or archive in self.left_out or str(error) == STOPPING

    def _leave(self, archive: str, reason: str) -> None:
        """Ask an archive nothing more, where there is a reason; the last one's ends the run."""
        if not self._hearing.leave_out(archive, reason):
            return
        if self._hearing.is_nobody_left:
            self.stop_reason = self.stop_reason or reason
        else:
            self.logger.warning("%s The crawl goes on without %s.", reason, archive)
            self._feed.leave_out(archive)

    def _outcomes(self, asked: Asked, outcomes: Iterable[Outcome]) -> Iterator[Thing]:
        for outcome in outcomes:
            match outcome:
                case Asked():
                    self._feed.leads_to(outcome.capture.key, urlkey(outcome.original), outcome.timestamp)
                    yield from self._ask_replay(outcome)
                case Held(capture, location, by):
                    snapshot = held_snapshot(self._options.folder, location, capture, by)
                    yield replace(snapshot, memento=self._witness(asked, snapshot.memento))
                case ArchivedRedirect() | NoPage() | Refusal() | Decision():
                    yield outcome
                case Memento():
                    yield self._witness(asked, outcome)
                case _:
                    assert_never(outcome)

    def _witness(self, asked: Asked, memento: Memento) -> Memento:
        """A memento with the addresses that it names."""
        return self._discovery.witness(memento, asked.capture, asked.home_of, self._ledger.subjects_of(asked.capture))

    # -- what is held already

    def _from_held(self, asked: Asked, location: WarcLocation) -> Iterator[Thing]:
        """A capture whose bytes a run before this one kept, and did not come to read or to follow."""
        snapshot = held_snapshot(self._options.folder, location, asked.capture, None)
        match snapshot.memento:
            case ArchivedRedirect(redirect_to=address) as held:
                yield from self._outcomes(asked, self._replay.moved(asked, held.capture.timestamp, address))
            case held if why := why_no_page(held):
                yield from self._outcomes(asked, self._replay.no_page(asked, why))
            case held:
                yield replace(snapshot, memento=self._witness(asked, held))

    # -- what was recorded

    def item_recorded(self, item: Recorded) -> None:
        """The last stage has written an item down: what waited for it may go on."""
        try:
            self._feed.recorded(item)
        except Exception as error:  # Scrapy would log it and let the run wait for ever
            self._end_in(error)
            self._feed.wake()
            raise

    def broken(self, failure: Trouble) -> None:
        """A stage could not keep what it was given, or a callback failed."""
        self._end_in(failure.value)
        self._feed.wake()

    def _end_in(self, error: BaseException | None) -> None:
        """Nothing more is asked, and the run ends with an error."""
        self.recording_error = self.recording_error or error
        foreseen = isinstance(error, CorpusError)
        self.stop_reason = self.stop_reason or (str(error) if foreseen else f"{error!r} was not foreseen; see the log.")

    def closed_down(self) -> None:
        self._canaries.tell()
        self.db.close()
