"""A crawl that was killed again and again, and then made once more of its WARC files: the same rows, the same texts."""

import os
import random
import shutil
from pathlib import Path

import pytest

from crawler.jobs.rebuild import Request, run_rebuild
from crawler.local_archive.embedded import EmbeddedArchive
from crawler.local_archive.server.limits import Latency
from tests.corpora import settings_of, tables, texts
from tests.crawls.conftest import Holdings
from tests.crawls.crawling import Crawling

KILLS = int(os.environ.get("REBUILD_KILLS", "4"))


@pytest.mark.timeout(120 + 12 * KILLS)
def test_a_crawl_killed_many_times_is_rebuilt_as_it_is(holdings: Holdings, tmp_path: Path) -> None:
    dice = random.Random(20)
    with EmbeddedArchive(holdings.folder, wrappers=[Latency(0.05)]) as archive:
        crawling = Crawling(tmp_path / "corpus", archive.url, holdings.targets)
        for _ in range(KILLS):
            after = archive.requests.count("replay") + dice.randint(1, 6)
            with crawling.started() as running:
                if running.wait_for(lambda after=after: archive.requests.count("replay") >= after):
                    running.kill()
        assert crawling.run().code == 0
    assert len(crawling.warcs()) > 1
    again = tmp_path / "again"
    shutil.copytree(crawling.folder / "warc", again / "warc")
    run_rebuild(settings_of(again), Request(), lambda what, done, todo: None)
    assert tables(again) == tables(crawling.folder)
    assert texts(again) == texts(crawling.folder)
