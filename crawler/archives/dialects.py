"""Which dialect goes with which archive."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from crawler.archives.base import Dialect
from crawler.archives.book import Archive
from crawler.archives.cdx import MAX_ROWS
from crawler.archives.commoncrawl import CommonCrawl
from crawler.archives.pywb import Pywb
from crawler.archives.timemap import TimeMap
from crawler.archives.wayback import Wayback
from pipelines.exceptions import ListingFailed
from pipelines.items import WAYBACK, HttpAnswer, ListingPage, Query

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
