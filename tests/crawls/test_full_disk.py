"""A disk that is full stops a crawl with one sentence and exit code 5; with room again it goes on as if nothing was.

RLIMIT_FSIZE stands in for the disk: no file of the crawl may grow beyond it (EFBIG; Python ignores SIGXFSZ).
"""

import resource
from pathlib import Path

import pytest

from crawler.local_archive.embedded import EmbeddedArchive
from tests.crawls.conftest import Holdings
from tests.crawls.crawling import Crawling
from tests.crawls.holdings import write_sites

_LIMIT = 1_500_000


def assert_told(error: str, what: str) -> None:
    lines = error.splitlines()
    assert len(lines) == 1, error
    assert lines[0].startswith(f"error: {what}"), error


@pytest.fixture(scope="module")
def heavy(tmp_path_factory: pytest.TempPathFactory) -> Holdings:
    """Pages that fill a WARC file long before the log of the database grows as large."""
    folder = tmp_path_factory.mktemp("heavy")
    urls = write_sites(folder, 2, 4, every=1, weight=1_800_000)
    (folder / "targets.txt").write_text("".join(f"{url}\n" for url in urls))
    return Holdings(folder, folder / "targets.txt")


def test_within_a_warc_append(heavy: Holdings, tmp_path: Path) -> None:
    with EmbeddedArchive(heavy.folder) as archive:
        calm = Crawling(tmp_path / "calm", archive.url, heavy.targets, settings={"SELECT": "all"})
        assert calm.run().code == 0
        once = archive.requests.count("replay")
        crawling = Crawling(tmp_path / "full", archive.url, heavy.targets, {"SELECT": "all"}, largest_file=_LIMIT)
        ended = crawling.run()
        assert ended.code == 5
        assert_told(ended.err, f"Cannot write to {crawling.warcs()[0]}: File too large.")
        assert crawling.warcio_check().returncode == 0
        crawling.largest_file = resource.RLIM_INFINITY
        assert crawling.run().code == 0
        assert archive.requests.count("replay") <= 2 * once + 7  # under way, or waiting to be written
    assert crawling.exported() == calm.exported()
    assert crawling.captures() == calm.captures()
    assert crawling.warcio_check().returncode == 0


def test_within_a_transaction(holdings: Holdings, calm: Crawling, tmp_path: Path) -> None:
    """With ever more room for the write-ahead log, one crawl stops at other places and gets through at last."""
    with EmbeddedArchive(holdings.folder) as archive:
        crawling = Crawling(tmp_path / "full", archive.url, holdings.targets)
        for size in (100_000, 280_000, 400_000, 520_000):
            crawling.largest_file = size
            ended = crawling.run()
            assert ended.code == 5, ended
            assert len(ended.err.splitlines()) == 1, ended.err
            assert ended.err.startswith(("error: Cannot ", "error: Pages cannot be read on this machine: ")), ended.err
        crawling.largest_file = resource.RLIM_INFINITY
        assert crawling.run().code == 0
    assert crawling.exported() == calm.exported()
    assert crawling.captures() == calm.captures()
    assert crawling.warcio_check().returncode == 0
