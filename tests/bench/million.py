"""A corpus of a million captures made through the store, and what is done with it.

    python -m tests.bench.million [CAPTURES [FOLDER]]

Listings, plans, WARC records and readings go the way of a crawl; only the requests are left out. Every page has bytes
of its own; their texts are some of few, each of which is read once. Then:
a crawl that asks one request, exports, `captures` of one site, `status` and `verify`; and the same documents in eight
shards, which are read whole through their catalogue. CPU seconds and the most memory of a process of each command. What
lies in FOLDER from before is used again.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage

from pyarrow.dataset import dataset

from crawler.jobs.shard import split
from crawler.selection.plan import plan
from pipelines.extraction.extractors import extractor
from pipelines.formats.digests import cdx_digest
from pipelines.formats.surt import urlkey
from pipelines.items.captures import Capture, DocumentKey, HttpAnswer, ListingPage, Memento, Query, Snapshot, Target
from pipelines.items.readings import Extraction, Page, Reading
from pipelines.store.corpus import Corpus
from pipelines.store.database import open_corpus, recording
from pipelines.store.file_book import Book
from pipelines.store.ledger import Ledger
from pipelines.store.listings import Listings
from pipelines.warc import journal
from pipelines.warc.writer import WarcWriter
from tests.bench.baseline import ROOT
from tests.bench.big_corpus import A_DOCUMENT, VERSIONS, age_one_listing, captures_of_one_site
from tests.bench.crawling import served
from tests.bench.rebuild_synthetic import page as invented_page

ARCHIVE = "web.archive.org"
SHARDS = 8
_DOCUMENTS_READ = 40  # with texts of their own; the others show the same ones
_STEP = A_DOCUMENT // VERSIONS  # captures that share their bytes


def addresses(captures: int) -> list[str]:
    """One document of each site."""
    return [f"http://site{number:06}.example/privacy" for number in range(captures // A_DOCUMENT)]


def make(folder: Path, urls: Iterable[str]) -> None:
    """Crawl these documents: each has 250 captures listed, and 25 versions of ten captures each."""
    with ExitStack() as stack:
        db = stack.enter_context(closing(open_corpus(folder)))
        warc = stack.enter_context(WarcWriter(folder / "warc", "20260101T000000Z-made", book=Book(db)))
        making = _Making(db, warc)
        making.follow(urls)
        for url in urls:
            making.document(url)


class _Making:
    """What the stages of a crawl do, one document after the other."""

    def __init__(self, db, warc: WarcWriter) -> None:  # type: ignore[no-untyped-def]
        self._db, self._warc = db, warc
        self._ledger, self._listings, self._corpus = Ledger(db, ARCHIVE), Listings(db, ARCHIVE), Corpus(db, ARCHIVE)
        self._now = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
        self._reader = extractor("corpus")
        self._read: dict[int, Reading] = {}

    def follow(self, urls: Iterable[str]) -> None:
        targets = (Target(url, DocumentKey(url.split("/")[2], "privacy policy")) for url in urls)
        self._ledger.register(targets, urlkey)
        self._listings.open_for_addresses("", "")

    def document(self, url: str) -> None:
        pages = dict(_captures(url))
        page = ListingPage(Query(url, archive=ARCHIVE), self._answer(b"", "text/plain"), tuple(pages))
        self._warc.write_listing(page)
        with recording(self._db):
            self._listings.record(page)
            [document_id] = self._ledger.documents_listed(page.query)
            self._ledger.apply(plan("all", *self._ledger.listing(document_id)))
            journal.write_out(self._db, self._warc.write_journal)
            for work in self._ledger.next_work(self._now, A_DOCUMENT):
                self._keep(work.capture, *pages[work.capture])
            self._corpus.derive_waiting()
        journal.write_out(self._db, self._warc.write_journal)

    def _keep(self, capture: Capture, number: int, body: bytes) -> None:
        memento = Memento(capture, capture.timestamp, self._answer(body, "text/html"), "raw")
        snapshot = Snapshot(memento, *self._warc.write_memento(memento, find_twin=self._corpus.holding))
        if number not in self._read:
            self._read[number] = self._reader.read(Page(body, capture.original, capture.timestamp, "text/html"))
        self._corpus.hold(snapshot)
        self._corpus.record(Extraction(snapshot, self._reader.version, self._read[number]))

    def _answer(self, body: bytes, kind: str) -> HttpAnswer:
        return HttpAnswer("http://127.0.0.1:8390/x", 200, (("Content-Type", kind),), body, self._now)


def _captures(url: str) -> Iterator[tuple[Capture, tuple[int, bytes]]]:
    """One a month for some twenty years, with the number of its text and its bytes, which those of a step share."""
    document, key = int(url.split("site")[1][:6]), urlkey(url)
    for first in range(0, A_DOCUMENT, _STEP):
        number = document % _DOCUMENTS_READ * VERSIONS + first // _STEP
        body = invented_page(number, document * A_DOCUMENT + first)
        digest, length = cdx_digest(body), str(len(body) // 2)
        for at in range(first, first + _STEP):
            moment = f"{2000 + at // 12}{1 + at % 12:02}{1 + document % 28:02}{document % 24:02}0000"
            yield Capture(key, moment, url, "text/html", "200", digest, length), (number, body)


# -- what is done with it


@dataclass(frozen=True)
class Cost:
    """CPU seconds of a command and of what it started, and the most memory of its own process in MB."""

    seconds: float
    memory: float

    def __str__(self) -> str:
        return f"{self.seconds:>8.2f} s of CPU, {self.memory:>5.0f} MB"


# the memory of this program alone: what getrusage tells counts that of the process which started it, too
_PROGRAM = """
import atexit, sys
from pathlib import Path
told = Path(sys.argv.pop())
def tell():
    lines = Path("/proc/self/status").read_text().splitlines()
    told.write_text(next(line.split()[1] for line in lines if line.startswith("VmHWM")))
