"""What a real archive puts in front of itself: limits over sliding windows, a firewall, and distance.

Figures and behaviour as told by the Internet Archive's people: 30 CDX queries and 600 replays a minute (2026); who goes
on for more than a minute after a 429 is refused by a firewall for an hour, and twice as long each further time (2023).
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from crawler.local_archive.server.asked import WAYBACK, reader
from crawler.local_archive.server.loopback import Answer, Delivery, Handler, Request

CONNECTIONS: Final = "connections"
LIMIT: Final = "limit"
BAN: Final = "ban"
WINDOW: Final = 60.0  # seconds
IGNORED: Final = 60.0  # seconds of 429s that go unheard before the firewall acts
FIRST_BAN: Final = 3_600.0  # seconds

_PAGE = (
    b"<html>\r\n<head><title>429 Too Many Requests</title></head>\r\n<body>\r\n"
    b"<center><h1>429 Too Many Requests</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
)


def too_many_requests(retry_after: str = "", cause: str = LIMIT) -> Answer:
    """The archive's own 429: a page of nginx, without Memento-Datetime, and mostly without Retry-After."""
    waits = (("Retry-After", retry_after),) if retry_after else ()
    return Answer(429, (("Content-Type", "text/html"), *waits), _PAGE, cause=cause, is_spoilt=True)


class SlidingLimits:
    """At most `per_minute` requests of each kind ("cdx", "replay"), and new "connections", in any 60 s.

    `time_scale` divides all times, so that 10 makes a minute 6 s. Answers that were refused do not count.
    """

    def __init__(
        self,
        per_minute: Mapping[str, int],
        *,
        time_scale: float = 1.0,
        retry_after: str = "",
        dialect: str = WAYBACK,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._limits = {kind: limit for kind, limit in per_minute.items() if limit}
        self._granted: dict[str, deque[float]] = {kind: deque() for kind in self._limits}
        self._scale = time_scale
        self._retry_after = retry_after
        self._read = reader(dialect)
        self._clock = clock
        self._lock = threading.Lock()
        self._newest_connection = 0
        self._streak = (0.0, float("-inf"))  # first and last 429 of a run of them
        self._bans = 0

    def __call__(self, inner: Handler) -> Handler:
        def limited(request: Request) -> Answer:
            with self._lock:
                refusal = self._refusal(request, self._clock())
            return refusal or inner(request)

        return limited

    def _refusal(self, request: Request, now: float) -> Answer | None:
        is_new = request.connection > self._newest_connection
        self._newest_connection = max(self._newest_connection, request.connection)
        if is_new and not self._grants(CONNECTIONS, now):
            return _firewall(WINDOW / self._scale)
        if self._grants(self._read(request).kind, now):
            return None
        first, last = self._streak
        first = now if now - last > IGNORED / self._scale else first
        self._streak = (first, now)
        if now - first <= IGNORED / self._scale:
            return too_many_requests(self._retry_after)
        self._bans += 1
        self._streak = (now, float("-inf"))
        return _firewall(FIRST_BAN * 2.0 ** (self._bans - 1) / self._scale)

    def _grants(self, kind: str, now: float) -> bool:
        if kind not in self._limits:
            return True
        granted = self._granted[kind]
        while granted and granted[0] <= now - WINDOW / self._scale:
            granted.popleft()
        if len(granted) >= self._limits[kind]:
            return False
        granted.append(now)
        return True


def _firewall(seconds: float) -> Answer:
    return Answer(503, cause=BAN, is_spoilt=True, delivery=Delivery(refuse=seconds))


class Latency:
    """Every answer waits for so many seconds, beside others that wait at the same time."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def __call__(self, inner: Handler) -> Handler:
        def delayed(request: Request) -> Answer:
            given = inner(request)
            return replace(given, delivery=replace(given.delivery, wait=given.delivery.wait + self._seconds))

        return delayed
