"""What every request passes on its way to the wire: first the border of the archives, then the pace of its own.

Scrapy's own downloader middlewares are all off (see settings). A middleware may hold a request back or refuse it by
raising IgnoreRequest; it never answers in the archive's place.
"""

import asyncio
import logging
import os
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

import platformdirs
from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import (
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
)
from scrapy.http import Response
from scrapy.statscollectors import StatsCollector
from twisted.internet.error import ConnectionLost

from crawler.archives.asked import archives
from crawler.archives.base import Dialect
from crawler.archives.book import Archive, origins
from crawler.archives.wayback import dialect_of
from crawler.politeness.rate_limiter import Outcome, Pause
from crawler.politeness.rate_limiter import Pace as Pacer
from crawler.politeness.wire_options import STOPPING, WireOptions
from pipelines.options import Config

log = logging.getLogger(__name__)

IN_FLIGHT = {"cdx": 1, "replay": 4}
_TROUBLED = {502, 503, 504}
REQUESTS = "requests/"  # begins the stats that count requests by what they were for
_LOOK = 0.5  # seconds between two looks at whether the run stops, and between two notes of the pace in the stats


Origin = tuple[str, str, int]
"""Scheme, host and port."""


class ArchiveOnly:
    """Lets requests go to the servers of the archives that are asked and nowhere else, whatever asked for them."""

    def __init__(self, servers: Iterable[Origin], user_agent: str) -> None:
        self._servers = frozenset(servers)
        self._user_agent = user_agent

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        config = Config.of(crawler.settings)
        servers = {server for archive in archives(config) for server in origins(archive)}
        return cls(servers, WireOptions.of(config).user_agent)

    def process_request(self, request: Request) -> None:
        if origin(request.url) not in self._servers:
            raise IgnoreRequest(f"leaves the archive: {request.url[:200]}")
        request.headers.clear()
        request.headers["User-Agent"] = self._user_agent
        request.headers["Accept-Encoding"] = "gzip"
        request.headers["Accept"] = "*/*"
        for name, value in request.meta.get("headers", ()):
            request.headers[name] = value


