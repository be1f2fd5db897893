import shlex
import subprocess
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from crawler.jobs.rebuild import Request, run_rebuild
from crawler.jobs.register import holds_sample
from crawler.local_archive.embedded import EmbeddedArchive
from crawler.local_archive.sample import sample_sites
from pipelines.store.corpus_names import is_sample, mark_sample
from pipelines.store.database import open_for_reading
from tests.conftest import ROOT, Run
from tests.corpora import copied, settings_of
from tests.desk import Desk
from tests.fixtures.make_sample_export import EXPECTED, texts_of


def test_the_sample_is_crawled_without_a_network(scrapy: Run, tmp_path: Path) -> None:
    ended = scrapy("crawl-sample")
    assert (ended.code, ended.err) == (0, "")
    assert sorted(texts_of(tmp_path / "corpus" / "text")) == sorted(texts_of(EXPECTED))


def test_a_corpus_of_other_documents_is_left_alone(scrapy: Run, desk: Desk) -> None:
    ended = scrapy("crawl-sample")
    assert ended.code == 2
    assert ended.err.startswith(f"error: {desk.folder} holds other documents than those of the sample: give that one")
    assert desk.db.execute("SELECT site, active FROM document").fetchall() == [("shop.example", 1)]


def test_what_is_real_is_not_crawled_into_the_sample(scrapy: Run, crawled: Path, tmp_path: Path) -> None:
    copied(crawled, tmp_path / "corpus")
    real = {"WAYBACK_URL": "https://archive.invalid"}
    for options in ([], ["--dry-run"]):
        ended = scrapy("crawl", "policies", "-a", "targets=shop.example", *options, **real)
        assert ended.code == 2
        [sentence] = ended.err.splitlines()
        assert "holds the invented sites of the sample: give what comes from archive.invalid a place" in sentence
        assert ended.out == ""


def test_the_corpus_says_what_it_holds_not_the_host(
    scrapy: Run, crawled: Path, archive: EmbeddedArchive, sample: Path, tmp_path: Path
) -> None:
    corpus = copied(crawled, tmp_path / "corpus")
    targets = f"targets={sample / 'targets.txt'}"
    ended = scrapy("crawl", "policies", "-a", targets, "--max-requests", "1", WAYBACK_URL=archive.url)
    assert (ended.code, "holds the invented sites of the sample" in ended.err) == (2, True)
    own = tmp_path / "own"  # the same sites, crawled as any others
    ended = scrapy("crawl", "policies", "-a", targets, "--max-requests", "2", WAYBACK_URL=archive.url, CORPUS_DIR=own)
    assert ended.code == 0, ended
    assert "other documents than those of the sample" in scrapy("crawl-sample", CORPUS_DIR=own).err
    ended = scrapy("merge", str(own), CORPUS_DIR=corpus)
    assert (ended.code, "keep them apart" in ended.err) == (2, True)


@pytest.mark.parametrize("lost", [False, True])
def test_what_a_corpus_holds_outlasts_a_rebuild(crawled: Path, tmp_path: Path, lost: bool) -> None:
    corpus = copied(crawled, tmp_path / "corpus")
    if lost:
        (corpus / "corpus.sqlite").unlink()
    run_rebuild(settings_of(corpus), Request(), lambda what, done, todo: None)
    with closing(open_for_reading(corpus)) as db:
        assert is_sample(db) is True
        db.close()


def test_a_corpus_of_an_older_release_is_told_by_its_sites(desk: Desk) -> None:
    assert (is_sample(desk.db), holds_sample(desk.db)) == (None, False)
    desk.db.execute("UPDATE document SET site = 'harbourlight.example'")
    assert holds_sample(desk.db) is True
    mark_sample(desk.db, sample=False)
    mark_sample(desk.db, sample=True)
    assert holds_sample(desk.db) is False, "what was said once holds"


def test_the_sample_is_crawled_again(scrapy: Run, crawled: Path, tmp_path: Path) -> None:
    copied(crawled, tmp_path / "corpus")
    ended = scrapy("crawl-sample")
    assert (ended.code, ended.err) == (0, "")
    assert " replay " not in ended.out


def test_the_domains_of_the_sample_are_known(sample: Path) -> None:
    hosts = {urlsplit(url).hostname or "" for url in (sample / "targets.txt").read_text().split()}
    assert {host.removeprefix("www.") for host in hosts} == sample_sites()


def test_make_alone_only_tells_what_can_be_made() -> None:
    ended = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)
    assert {line.partition(":")[0] for line in ended.stdout.splitlines()} >= {"help", "install", "crawl", "test"}


def test_make_takes_a_corpus_with_a_space_in_its_name() -> None:
    for targets in ([], ["TARGETS=my list.txt"]):
        command = ["make", "-n", "-o", ".venv/ready", "crawl", "CORPUS=my corpus", *targets]
        ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)
        [line] = [line for line in ended.stdout.replace("\\\n", " ").splitlines() if "bin/policy-corpus " in line]
        assert "CORPUS_DIR=my corpus" in shlex.split(line)
        assert not targets or "targets=my list.txt" in shlex.split(line)


def test_bad_settings_are_told_as_in_a_crawl(scrapy: Run) -> None:
    ended = scrapy("crawl-sample", SELECT="some")
    assert ended.code == 2
    assert ended.err.startswith("error: SELECT='some' is not an option")
