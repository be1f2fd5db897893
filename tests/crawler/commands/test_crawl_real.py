"""Real captures, served by the embedded archive and crawled whole.

REAL_SHARE says of how many of the documents: 1 for all of them, thirteen hundred captures, n for every n-th.
"""

import csv
import json
import os
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest

from crawler.local_archive.embedded import EmbeddedArchive
from pipelines.analysis.comparison.compare import apply, compare, revert
from pipelines.formats.surt import urlkey
from tests.conftest import FAST, ROOT

SHARE = int(os.environ.get("REAL_SHARE", "4"))
JOINED = 1 if SHARE == 1 else 0  # of all 55 addresses two are one document: one had moved to the other
WHOLE = (1290, 54, 917)  # captures, documents and payloads of all
MOST_MEMORY = 350  # MB


@dataclass(frozen=True)
class Crawled:
    corpus: Path
    archive: EmbeddedArchive
    code: int
    said: str
    peak: float  # MB, of the crawling process itself

    def rows(self, query: str) -> list[tuple[object, ...]]:
        with closing(sqlite3.connect(self.corpus / "corpus.sqlite")) as db:
            return db.execute(query).fetchall()


@pytest.fixture(scope="module")
def listed(shared: Path) -> list[dict[str, str]]:
    with (shared / "archive" / "captures.jsonl").open(encoding="utf-8") as lines:
        found = [json.loads(line) for line in lines]
    urls = set(sorted({capture["url"] for capture in found})[::SHARE])
    return [capture for capture in found if capture["url"] in urls]


@dataclass(frozen=True)
class Expected:
    captures: int
    documents: int
    payloads: int


@pytest.fixture(scope="module")
def expected(listed: list[dict[str, str]]) -> Expected:
    payloads = len({(urlkey(capture["url"]), capture["digest"]) for capture in listed})
    found = len(listed), len({capture["url"] for capture in listed}) - JOINED, payloads
    assert found == WHOLE or SHARE > 1
    return Expected(*found)


@pytest.fixture(scope="module")
def crawled(shared: Path, listed: list[dict[str, str]], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawled]:
    folder = tmp_path_factory.mktemp("real")
    with (folder / "targets.csv").open("w", encoding="utf-8", newline="") as file:
        documents = dict.fromkeys((capture["url"], capture["type"].lower()) for capture in listed)
        csv.writer(file).writerows([("target", "kind"), *documents])
    with EmbeddedArchive(shared / "archive") as archive:
        settings = {"CORPUS_DIR": folder / "corpus", "STATE_DIR": folder / "state", "WAYBACK_URL": archive.url, **FAST}
        options = [f"-s{name}={value}" for name, value in {**settings, "SELECT": "all", "READERS": 2}.items()]
        command = [sys.executable, "-m", "scrapy", "crawl", "policies", "-a", f"targets={folder / 'targets.csv'}"]
        with (folder / "said").open("w+") as said:
            process = subprocess.Popen([*command, *options], cwd=ROOT, stdout=said, stderr=said)
            peak = _watched(process)
            said.seek(0)
            yield Crawled(folder / "corpus", archive, process.returncode, said.read(), peak)


def _watched(process: subprocess.Popen[bytes]) -> float:
    """The peak memory of a process in MB, asked of the kernel for as long as it lives."""
    peak = 0.0
    deadline = time.monotonic() + 280
    while process.poll() is None and time.monotonic() < deadline:
        with open(f"/proc/{process.pid}/status") as status:
            lines = dict(line.split(":", 1) for line in status if ":" in line)
        peak = max(peak, int(lines.get("VmHWM", "0 kB").split()[0]) / 1024)
        time.sleep(0.2)
    process.kill()
    process.wait()
    return peak


def test_the_crawl_ends_well(crawled: Crawled, expected: Expected) -> None:
    assert crawled.code == 0, crawled.said
    assert f"{expected.documents} documents, {expected.captures:,} captures" in crawled.said


def test_each_distinct_payload_is_fetched_exactly_once(crawled: Crawled, expected: Expected) -> None:
    fetched = crawled.archive.requests.replayed()
    assert Counter(fetched.values()) == {1: expected.payloads}
    assert crawled.archive.requests.count("replay") == expected.payloads


def test_each_capture_has_one_state(crawled: Crawled, expected: Expected) -> None:
    states = Counter(
        {str(state): count for state, count in crawled.rows("SELECT state, count(*) FROM capture GROUP BY 1")}
    )
    assert states.total() == expected.captures
    assert states["duplicate"] == expected.captures - expected.payloads
    assert states["read"] + states["failed"] == expected.payloads
    assert states["read"] > 0.95 * expected.payloads
    assert crawled.rows("SELECT count(*) FROM capture WHERE next_try IS NOT NULL") == [(0,)]


def test_the_warc_files_hold_to_the_standard(crawled: Crawled) -> None:
    files = sorted((crawled.corpus / "warc").glob("*.warc.gz"))
    checked = subprocess.run([sys.executable, "-m", "warcio.cli", "check", *files], capture_output=True, check=False)
    assert (checked.returncode, checked.stdout) == (0, b"")


def test_memory_stays_bounded(crawled: Crawled) -> None:
    assert 20 < crawled.peak < MOST_MEMORY


def test_every_version_is_a_file(crawled: Crawled, expected: Expected) -> None:
    ((count,),) = crawled.rows("SELECT count(*) FROM version")
    assert isinstance(count, int)
    assert len(list((crawled.corpus / "text").rglob("*.txt"))) == count > expected.documents


def test_each_version_is_made_of_the_one_before_and_back(crawled: Crawled) -> None:
    rows = crawled.rows("SELECT site, kind, variant, text FROM versions ORDER BY site, kind, variant, number")
    pairs = [(str(old[3]), str(new[3])) for old, new in pairwise(rows) if old[:3] == new[:3]]
    assert len(pairs) > 200 / SHARE
    for before, after in pairs:
        told = compare(before, after)
        assert (apply(told, before), revert(told, after)) == (after, before)
        assert told.words_before - told.words_removed == told.words_after - told.words_added
    ((changes, compared),) = crawled.rows("SELECT count(*), count(share) FROM changes")
    assert changes == compared == len(pairs)
    assert f"news: {len(rows)} new versions" in crawled.said
