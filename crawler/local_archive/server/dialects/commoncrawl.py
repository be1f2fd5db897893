"""The dialect of Common Crawl: `/collinfo.json`, `/CC-MAIN-YYYY-WW-index` and records by Range of `/crawl-data/...`.

Index and data are one server here. A listing without captures is a 404 with a message in JSON, whatever left it empty.
"""

import gzip
import json
from email.utils import formatdate
from pathlib import Path

from crawler.local_archive.server.asked import CDX, REPLAY, Asked, accepts_gzip
from crawler.local_archive.server.dialects.crawls import Crawl, Crawls
from crawler.local_archive.server.dialects.holdings import Holdings, Unsatisfiable, asked_range
from crawler.local_archive.server.dialects.pywb_query import MAX_ROWS, BadNumber, matched, page_of, pages_of, rows
from crawler.local_archive.server.loopback import Answer, Headers, Request
from crawler.local_archive.server.queries import BadQuery, ranges
from crawler.local_archive.server.row_forms import TYPES, line

MOST = 256 << 20  # bytes that one request for data is given; a record never has as many
_JSON = (("Content-Type", "application/json; charset=utf-8"),)
_HTML = (("Content-Type", "text/html"),)
_XML = (("Content-Type", "application/xml"), ("Server", "AmazonS3"))


class CommonCrawl:
    """Serves `held`."""

    path = ""

    def __init__(self, held: Holdings) -> None:
        self._most = held.max_rows or MAX_ROWS
        self._crawls = Crawls(held)

    def close(self) -> None:
        """Gives back what was made to serve."""
        self._crawls.close()

    def answer(self, request: Request, asked: Asked, base: str) -> Answer:
        if asked.kind == CDX:
            crawl = self._crawls.all.get(asked.place)
            given = self._listing(crawl, asked) if crawl else Answer(404, _HTML, b"<html>404 Not Found</html>\n")
            return _packed(given) if accepts_gzip(request) else given
        if asked.kind == REPLAY:
            return self._data(asked.url, request.header("range"))
        if request.target == "/collinfo.json":
            return Answer(200, (("Content-Type", "application/json"),), self._collinfo(base))
        return Answer(404, _HTML, b"<html>404 Not Found</html>\n")

    def _collinfo(self, base: str) -> bytes:
        known = [
            {
                "id": crawl.name,
                "name": f"{crawl.name[8:]} Index",
                "timegate": f"{base}/{crawl.name}/",
                "cdx-api": f"{base}/{crawl.name}-index",
                "from": crawl.first,
                "to": crawl.last,
            }
            for crawl in self._crawls.all.values()
        ]
        return json.dumps(known, indent=2).encode()

    def _listing(self, crawl: Crawl, asked: Asked) -> Answer:
        params = dict(asked.params)
        output = params.get("output") or "cdxj"
        try:
            match = matched(params)
            if output not in TYPES or output == "link":
                raise BadQuery(f"output={output} not supported")
            spans, kind = ranges(crawl.index, match), (("Content-Type", TYPES[output]),)
            if params.get("showNumPages") == "true":
                pages = pages_of(crawl.blocks, spans, params)
                counts = {"pages": pages.count, "pageSize": pages.size, "blocks": pages.blocks}
                return Answer(200, kind, json.dumps(counts).encode() + b"\n")
            body = self._rows(crawl, asked, params, page_of(crawl.blocks, spans, params), output)
        except BadQuery as error:
            return Answer(400, _JSON, json.dumps({"message": str(error)}).encode())
        except BadNumber as error:
            return Answer(500, _JSON, json.dumps({"message": f"Internal Error: {error}"}).encode())
        if not body:
            url = params["url"].removeprefix("*.").removesuffix("*")
            return Answer(404, _JSON, json.dumps({"message": f"No Captures found for: {url}"}).encode())
        return Answer(200, kind, body)

    def _rows(
        self, crawl: Crawl, asked: Asked, params: dict[str, str], spans: list[tuple[int, int]], output: str
    ) -> bytes:
        wanted = [name for name in (params.get("fl") or params.get("fields") or "").split(",") if name]
        filters = [value for name, value in asked.params if name == "filter"]
        found = rows(crawl.index, spans, params, filters, self._most, crawl.fields)
        return "".join(line(row, wanted, output) for row in found).encode()

    def _data(self, path: str, part: str) -> Answer:
        file = self._crawls.file(path)
        if file is None:
            return Answer(404, _XML, _error("NoSuchKey", "The specified key does not exist."))
        size = file.stat().st_size
        about: Headers = (
            ("Content-Type", "application/octet-stream"),
            ("Server", "AmazonS3"),
            ("Accept-Ranges", "bytes"),
            ("Last-Modified", formatdate(file.stat().st_mtime, usegmt=True)),
        )
        try:
            start, stop = asked_range(part, size) or (0, size)
        except Unsatisfiable:
            return Answer(416, _XML, _error("InvalidRange", "The requested range is not satisfiable"))
        if stop - start > MOST:
            return Answer(503, _XML, _error("SlowDown", "Please reduce your request rate."), reason="Slow Down")
        body = _part(file, start, stop)
        if (start, stop) == (0, size) and not part:
            return Answer(200, about, body)
        return Answer(206, (*about, ("Content-Range", f"bytes {start}-{stop - 1}/{size}")), body)


def _packed(answer: Answer) -> Answer:
    headers = (*answer.headers, ("Content-Encoding", "gzip"))
    return Answer(answer.status, headers, gzip.compress(answer.body, 1, mtime=0), answer.reason)


def _part(file: Path, start: int, stop: int) -> bytes:
    with file.open("rb") as opened:
        opened.seek(start)
        return opened.read(stop - start)


def _error(code: str, message: str) -> bytes:
    error = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>"
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{error}'.encode()
