"""The dialect of the Internet Archive's own software: CDX listings and replay by `id_`."""

from crawler.archives import cdx
from crawler.archives.addresses import filled
from crawler.archives.base import Ask, Found
from crawler.archives.book import Archive
from crawler.archives.detect import looks_like
from crawler.archives.memento import read_answer
from pipelines.exceptions import ListingFailed
from pipelines.items import Capture, HttpAnswer, ListingPage, Query


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
