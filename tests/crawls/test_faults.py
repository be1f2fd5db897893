"""All faults at once, on one answer in ten: what comes of a crawl is what would have come without.

FAULT_SEEDS=1,2,3 and FAULT_SHARE=0.3 try other ones.
"""

import os
import re
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import pytest

from crawler.local_archive.embedded import EmbeddedArchive
from crawler.local_archive.server.faults import FAULTS, Faults
from tests.crawls.conftest import Holdings
from tests.crawls.crawling import Crawling

SEEDS = [int(seed) for seed in os.environ.get("FAULT_SEEDS", "2").split(",")]
SHARE = os.environ.get("FAULT_SHARE", "0.1")
SETTINGS = {"SELECT": "all", "TIME_SCALE": 6000, "WAYBACK_CDX_TIMEOUT": 2, "WAYBACK_REPLAY_TIMEOUT": 2}
RUNS = 8  # at most: what fails eight times over all runs counts as failed for good


@pytest.mark.parametrize("seed", SEEDS)
def test_all_faults_at_once(holdings: Holdings, calm_all: Crawling, tmp_path: Path, seed: int) -> None:
    with EmbeddedArchive(holdings.folder, wrappers=[Faults.of(f"all:{SHARE}", seed=seed, time_scale=300)]) as archive:
        crawling = Crawling(tmp_path / "struck", archive.url, holdings.targets, settings=SETTINGS)
        codes = [crawling.run().code]
        while codes[-1] and len(codes) < RUNS:
            codes.append(crawling.run().code)
        causes = archive.requests.causes()
        seen = archive.requests.all
    print(f"seed {seed}: exit codes {codes}, {causes}")
    assert len(causes) >= 5, "faults have struck"
    assert codes[-1] == 0
    assert set(codes) <= {0, 1, 4}
    lasting = {(one.kind, one.timestamp, one.url) for one in seen if one.cause and FAULTS[one.cause].is_lasting}
    closed = {url for kind, _, url in lasting if kind == "cdx"}
    expected, found = texts(calm_all, closed), texts(crawling, closed)
    # a redirect that is closed for good moves no document: other captures may be its own
    unmoved = {site_of(url) for kind, _, url in lasting if kind == "replay"}
    closed_pages = {url for kind, _, url in lasting if kind == "replay"}
    with_odd_rows = {site_of(one.url) for one in seen if one.cause and one.kind == "cdx"}
    assert {expected[capture].site for capture in expected.keys() - found.keys()} <= unmoved
    assert {found[capture].site for capture in found.keys() - expected.keys()} <= unmoved | with_odd_rows
    for capture in expected.keys() & found.keys():
        if found[capture].text != expected[capture].text:
            struck = ("replay", *capture) in lasting or led_to(found[capture]) in closed_pages
            assert struck, (capture, found[capture])
            # a redirect that a fault made up is one for us, and stands in the time line
            assert found[capture].state in ("failed", "blocked", "unplayable", "redirect")
            assert found[capture].reason
    for url in closed:
        ((state, reason),) = crawling.rows(f"SELECT state, reason FROM query WHERE url = '{url}'")  # noqa: S608
        assert (state in ("blocked", "failed") and reason) or state == "done", (url, state)


class Fate(NamedTuple):
    site: str
    state: str
    reason: str
    text: str | None


def site_of(url: str) -> str:
    return ".".join(str(urlsplit(url).hostname).split(".")[-2:])


def led_to(fate: Fate) -> str:
    """The page that a redirect leads to and that could not be had."""
    found = re.match(r"moved to (\S+) \(", fate.reason)
    return found[1] if found else ""


def texts(crawling: Crawling, closed: set[str]) -> dict[tuple[object, object], Fate]:
    """What became of each capture of a document, and which text it was found to have."""
    addresses = {row[0]: row[1] for row in crawling.rows("SELECT site, url FROM document")}
    rows = crawling.rows("SELECT timestamp, original, site, state, reason, text_digest FROM captures WHERE site <> ''")
    return {row[:2]: Fate(*row[2:]) for row in rows if addresses[row[2]] not in closed}  # type: ignore[arg-type]
