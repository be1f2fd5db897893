"""Tells how far a crawl is: a table that renews itself on a terminal, else a plain line at intervals. On standard
error, so that standard output keeps the closing table alone."""

import logging
import os
import sys
import time
from pathlib import Path
from typing import Any, Protocol, Self

from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text
from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.statscollectors import StatsCollector
from scrapy.utils.asyncio import create_looping_call
from sqlite_utils import Database

from crawler.reporting.progress_state import CONNECTIONS, Standing, Way, shown_rate, told_pause
from pipelines.formats.terminal import printable, say
from pipelines.items.captures import ListingPage
from pipelines.items.readings import Extraction
from pipelines.options import Config
from pipelines.store.database import open_for_reading
from pipelines.store.outlook import Remaining, remaining

_RENEW = 0.5  # seconds between two looks of a terminal
_LOOK = 2.0  # seconds between two looks into the database, more where they take long
_SHARE = 0.02  # of the time may go into them
_BAR = 20  # columns


class View(Protocol):
    """Where a standing is shown."""

    interval: float

    def show(self, standing: Standing) -> None: ...

    def close(self) -> None: ...


class Progress:
    """A Scrapy extension. Counts what goes by, looks into the database for the rest, and shows it."""

    def __init__(self, folder: Path, view: View, ways: dict[str, Way], readers: int, stats: StatsCollector) -> None:
        self._folder = folder
        self._stats = stats
        self._db: Database | None = None
        self._loop = create_looping_call(self.show)
        self._view = view
        self._ways = ways
        self._readers = readers
        self._sent: dict[Request, float] = {}
        self._left = Remaining()
        self._next_look = 0.0
        self._listed = self._read = 0
        self._reading = _Speed()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        config = Config.of(crawler.settings)
        view = view_for(config.progress_seconds)
        if view is None:
            raise NotConfigured  # without a reason, which would be logged as a warning
        ways = {kind: Way(rate / 60, CONNECTIONS[kind]) for kind, rate in config.rates.items()}
        assert crawler.stats is not None
        progress = cls(config.folder, view, ways, config.readers, crawler.stats)
        for method, signal in (
            (progress.opened, signals.spider_opened),
            (progress.sent, signals.request_reached_downloader),
            (progress.answered, signals.request_left_downloader),
            (progress.recorded, signals.item_scraped),
            (progress.closed, signals.spider_closed),
        ):
            crawler.signals.connect(method, signal)
        return progress

    def opened(self) -> None:
        self._db = open_for_reading(self._folder)
        self._loop.start(self._view.interval, now=False)

    def sent(self, request: Request) -> None:
        self._sent[request] = time.monotonic()

    def answered(self, request: Request) -> None:
        if (since := self._sent.pop(request, None)) is not None:
            self._ways[request.meta["kind"]].answered_in(time.monotonic() - since)

    def recorded(self, item: object) -> None:
        self._listed += isinstance(item, ListingPage) and not (item.resume_key or item.is_cut)
        self._read += isinstance(item, Extraction)

    def show(self) -> None:
        self._view.show(self.standing())

    def standing(self) -> Standing:
        self._look()
        replay = self._ways["replay"]
        speed = self._reading.seen(self._read)
        return Standing(
            listed=self._listed,
            listings_left=self._left.listings,
            fetched=replay.answered,
            captures_left=self._left.captures,
            read=self._read,
            versions=self._left.versions,
            listing_rate=self._ways["cdx"].rate,
            replay_rate=replay.rate,
            reading_rate=speed if replay.answered - self._read >= self._readers else 0.0,
            pause=self._pause(),
            searching=self._left.searching,
        )

    def _pause(self) -> str:
        pause = self._stats.get_value("pause")
        return told_pause(pause["cause"], pause["until"]) if pause else ""

    def _look(self) -> None:
        start = time.monotonic()
        if self._db and start >= self._next_look:
            self._left = remaining(self._db)
            end = time.monotonic()
            self._next_look = end + max(_LOOK, (end - start) / _SHARE)

    def closed(self) -> None:
        """Also called where the crawl never opened."""
        if self._db is None:
            return
        self._loop.stop()
        if isinstance(self._view, Terminal):
            self._next_look = 0.0
            self.show()
        self._view.close()
        self._db.close()


class _Speed:
    """How fast a count grows, over the last seconds."""

    def __init__(self) -> None:
        self._count, self._since, self._speed = 0, time.monotonic(), 0.0

    def seen(self, count: int) -> float:
        now = time.monotonic()
        if now - self._since >= _LOOK:
            self._speed = (count - self._count) / (now - self._since)
            self._count, self._since = count, now
        return self._speed


def view_for(seconds: float) -> View | None:
    """The terminal where there is one, else lines every so many seconds; None where nobody wants them."""
    if sys.stderr.isatty() and os.environ.get("TERM") != "dumb":
        return Terminal()
    return Lines(seconds) if seconds > 0 else None


class Lines:
    """One line each time, for logs and pipes."""

    def __init__(self, seconds: float) -> None:
        self.interval = seconds

    def show(self, standing: Standing) -> None:
        say(standing.line(), file=sys.stderr)

    def close(self) -> None:
        sys.stderr.flush()


class Terminal:
    """Four lines that renew themselves, and one more while all work stands still. rich leaves colours out where
    NO_COLOR asks for it."""

    interval = _RENEW

    def __init__(self) -> None:
        self._live = Live(console=Console(stderr=True), auto_refresh=False)
        self._logs: list[logging.StreamHandler[Any]] = []

    def show(self, standing: Standing) -> None:
        if not self._live.is_started:
            self._start()
        self._live.update(
            Group(table(standing), *([Text(printable(standing.pause))] if standing.pause else [])), refresh=True
        )

    def _start(self) -> None:
        """While the table stands, what is logged must go above it."""
        before = sys.stderr
        self._live.start()
        for handler in logging.getLogger().handlers:
            if isinstance(handler, logging.StreamHandler) and handler.stream is before:
                handler.setStream(sys.stderr)
                self._logs.append(handler)

    def close(self) -> None:
        self._live.stop()
        for handler in self._logs:
            handler.setStream(sys.stderr)


def table(standing: Standing) -> Table:
    """What a terminal shows; at most 80 columns."""
    grid = Table.grid(padding=(0, 2))
    listings, captures = standing.listed + standing.listings_left, standing.fetched + standing.captures_left
    rate = f"{shown_rate(standing.rate)}/s" if standing.fetched else ""
    grid.add_row("listing", _bar(standing.listed, listings), f"{standing.listed:,}/{listings:,}")
    grid.add_row("fetching", _bar(standing.fetched, captures), f"{standing.fetched:,}/{captures:,}", rate)
    grid.add_row("reading", "", f"{standing.read:,}")
    grid.add_row("versions", "", f"{standing.versions:,}", standing.time_left if captures > standing.fetched else "")
    return grid


def _bar(done: int, total: int) -> ProgressBar:
    return ProgressBar(total=max(total, 1), completed=done, width=_BAR)
