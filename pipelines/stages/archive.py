"""Stage 1: what came from the archive goes to WARC, byte for byte, before anything is made of it.

At start the newest WARC files are read to their end: whole records that no row knows are adopted, a torn tail is cut
off, and captures whose record lies past the readable end are selected again. What changed in the ledger is written
before each record, so that the WARC files alone tell all that became of the captures.
"""

from pathlib import Path
from typing import Self, assert_never

from scrapy.crawler import Crawler
from sqlite_utils import Database

from pipelines.items.captures import Decision, ListingPage, Memento, Snapshot
from pipelines.items.readings import ListingRefusal, Refusal
from pipelines.options import Config
from pipelines.store import runs
from pipelines.store.corpus import Corpus
from pipelines.store.database import PATIENCE, open_corpus
from pipelines.store.file_book import Book
from pipelines.store.target_lists import TargetFile
from pipelines.warc import journal
from pipelines.warc.identity import own_of
from pipelines.warc.own_files import close_left_open
from pipelines.warc.recovery import adopt
from pipelines.warc.writer import WarcWriter

Fetched = ListingPage | ListingRefusal | Memento | Snapshot | Refusal | Decision
"""What leaves the spider; a snapshot is one that is held already."""
Kept = ListingPage | ListingRefusal | Snapshot | Refusal | Decision
"""The same, once its bytes are kept."""


def opened_by(spider: object) -> Database | None:
    """The corpus, where the crawl's spider has it open already; what another spider calls `db` may be anything."""
    db = getattr(spider, "db", None)
    return db if isinstance(db, Database) else None


class ArchiveStage:
    """Takes listing pages and mementos; passes the pages on, and each memento as the snapshot it became. `db` is the
    corpus in `folder` where the crawl has it open already."""

    def __init__(
        self,
        folder: Path,
        archive: str,
        run: str,
        max_size: int,
        targets: tuple[str, str],
        patience: float = PATIENCE,
        db: Database | None = None,
    ) -> None:
        self._folder = folder / "warc"
        self._run = run
        self._max_size = max_size
        self._targets = targets
        self._is_shared = db is not None
        self._db = db if db is not None else open_corpus(folder, patience)
        self._corpus = Corpus(self._db, archive)
        self._writer: WarcWriter | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        config = Config.of(crawler.settings)
        return cls(
            config.folder,
            config.archive,
            config.run_id,
            config.warc_size,
            config.target_list,
            config.writer_patience,
            opened_by(crawler.spider),
        )

    def open_spider(self) -> None:
        book = Book(self._db)
        newest = adopt(self._folder, self._corpus, runs.latest_first(self._db), own=own_of(self._db, self._folder).owns)
        close_left_open(book, self._folder, cut=newest)
        self._writer = WarcWriter(self._folder, self._run, max_size=self._max_size, book=book)
        uri, path = self._targets
        for text in TargetFile(Path(path)).texts() if path else ():
            self._writer.write_targets(uri, text)

    def process_item(self, item: Fetched) -> Kept:
        assert self._writer is not None
        match item:
            case ListingPage():
                journal.write_out(self._db, self._writer.write_journal)
                self._writer.write_listing(item)
                return item
            case Memento():
                return self._keep(item, self._writer)
            case ListingRefusal() | Snapshot() | Refusal() | Decision():  # no bytes, or they are kept already
                return item
            case _:
                assert_never(item)

    def _keep(self, memento: Memento, writer: WarcWriter) -> Snapshot:
        journal.write_out(self._db, writer.write_journal)
        location, payload_digest = writer.write_memento(memento, find_twin=self._corpus.holding)
        snapshot = Snapshot(memento, location, payload_digest)
        self._corpus.hold(snapshot)
        return snapshot

    def close_spider(self) -> None:
        if self._writer:
            journal.write_out(self._db, self._writer.write_journal)
            self._writer.close()
        if not self._is_shared:
            self._db.close()
