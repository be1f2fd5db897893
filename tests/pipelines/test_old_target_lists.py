"""Release 0.1.0 kept target lists under the path or address that was given: they are still read, and what is forgotten
goes from them."""

from contextlib import closing
from pathlib import Path

import pytest

from crawler.jobs.rebuild import Request, run_rebuild
from crawler.jobs.verify import run_verify
from pipelines.store import runs
from pipelines.store.database import open_corpus, recording
from pipelines.warc.files import warc_files
from pipelines.warc.held import HeldTargets
from pipelines.warc.reader import scan
from pipelines.warc.writer import WarcWriter
from tests.conftest import Run
from tests.corpora import copied, settings_of, tables

GIVEN = ["lists/my targets.csv", "/home/me/targets.csv", "file:///home/me/targets.csv", "https://me.example/list?x=1"]
RUN = "20250101T000000Z-0a1b2c"
HEAD = "target,kind,variant\n"
GOES = "https://www.inkwell-post.example/privacy,privacy policy,\n"
STAYS = "https://shop.example/privacy,privacy policy,\n"


def lists(corpus: Path) -> dict[str, str]:
    """The target lists below a local path or an address of their own, by that."""
    held = (each for file in warc_files(corpus / "warc") for each in scan(corpus / "warc" / file, name=file))
    return {each.uri: each.text for each in held if isinstance(each, HeldTargets) and not each.uri.startswith("urn:")}


@pytest.fixture
def corpus(crawled: Path, tmp_path: Path) -> Path:
    corpus = copied(crawled, tmp_path / "corpus")
    with WarcWriter(corpus / "warc", RUN) as writer:
        for uri in GIVEN:
            writer.write_targets(uri, HEAD + GOES + STAYS)
    with closing(open_corpus(corpus)) as db:  # as 0.1.0 left it: its files are looked at yet
        runs.begin(db, runs.RunStart(RUN, "crawl", "2025-01-01T00:00:00Z"))
        with recording(db):
            db.execute("DELETE FROM own_file")
            db.execute("UPDATE identity SET adopted = 0")
    return corpus


def test_they_are_read_and_change_nothing(corpus: Path) -> None:
    assert [*lists(corpus).values()] == [HEAD + GOES + STAYS] * len(GIVEN)
    before = tables(corpus)
    run_rebuild(settings_of(corpus), Request(), lambda what, done, todo: None)
    assert tables(corpus) == before
    assert run_verify(settings_of(corpus), full=True, tell=lambda finding: None) == []


def test_a_forgotten_site_goes_from_them(corpus: Path, scrapy: Run) -> None:
    uris = sorted(lists(corpus))
    assert scrapy("forget", "inkwell-post.example", CORPUS_DIR=corpus).code == 0
    assert {uri: lists(corpus)[uri] for uri in uris} == dict.fromkeys(uris, HEAD + STAYS)
