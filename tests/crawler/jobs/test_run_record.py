"""Each command that changes a corpus leaves a row of `runs` that says how it ended."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from crawler.jobs.rebuild import Request, run_rebuild
from crawler.jobs.run_record import noted
from crawler.jobs.settling import add_derived
from pipelines.store.database import open_corpus
from pipelines.store.runs import outcome_of
from tests.conftest import FAST, Run
from tests.corpora import copied, settings_of


def runs_of(corpus: Path) -> list[tuple[str, str, int | None]]:
    with closing(sqlite3.connect(corpus / "corpus.sqlite")) as db:
        return db.execute("SELECT command, outcome, exit_code FROM runs ORDER BY started_at, id").fetchall()


@pytest.fixture
def corpus(crawled: Path, tmp_path: Path) -> Path:
    corpus = copied(crawled, tmp_path / "c")
    with closing(open_corpus(corpus)) as db, db.atomic():
        db.execute("DELETE FROM run")
    return corpus


def damage(corpus: Path) -> None:
    """Bytes of one snapshot are not what they were."""
    with closing(sqlite3.connect(corpus / "corpus.sqlite")) as db:
        file, offset, length = db.execute("SELECT file, offset, length FROM snapshot ORDER BY length DESC").fetchone()
    with (corpus / "warc" / file).open("r+b") as warc:
        warc.seek(offset + length // 2)
        warc.write(b"\0\0\0\0")


@pytest.mark.parametrize(
    ("command", "args"),
    [
        ("rebuild", ()),
        ("rebuild", ("--only-changed",)),
        ("compact", ()),
        ("forget", ("inkwell-post.example",)),
    ],
)
def test_a_command_that_changes_a_corpus_is_noted(corpus: Path, scrapy: Run, command: str, args: tuple[str]) -> None:
    assert scrapy(command, *args, CORPUS_DIR=corpus, READERS=1).code == 0
    assert runs_of(corpus) == [(command, "finished", 0)]
    assert f"last run\n  {command} finished, exit code 0\n" in scrapy("status", CORPUS_DIR=corpus).out


def test_a_merge_is_noted_where_it_goes(crawled: Path, scrapy: Run, tmp_path: Path) -> None:
    assert scrapy("merge", str(crawled), CORPUS_DIR=tmp_path / "all", READERS=1).code == 0
    assert runs_of(tmp_path / "all") == [("merge", "finished", 0)]


def test_a_rebuild_that_could_not_use_all_says_so(corpus: Path, scrapy: Run) -> None:
    damage(corpus)
    assert scrapy("rebuild", "--accept-losses", CORPUS_DIR=corpus, READERS=1).code == 1
    assert runs_of(corpus) == [("rebuild", "finished", 1)]


def test_a_repair_is_one_run_with_all_that_it_does(corpus: Path, scrapy: Run) -> None:
    with closing(open_corpus(corpus)) as db, db.atomic():
        db.execute("DELETE FROM extraction WHERE capture_id IN (SELECT capture_id FROM extraction LIMIT 1)")
    assert scrapy("verify", CORPUS_DIR=corpus, READERS=1).code == 1
    assert runs_of(corpus) == []
    ended = scrapy("verify", "--repair", CORPUS_DIR=corpus, READERS=1)
    assert (ended.code, runs_of(corpus)) == (0, [("verify --repair", "finished", 0)]), ended


def test_a_command_that_is_refused_or_interrupted_is_noted_as_such(corpus: Path) -> None:
    for warc in (corpus / "warc").rglob("*.warc.gz"):
        shutil.copy(warc, corpus / "kept")
        warc.write_bytes(b"")
    with pytest.raises(Exception, match="accept-losses"):
        run_rebuild(settings_of(corpus), Request(), lambda what, done, todo: None)
    assert runs_of(corpus) == [("rebuild", "failed", 2)]
    settings = settings_of(corpus)
    add_derived(settings)
    with pytest.raises(KeyboardInterrupt), noted(settings, "compact"):
        raise KeyboardInterrupt
    assert ("compact", "interrupted", None) in runs_of(corpus)


def test_a_crawl_that_the_archive_refused_failed(scrapy: Run, tmp_path: Path) -> None:
    nowhere = {"WAYBACK_URL": "http://127.0.0.1:9", "RETRY_PATIENCE": 0, "RETRY_WAIT": 0} | FAST
    ended = scrapy("crawl", "policies", "-a", "targets=shop.example/privacy", **nowhere)
    assert (ended.code, runs_of(tmp_path / "corpus")) == (4, [("crawl", "failed", 4)]), ended.err


def test_what_an_exit_code_says() -> None:
    told = {code: outcome_of(code) for code in (0, 1, 2, 4, 5, 130, 143)}
    assert told == {
        0: "finished", 1: "finished", 2: "failed", 4: "failed", 5: "failed", 130: "stopped", 143: "stopped"
    }  # fmt: skip
