"""Replay of a pywb collection: the nearest capture at once, however far, with the Location as it was archived.

What leads to its own address is never played: the next nearest capture is. Rewriting is not offered: `mp_` gives the
archived bytes too, with the Location led into the archive; no modifier gives the frame around them.
"""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from html import escape
from itertools import islice
from urllib.parse import unquote, urlsplit

from crawler.local_archive.server.asked import Asked
from crawler.local_archive.server.dialects.holdings import Holdings, Unsatisfiable, asked_range
from crawler.local_archive.server.dialects.pywb_query import by_distance, similar
from crawler.local_archive.server.loopback import Answer, Headers, Request
from crawler.local_archive.server.playback import http_date, joined, quoted
from crawler.local_archive.server.queries import Match, ranges
from crawler.local_archive.server.records import Stored, TooLarge
from crawler.local_archive.server.row_forms import LINK_FORMAT, fields_of, link
from crawler.local_archive.server.rows import Row
from pipelines.formats.surt import urlkey

RAW = "id_"
_TRIED = 100  # captures that one request looks at
_HTML = (("Content-Type", "text/html"),)
_ENCODED_SCHEME = re.compile(r"https?%3a", re.IGNORECASE)
_POLICY = (
    "Content-Security-Policy",
    "default-src 'unsafe-eval' 'unsafe-inline' 'self' data: blob: mediastream: ws: wss: ; form-action 'self'",
)


class PywbReplay:
    """Replays the captures of `held` in the collection of that name."""

    def __init__(self, held: Holdings, collection: str) -> None:
        self._held = held
        self._collection = collection

    def answer(self, request: Request, asked: Asked, base: str) -> Answer:
        url = with_scheme(unquote(asked.url) if _ENCODED_SCHEME.match(asked.url) else asked.url)
        key = urlkey(url)
        if self._held.is_blocked(key):
            return Answer(451, _HTML, _page(f"Access Blocked to {url}"))
        rows = [row for row in self._rows(key, url) if row.is_playable]
        if not rows:
            return Answer(404, _HTML, _page(f"URL Not Found: The url {url} could not be found in this collection."))
        far = by_distance(asked.timestamp or _accepted(request))
        nearest = sorted(rows, key=lambda row: far(row.timestamp))[:_TRIED]
        played = self._played(nearest, rows)
        if isinstance(played, Answer):
            return played
        row, own, source = played
        if urlsplit(row.original).path.endswith("/") and urlsplit(url).path and not urlsplit(url).path.endswith("/"):
            return self._with_slash(asked, url, base)
        if not asked.flag:
            return self._frame(row, asked, url, base)
        memento = self._memento(request, asked.flag, row, own, source, base)
        return memento if asked.timestamp else _with(memento, ("Vary", "accept-datetime"))

    def _rows(self, key: str, url: str) -> list[Row]:
        """The captures of an address, or of those that pywb takes for it where it has none."""
        index = self._held.index
        if exact := index.rows_of(key):
            return exact
        spans = ranges(index, Match(key.partition("?")[0], "prefix"))
        near = (Row.parse(line) for start, stop in spans for _, line in index.lines(start, stop))
        return list(islice((row for row in near if similar(fields_of(row), key, url)), _TRIED))

    def links(self, url: str, base: str) -> str:
        """The Link header of a TimeGate or TimeMap."""
        prefix, url = f"{base}/{self._collection}", quoted(url)
        timemap = link(f"{prefix}/timemap/link/{url}", "timemap", type=LINK_FORMAT)
        return ", ".join([link(url, "original"), link(f"{prefix}/{url}", "timegate"), timemap])

    def _played(self, nearest: list[Row], rows: list[Row]) -> tuple[Row, Stored, Stored] | Answer:
        """The first of the nearest that can be played, or why none can."""
        problem = Answer(503, _HTML, _page("Original for revisit record could not be loaded"))
        for row in nearest:
            try:
                own, source = self._held.records.found(row, rows)
            except TooLarge:
                continue
            target = _target(row, own)
            if target and urlkey(target) == row.urlkey:
                problem = Answer(400, _HTML, _page(f"Self Redirect {row.original} -> {target}"))
            elif source:
                return row, own, source
        return problem

    def _memento(self, request: Request, flag: str, row: Row, own: Stored, source: Stored, base: str) -> Answer:
        status = own.status if own.headers.statusline else source.status
        body, coding = _body(source, request)
        headers = (
            *_archived(own if own.headers.headers else source, is_raw=flag == RAW, is_decoded=not coding),
            *(_length(own, source, coding) if flag == RAW else ()),
            *coding,
            *_location(own, row, flag, self._collection),
            ("Memento-Datetime", http_date(row.timestamp)),
            ("Link", self._memento_links(row, base)),
            ("Content-Location", f"{base}/{self._collection}/{row.timestamp}{flag}/{quoted(row.original)}"),
            *(() if flag == RAW else (_POLICY,)),
        )
        whole = Answer(status, headers, body, own.reason or "None")
        return _partial(whole, request.header("range")) if status == 200 else _closing(whole)

    def _memento_links(self, row: Row, base: str) -> str:
        memento = link(
            f"{base}/{self._collection}/{row.timestamp}mp_/{quoted(row.original)}",
            "memento",
            datetime=http_date(row.timestamp),
            collection=self._collection,
        )
        return f"{self.links(row.original, base)}, {memento}"

    def _with_slash(self, asked: Asked, url: str, base: str) -> Answer:
        parts = urlsplit(url)
        path = quoted(parts._replace(path=f"{parts.path}/").geturl())
        location = f"{base}/{self._collection}/{asked.timestamp}{asked.flag}/{path}"
        return Answer(307, (("Location", location), ("Link", link(path, "original"))))

    def _frame(self, row: Row, asked: Asked, url: str, base: str) -> Answer:
        frame = (
            f"<html><body><iframe src='/{self._collection}/{row.timestamp}mp_/{quoted(url)}'></iframe></body></html>\n"
        )
        memento = f"{base}/{self._collection}/{row.timestamp}mp_/{quoted(url)}"
        links = ("Link", f"{self.links(url, base)}, {link(memento, 'memento', datetime=http_date(row.timestamp))}")
        if not asked.timestamp:
            return Answer(200, (*_HTML, links, ("Vary", "accept-datetime")), frame.encode())
        return Answer(200, (*_HTML, ("Memento-Datetime", http_date(row.timestamp)), links), frame.encode())


