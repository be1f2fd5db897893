"""The dialect of web.archive.org: `/cdx/search/cdx` and `/web/<timestamp>id_/<url>`."""

import gzip

from crawler.local_archive.server.asked import CDX, REPLAY, Asked, accepts_gzip
from crawler.local_archive.server.blocks import Blocks
from crawler.local_archive.server.cdxserver import MAX_ROWS, PAGING, answer, target_key
from crawler.local_archive.server.dialects.holdings import Holdings
from crawler.local_archive.server.loopback import Answer, Request
from crawler.local_archive.server.playback import Playback
from crawler.local_archive.server.queries import BadQuery
from pipelines.formats.surt import urlkey

BLOCKED_SITE = (
    "org.archive.util.io.RuntimeIOException: "
    "org.archive.wayback.exception.AdministrativeAccessControlException: Blocked Site Error"
)
_TEXT = (("Content-Type", "text/plain"),)


class Wayback:
    """Serves `held`."""

    path = ""

    def __init__(self, held: Holdings) -> None:
        self._held = held
        self._blocks = Blocks(held.index, held.paging or PAGING)
        self._playback = Playback(held.index, held.records, held.folder.name)

    def close(self) -> None:
        """There is nothing to give back."""

    def answer(self, request: Request, asked: Asked, base: str) -> Answer:
        if asked.kind == CDX:
            return self._listing(asked, accepts_gzip(request))
        if asked.kind == REPLAY:
            return self._replay(asked, accepts_gzip(request), base)
        return Answer(404, _TEXT, b"Not here\n")

    def _listing(self, asked: Asked, takes_gzip: bool) -> Answer:
        try:
            if self._held.is_blocked(target_key(asked.params)):
                return _blocked_site()
            found = answer(self._held.index, asked.params, self._held.max_rows or MAX_ROWS, self._blocks)
        except BadQuery as error:
            return Answer(400, _TEXT, f"{error}\n".encode())
        headers = (("Content-Type", found.content_type), ("x-ts", "200"), *found.more)
        if (asked.param("gzip") or str(takes_gzip).lower()) != "true":
            return Answer(200, headers, found.body)
        return Answer(200, (*headers, ("Content-Encoding", "gzip")), gzip.compress(found.body, 1, mtime=0))

    def _replay(self, asked: Asked, takes_gzip: bool, base: str) -> Answer:
        if self._held.is_blocked(urlkey(asked.url)):
            return _blocked_site()
        return self._playback.answer(asked.timestamp, asked.flag, asked.url, base, takes_gzip)


def _blocked_site() -> Answer:
    headers = (*_TEXT, ("X-Archive-Wayback-Runtime-Error", BLOCKED_SITE))
    return Answer(403, headers, f"{BLOCKED_SITE}\n".encode())
