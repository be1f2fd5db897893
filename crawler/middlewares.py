"""What every request passes on its way to the wire: first the border of the archive, then its pace.

Scrapy's own downloader middlewares are all off (see settings). A middleware may hold a request back or refuse it by
raising IgnoreRequest; it never answers in the archive's place.
"""

import asyncio
import logging
import os
import time
from collections.abc import Callable
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

from crawler.politeness.rate_limiter import Outcome
from crawler.politeness.rate_limiter import Pace as Pacer

log = logging.getLogger(__name__)

IN_FLIGHT = {"cdx": 1, "replay": 4}
_TROUBLED = {502, 503, 504}
REQUESTS = "requests/"  # begins the stats that count requests by what they were for
_LOOK = 0.5  # seconds between two looks at whether the run stops


class ArchiveOnly:
    """Lets requests go to the configured archive and nowhere else, whatever asked for them."""

    def __init__(self, wayback_url: str, user_agent: str) -> None:
        self._origin = _origin(wayback_url)
        self._user_agent = user_agent

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        settings = crawler.settings
        contact = f" (+{settings['CONTACT']})" if settings["CONTACT"] else ""
        return cls(settings["WAYBACK_URL"], settings["USER_AGENT"] + contact)

    def process_request(self, request: Request) -> None:
        if _origin(request.url) != self._origin:
            raise IgnoreRequest(f"leaves the archive: {request.url[:200]}")
        request.headers.clear()
        request.headers["User-Agent"] = self._user_agent
        request.headers["Accept-Encoding"] = "gzip"
        request.headers["Accept"] = "*/*"


def _origin(url: str) -> tuple[str, str, int | None]:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return ("", "", None)
    if parts.username is not None or parts.password is not None:
        return ("", "", None)
    return (parts.scheme, parts.hostname or "", port or {"http": 80, "https": 443}.get(parts.scheme))


class Pace:
    """Holds each request until its turn; at most 1 CDX and 4 replay requests are on the wire."""

    def __init__(
        self,
        pacer: Pacer,
        stats: StatsCollector,
        is_stopping: Callable[[], bool],
        spend: Callable[[], bool] = lambda: True,
    ) -> None:
        self._pacer = pacer
        self._stats = stats
        self._spend = spend
        self._places = {kind: asyncio.Semaphore(count) for kind, count in IN_FLIGHT.items()}
        self._is_stopping = is_stopping

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        settings = crawler.settings
        host = urlsplit(settings["WAYBACK_URL"]).netloc
        rates = {
            "cdx": settings.getfloat("WAYBACK_CDX_PER_MINUTE"),
            "replay": settings.getfloat("WAYBACK_REPLAY_PER_MINUTE"),
        }
        state = state_folder(settings["STATE_DIR"]) / f"{host.replace(':', '_')}.json"
        pacer = Pacer(host, rates, state, time_scale=settings.getfloat("TIME_SCALE"))

        def is_stopping() -> bool:
            spider: Any = crawler.spider
            return not (crawler.engine and crawler.engine.running) or bool(spider.stop_reason or spider.budget.spent)

        def spend() -> bool:
            spider: Any = crawler.spider
            return bool(spider.budget.spend())

        assert crawler.stats is not None
        pace = cls(pacer, crawler.stats, is_stopping, spend)
        crawler.signals.connect(pace.close, signals.spider_closed)
        return pace

    async def process_request(self, request: Request) -> None:
        kind = request.meta["kind"]
        await self._places[kind].acquire()
        request.meta["placed"] = True
        for seconds in self._pacer.waits(kind):
            self._tell_pause()
            await self._sleep(seconds)
        self._stats.set_value("pause", None)
        self._check()
        if not self._spend():
            raise IgnoreRequest("the run is stopping")
        self._stats.inc_value(f"{REQUESTS}{request.meta.get('purpose', kind)}")

    def _tell_pause(self) -> None:
        """Keep in the stats, for whoever shows them, that all work stands still, why and until when."""
        pause = self._pacer.pause()
        if pause and not self._stats.get_value("pause"):
            log.warning("Waiting until %s: %s", pause.until, pause.reason)
        self._stats.set_value("pause", pause and asdict(pause))

    async def _sleep(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self._check()
            await asyncio.sleep(min(left, _LOOK))

    def _check(self) -> None:
        """A run that stops lets no waiting request go any more; those on the wire may finish."""
        if self._is_stopping():
            raise IgnoreRequest("the run is stopping")

    def process_response(self, request: Request, response: Response) -> Response:
        self._leave(request)
        outcome = Outcome.OK
        if b"Memento-Datetime" not in response.headers:
            if response.status == 429:
                outcome = Outcome.LIMITED
            elif response.status in _TROUBLED:
                outcome = Outcome.UNAVAILABLE
        retry_after = (response.headers.get("Retry-After") or b"").decode("latin-1")
        self._observe(request, outcome, retry_after)
        return response

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
        self._pacer.observe(request.meta["kind"], outcome, retry_after)
        self._stats.set_value("pace", self._pacer.stats())

    def close(self) -> None:
        self._stats.set_value("pace", self._pacer.stats())
        self._pacer.close()

    def _leave(self, request: Request) -> bool:
        placed = bool(request.meta.pop("placed", False))
        if placed:
            self._places[request.meta["kind"]].release()
        return placed


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
