from pathlib import Path

from tests.conftest import Run
from tests.fixtures.make_sample_export import EXPECTED, texts_of


def test_the_sample_is_crawled_without_a_network(scrapy: Run, tmp_path: Path) -> None:
    ended = scrapy("crawl-sample")
    assert (ended.code, ended.err) == (0, "")
    assert sorted(texts_of(tmp_path / "corpus" / "text")) == sorted(texts_of(EXPECTED))


def test_bad_settings_are_told_as_in_a_crawl(scrapy: Run) -> None:
    ended = scrapy("crawl-sample", SELECT="some")
    assert ended.code == 2
    assert ended.err.startswith("error: SELECT='some' is no choice")
