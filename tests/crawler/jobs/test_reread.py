"""What an upgrade of the reader leaves behind is caught up with before a crawl asks anything."""

import json
import signal
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from crawler.jobs.reread import catch_up
from crawler.local_archive.embedded import EmbeddedArchive
from pipelines.extraction.version import reader_version
from pipelines.store.database import open_corpus
from pipelines.store.readings import count_outdated
from tests.conftest import FAST, Ended, Run, run_scrapy
from tests.corpora import copied, settings_of, tables, texts, unmarked
from tests.launching import piped

SITE = "http://inkwell-post.example/privacy"


def read_by_an_older_one(corpus: Path) -> None:
    """As if a release before this one had read all, whose words for a text were other ones."""
    with closing(open_corpus(corpus)) as db, db.atomic():
        db.execute("PRAGMA defer_foreign_keys = ON")
        db.execute("UPDATE reader SET reader = 'older'")
        db.execute("UPDATE extraction SET reader = 'older', reading_key = 'older ' || reading_key")
        db.execute("UPDATE version SET reader = 'older', reading_key = 'older ' || reading_key")


@pytest.fixture
def upgraded(crawled: Path, tmp_path: Path) -> Path:
    corpus = unmarked(copied(crawled, tmp_path / "upgraded"))
    read_by_an_older_one(corpus)
    return corpus


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[object]]:
    """The reading processes that were opened."""
    found: list[object] = []
    from crawler.jobs import reread as rereading

    genuine = rereading.readers

    def noting(*args: object, **options: object) -> object:
        found.append(args)
        return genuine(*args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(rereading, "readers", noting)
    return found


def caught_up(corpus: Path, told: list[tuple[str, int, int]]) -> None:
    settings = settings_of(corpus, ARCHIVE="web.archive.org")
    with closing(open_corpus(corpus)) as db:
        catch_up(db, settings, lambda *told_now: told.append(told_now))


def test_a_crawl_after_an_upgrade_finds_every_version(archive: EmbeddedArchive, tmp_path: Path) -> None:
    def crawl(corpus: Path, **settings: object) -> Ended:
        given = {"CORPUS_DIR": corpus, "STATE_DIR": tmp_path / "state", "WAYBACK_URL": archive.url, **FAST}
        return run_scrapy("crawl", "policies", "-a", f"targets={SITE}", **given, **settings)

    assert crawl(tmp_path / "whole").code == 0
    assert crawl(tmp_path / "two", TO="2012").code == 0
    before = len(tables(tmp_path / "two", "version")["version"])
    read_by_an_older_one(tmp_path / "two")
    ended = crawl(tmp_path / "two")
    assert ended.code == 0
    assert "are read again before anything is asked" in ended.err
    assert "pages read: " in ended.err
    held = tables(tmp_path / "two", "version")["version"]
    assert len(held) > before
    assert held == tables(tmp_path / "whole", "version")["version"]
    assert texts(tmp_path / "two") == texts(tmp_path / "whole")
    again = crawl(tmp_path / "two")
    assert (again.code, again.err) == (0, "")


def test_where_nothing_was_left_behind_no_process_starts(crawled: Path, tmp_path: Path, started: list[object]) -> None:
    corpus = copied(crawled, tmp_path / "c")
    told: list[tuple[str, int, int]] = []
    caught_up(corpus, told)
    assert (started, told) == ([], [])
    read_by_an_older_one(corpus)
    caught_up(corpus, told)
    assert len(started) == 1
    assert told[-1][0] == "pages read"
    caught_up(corpus, told)
    assert len(started) == 1, "the older reader's readings stand beside, and nothing is read a third time"


def test_no_document_turns_to_the_new_reader_before_all_is_read(
    upgraded: Path, crawled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pipelines.executors import read_all as reading

    monkeypatch.setattr(reading, "_AT_ONCE", 3)
    before = tables(upgraded, "version")

    def stop(what: str, done: int, todo: int) -> None:
        raise KeyboardInterrupt

    with closing(open_corpus(upgraded)) as db, pytest.raises(KeyboardInterrupt):
        catch_up(db, settings_of(upgraded, ARCHIVE="web.archive.org"), stop)
    assert tables(upgraded, "version") == before
    told: list[tuple[str, int, int]] = []
    with closing(open_corpus(upgraded)) as db:
        left = count_outdated(db, reader_version())
    caught_up(upgraded, told)
    assert ("pages read", left, left) in told, "what was read before the interrupt is not read again"
    assert left < len(tables(crawled, "extraction")["extraction"])
    assert tables(upgraded, "version") == tables(crawled, "version")


def test_status_tells_how_many_pages_wait_for_the_new_reader(upgraded: Path, crawled: Path, scrapy: Run) -> None:
    count = len(tables(crawled, "extraction")["extraction"])
    assert json.loads(scrapy("status", "--json", CORPUS_DIR=upgraded).out)["outdated"] == count
    assert "read by an older reader" in scrapy("status", CORPUS_DIR=upgraded).out
    assert "older reader" not in scrapy("status", CORPUS_DIR=crawled).out


def test_pages_whose_bytes_are_gone_are_told_of_and_start_nothing(
    upgraded: Path, caplog: pytest.LogCaptureFixture
) -> None:
    before = tables(upgraded, "version")
    for file in (upgraded / "warc").rglob("*.warc.gz"):
        file.unlink()
    caught_up(upgraded, [])
    assert "cannot be read again" in caplog.text
    assert tables(upgraded, "version") == before


def test_the_plan_goes_by_the_reader_of_the_versions(upgraded: Path) -> None:
    from pipelines.store.ledger import Ledger

    with closing(sqlite3.connect(upgraded / "corpus.sqlite")) as db, db:
        db.execute("INSERT INTO reader (reader) VALUES ('newer, of one page alone')")
    with closing(open_corpus(upgraded)) as db:
        documents = db.execute("SELECT id FROM document WHERE kind <> 'home page'").fetchall()
        archive = db.execute("SELECT DISTINCT archive FROM capture").fetchone()[0]
        known = [one for (each,) in documents for one in Ledger(db, archive).listing(each)[1].values()]
    keys = {one.reading_key for one in known if one.reading_key}
    assert keys
    assert all(key.startswith("older ") for key in keys)


def test_a_crawl_that_is_stopped_while_it_reads_again_asks_nothing(
    upgraded: Path, archive: EmbeddedArchive, tmp_path: Path
) -> None:
    given = {"CORPUS_DIR": upgraded, "STATE_DIR": tmp_path / "state", "WAYBACK_URL": archive.url, **FAST}
    options = [part for name, value in given.items() for part in ("-s", f"{name}={value}")]
    command = [sys.executable, "-m", "scrapy", "crawl", "policies", "-a", f"targets={SITE}", *options]
    with piped(command) as (crawl, _, told):
        assert "are read again" in told.readline()
        crawl.send_signal(signal.SIGINT)
        ended = crawl.wait(240), told.read()
    assert ended == (130, "error: Stopped by SIGINT; run the same command again to continue.\n")
    assert archive.requests.count("replay") == archive.requests.count("cdx") == 0
    with closing(sqlite3.connect(upgraded / "corpus.sqlite")) as db:
        ended = db.execute("SELECT outcome, exit_code FROM runs ORDER BY started_at DESC").fetchone()
        assert (ended, db.execute("SELECT DISTINCT reader FROM version").fetchall()) == (("stopped", 130), [("older",)])
