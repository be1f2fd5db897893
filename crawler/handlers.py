"""The way onto the wire: Scrapy's HTTP/1.1 handler, less what it does unasked, and with limits where it has none.

Scrapy bounds a download as a whole: its body and its time. Here the way to the answer is bounded, too: the time until
the connection stands, the time until the headers are there, and their size, of which Twisted bounds single lines alone.

Parts of Scrapy and Twisted that begin with `_` are relied on: pyproject.toml bounds both.
"""

import asyncio
from collections import deque
from typing import Any

from scrapy import Request, signals
from scrapy.core.downloader.handlers.http11 import (
    HTTP11DownloadHandler,
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
    _LenientHTTPClientParser,
)
from scrapy.core.scheduler import BaseScheduler
from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadTimeoutError
from scrapy.http import Response
from twisted.internet.defer import Deferred
from twisted.internet.error import TimeoutError as NotConnected
from twisted.web.client import HTTPConnectionPool

from crawler.politeness.wire_options import WireOptions
from pipelines.exceptions import CaptureFailed
from pipelines.options import Config

MOST_HEADERS = 2000  # lines
MOST_HEADER_BYTES = 256 << 10


class InOrder(BaseScheduler):
    """Requests that wait for the downloader, first come first out. Scrapy's own goes by priorities and slots, which
    the feed has settled before, and counts each step."""

    def __init__(self) -> None:
        self._waiting: deque[Request] = deque()

    def has_pending_requests(self) -> bool:
        return bool(self._waiting)

    def enqueue_request(self, request: Request) -> bool:
        self._waiting.append(request)
        return True

    def next_request(self) -> Request | None:
        return self._waiting.popleft() if self._waiting else None


class OneTryHandler(HTTP11DownloadHandler):
    """Sends each request once. Twisted would send it again by itself when a kept-alive connection is reset,
    unseen by the ledger and the limiter (`HTTPConnectionPool.retryAutomatically`)."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        options = WireOptions.of(Config.of(crawler.settings))
        self._pool = _Pool(options.connect_timeout, self._pool)
        self._patience = options.first_byte_timeout
        self._awaited: dict[Request, asyncio.Timeout] = {}
        crawler.signals.connect(self._begun, signals.headers_received)

    async def download_request(self, request: Request) -> Response:
        seconds = self._patience[request.meta["kind"]]
        try:
            async with asyncio.timeout(seconds) as limit:
                self._awaited[request] = limit
                return await super().download_request(request)
        except TimeoutError as error:
            raise DownloadTimeoutError(f"no headers of {request.url} within {seconds} seconds") from error
        finally:
            self._awaited.pop(request, None)

    def _begun(self, request: Request) -> None:
        """The headers are there; the rest has until the end of the time for all."""
        if limit := self._awaited.get(request):
            limit.reschedule(None)


class _Pool(HTTPConnectionPool):
    """Connections that stand within so many seconds or not at all."""

    retryAutomatically = False

    def __init__(self, seconds: float, like: HTTPConnectionPool) -> None:
        super().__init__(like._reactor, like.persistent)  # type: ignore[no-untyped-call]
        self.maxPersistentPerHost = like.maxPersistentPerHost
        self._factory = _Factory
        self._seconds = seconds

    def getConnection(self, key: Any, endpoint: Any) -> "Deferred[Any]":
        return super().getConnection(key, endpoint).addTimeout(self._seconds, self._reactor, _not_connected)


def _not_connected(_: object, seconds: float) -> None:
    raise NotConnected(string=f"no connection within {seconds} seconds")  # type: ignore[no-untyped-call]


class _Factory(_LenientHTTP11ClientFactory):
    def buildProtocol(self, addr: Any) -> "_Protocol":
        return _Protocol(self._quiescentCallback)  # type: ignore[no-untyped-call]


class _Protocol(_LenientHTTP11ClientProtocol):
    def request(self, request: Any) -> "Deferred[Any]":
        answer = super().request(request)
        self._parser.__class__ = _Parser  # as Scrapy does, for Twisted names the class itself
        return answer


class _Parser(_LenientHTTPClientParser):
    """Lines are heard until the headers end; raising makes Twisted give the connection up, and what was raised is
    among the `reasons` of the failed download's cause."""

    _lines = _bytes = 0

    def lineReceived(self, line: bytes) -> None:
        self._lines += 1
        self._bytes += len(line)
        if self._lines > MOST_HEADERS or self._bytes > MOST_HEADER_BYTES:
            detail = f"more than {MOST_HEADERS} lines or {MOST_HEADER_BYTES} bytes"
            raise CaptureFailed("headers too long", transient=True, detail=detail)
        super().lineReceived(line)
