"""`forget` takes out what it is told to, and nothing else."""

from pathlib import Path

import pytest

from tests.conftest import Run
from tests.corpora import copied, tables

SITE = "inkwell-post.example"
REFUSED = {
    "a page": (f"{SITE}/some/page", f"name {SITE}, if all of it is meant"),
    "a host": (f"www.{SITE}", f"name {SITE}, if all of it is meant"),
    "a suffix": ("github.io", "sites of their own below github.io"),
    "unknown": ("nosuch.example", "Nothing is known of nosuch.example"),
}


@pytest.mark.parametrize(("name", "said"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_site_of_the_corpus_is_refused(
    scrapy: Run, crawled: Path, tmp_path: Path, name: str, said: str
) -> None:
    corpus = copied(crawled, tmp_path / "c")
    ended = scrapy("forget", SITE, name, CORPUS_DIR=corpus)
    assert ended.code == 2
    assert said in ended.err
    assert tables(corpus) == tables(crawled), "the site named before it is still there, too"


def test_a_site_can_be_forgotten_before_it_is_crawled_and_the_crawl_says_so(
    scrapy: Run, crawled: Path, tmp_path: Path
) -> None:
    corpus = copied(crawled, tmp_path / "c")
    ended = scrapy("forget", "--force", "nosuch.example", f"https://{SITE}/", CORPUS_DIR=corpus)
    assert ended.code == 0, ended
    assert "nosuch.example is forgotten" in ended.out
    assert {row[0] for row in tables(corpus, "document")["document"]} & {SITE} == set()
    assert scrapy("forget", SITE, CORPUS_DIR=corpus).code == 0, "it is known as forgotten"
    again = scrapy("crawl-sample", CORPUS_DIR=corpus)
    assert again.code == 0
    assert f"is left out: {SITE} is to be forgotten" in again.err


def test_what_a_killed_export_left_goes_too(scrapy: Run, crawled: Path, tmp_path: Path) -> None:
    corpus = copied(crawled, tmp_path / "c")
    (corpus / "text/manifest.jsonl").write_text("")  # killed before it told of any file
    for name in (f"text/{SITE}/privacy-policy/.2031-01-01.txt.part", "warc/copied.warc.gz.part"):
        (corpus / name).write_text("half a text")
    assert scrapy("forget", SITE, CORPUS_DIR=corpus).code == 0
    assert not (corpus / "text" / SITE).exists()
    assert list(corpus.rglob("*.part")) == []


def test_nothing_is_forgotten_while_warc_files_are_missing(scrapy: Run, crawled: Path, tmp_path: Path) -> None:
    corpus = copied(crawled, tmp_path / "c")
    (corpus / "warc").rename(tmp_path / "unmounted")
    ended = scrapy("forget", SITE, CORPUS_DIR=corpus)
    assert ended.code == 2
    assert "mount the disk" in ended.err
    assert tables(corpus) == tables(crawled)
