"""A crawl started from Python, over a real socket."""

from pathlib import Path

import pytest

from crawler.jobs.child_process import crawl
from crawler.jobs.crawl_config import CrawlConfig
from crawler.local_archive.embedded import EmbeddedArchive
from pipelines.exceptions import WrongUse

NO_RATES = {"WAYBACK_CDX_PER_MINUTE": 0, "WAYBACK_REPLAY_PER_MINUTE": 0, "READERS": 1}


def test_a_crawl_from_python_fills_a_corpus_and_tells(archive: EmbeddedArchive, tmp_path: Path) -> None:
    targets = ["inkwell-post.example/privacy"]
    few = {"select": "first-last", "settings": NO_RATES}
    result = crawl(CrawlConfig(targets=targets, folder=tmp_path / "mine", archive=archive.url, **few))  # type: ignore[arg-type]
    assert result.exit_code == 0
    assert "1 document," in result.report
    with result.corpus() as corpus:
        assert {version.site for version in corpus.versions()} == {"inkwell-post.example"}


def test_an_error_of_the_command_is_raised_as_it_was_told(archive: EmbeddedArchive, tmp_path: Path) -> None:
    config = CrawlConfig(targets=tmp_path / "none.txt", folder=tmp_path / "c", archive=archive.url, settings=NO_RATES)
    with pytest.raises(WrongUse, match=r"none\.txt"):
        crawl(config)
