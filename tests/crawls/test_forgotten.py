"""A forgotten site stays so where the document of another site lies on it."""

import csv
import gzip
from contextlib import closing
from pathlib import Path

import pytest

from crawler.jobs.rebuild import Request, run_merge, run_rebuild
from crawler.local_archive.embedded import EmbeddedArchive
from crawler.local_archive.sample import make_sample
from pipelines.store.database import open_corpus
from tests.conftest import FAST, ROOT, Ended, run_scrapy
from tests.corpora import copied, settings_of, tables, texts

SITES = ROOT / "tests/fixtures/discovery_sites"
SITE, HOST = "kitewing.example", "highmeadowgroup.example"
"""The first one's policy lies on the second."""


@pytest.fixture(scope="module")
def group(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archive of these sites, a list of the one, and its corpus."""
    folder = tmp_path_factory.mktemp("group")
    make_sample(folder, SITES)
    with (folder / "domains.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("target", "kind"), (SITE, "privacy policy")])
    with EmbeddedArchive(folder) as archive:
        assert crawl(folder / "corpus", archive, folder).code == 0
    return folder


def crawl(corpus: Path, archive: EmbeddedArchive, group: Path, **settings: object) -> Ended:
    given = {"CORPUS_DIR": corpus, "STATE_DIR": f"{corpus}.state", "WAYBACK_URL": archive.url} | FAST | settings
    return run_scrapy("crawl", "policies", "-a", f"targets={group / 'domains.csv'}", **given)


@pytest.fixture
def corpus(group: Path, tmp_path: Path) -> Path:
    """The corpus after the second site was forgotten."""
    corpus = copied(group / "corpus", tmp_path / "corpus")
    assert len(versions(corpus)) == 2
    assert run_scrapy("forget", HOST, CORPUS_DIR=corpus).code == 0
    assert is_gone(corpus)
    return corpus


def versions(corpus: Path) -> list[str]:
    return [path for path in texts(corpus) if path.endswith(".txt")]


def is_gone(corpus: Path) -> bool:
    """Whether neither texts nor rows nor bytes of the forgotten site are there."""
    captures = [row for name in ("capture", "snapshot", "version") for row in tables(corpus, name)[name]]
    records = b"".join(gzip.decompress(path.read_bytes()) for path in (corpus / "warc").glob("*.warc.gz"))
    held = [line for line in records.splitlines() if line.startswith(b"WARC-Target-URI") and HOST.encode() in line]
    return versions(corpus) == [] and HOST not in repr(captures) and not held


def test_a_crawl_does_not_ask_for_it(group: Path, corpus: Path) -> None:
    with EmbeddedArchive(group) as archive:
        assert crawl(corpus, archive, group, RELIST_FRESH_HOURS=0).code == 0
        asked = [seen.url for seen in archive.requests.all]
    assert asked
    assert [url for url in asked if HOST in url] == []
    assert is_gone(corpus)


def test_a_merge_does_not_bring_it_back(group: Path, corpus: Path, tmp_path: Path) -> None:
    other = copied(group / "corpus", tmp_path / "other")
    run_merge(settings_of(corpus), [other], lambda what, done, todo: None)
    assert is_gone(corpus)


def test_a_rebuild_with_files_that_hold_it_does_not_bring_it_back(group: Path, corpus: Path) -> None:
    run_rebuild(settings_of(corpus), Request(sources=[str(group / "corpus/warc")]), lambda what, done, todo: None)
    assert is_gone(corpus)
    with closing(open_corpus(corpus)) as db:
        assert db.execute("SELECT site FROM forgotten").fetchall() == [(HOST,)]
