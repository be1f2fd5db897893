"""Stage 3: rows. Every outcome is written down in one transaction; one that cannot be written stops the run."""

from pathlib import Path
from typing import Any, Self

from scrapy.crawler import Crawler

from pipelines.items import Decision, Extraction, ListingPage, ListingRefusal, Refusal, Snapshot
from pipelines.options import CorpusOptions
from pipelines.store.corpus import Corpus
from pipelines.store.database import PATIENCE, open_corpus, recording
from pipelines.store.ledger import Ledger
from pipelines.store.listings import Listings
from pipelines.store.moves import Moves


class RecordStage:
    """Takes listing pages, extractions, refusals and decisions, and passes them on as they are."""

    def __init__(self, folder: Path, archive: str, patience: float = PATIENCE) -> None:
        self._db = open_corpus(folder, patience)
        self._corpus = Corpus(self._db, archive)
        self._ledger = Ledger(self._db, archive)
        self._listings = Listings(self._db, archive)
        self._moves = Moves(self._db, archive)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        options = CorpusOptions.from_settings(crawler.settings)
        return cls(options.folder, options.archive, options.writer_patience)

    def process_item(self, item: Any) -> Any:
        if isinstance(item, ListingPage):
            self._listings.record(item)
        elif isinstance(item, Extraction):
            with recording(self._db):
                self._moves.note(item.snapshot.memento.evidence)
                self._corpus.record(item)
        elif isinstance(item, Snapshot):
            self._visited(item)
        elif isinstance(item, Refusal):
            self._ledger.fail(item.capture, item.state, item.failure, item.next_try)
        elif isinstance(item, ListingRefusal):
            self._listings.fail(item.query, item.failure, item.next_try)
        elif isinstance(item, Decision):
            self._corpus.settle(item)
        return item

    def _visited(self, snapshot: Snapshot) -> None:
        if snapshot.memento.is_home:
            self._moves.note(snapshot.memento.evidence)
            self._moves.add_frames(snapshot.memento.asked or snapshot.memento.capture, snapshot.memento.frames)
            self._corpus.visited(snapshot)

    def close_spider(self) -> None:
        self._db.close()