atexit.register(tell)
from crawler.cli.main import main
main()
"""


def cost(*command: str) -> Cost:
    """What a command of the program costs, from its start to its end. Raises RuntimeError where it fails."""
    before = getrusage(RUSAGE_CHILDREN)
    with tempfile.TemporaryDirectory() as place:
        told = Path(place, "memory")
        done = subprocess.run(
            [sys.executable, "-c", _PROGRAM, *command, str(told)], check=False, cwd=ROOT, capture_output=True, text=True
        )
        if done.returncode:
            raise RuntimeError(f"{command} ended with {done.returncode}: {done.stderr[-2000:]}")
        memory = int(told.read_text()) / 1024
    after = getrusage(RUSAGE_CHILDREN)
    return Cost(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, memory)


def _tell(name: str, found: object) -> None:
    print(f"  {name:<44} {found}", flush=True)


def _one_corpus(folder: Path, urls: list[str]) -> None:
    targets, corpus = folder / "targets.txt", ("-s", f"CORPUS_DIR={folder / 'corpus'}")
    targets.write_text("".join(f"{url}\n" for url in urls))
    (folder / "nothing").mkdir(exist_ok=True)
    with served(folder / "nothing") as base:
        crawl = ("crawl", "policies", "-a", f"targets={targets}", "-s", f"WAYBACK_URL={base}", *corpus)
        _tell("a crawl with all to export and compare", cost(*crawl))
        for _ in range(2):
            age_one_listing(folder / "corpus")
            _tell("a crawl that asks one request", cost(*crawl))
    _tell("status", cost("status", *corpus))
    _tell("export with nothing new", cost("export", *corpus))
    _tell("captures of one site, CPU ms", f"{captures_of_one_site(folder / 'corpus'):>8.2f}")
    tables = ("export", "--format", "parquet", "--to", str(_tables(folder)[0]), *corpus)
    _tell("export to Parquet", cost(*tables))
    _tell("the same, with nothing new", cost(*tables))
    _tell("verify", cost("verify", *corpus))


def _shards(folder: Path) -> None:
    start = time.process_time()
    found = split(str(folder / "targets.txt"), SHARDS, folder / "shards", kind="privacy policy", complain=print)
    _tell(f"shard into {SHARDS}", f"{time.process_time() - start:>8.2f} s of CPU, {found.counts} documents")
    for path in sorted((folder / "shards").glob("shard-*.csv")):
        if not path.with_suffix("").exists():
            make(path.with_suffix(""), [line.split(",")[0] for line in path.read_text().splitlines()[1:]])
    whole = ("-s", f"CORPUS_DIR={found.catalogue}")
    _tell("status of the shards as one", cost("status", *whole))
    tables = ("export", "--format", "parquet", "--to", str(_tables(folder)[1]), *whole)
    _tell("export of the shards as one to Parquet", cost(*tables))
    _tell("the same, with nothing new", cost(*tables))
    _tell("its versions and those of the one corpus", "equal" if _is_equal(folder) else "DIFFERENT")


def _is_equal(folder: Path) -> bool:
    """Whether both hold the same versions, but for what a second reader says: nobody crawled the shards to ask it."""
    one, other = (dataset([*map(str, sorted(place.glob("versions*.parquet")))]) for place in _tables(folder))
    told = [name for name in one.schema.names if name not in ("second_in_text", "text_in_second")]
    return all(one.to_table([name]).equals(other.to_table([name])) for name in told)


def _tables(folder: Path) -> tuple[Path, Path]:
    return folder / "tables", folder / "tables-of-shards"


def main(captures: int, folder: Path) -> None:
    """Print what all of it takes."""
    urls = addresses(captures)
    if not (folder / "corpus").exists():
        start = time.process_time()
        make(folder / "corpus", urls)
        _tell("made", f"{time.process_time() - start:>8.2f} s of CPU")
    size = (folder / "corpus" / "corpus.sqlite").stat().st_size
    _tell("the database, bytes a capture", f"{size / captures:>8.0f}")
    _one_corpus(folder, urls)
    _shards(folder)


if __name__ == "__main__":
    number = int((sys.argv[1:] or ["1000000"])[0])
    if sys.argv[2:]:
        main(number, Path(sys.argv[2]))
    else:
        with tempfile.TemporaryDirectory(prefix="policy-corpus-bench-") as place:
            main(number, Path(place))
