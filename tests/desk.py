"""A corpus on disk with one document, worked by hand: what a crawl does, less the network and the reader."""

import base64
import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from crawler.selection.plan import plan
from pipelines.formats.surt import urlkey
from pipelines.items.captures import (
    Capture,
    DocumentKey,
    HttpAnswer,
    ListingPage,
    Memento,
    Query,
    Snapshot,
    Target,
    WarcLocation,
)
from pipelines.items.readings import Extraction, Failure, Reading, Verdict
from pipelines.store.corpus import Corpus
from pipelines.store.database import open_corpus
from pipelines.store.ledger import Ledger
from pipelines.store.listings import Listings
from pipelines.store.summary import summarise
from tests.pipelines.store.samples import redirecting

ARCHIVE = "web.archive.org"
URL = "http://shop.example/privacy"
SHOP = DocumentKey("shop.example", "privacy policy")
NOW = "2026-01-02T03:04:05Z"


def digest_of(content: str) -> str:
    return base64.b32encode(hashlib.sha1(content.encode(), usedforsecurity=False).digest()).decode()


def row(timestamp: str, content: str = "", original: str = URL, status: str = "200") -> Capture:
    """A row of a listing; those of equal `content` have equal bytes. 2004 stands for the begin of that year."""
    timestamp = timestamp + "20000101000000"[len(timestamp) :]
    mimetype = "warc/revisit" if status == "-" else "text/html"
    return Capture(urlkey(original), timestamp, original, mimetype, status, digest_of(content or timestamp), "900")


def reading(text: str, verdict: Verdict = Verdict.POLICY) -> Reading:
    key = hashlib.sha256(text.encode()).hexdigest()
    return Reading(f"Title of {text}", f"{text}\n", "en", 0.99, "utf-8", len(text.split()), key, verdict)


def answer(body: str = "", status: int = 200, **headers: str) -> HttpAnswer:
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return HttpAnswer("http://127.0.0.1:8390/x", status, named, body.encode(), NOW)


class Desk:
    """Lists, holds and reads captures in a real corpus."""

    def __init__(self, folder: Path, *documents: tuple[str, DocumentKey]) -> None:
        self.folder = folder
        self.db = open_corpus(folder)
        self.ledger = Ledger(self.db, ARCHIVE)
        self.listings = Listings(self.db, ARCHIVE)
        self.corpus = Corpus(self.db, ARCHIVE)
        self._offset = 0
        self.follow(*(documents or [(URL, SHOP)]))

    def begin_at(self, offset: int) -> None:
        """Hold what comes at other places than what an earlier desk held."""
        self._offset = offset

    def follow(self, *documents: tuple[str, DocumentKey]) -> None:
        self.ledger.register([Target(url, document) for url, document in documents], urlkey)
        self.listings.open_for_addresses("", "")

    def listed(
        self,
        *rows: Capture,
        url: str = URL,
        resume_key: str = "",
        at: str = NOW,
        outcome: str = "rows",
        is_cut: bool = False,
    ) -> bool:
        """Record a page of a listing. True when the listing is whole."""
        page = HttpAnswer("http://127.0.0.1:8390/cdx", 200, (), b"", at)
        return self.listings.record(ListingPage(Query(url), page, rows, (), resume_key, outcome, is_cut))

    def plan(self, select: str = "all") -> None:
        for document_id in self.ledger.documents_to_plan():
            self.ledger.apply(plan(select, *self.ledger.listing(document_id)))

    def hold(self, capture: Capture, asked: Capture | None = None, redirect_to: str = "") -> Snapshot:
        """Keep a memento, as if its bytes lay in a WARC."""
        self._offset += 1000
        memento = Memento(capture, capture.timestamp, answer(content_type="text/html"), "decoded", asked)
        memento = redirecting(memento, redirect_to) if redirect_to else memento
        place = WarcLocation("one-00001.warc.gz", self._offset, 1000)
        snapshot = Snapshot(memento, place, hashlib.sha256(capture.digest.encode()).hexdigest())
        self.corpus.hold(snapshot)
        return snapshot

    def read(self, capture: Capture, text: str | Reading | Failure, asked: Capture | None = None, **how: Any) -> None:
        """Hold and read a capture."""
        outcome = reading(text) if isinstance(text, str) else text
        self.corpus.record(Extraction(self.hold(capture, asked), how.get("reader", "reader-1"), outcome))

    def state(self, capture: Capture) -> tuple[str, str]:
        """State and reason of a capture."""
        found = self.db.execute(
            "SELECT state, reason FROM capture WHERE timestamp = ? AND original = ? AND digest = ? AND statuscode = ?",
            list(capture.key[:4]),
        ).fetchone()
        return (found[0], found[1])

    def states(self, captures: Iterable[Capture]) -> list[str]:
        return [self.state(capture)[0] for capture in captures]

    def versions(self, columns: str = "first_timestamp, last_timestamp, text", site: str = SHOP.site) -> list[Any]:
        """What the view `versions` says of a site at the end of a run."""
        self.corpus.derive_waiting()
        return list(self.db.execute(f"SELECT {columns} FROM versions WHERE site = ? ORDER BY variant, number", [site]))  # noqa: S608

    def texts(self) -> list[str]:
        return [text.strip() for (text,) in self.versions("text")]

    def check_counts(self) -> None:
        """What triggers counted on the way, and what is counted by a short cut, is what there is."""
        by_state = "SELECT state, count(*) FROM capture GROUP BY state ORDER BY state"
        told = summarise(self.db)
        assert told.states == dict(self.db.execute(by_state).fetchall())
        of_none = self.db.execute("SELECT count(*) FROM captures WHERE site = ''").fetchone()
        assert (told.captures_of_none,) == of_none

    def close(self) -> None:
        self.db.close()
