"""Stage 2: what a snapshot says. Reading happens in worker processes; here its outcome is awaited.

A page that cannot be read becomes a failure with its reason, and the crawl goes on.
"""

import asyncio
from typing import Self, assert_never

from scrapy.crawler import Crawler

from pipelines.exceptions import ReadingFailed
from pipelines.executors.process_pool import Readers
from pipelines.extraction.version import DEFAULT, reader_version
from pipelines.items.captures import ArchivedRedirect, Decision, HomePage, ListingPage, NoPage, Snapshot
from pipelines.items.readings import Extraction, Failure, ListingRefusal, Page, Reading, Refusal
from pipelines.options import Config
from pipelines.stages.archive import Kept

Recorded = Kept | Extraction
"""What is kept, once pages are read: each is written down as what it is."""


LENT = "readers"
"""The attribute of a crawler that holds reading processes of somebody who has work for them when the crawl is over."""


class ExtractStage:
    """Takes snapshots and passes on extractions. Archived redirects and what is no page have no text,
    and of home pages only the links are wanted: they pass unread."""

    def __init__(self, readers: Readers, reader: str, *, lent: bool = False) -> None:
        self._readers = readers
        self._reader = reader
        self._lent = lent

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        config = Config.of(crawler.settings)
        extractor = config.extractor or DEFAULT
        lent = getattr(crawler, LENT, None)
        if isinstance(lent, Readers):
            return cls(lent, reader_version(extractor), lent=True)
        readers = Readers(
            config.readers or 1,
            deadline=config.reading_deadline,
            memory=config.reading_memory,
            extractor=extractor,
        )
        return cls(readers, reader_version(extractor))

    async def process_item(self, item: Kept) -> Recorded:
        match item:
            case Snapshot(memento=HomePage() | ArchivedRedirect() | NoPage()):
                return item
            case Snapshot():
                return Extraction(item, self._reader, await self._read(item))
            case ListingPage() | ListingRefusal() | Refusal() | Decision():
                return item
            case _:
                assert_never(item)

    async def _read(self, snapshot: Snapshot) -> Reading | Failure:
        memento = snapshot.memento
        page = Page(
            memento.answer.body,
            memento.capture.original,
            memento.capture.timestamp,
            memento.answer.header("content-type"),
        )
        try:
            return await asyncio.wrap_future(self._readers.submit(page))
        except ReadingFailed as error:
            return Failure(error.stage, error.reason, error.transient, error.detail)

    def close_spider(self) -> None:
        if not self._lent:
            self._readers.close()
