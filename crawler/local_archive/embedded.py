"""An archive of one's own on the loopback interface, over any folder of WARC files, in the dialect of one's choice.

One implementation serves `make crawl`, the tests and the fault injection. Beside what the dialect offers there is
`/__requests__`, the accounting as JSON (`?since=N` for the newest only).
"""

import contextlib
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import TracebackType

from crawler.local_archive.server import cdxserver
from crawler.local_archive.server.accounting import RequestLog, Seen
from crawler.local_archive.server.asked import COMMONCRAWL, PYWB, REPLAY, TIMEMAP, WAYBACK, Asked, reader
from crawler.local_archive.server.blocks import Paging
from crawler.local_archive.server.cdxindex import CdxIndex
from crawler.local_archive.server.dialects import crawls
from crawler.local_archive.server.dialects.commoncrawl import CommonCrawl
from crawler.local_archive.server.dialects.holdings import Dialect, Holdings, host_keys
from crawler.local_archive.server.dialects.pywb import Pywb
from crawler.local_archive.server.dialects.timemap import TimeMap
from crawler.local_archive.server.dialects.wayback import BLOCKED_SITE, Wayback
from crawler.local_archive.server.loopback import HOST, Answer, Handler, LoopbackServer, Request
from crawler.local_archive.server.records import Records

SPEAKERS: Mapping[str, Callable[[Holdings], Dialect]] = {
    WAYBACK: Wayback,
    PYWB: Pywb,
    COMMONCRAWL: CommonCrawl,
    TIMEMAP: TimeMap,
}
PAGINGS: Mapping[str, Paging] = {
    WAYBACK: cdxserver.PAGING,
    PYWB: Paging(),
    COMMONCRAWL: crawls.PAGING,
    TIMEMAP: Paging(),
}
NOT_OFFERED: Mapping[str, str] = {
    WAYBACK: "timemaps, rewritten pages, the availability interface, Save Page Now",
    PYWB: "rewritten pages, search pages, recording, several collections, fuzzy rules of single sites",
    COMMONCRAWL: "replay by the index server, the columnar index, languages and charsets of rows",
    TIMEMAP: "formats other than link, rewritten pages",
}


__all__ = ["ACCOUNTING_PATH", "BLOCKED_FILE", "BLOCKED_SITE", "EmbeddedArchive", "Wrapper"]

BLOCKED_FILE = "blocked.txt"
ACCOUNTING_PATH = "/__requests__"

Wrapper = Callable[[Handler], Handler]


class EmbeddedArchive:
    """Serves `folder` at `url` until closed; a context manager.

    `blocked` names hosts that are closed, with all below them, beside those in the folder's `blocked.txt`. `wrappers`
    stand in front of the archive, the first one outermost: limits and faults. `dialect` is one of DIALECTS, `max_rows`
    the most of a listing (0: the dialect's own), `paging` the form of its pages (pywb: makes it a ZipNum collection).
    `address` is what a client is told: `url`, and where the dialect has collections, the path of the only one.

    Raises OSError where the folder cannot be read or the port is taken.
    """

    def __init__(
        self,
        folder: Path | str,
        port: int = 0,
        *,
        dialect: str = WAYBACK,
        blocked: Iterable[str] = (),
        wrappers: Iterable[Wrapper] = (),
        max_rows: int = 0,
        paging: Paging | None = None,
    ) -> None:
        self.requests = RequestLog()
        folder = Path(folder)
        self._read = reader(dialect)
        with contextlib.ExitStack() as stack:
            index = stack.enter_context(contextlib.closing(CdxIndex(folder)))
            closed = host_keys((*blocked, *_blocked_in(folder)))
            held = Holdings(index, Records(index), folder, closed, max_rows, paging)
            self._dialect = stack.enter_context(contextlib.closing(SPEAKERS[dialect](held)))
            self._handler: Handler = self._archive
            for wrapper in reversed(tuple(wrappers)):
                self._handler = wrapper(self._handler)
            self._server = stack.enter_context(contextlib.closing(LoopbackServer(self._answer, port)))
            self._closing = stack.pop_all()
        self.left_out = index.left_out
        self.skipped = index.skipped
        self.posted = index.posted
        self.port = self._server.port
        self.url = f"http://{HOST}:{self.port}"
        self.address = self.url + self._dialect.path

    def __enter__(self) -> "EmbeddedArchive":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Stops serving; what was accounted stays readable."""
        self._closing.close()

    def refuse(self, seconds: float) -> None:
        """Refuses connections for a while, as the archive's firewall does."""
        self._server.refuse(seconds)

    def _answer(self, request: Request) -> Answer:
        path, _, query = request.target.partition("?")
        if path == ACCOUNTING_PATH:
            since = re.fullmatch(r"since=(\d{1,9})", query)
            return Answer(200, _TYPE_JSON, self.requests.as_json(int(since[1]) if since else 0))
        given = self._handler(request)
        self.requests.add(_seen(request, self._read(request), given))
        return given

    def _archive(self, request: Request) -> Answer:
        if request.method not in ("GET", "HEAD"):
            return Answer(405, _TYPE_TEXT, b"Only GET\n")
        return self._dialect.answer(request, self._read(request), self.url)


_TYPE_TEXT = (("Content-Type", "text/plain"),)
_TYPE_JSON = (("Content-Type", "application/json"),)


def _blocked_in(folder: Path) -> list[str]:
    path = folder / BLOCKED_FILE
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def _seen(request: Request, asked: Asked, given: Answer) -> Seen:
    return Seen(
        kind=asked.kind,
        target=request.target,
        url=asked.url,
        timestamp=asked.timestamp,
        status=given.status,
        at=request.at,
        connection=request.connection,
        host=request.header("host"),
        user_agent=request.header("user-agent"),
        memento=_is_capture(asked, given) and not given.is_spoilt,
        whole=given.is_whole,
        cause=given.cause,
    )


def _is_capture(asked: Asked, given: Answer) -> bool:
    """Whether an answer holds a capture: a memento, or the record of one."""
    return bool(given.header("memento-datetime")) or (asked.kind == REPLAY and given.status == 206)