def origin(url: str) -> Origin | None:
    """The server of an address; None where it is none, or names a user."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.username is not None or parts.password is not None or not parts.hostname:
        return None
    return (parts.scheme, parts.hostname, port or {"http": 80, "https": 443}.get(parts.scheme, 0))


class Lane:
    """One archive: its pace, and the places on the wire that its requests share."""

    def __init__(self, pacer: Pacer, connections: int = IN_FLIGHT["replay"], dialect: Dialect | None = None) -> None:
        self.pacer = pacer
        self.dialect = dialect
        self.places = {
            "cdx": asyncio.Semaphore(IN_FLIGHT["cdx"]),
            "replay": asyncio.Semaphore(min(connections, IN_FLIGHT["replay"])),
        }

    def is_well(self, response: Response) -> bool:
        """Whether an error answer says nothing of how the archive is."""
        return self.dialect is not None and self.dialect.is_well(response.status, response.body)


class Pace:
    """Holds each request until its turn; at most 1 CDX and 4 replay requests of an archive are on the wire."""

    def __init__(
        self,
        lanes: Mapping[str, Lane],
        stats: StatsCollector,
        is_stopping: Callable[[str], bool],
        spend: Callable[[], bool] = lambda: True,
    ) -> None:
        self._lanes = lanes
        self._stats = stats
        self._spend = spend
        self._pauses: dict[str, Pause] = {}
        self._is_stopping = is_stopping
        self._next_told = 0.0

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        config = Config.of(crawler.settings)
        options = WireOptions.of(config)
        folder = state_folder(options.state_folder)
        lanes = {one.name: lane_for(one, folder, options.time_scale) for one in archives(config)}

        def is_stopping(archive: str) -> bool:
            spider: Any = crawler.spider
            ends = spider.stop_reason or spider.budget.spent or archive in spider.left_out
            return not (crawler.engine and crawler.engine.running) or bool(ends)

        def spend() -> bool:
            spider: Any = crawler.spider
            return bool(spider.budget.spend())

        assert crawler.stats is not None
        pace = cls(lanes, crawler.stats, is_stopping, spend)
        crawler.signals.connect(pace.close, signals.spider_closed)
        return pace

    async def process_request(self, request: Request) -> None:
        kind, archive = request.meta["kind"], request.meta["archive"]
        lane = self._lanes[archive]
        await lane.places[kind].acquire()
        request.meta["placed"] = True
        for seconds in lane.pacer.waits(kind):
            self._tell_pause(archive, lane.pacer.pause())
            await self._sleep(seconds, archive)
        self._tell_pause(archive, None)
        self._check(archive)
        if not self._spend():
            raise IgnoreRequest(STOPPING)
        purpose = request.meta.get("purpose", kind)
        self._stats.inc_value(f"{REQUESTS}{purpose}" + (f" of {archive}" if len(self._lanes) > 1 else ""))

    def _tell_pause(self, archive: str, pause: Pause | None) -> None:
        """Keep in the stats, for whoever shows them, that all work stands still, why and until when: where every
        archive pauses, the pause that ends first."""
        if pause and archive not in self._pauses:
            log.warning("Waiting until %s: %s", pause.until, pause.reason)
        self._pauses.pop(archive, None)
        if pause:
            self._pauses[archive] = pause
        is_still = len(self._pauses) == len(self._lanes)
        first = min(self._pauses.values(), key=lambda one: one.until) if is_still else None
        self._stats.set_value("pause", first and asdict(first))

    async def _sleep(self, seconds: float, archive: str) -> None:
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self._check(archive)
            await asyncio.sleep(min(left, _LOOK))

    def _check(self, archive: str) -> None:
        """A run that stops lets no waiting request go any more; those on the wire may finish."""
        if self._is_stopping(archive):
            raise IgnoreRequest(STOPPING)

    def process_response(self, request: Request, response: Response) -> Response:
        self._leave(request)
        outcome = Outcome.OK
        if b"Memento-Datetime" not in response.headers and not self._lane(request).is_well(response):
            if response.status == 429:
                outcome = Outcome.LIMITED
            elif response.status in _TROUBLED:
                outcome = Outcome.UNAVAILABLE
        retry_after = (response.headers.get("Retry-After") or b"").decode("latin-1")
        self._observe(request, outcome, retry_after)
        return response

    def _lane(self, request: Request) -> Lane:
        return self._lanes[request.meta["archive"]]

    def process_exception(self, request: Request, exception: Exception) -> None:
        if not self._leave(request):
            return
        if isinstance(exception, DownloadConnectionRefusedError):
            outcome = Outcome.REFUSED
        elif _was_reset(exception):
            outcome = Outcome.RESET
        elif isinstance(exception, DownloadTimeoutError | DownloadFailedError):
            outcome = Outcome.UNAVAILABLE
        elif isinstance(exception, IgnoreRequest):
            outcome = Outcome.UNSENT
        else:
            outcome = Outcome.OK
        self._observe(request, outcome)

    def _observe(self, request: Request, outcome: Outcome, retry_after: str = "") -> None:
        self._lane(request).pacer.observe(request.meta["kind"], outcome, retry_after)
        if (now := time.monotonic()) >= self._next_told:
            self._next_told = now + _LOOK
            self._stats.set_value("pace", self._told())

    def _told(self) -> dict[str, Any]:
        """What the pace of the archive was; of several, that of each by its name."""
        told = {name: lane.pacer.stats() for name, lane in self._lanes.items()}
        return told if len(told) > 1 else next(iter(told.values()), {})

    def close(self) -> None:
        self._stats.set_value("pace", self._told())
        for lane in self._lanes.values():
            lane.pacer.close()

    def _leave(self, request: Request) -> bool:
        placed = bool(request.meta.pop("placed", False))
        if placed:
            self._lane(request).places[request.meta["kind"]].release()
        return placed


def lane_for(archive: Archive, folder: Path, time_scale: float) -> Lane:
    """The lane of an archive, whose limits are remembered in `folder` by the host that they hold for."""
    rates = {"cdx": archive.rates.listing, "replay": archive.rates.replay}
    state = folder / f"{archive.host.replace(':', '_')}.json"
    pacer = Pacer(archive.host, rates, state, time_scale=time_scale)
    return Lane(pacer, archive.rates.connections, dialect_of(archive))


def _was_reset(exception: Exception) -> bool:
    """Cut off by the other side. A kept-alive connection that was closed in good order while idle is none."""
    reasons = getattr(exception.__cause__, "reasons", None) or ()
    return any(reason.check(ConnectionLost) for reason in reasons)


def state_folder(configured: str) -> Path:
    """Where pace and blocks of archive hosts are remembered for all corpora: in the user's state folder, as the system
    has it. One that 0.1.0 made elsewhere is kept to, so that no block is forgotten."""
    if configured:
        return Path(configured)
    base = os.environ.get("XDG_STATE_HOME", "")
    before = (Path(base) if base.startswith("/") else Path.home() / ".local" / "state") / "policy-corpus"
    usual = platformdirs.user_state_path("policy-corpus", appauthor=False)
    return before if before.is_dir() and not usual.is_dir() else usual
