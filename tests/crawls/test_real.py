"""Real captures, served by the embedded archive and crawled from document addresses: by `changes`, and then by `all`.

What `changes` finds is compared with what `all` finds. REAL_SHARE says of how many of the documents: 1 for all of them,
thirteen hundred captures, n for every n-th.
"""

import csv
import json
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby, pairwise
from pathlib import Path

import pytest

from crawler.local_archive.embedded import EmbeddedArchive
from crawler.selection.change_search import GAP_DAYS
from pipelines.analysis.comparison.compare import apply, compare, revert
from pipelines.formats.surt import urlkey
from pipelines.formats.timestamps import instant
from tests.conftest import Ended
from tests.crawls.crawling import Crawling

SHARE = int(os.environ.get("REAL_SHARE", "6"))
JOINED = 1 if SHARE == 1 else 0  # of all 55 addresses two are one document: one had moved to the other
WHOLE = (1290, 54, 917)  # captures, documents and payloads of all
MOST_MEMORY = 350  # MB
MOST = 0.7 if SHARE == 1 else 0.8  # of the payloads, fetched by `changes`; of few documents it may be a little more


@dataclass(frozen=True)
class Version:
    first: str
    last: str
    key: str
    changed_after: str
    changed_before: str

    def overlaps(self, other: "Version") -> bool:
        return self.key == other.key and self.first <= other.last and other.first <= self.last


Versions = dict[int, list[Version]]  # by document


@dataclass(frozen=True)
class Compared:
    """What was known after `changes`, and after `all` went on in the same corpus."""

    crawling: Crawling
    archive: EmbeddedArchive
    changes: Versions
    all: Versions
    fetched: dict[int, int]  # by `changes`, of each document
    payloads: dict[int, int]
    still_open: int
    ended: tuple[Ended, Ended]
    peaks: tuple[float, float]  # MB, of the processes themselves that crawled

    def missed(self) -> Iterator[tuple[Version | None, Version, Version | None]]:
        for document, versions in self.all.items():
            beside = [None, *versions, None]
            for before, version, after in zip(beside, versions, beside[2:], strict=False):
                if not any(version.overlaps(other) for other in self.changes[document]):
                    yield before, version, after


def versions(crawling: Crawling) -> Versions:
    rows = crawling.rows(
        "SELECT document_id, first_timestamp, last_timestamp, reading_key, changed_after, changed_before "
        "FROM version ORDER BY document_id, number"
    )
    return {
        int(str(document)): [Version(*map(str, row[1:])) for row in run]
        for document, run in groupby(rows, key=lambda row: row[0])
    }


def held(crawling: Crawling) -> dict[int, int]:
    rows = crawling.rows(
        "SELECT document_id, count(*) FROM document_capture JOIN snapshot USING (capture_id) GROUP BY 1"
    )
    return {int(str(document)): int(str(count)) for document, count in rows}


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
    captures = {
        (capture["url"], capture["timestamp"]) for capture in listed
    }  # one page has two types, and is listed twice
    documents = {(capture["url"], capture["type"].lower()) for capture in listed}
    found = len(captures), len(documents) - JOINED, payloads
    assert found == WHOLE or SHARE > 1
    return Expected(*found)


