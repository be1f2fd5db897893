"""The dialect of the Internet Archive's own software, CDX listings and replay by `id_`; which archive has which."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from crawler.archives import cdx
from crawler.archives.addresses import filled
from crawler.archives.answers import looks_like
from crawler.archives.base import Ask, Dialect, Found
from crawler.archives.book import Archive
from crawler.archives.cdx import MAX_ROWS
from crawler.archives.commoncrawl import CommonCrawl
from crawler.archives.memento import read_answer
from crawler.archives.pywb import Pywb
from crawler.archives.timemap import TimeMap
from pipelines.exceptions import ListingFailed
from pipelines.items.captures import WAYBACK, Capture, HttpAnswer, ListingPage, Query


class Wayback:
    """One archive of that software."""

    def __init__(self, archive: Archive) -> None:
        self._listing = archive.listing_template
        self._replay = archive.replay_template
        self._base = self._replay.partition("{timestamp}")[0].rstrip("/")

    def ask_listing(self, query: Query, rows: int, cursor: str) -> Ask:
        url = cdx.query_url("", query, page_rows=rows, resume_key=cursor)
        return Ask(f"{self._listing}?{url.partition('?')[2]}")

    def read_listing(self, query: Query, answer: HttpAnswer, rows: int, cursor: str) -> ListingPage:
        try:
            return cdx.parse_page(query, answer)
        except ListingFailed as error:
            if other := looks_like(answer):
                raise ListingFailed(error.reason, detail=f'this looks like {other}: set dialect = "{other}"') from error
            raise

    def ask_replay(self, capture: Capture, timestamp: str, original: str) -> Ask:
        return Ask(filled(self._replay, timestamp, original))

    def unwrapped(self, answer: HttpAnswer, raw: bytes) -> tuple[HttpAnswer, bytes]:
        return answer, raw

    def read_replay(self, answer: HttpAnswer, original: str) -> Found:
        return read_answer(answer, self._base, below="/")

    def is_well(self, status: int, body: bytes) -> bool:
        return False


_DIALECTS: Mapping[str, Callable[[Archive], Dialect]] = {
    "wayback": Wayback,
    "pywb": Pywb,
    "commoncrawl": CommonCrawl,
    "timemap": TimeMap,
}


def dialect_of(archive: Archive) -> Dialect:
    """The dialect that an archive is spoken to in, made for it."""
    return _DIALECTS[archive.dialect](archive)


def parse_held(dialect: str, query: Query, answer: HttpAnswer) -> ListingPage:
    """What stands in a listing's answer that was kept, whichever archive gave it. Raises ListingFailed."""
    if dialect not in _DIALECTS:
        raise ListingFailed("a dialect that this program does not speak", detail=dialect[:100])
    # its address is of no matter where nothing is asked; Common Crawl's list of crawls is known by its name
    address = answer.request_url.partition("/collinfo.json")[0] if dialect == "commoncrawl" else "http://127.0.0.1"
    archive = Archive(name=query.archive or "held", address=address, dialect=dialect)  # type: ignore[arg-type]
    return stamped(dialect_of(archive).read_listing(query, answer, MAX_ROWS, ""), query, dialect)


def stamped(page: ListingPage, query: Query, dialect: str) -> ListingPage:
    """A page as the answer to a listing of the ledger, its rows named after the archive that gave them."""
    rows = (
        page.rows if query.archive in ("", WAYBACK) else tuple(replace(row, archive=query.archive) for row in page.rows)
    )
    return replace(page, query=query, rows=rows, dialect=dialect)
