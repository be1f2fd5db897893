"""The dialect of a pywb 2.10 collection: `/collection/cdx`, `/collection/timemap/...`, `/collection/<time>id_/<url>`.

Plain collections have no pages and ignore what asks for them; one with `paging` is a ZipNum collection, which gives
page 0 only where no page is named. A collection that does not exist lists nothing, with 200.
"""

import json
from collections.abc import Iterator

from crawler.local_archive.server.asked import CDX, REPLAY, Asked
from crawler.local_archive.server.blocks import Blocks
from crawler.local_archive.server.dialects.holdings import COLLECTION, Holdings
from crawler.local_archive.server.dialects.pywb_query import (
    MAX_ROWS,
    BadNumber,
    fuzzy_rows,
    matched,
    page_of,
    pages_of,
    rows,
)
from crawler.local_archive.server.dialects.pywb_replay import PywbReplay, with_scheme
from crawler.local_archive.server.loopback import Answer, Request
from crawler.local_archive.server.queries import BadQuery, ranges
from crawler.local_archive.server.row_forms import TYPES, Fields, bare_mementos, line, timemap

_CACHED = ("Cache-Control", "max-age=86400, must-revalidate")
_JSON = (("Content-Type", "application/json; charset=utf-8"), _CACHED)
_LAST_FIELDS = ("orig.length", "orig.offset", "orig.filename", "is_fuzzy")


class Pywb:
    """Serves `held` as one collection."""

    def __init__(self, held: Holdings, collection: str = COLLECTION) -> None:
        self.path = f"/{collection}"
        self._collection = collection
        self._held = held
        self._blocks = Blocks(held.index, held.paging) if held.paging else None
        self._replay = PywbReplay(held, collection)

    def close(self) -> None:
        """There is nothing to give back."""

    def answer(self, request: Request, asked: Asked, base: str) -> Answer:
        if request.target == "/collinfo.json":
            return Answer(200, _JSON[:1], json.dumps({"fixed": [], "dynamic": [self._collection]}).encode())
        if asked.kind == CDX and asked.form:
            return self._timemap(asked, base)
        if asked.kind == CDX:
            return self._listing(asked)
        if asked.kind == REPLAY and asked.place == self._collection:
            return self._replay.answer(request, asked, base)
        return Answer(404, (("Content-Type", "text/html"),), b"<html><body>Not Found</body></html>\n")

    def _listing(self, asked: Asked) -> Answer:
        params = dict(asked.params)  # the last of a name counts
        output = params.get("output") or "cdxj"
        try:
            if output not in TYPES and params.get("url"):
                raise BadQuery(f"output={output} not supported")
            lines = self._lines(asked, params, output)
        except BadQuery as error:
            return Answer(400, _JSON, _message(str(error)))
        except BadNumber as error:
            return Answer(500, _JSON, _message(f"Internal Error: {error}"), reason=f"Internal Error: {error}")
        return Answer(200, (("Content-Type", TYPES[output]), _CACHED), "".join(lines).encode())

    def _lines(self, asked: Asked, params: dict[str, str], output: str) -> list[str]:
        match = matched(params)
        if asked.place != self._collection:
            return []
        spans = ranges(self._held.index, match)
        if self._blocks and params.get("showNumPages") == "true":
            pages = pages_of(self._blocks, spans, params)
            return [json.dumps({"pages": pages.count, "pageSize": pages.size, "blocks": pages.blocks})]
        if self._blocks:
            spans = page_of(self._blocks, spans, params)
        filters = [value for name, value in asked.params if name == "filter"]
        found = list(self._shown(rows(self._held.index, spans, params, filters, self._most)))
        if not found and match.kind == "exact" and params.get("allowFuzzy") != "false":
            found = list(self._shown(fuzzy_rows(self._held.index, match.key, params, self._most)))
        if output == "link":
            return [bare_mementos(found, self._collection)]
        wanted = [name for name in (params.get("fl") or params.get("fields") or "").split(",") if name]
        return [line(row, wanted, output) for row in found]

    @property
    def _most(self) -> int:
        return self._held.max_rows or MAX_ROWS

    def _shown(self, found: Iterator[Fields]) -> Iterator[Fields]:
        """Rows with what the collection adds to them: what is closed is listed all the same."""
        about = {"source": f"{self._collection}/indexes/index.cdxj", "source-coll": self._collection}
        for row in found:
            last = {name: row.pop(name) for name in _LAST_FIELDS if name in row}
            yield row | about | last | {"access": "block" if self._held.is_blocked(row["urlkey"]) else "allow"}

    def _timemap(self, asked: Asked, base: str) -> Answer:
        """Every capture of one address. `cdxj` and `json` are listings, `link` is RFC 7089's."""
        if asked.place != self._collection or asked.form not in ("link", "json", "cdxj"):
            return Answer(404, (("Content-Type", "text/html"),), b"<html><body>Not Found</body></html>\n")
        url, kind = with_scheme(asked.url), (("Content-Type", TYPES[asked.form]),)
        spans = ranges(self._held.index, matched({"url": url, "matchType": "exact"}))
        listed = list(self._shown(rows(self._held.index, spans, {}, [], self._most)))
        if not listed:
            return Answer(404, kind)
        if asked.form == "link":
            body = timemap(listed, url, f"{base}{self.path}", self._collection)
        else:
            body = "".join(line(row, [], asked.form) for row in listed)
        links = ("Link", self._replay.links(url, base))
        return Answer(200, (*kind, links, ("Vary", "accept-datetime")), body.encode())


def _message(text: str) -> bytes:
    return json.dumps({"message": text}).encode()
