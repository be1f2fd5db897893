"""The dialect of Common Crawl: one index a crawl, and records by range from where the WARC files lie.

Crawls are asked newest first, those alone whose time can matter. A crawl that holds nothing answers 404 in JSON. A
listing's cursor is `CRAWL/PAGE/PAGES/COUNT`; where the list of crawls is not known yet, it is asked for first, and the
cursor then goes on as it was, with another COUNT.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import quote, urlencode

import msgspec
from msgspec import Struct

from crawler.archives.base import Ask, Found
from crawler.archives.book import Archive
from crawler.archives.cdx import printable
from crawler.archives.memento import read_answer
from crawler.archives.pywb import cdx_filter, number_of_pages, refuse_pages, wanted_by
from crawler.archives.range_record import as_replayed, place_in
from crawler.archives.rows import Row, capture_of, lines_of, page_of
from pipelines.exceptions import ListingFailed, ReplayFailed
from pipelines.items.captures import Capture, HttpAnswer, ListingPage, Query

ONE_PAGE = 12_000
"""Rows of one address up to which its page is the only one: five blocks of 3000 lines are a page."""
_MOST_CRAWLS = 5000


class Crawl(Struct, frozen=True):
    """One crawl as collinfo.json tells of it; `from` and `to` are ISO 8601 without a zone, UTC."""

    id: str
    begin: str = msgspec.field(name="from", default="")
    end: str = msgspec.field(name="to", default="")


class CommonCrawl:
    """The archive of Common Crawl, or a server like it."""

    def __init__(self, archive: Archive) -> None:
        self._list = archive.listing_template
        self._index = archive.address.rstrip("/")
        self._records = archive.replay_template.rstrip("/")
        self._crawls: list[Crawl] | None = None
        self._count = 0

    # -- listings

    def ask_listing(self, query: Query, rows: int, cursor: str) -> Ask:
        crawl, page, pages, _ = _parts(cursor) if cursor else self._first(query)
        if self._crawls is None or not crawl:
            return Ask(self._list)
        url = query.url if "://" in query.url else f"http://{query.url}"
        given = [("url", url), ("output", "json")]
        if query.match != "exact":
            given.append(("matchType", query.match))
        given += [("filter", text) for text in map(cdx_filter, query.filters) if text]
        given += [(name, value) for name, value in (("from", query.since), ("to", query.until)) if value]
        given.append(("page", str(page)) if pages or query.match == "exact" else ("showNumPages", "true"))
        return Ask(f"{self._index}/{quote(crawl)}-index?{urlencode(given, quote_via=quote)}")

    def read_listing(self, query: Query, answer: HttpAnswer, rows: int, cursor: str) -> ListingPage:
        if answer.request_url.partition("?")[0] == self._list:
            return self._begun(query, answer, cursor)
        crawl, page, pages, _ = _parts(cursor) if cursor else self._first(query)
        if answer.status != 200:
            _check_nothing(answer)
            return self._behind(ListingPage(query, answer, ()), crawl)
        refuse_pages(answer)
        told = number_of_pages(answer.body)
        if told is None and "showNumPages=true" in answer.request_url:
            raise ListingFailed("not CDX rows", transient=True, detail=printable(answer.body[:300]))
        if told is not None:
            found = ListingPage(query, answer, ())
            return replace(found, resume_key=self._cursor(crawl, 0, told)) if told else self._behind(found, crawl)
        lines = lines_of(answer.body)
        found = page_of(query, answer, lines, wanted_by(query), _with_place)
        more = page + 1 < pages if pages else len(lines) > ONE_PAGE
        return replace(found, resume_key=self._cursor(crawl, page + 1, pages)) if more else self._behind(found, crawl)

    def _begun(self, query: Query, answer: HttpAnswer, cursor: str) -> ListingPage:
        """The list of crawls: with it the listing begins, or goes on."""
        self._crawls = list(_crawls_in(answer))
        self._count += 1
        page = ListingPage(query, answer, ())
        if cursor:
            crawl, number, pages, _ = _parts(cursor)
            return replace(page, resume_key=self._cursor(crawl, number, pages, answer.fetched_at))
        first = self._first(query)[0]
        return replace(page, resume_key=self._cursor(first, 0, 0)) if first else replace(page, outcome="empty")

    def _first(self, query: Query) -> tuple[str, int, int, str]:
        wanted = self._wanted(query)
        return (wanted[0] if wanted else "", 0, 0, "")

    def _behind(self, page: ListingPage, crawl: str) -> ListingPage:
        """A crawl is done: the next one, if there is any."""
        wanted = self._wanted(page.query)
        later = wanted[wanted.index(crawl) + 1 :] if crawl in wanted else []
        return replace(page, resume_key=self._cursor(later[0], 0, 0)) if later else page

    def _wanted(self, query: Query) -> list[str]:
        """The crawls that may hold something between the ends of a query."""
        return [
            crawl.id
            for crawl in self._crawls or ()
            if (not query.until or not crawl.begin or _digits(crawl.begin)[: len(query.until)] <= query.until)
            and (not query.since or not crawl.end or _digits(crawl.end)[: len(query.since)] >= query.since)
        ]

    def _cursor(self, crawl: str, page: int, pages: int, count: str = "") -> str:
        return f"{crawl}/{page}/{pages}/{count or self._count}"

    # -- records

    def ask_replay(self, capture: Capture, timestamp: str, original: str) -> Ask:
        place = place_in(capture.record_at) if (timestamp, original) == (capture.timestamp, capture.original) else None
        if place is None:
            raise ReplayFailed("no record is listed for it")
        last = place.offset + place.length - 1
        return Ask(f"{self._records}/{quote(place.file)}", (("Range", f"bytes={place.offset}-{last}"),))

    def unwrapped(self, answer: HttpAnswer, raw: bytes) -> tuple[HttpAnswer, bytes]:
        return as_replayed(answer) if answer.status == 206 else (answer, raw)

    def read_replay(self, answer: HttpAnswer, original: str) -> Found:
        return read_answer(answer, self._records, below="/")

    def is_well(self, status: int, body: bytes) -> bool:
        return False


def _with_place(row: Row) -> Capture | None:
    capture = capture_of(row)
    if capture is None:
        return None
    status = capture.statuscode
    if capture.is_revisit:  # since 2018 without a digest: that a page is unchanged, and not which
        status = "304" if capture.digest == "-" else "-"
    cut = f"~{row.truncated}" if re.fullmatch(r"[a-z]{1,20}", str(row.truncated)) else ""
    return replace(capture, statuscode=status, record_at=f"{row.filename}?{row.offset}+{row.length}{cut}")


def _parts(cursor: str) -> tuple[str, int, int, str]:
    crawl, page, pages, count = cursor.split("/")
    return crawl, int(page), int(pages), count


def _digits(moment: str) -> str:
    return "".join(character for character in moment if character.isdigit())


def _crawls_in(answer: HttpAnswer) -> Iterator[Crawl]:
    """The crawls that an answer names. Raises ListingFailed where it is no such list."""
    try:
        crawls = msgspec.json.decode(answer.body, type=list[Crawl]) if answer.status == 200 else []
    except (ValueError, RecursionError):
        crawls = []
    if not 1 <= len(crawls) <= _MOST_CRAWLS:
        detail = f"status {answer.status}: {printable(answer.body[:300])}"
        raise ListingFailed("no list of crawls", transient=True, detail=detail)
    return (crawl for crawl in crawls if "/" not in crawl.id and " " not in crawl.id)


def _check_nothing(answer: HttpAnswer) -> None:
    """See that an answer says "nothing here": 404 in JSON, or a page that is too high. Raises ListingFailed."""
    said = printable(answer.body[:300])
    is_json = answer.body[:100].lstrip().startswith(b"{")
    if answer.status == 404 and is_json and "No Captures found" in said:
        return
    if answer.status == 400 and "invalid: First Page" in said:
        return
    reasons = {429: "rate limited", 400: "query refused", 403: "forbidden by the archive", 504: "query too heavy"}
    raise ListingFailed(
        reasons.get(answer.status, "archive trouble"), transient=answer.status != 400, detail=f"{answer.status}: {said}"
    )
