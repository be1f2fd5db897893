"""Another extractor is chosen: its readings stand beside the others, versions and exports take them."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from crawler.jobs.extractor import extractor_name
from crawler.jobs.rebuild import Request, run_rebuild
from crawler.jobs.reread import catch_up
from crawler.local_archive.embedded import EmbeddedArchive
from pipelines.executors.process_pool import Readers
from pipelines.extraction.version import reader_version
from pipelines.store.database import open_corpus
from tests.conftest import FAST, Run, refusal, run_scrapy
from tests.corpora import copied, settings_of, tables, texts

STOCK = reader_version("trafilatura")


def chosen(corpus: Path, name: str) -> list[tuple[str, int, int]]:
    """What `rebuild --only-changed` told of its progress."""
    told: list[tuple[str, int, int]] = []
    settings = settings_of(corpus, EXTRACTOR=name)
    run_rebuild(settings, Request(only_changed=True), lambda *now: told.append(now))
    return told


@pytest.fixture(scope="module")
def stock(crawled: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample, read by trafilatura after it was read by ours. Not to be changed."""
    corpus = copied(crawled, tmp_path_factory.mktemp("stock") / "c")
    chosen(corpus, "trafilatura")
    return corpus


@pytest.fixture
def submitted(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[object]]:
    """The pages that were given to reading processes."""
    found: list[object] = []
    genuine = Readers.submit

    def noting(self: Readers, page: object) -> object:
        found.append(page)
        return genuine(self, page)  # type: ignore[arg-type]

    monkeypatch.setattr(Readers, "submit", noting)
    return found


def readers_of(corpus: Path, table: str) -> set[str]:
    with closing(sqlite3.connect(corpus / "corpus.sqlite")) as db:
        return {reader for (reader,) in db.execute(f"SELECT DISTINCT reader FROM {table}")}  # noqa: S608


def test_versions_and_texts_are_those_of_the_chosen_one(stock: Path, crawled: Path) -> None:
    assert readers_of(stock, "version") == {STOCK}
    assert texts(stock) != texts(crawled)
    manifest = [json.loads(line) for line in (stock / "text" / "manifest.jsonl").read_text().splitlines()]
    assert {entry["reader"] for entry in manifest} == {STOCK}


def test_what_others_have_read_stands_beside(stock: Path, crawled: Path) -> None:
    before, after = (set(tables(corpus, "extraction")["extraction"]) for corpus in (crawled, stock))
    assert before < after
    assert len(after) == 2 * len(before)


def test_a_corpus_keeps_to_its_extractor(stock: Path, crawled: Path, tmp_path: Path, submitted: list[object]) -> None:
    assert extractor_name(settings_of(stock)) == "trafilatura"
    assert extractor_name(settings_of(crawled)) == extractor_name(settings_of(tmp_path / "none")) == "corpus"
    assert extractor_name(settings_of(stock, EXTRACTOR="corpus")) == "corpus"
    corpus = copied(stock, tmp_path / "c")
    assert chosen(corpus, "") == [("pages read", 0, 0)]
    assert (readers_of(corpus, "version"), submitted) == ({STOCK}, [])


def test_the_way_back_reads_nothing(stock: Path, crawled: Path, tmp_path: Path, submitted: list[object]) -> None:
    corpus = copied(stock, tmp_path / "c")
    assert chosen(corpus, "corpus") == [("pages read", 0, 0)]
    assert submitted == []
    assert tables(corpus, "version", "capture") == tables(crawled, "version", "capture")
    assert {path: text for path, text in texts(corpus).items() if path != "manifest.jsonl"} == {
        path: text for path, text in texts(crawled).items() if path != "manifest.jsonl"
    }


def test_a_crawl_turns_to_the_chosen_one_too(
    stock: Path, crawled: Path, tmp_path: Path, submitted: list[object], caplog: pytest.LogCaptureFixture
) -> None:
    corpus = copied(stock, tmp_path / "c")
    settings = settings_of(corpus, EXTRACTOR="corpus", ARCHIVE="web.archive.org")
    with closing(open_corpus(corpus)) as db:
        catch_up(db, settings, lambda what, done, todo: None)
        catch_up(db, settings, lambda what, done, todo: None)
    assert (submitted, caplog.text.count("Texts are those of corpus again")) == ([], 1)
    assert tables(corpus, "version") == tables(crawled, "version")


def test_a_whole_rebuild_keeps_to_the_extractor(stock: Path, tmp_path: Path) -> None:
    corpus = copied(stock, tmp_path / "c")
    run_rebuild(settings_of(corpus), Request(), lambda what, done, todo: None)
    assert readers_of(corpus, "version") == {STOCK}
    assert tables(corpus, "version") == tables(stock, "version")


def test_exports_take_one_that_has_read_all(stock: Path, crawled: Path, tmp_path: Path, scrapy: Run) -> None:
    before = tables(stock)
    assert scrapy("export", "--extractor", "corpus", "--to", str(tmp_path / "text"), CORPUS_DIR=stock).code == 0
    assert texts(tmp_path) == texts(crawled)
    for corpus, options in ((stock, ("--extractor", "corpus")), (crawled, ())):
        to = str(tmp_path / corpus.parent.name)
        assert scrapy("export", "--format", "jsonl", "--plain", "--to", to, *options, CORPUS_DIR=corpus).code == 0
    versions = [(tmp_path / corpus.parent.name / "versions.jsonl").read_bytes() for corpus in (stock, crawled)]
    assert versions[0] == versions[1]
    assert tables(stock) == before


def test_what_cannot_be_chosen_is_told_in_a_sentence(crawled: Path, tmp_path: Path, scrapy: Run) -> None:
    to = ("--to", str(tmp_path / "t"))
    wrong = "EXTRACTOR='trafilatra' is no extractor: did you mean trafilatura?"
    for command in (("rebuild", "--only-changed"), ("status",), ("verify",)):
        assert wrong in refusal(scrapy(*command, CORPUS_DIR=crawled, EXTRACTOR="trafilatra"))
    assert "--extractor 'ours' is no extractor" in refusal(
        scrapy("export", "--extractor", "ours", *to, CORPUS_DIR=crawled)
    )
    unread = refusal(scrapy("export", "--extractor", "princeton", *to, CORPUS_DIR=crawled))
    assert (
        "pages are not read by princeton yet: `policy-corpus rebuild --only-changed -s EXTRACTOR=princeton`" in unread
    )
    assert "give --to a folder" in refusal(scrapy("export", "--extractor", "corpus", CORPUS_DIR=crawled))
    assert list(tmp_path.iterdir()) == []


def test_a_crawl_reads_by_the_chosen_one_and_says_so(archive: EmbeddedArchive, tmp_path: Path) -> None:
    corpus = tmp_path / "c"
    given = {"CORPUS_DIR": corpus, "STATE_DIR": tmp_path / "state", "WAYBACK_URL": archive.url, "TO": "2008", **FAST}
    targets = "targets=http://inkwell-post.example/privacy"
    ended = run_scrapy("crawl", "policies", "-a", targets, **given, EXTRACTOR="trafilatura")
    assert ended.code == 0, ended
    assert readers_of(corpus, "version") == readers_of(corpus, "extraction") == {STOCK}
    with closing(sqlite3.connect(corpus / "corpus.sqlite")) as db:
        [(reader, settings)] = db.execute("SELECT reader, settings FROM runs").fetchall()
    assert (reader, json.loads(settings)["EXTRACTOR"]) == (STOCK, "trafilatura")