@pytest.fixture(scope="module")
def compared(
    shared: Path, listed: list[dict[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Compared]:
    folder = tmp_path_factory.mktemp("real")
    with (folder / "targets.csv").open("w", encoding="utf-8", newline="") as file:
        documents = dict.fromkeys((capture["url"], capture["type"].lower()) for capture in listed)
        csv.writer(file).writerows([("target", "kind"), *documents])
    with EmbeddedArchive(shared / "archive") as archive:
        crawling = Crawling(folder / "corpus", archive.url, folder / "targets.csv", {"SELECT": "changes"})
        crawling.started_anew = True  # one that is forked has the memory of who forks
        first, first_peak = _run_watched(crawling)
        found, fetched = versions(crawling), held(crawling)
        still_open = len(crawling.rows("SELECT id FROM document WHERE open"))
        crawling.settings["SELECT"] = "all"
        second, second_peak = _run_watched(crawling)
        ended, peaks = (first, second), (first_peak, second_peak)
        payloads = held(crawling)
        yield Compared(crawling, archive, found, versions(crawling), fetched, payloads, still_open, ended, peaks)


def _run_watched(crawling: Crawling) -> tuple[Ended, float]:
    with crawling.started() as running:
        peak = _watched(running.process.pid, lambda: running.process.poll() is None)
        return running.end(), peak


def _watched(pid: int, runs: Callable[[], bool]) -> float:
    """The peak memory of a process in MB, asked of the kernel for as long as it lives."""
    peak = 0.0
    while runs():
        with open(f"/proc/{pid}/status") as status:
            lines = dict(line.split(":", 1) for line in status if ":" in line)
        peak = max(peak, int(lines.get("VmHWM", "0 kB").split()[0]) / 1024)
        time.sleep(0.2)
    return peak


def test_the_crawls_end_well(compared: Compared, expected: Expected) -> None:
    assert [ended.code for ended in compared.ended] == [0, 0], compared.ended
    assert f"{expected.documents} documents, {expected.captures:,} captures" in compared.ended[1].out


def test_each_distinct_payload_is_fetched_exactly_once(compared: Compared, expected: Expected) -> None:
    fetched = compared.archive.requests.replayed()
    assert Counter(fetched.values()) == {1: expected.payloads}
    assert compared.archive.requests.count("replay") == expected.payloads


def test_each_capture_has_one_state(compared: Compared, expected: Expected) -> None:
    states = Counter(
        {str(state): count for state, count in compared.crawling.rows("SELECT state, count(*) FROM capture GROUP BY 1")}
    )
    assert states.total() == expected.captures
    assert states["duplicate"] == expected.captures - expected.payloads
    assert states["read"] + states["failed"] == expected.payloads
    assert states["read"] > 0.95 * expected.payloads
    assert compared.crawling.rows("SELECT count(*) FROM capture WHERE next_try IS NOT NULL") == [(0,)]


def test_the_warc_files_hold_to_the_standard(compared: Compared) -> None:
    checked = compared.crawling.warcio_check()
    assert (checked.returncode, checked.stdout) == (0, "")


def test_memory_stays_bounded(compared: Compared) -> None:
    assert all(20 < peak < MOST_MEMORY for peak in compared.peaks), compared.peaks


def test_every_version_is_a_file(compared: Compared, expected: Expected) -> None:
    ((count,),) = compared.crawling.rows("SELECT count(*) FROM version")
    assert isinstance(count, int)
    assert len(list((compared.crawling.folder / "text").rglob("*.txt"))) == count > expected.documents


def test_each_version_is_made_of_the_one_before_and_back(compared: Compared) -> None:
    rows = compared.crawling.rows("SELECT site, kind, variant, text FROM versions ORDER BY site, kind, variant, number")
    pairs = [(str(old[3]), str(new[3])) for old, new in pairwise(rows) if old[:3] == new[:3]]
    assert len(pairs) > 200 / SHARE
    for before, after in pairs:
        told = compare(before, after)
        assert (apply(told, before), revert(told, after)) == (after, before)
        assert told.words_before - told.words_removed == told.words_after - told.words_added
    ((changes, shares),) = compared.crawling.rows("SELECT count(*), count(share) FROM changes")
    assert changes == shares == len(pairs)
    assert f"news: {sum(map(len, compared.changes.values()))} new versions" in compared.ended[0].out


def test_every_change_is_found_but_for_what_lies_between_two_equal_texts(compared: Compared) -> None:
    assert sum(map(len, compared.all.values())) > 200 / SHARE
    missed = list(compared.missed())
    print("\n".join(f"missed {version}" for _, version, _ in missed))
    for before, version, after in missed:
        assert before is not None, f"the first text was not found: {version}"
        assert after is not None, f"the last text was not found: {version}"
        assert before.key == after.key, f"a change that was not found: {version}"
        gap = instant(after.first) - instant(before.last)
        assert gap <= timedelta(days=GAP_DAYS), f"{version} was passed over in {gap}"


def test_texts_that_lasted_over_a_day_are_found(compared: Compared) -> None:
    lasting = [version for each in compared.all.values() for version in each if lasted(version) > timedelta(days=1)]
    missed = [version for _, version, _ in compared.missed() if lasted(version) > timedelta(days=1)]
    assert len(lasting) > 100 / SHARE
    assert len(missed) <= 0.03 * len(lasting)


def lasted(version: Version) -> timedelta:
    return instant(version.last) - instant(version.first)


def test_it_takes_fewer_fetches_and_for_no_document_more(compared: Compared) -> None:
    assert compared.fetched.keys() == compared.payloads.keys()
    assert all(compared.fetched[url] <= compared.payloads[url] for url in compared.fetched)
    fetched, payloads = sum(compared.fetched.values()), sum(compared.payloads.values())
    print(f"{fetched} of {payloads} payloads fetched: {fetched / payloads:.1%}")
    assert fetched <= MOST * payloads


def test_all_intervals_are_closed_and_each_version_tells_its_own(compared: Compared) -> None:
    assert compared.still_open == 0
    for each in compared.changes.values():
        assert (each[0].changed_after, each[0].changed_before) == ("", "")
        for earlier, later in pairwise(each):
            assert (later.changed_after, later.changed_before) == (earlier.last, later.first)
