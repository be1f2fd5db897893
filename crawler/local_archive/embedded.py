"""A Wayback Machine of one's own on the loopback interface, over any folder of WARC files.

One implementation serves `make crawl`, the tests and the fault injection. What it offers: `/cdx/search/cdx`,
`/web/<timestamp>id_/<url>`, and `/__requests__`, the accounting as JSON (`?since=N` for the newest only).
"""

import contextlib
import gzip
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from types import TracebackType

from crawler.local_archive.server.accounting import RequestLog, Seen
from crawler.local_archive.server.asked import CDX, REPLAY, Asked, accepts_gzip, read_target
from crawler.local_archive.server.cdxindex import CdxIndex
from crawler.local_archive.server.cdxserver import MAX_ROWS, BadQuery, answer, target_key
from crawler.local_archive.server.loopback import HOST, Answer, Handler, LoopbackServer, Request
from crawler.local_archive.server.playback import Playback
from pipelines.formats.surt import urlkey

BLOCKED_FILE = "blocked.txt"
BLOCKED_SITE = (
    "org.archive.util.io.RuntimeIOException: "
    "org.archive.wayback.exception.AdministrativeAccessControlException: Blocked Site Error"
)
ACCOUNTING_PATH = "/__requests__"

Wrapper = Callable[[Handler], Handler]


class EmbeddedArchive:
    """Serves `folder` at `url` until closed; a context manager.

    `blocked` names hosts that are closed, with all below them, beside those in the folder's `blocked.txt`. `wrappers`
    stand in front of the archive, the first one outermost: limits and faults. Raises OSError where the folder cannot
    be read or the port is taken.
    """

    def __init__(
        self,
        folder: Path | str,
        port: int = 0,
        *,
        blocked: Iterable[str] = (),
        wrappers: Iterable[Wrapper] = (),
        max_rows: int = MAX_ROWS,
    ) -> None:
        self.requests = RequestLog()
        self._folder = Path(folder)
        self._max_rows = max_rows
        self._blocked = {_host_key(host) for host in (*blocked, *_blocked_in(self._folder))}
        with contextlib.ExitStack() as stack:
            self._index = stack.enter_context(contextlib.closing(CdxIndex(self._folder)))
            self._playback = Playback(self._index, self._folder)
            self._handler: Handler = self._archive
            for wrapper in reversed(tuple(wrappers)):
                self._handler = wrapper(self._handler)
            self._server = stack.enter_context(contextlib.closing(LoopbackServer(self._answer, port)))
            self._closing = stack.pop_all()
        self.left_out = self._index.left_out
        self.skipped = self._index.skipped
        self.port = self._server.port
        self.url = f"http://{HOST}:{self.port}"

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
        self.requests.add(_seen(request, given))
        return given

    def _archive(self, request: Request) -> Answer:
        if request.method not in ("GET", "HEAD"):
            return Answer(405, _TYPE_TEXT, b"Only GET\n")
        asked = read_target(request)
        if asked.kind == CDX:
            return self._listing(asked, accepts_gzip(request))
        if asked.kind == REPLAY:
            return self._replay(asked, accepts_gzip(request))
        return Answer(404, _TYPE_TEXT, b"Not here\n")

    def _listing(self, asked: Asked, takes_gzip: bool) -> Answer:
        try:
            if self._is_blocked(target_key(asked.params)):
                return _blocked_site()
            found = answer(self._index, asked.params, self._max_rows)
        except BadQuery as error:
            return Answer(400, _TYPE_TEXT, f"{error}\n".encode())
        headers = (("Content-Type", found.content_type), ("x-ts", "200"))
        if (asked.param("gzip") or str(takes_gzip).lower()) != "true":
            return Answer(200, headers, found.body)
        return Answer(200, (*headers, ("Content-Encoding", "gzip")), gzip.compress(found.body, 1, mtime=0))

    def _replay(self, asked: Asked, takes_gzip: bool) -> Answer:
        if self._is_blocked(urlkey(asked.url)):
            return _blocked_site()
        return self._playback.answer(asked.timestamp, asked.flag, asked.url, self.url, takes_gzip)

    def _is_blocked(self, key: str) -> bool:
        host = re.split(r"[):]", key, maxsplit=1)[0]
        return any(host == closed or host.startswith(f"{closed},") for closed in self._blocked)


_TYPE_TEXT = (("Content-Type", "text/plain"),)
_TYPE_JSON = (("Content-Type", "application/json"),)


def _blocked_in(folder: Path) -> list[str]:
    path = folder / BLOCKED_FILE
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def _host_key(host: str) -> str:
    return urlkey(host).partition(")")[0]


def _blocked_site() -> Answer:
    headers = (("Content-Type", "text/plain"), ("X-Archive-Wayback-Runtime-Error", BLOCKED_SITE))
    return Answer(403, headers, f"{BLOCKED_SITE}\n".encode())


def _seen(request: Request, given: Answer) -> Seen:
    asked = read_target(request)
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
        memento=bool(given.header("memento-datetime")) and not given.is_spoilt,
        whole=given.is_whole,
        cause=given.cause,
    )
