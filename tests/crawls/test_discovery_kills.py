"""`kill -9` while documents are searched for: the same documents, moves and versions as without.

DISCOVERY_KILLS says how often; the home pages, their frames and the redirects of the twelve invented sites lie open to
it, and the default strategy `changes`, which decides by what was read.
"""

import csv
import os
from pathlib import Path

import pytest

from crawler.local_archive.embedded import EmbeddedArchive
from crawler.local_archive.sample import make_sample
from crawler.local_archive.server.limits import Latency
from tests.crawls.crawling import Crawling
from tests.crawls.test_discovery import EXPECTED, SITES, active_documents, found_in
from tests.crawls.test_kills import IN_FLIGHT, Torturer

KILLS = int(os.environ.get("DISCOVERY_KILLS", "4"))
SEED = int(os.environ.get("TORTURE_SEED", "1"))
PHASES = ("fetching", "recording", "appending", "reading", "listing")
EVIDENCE = "SELECT site, kind, timestamp, source, address, via FROM evidence ORDER BY 1, 2, 3, 4, 5, 6"


@pytest.mark.timeout(120 + 12 * KILLS)
def test_a_search_that_was_killed_finds_the_same(tmp_path: Path) -> None:
    make_sample(tmp_path / "archive", SITES)
    targets = tmp_path / "domains.csv"
    with targets.open("w", newline="") as file:
        csv.writer(file).writerows([("target", "kind"), *EXPECTED])
    with EmbeddedArchive(tmp_path / "archive", wrappers=[Latency(0.03)]) as archive:
        calm = Crawling(tmp_path / "calm", archive.url, targets)
        assert calm.run().code == 0
        once = archive.requests.replayed()
        torturer, repeated, corpora = Torturer(archive, SEED), 0, 0
        while len(torturer.kills) < KILLS:
            crawling = Crawling(tmp_path / f"killed-{corpora}", archive.url, targets)
            before, killed = archive.requests.replayed(), len(torturer.kills)
            for phase in PHASES[: KILLS - killed]:
                torturer.kill_once(crawling, phase)
            assert crawling.run().code == 0
            again = archive.requests.replayed() - before
            repeats = sum((again - once).values())
            assert repeats <= IN_FLIGHT * (len(torturer.kills) - killed), again - once
            assert once - again == {}, "something was not fetched at all"
            assert found_in(crawling.folder) == EXPECTED
            assert active_documents(crawling.folder) == len(EXPECTED)
            assert crawling.rows(EVIDENCE) == calm.rows(EVIDENCE)
            assert crawling.exported() == calm.exported()
            repeated, corpora = repeated + repeats, corpora + 1
        print(f"{len(torturer.kills)} kills of {corpora} corpora, {repeated} replays repeated: {torturer.kills}")
