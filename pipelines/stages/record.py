"""Stage 3: rows. Every outcome is written down in one transaction; one that cannot be written stops the run."""

from pathlib import Path
from typing import Self, assert_never

from scrapy.crawler import Crawler
from sqlite_utils import Database

from pipelines.items.captures import Decision, HomePage, ListingPage, NoPage, Snapshot
from pipelines.items.readings import Extraction, ListingRefusal, Refusal
from pipelines.options import Config
from pipelines.stages.archive import opened_by
from pipelines.stages.extract import Recorded
from pipelines.store.corpus import Corpus
from pipelines.store.database import PATIENCE, open_corpus, recording
from pipelines.store.ledger import Ledger
from pipelines.store.listings import Listings
from pipelines.store.moves import Moves


class RecordStage:
    """Takes listing pages, extractions, refusals and decisions, and passes them on as they are. `db` is the corpus in
    `folder` where the crawl has it open already."""

    def __init__(self, folder: Path, archive: str, patience: float = PATIENCE, db: Database | None = None) -> None:
        self._is_shared = db is not None
        self._db = db if db is not None else open_corpus(folder, patience)
        self._corpus = Corpus(self._db, archive)
        self._ledger = Ledger(self._db, archive)
        self._listings = Listings(self._db, archive)
        self._moves = Moves(self._db, archive)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        config = Config.of(crawler.settings)
        return cls(config.folder, config.archive, config.writer_patience, opened_by(crawler.spider))

    def process_item(self, item: Recorded) -> Recorded:
        match item:
            case ListingPage():
                self._listings.record(item)
            case ListingRefusal(query, failure, next_try):
                self._listings.fail(query, failure, next_try)
            case Extraction():
                with recording(self._db):
                    self._moves.note(item.snapshot.memento.evidence)
                    self._corpus.record(item)
            case Snapshot(memento=HomePage() as home):
                self._visited(home, item)
            case Snapshot(memento=NoPage(why=why, state=state)):
                self._corpus.set_aside(item, state, why)
            case Snapshot(memento):  # an ArchivedRedirect: what it leads to will be recorded
                if memento.asked and memento.asked.key != memento.capture.key:
                    self._corpus.met_redirect(item)
            case Refusal(capture, state, failure, next_try):
                self._ledger.fail(capture, state, failure, next_try)
            case Decision():
                self._corpus.settle(item)
            case _:
                assert_never(item)
        return item

    def _visited(self, home: HomePage, snapshot: Snapshot) -> None:
        self._moves.note(home.evidence)
        self._moves.add_frames(home.asked or home.capture, home.frames)
        self._corpus.visited(snapshot)

    def close_spider(self) -> None:
        if not self._is_shared:
            self._db.close()