def with_scheme(url: str) -> str:
    """An address as pywb reads it: http, where it says nothing else."""
    return url if "://" in url else f"http://{url}"


def _page(text: str) -> bytes:
    """A page of the archive's own; what a client sent is not given back as markup."""
    return f"<!DOCTYPE html>\n<html><body><h2>{escape(text)}</h2></body></html>\n".encode("utf-8", "replace")


def _accepted(request: Request) -> str:
    """The time of an Accept-Datetime header; now, where there is none."""
    try:
        wanted = parsedate_to_datetime(request.header("accept-datetime"))
    except ValueError:
        wanted = datetime.now(UTC)
    return wanted.strftime("%Y%m%d%H%M%S")


def _target(row: Row, own: Stored) -> str:
    """Where a capture leads, empty where it leads nowhere."""
    location = own.headers.get_header("location")
    return joined(row.original, location) if location and 300 <= own.status < 400 else ""


def _body(source: Stored, request: Request) -> tuple[bytes, Headers]:
    """As stored where the client takes that coding or nobody here can open it, else decoded."""
    takes = {part.partition(";")[0].strip().lower() for part in request.header("accept-encoding").split(",")}
    decoded = None if source.coding in takes else source.decoded()
    if decoded is None:
        return source.payload, (("Content-Encoding", source.coding),)
    return decoded, ()


def _archived(record: Stored, *, is_raw: bool, is_decoded: bool) -> Headers:
    """The archived headers, prefixed, but for those that are sent under their own names."""
    as_stored = is_raw and not (is_decoded and record.coding)
    sent = {"location", "content-encoding", "content-length"} if as_stored else {"location"}
    kept = [pair for pair in record.headers.headers if pair[0].lower() not in sent]
    return tuple((name if name.lower() == "content-type" else f"X-Archive-Orig-{name}", value) for name, value in kept)


def _length(own: Stored, source: Stored, coding: Headers) -> Headers:
    """The archived Content-Length, right or wrong, unless the body is another one than was measured."""
    length = own.headers.get_header("content-length") or ""
    measured = own is source and (coding or not source.coding)
    return (("Content-Length", length),) if measured and length.isascii() and length.isdigit() else ()


def _location(own: Stored, row: Row, flag: str, collection: str) -> Headers:
    location = own.headers.get_header("location")
    if not location:
        return ()
    if flag == RAW:
        return (("Location", location),)
    return (("Location", f"/{collection}/{row.timestamp}{flag}/{quoted(joined(row.original, location))}"),)


def _partial(whole: Answer, text: str) -> Answer:
    """The part of a body that a Range asks for, with 206."""
    size = len(whole.body)
    kept = tuple(pair for pair in whole.headers if pair[0].lower() != "content-length")
    try:
        part = asked_range(text, size)
    except Unsatisfiable:
        return Answer(416, _HTML, _page("Requested Range Not Satisfiable"))
    if part is None:
        return _closing(whole)
    about = (("Content-Range", f"bytes {part[0]}-{part[1] - 1}/{size}"), ("Accept-Ranges", "bytes"))
    return Answer(206, (*kept, *about), whole.body[part[0] : part[1]])


def _closing(whole: Answer) -> Answer:
    """A body of another length than is told ends with its connection."""
    told = whole.header("content-length")
    return _with(whole, ("Connection", "close")) if told and int(told) != len(whole.body) else whole


def _with(answer: Answer, *headers: tuple[str, str]) -> Answer:
    return Answer(answer.status, (*answer.headers, *headers), answer.body, answer.reason)
