"""Whole crawls of generated archives: each ends, asks nothing twice, and a second one asks nothing at all."""

import os
from collections import Counter
from pathlib import Path

import pytest

from crawler.local_archive.embedded import EmbeddedArchive
from crawler.local_archive.server.faults import Faults
from crawler.selection.plan import CHOICES
from tests.conftest import run_scrapy
from tests.crawls.crawling import Crawling
from tests.crawls.generated import write_archive

SEEDS = int(os.environ.get("GENERATED_SEEDS", "12"))
_STRATEGIES = CHOICES if SEEDS > 12 else ("changes", "all")
_SHARES = [(select, range(SEEDS)[number :: len(_STRATEGIES)]) for number, select in enumerate(_STRATEGIES)]
_SETTLED = (
    "state IN ('read', 'duplicate', 'redirect', 'unplayable', 'not replayed', 'passed over', 'blocked', 'failed')"
)


@pytest.mark.parametrize(("select", "seeds"), _SHARES, ids=[select for select, _ in _SHARES])
@pytest.mark.parametrize("trouble", [(), ("unavailable:0.2:2", "cut-body:0.1:1")], ids=["calm", "troubled"])
def test_no_generated_archive_is_asked_anything_twice(
    select: str, seeds: range, trouble: tuple[str, ...], tmp_path: Path
) -> None:
    if trouble and select == "all" and SEEDS <= 12:
        pytest.skip("GENERATED_SEEDS=200 (make torture) tries it in trouble, too")
    targets = tmp_path / "targets.csv"
    targets.write_text("\n".join(write_archive(tmp_path / "holdings", seeds)), "utf-8")
    with EmbeddedArchive(tmp_path / "holdings", wrappers=[Faults.of(*trouble, seed=1)]) as archive:
        settings = {"SELECT": select, "RETRY_WAIT": 0.1, "TIME_SCALE": 1000}
        crawling = Crawling(tmp_path / "corpus", archive.url, targets, settings)
        ended = crawling.run(timeout=150)
        asked = archive.requests.all
        again = crawling.run(timeout=60)
        asked_again = archive.requests.all[len(asked) :]
    assert (ended.code, again.code) == (0, 0), (ended, again)
    steps = Counter((one.timestamp, one.url) for one in asked if one.kind == "replay" and not one.cause)
    assert {step: number for step, number in steps.items() if number > 1} == {}
    assert asked_again == []
    assert crawling.rows("SELECT json_extract(counts, '$.\"asked twice\"') FROM run") == [(0,), (0,)]
    unsettled = f"site <> '' AND (NOT ({_SETTLED}) OR reason = 'not planned yet')"
    assert crawling.rows(f"SELECT timestamp, original, state, reason FROM captures WHERE {unsettled}") == []  # noqa: S608
    assert crawling.rows("SELECT * FROM capture WHERE same_as = id") == []
    assert (
        crawling.rows(
            "SELECT capture.* FROM capture JOIN snapshot ON capture_id = capture.id "
            "WHERE redirect_to <> '' AND state IN ('unplayable', 'failed', 'blocked')"
        )
        == []
    )
    no_pages = "NOT LIKE '3%' AND state IN ('not replayed', 'unplayable')"
    kept = crawling.rows(f"SELECT id FROM capture JOIN snapshot ON capture_id = id WHERE statuscode {no_pages}")  # noqa: S608
    assert kept or select != "changes", "errors that redirects lead to are kept"
    before = crawling.captures()
    assert run_scrapy("rebuild", CORPUS_DIR=crawling.folder).code == 0
    assert crawling.captures() == before
    print(f"{select}: {len(seeds)} archives, {len(asked)} requests, {len(steps)} replays")
