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
    _ScrapyAgent,
)
from scrapy.core.scheduler import BaseScheduler
from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadTimeoutError
from scrapy.http import Response
from scrapy.utils._download_handlers import normalize_bind_address, wrap_twisted_exceptions
from scrapy.utils.defer import maybe_deferred_to_future
from twisted.internet.defer import Deferred
from twisted.internet.error import TimeoutError as NotConnected
from twisted.internet.interfaces import IStreamClientEndpoint
from twisted.web.client import URI, Agent, HTTPConnectionPool, _StandardEndpointFactory

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
        own = normalize_bind_address(self._bind_address)
        self._endpoints = _Endpoints(self._pool._reactor, self._contextFactory, options.connect_timeout, own)
        self._patience = options.first_byte_timeout
        self._awaited: dict[Request, asyncio.Timeout] = {}
        crawler.signals.connect(self._begun, signals.headers_received)

    async def download_request(self, request: Request) -> Response:
        seconds = self._patience[request.meta["kind"]]
        try:
            async with asyncio.timeout(seconds) as limit:
                self._awaited[request] = limit
                with wrap_twisted_exceptions():
                    return await maybe_deferred_to_future(self._agent().download_request(request))
        except TimeoutError as error:
            raise DownloadTimeoutError(f"no headers of {request.url} within {seconds} seconds") from error
        finally:
            self._awaited.pop(request, None)

    def _agent(self) -> "_Agent":
        """As Scrapy makes one, but for the way to a server, which is found once for all."""
        agent = _Agent(pool=self._pool, maxsize=self._default_maxsize, fail_on_dataloss=True, crawler=self._crawler,
                       contextFactory=self._contextFactory, warnsize=self._default_warnsize,
                       tls_verbose_logging=self._tls_verbose_logging)  # fmt: skip
        agent.endpoints = self._endpoints
        return agent

    def _begun(self, request: Request) -> None:
        """The headers are there; the rest has until the end of the time for all."""
        if limit := self._awaited.get(request):
            limit.reschedule(None)


class _Agent(_ScrapyAgent):
    """One request on its way. Nothing goes by a proxy."""

    endpoints: "_Endpoints"

    def _get_agent(self, request: Request, timeout: float) -> Agent:
        assert self._pool is not None
        agent: Agent = Agent.usingEndpointFactory(self._pool._reactor, self.endpoints, self._pool)  # type: ignore[no-untyped-call]
        return agent


class _Endpoints(_StandardEndpointFactory):
    """The way to each server, made once: Twisted makes it anew for each request, with its context for TLS, also where
    a connection stands. Host names are looked up each time."""

    def __init__(self, reactor: Any, policy: Any, seconds: float, own: tuple[str, int] | None) -> None:
        # the pool ends it before
        super().__init__(reactor, policy, 2 * seconds, own)  # type: ignore[no-untyped-call]
        self._known: dict[tuple[bytes, bytes, int], IStreamClientEndpoint] = {}

    def endpointForURI(self, uri: URI) -> IStreamClientEndpoint:
        key = (uri.scheme, uri.host, uri.port)
        if key not in self._known:
            self._known[key] = super().endpointForURI(uri)
        return self._known[key]


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
