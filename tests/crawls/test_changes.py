"""`SELECT=changes` on real captures, by whole crawls from document addresses: what it finds, and what `all` finds then.

REAL_SHARE says how many of the documents: 1 for all of them, n for every n-th.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby, pairwise
from pathlib import Path

import pytest

from crawler.local_archive.embedded import EmbeddedArchive
from crawler.selection.change_search import GAP_DAYS
from pipelines.formats.timestamps import instant
from tests.crawls.crawling import Crawling

SHARE = int(os.environ.get("REAL_SHARE", "9"))
MOST = 0.7 if SHARE == 1 else 0.8  # of the payloads; of few documents it may be a little more


@dataclass(frozen=True)
class Version:
    first: str
    last: str
    key: str
    changed_after: str
    changed_before: str

    def overlaps(self, other: "Version") -> bool:
        return self.key == other.key and self.first <= other.last and other.first <= self.last


Versions = dict[str, list[Version]]


@dataclass(frozen=True)
class Compared:
    """What was known after `changes`, and after `all` went on in the same corpus."""

    changes: Versions
    all: Versions
    fetched: dict[str, int]  # by `changes`, of each document
    payloads: dict[str, int]
    repeats: int
    still_open: int

    def missed(self) -> Iterator[tuple[Version | None, Version, Version | None]]:
        for document, versions in self.all.items():
            beside = [None, *versions, None]
            for before, version, after in zip(beside, versions, beside[2:], strict=False):
                if not any(version.overlaps(other) for other in self.changes[document]):
                    yield before, version, after


def versions(crawling: Crawling) -> Versions:
    rows = crawling.rows(
        "SELECT url, first_timestamp, last_timestamp, reading_key, changed_after, changed_before "
        "FROM version JOIN document ON document.id = document_id ORDER BY url, number"
    )
    return {
        str(url): [Version(*map(str, row[1:])) for row in run] for url, run in groupby(rows, key=lambda row: row[0])
    }


def held(crawling: Crawling) -> dict[str, int]:
    rows = crawling.rows(
        "SELECT document.url, count(*) FROM document JOIN document_capture ON document_id = document.id "
        "JOIN snapshot USING (capture_id) GROUP BY 1"
    )
    return {str(url): int(str(count)) for url, count in rows}


@pytest.fixture(scope="module")
def compared(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Compared:
    folder = tmp_path_factory.mktemp("changes")
    lines = (shared / "archive" / "captures.jsonl").read_text("utf-8").splitlines()
    urls = sorted({json.loads(line)["url"] for line in lines})[::SHARE]
    (folder / "targets.txt").write_text("".join(f"{url}\n" for url in urls), "utf-8")
    with EmbeddedArchive(shared / "archive") as archive:
        crawling = Crawling(folder / "corpus", archive.url, folder / "targets.txt", {"SELECT": "changes"})
        assert crawling.run().code == 0
        found, fetched = versions(crawling), held(crawling)
        still_open = len(crawling.rows("SELECT id FROM document WHERE open"))
        crawling.settings["SELECT"] = "all"
        assert crawling.run().code == 0
        repeats = max(archive.requests.replayed().values()) - 1
    return Compared(found, versions(crawling), fetched, held(crawling), repeats, still_open)


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
    assert compared.repeats == 0


def test_all_intervals_are_closed_and_each_version_tells_its_own(compared: Compared) -> None:
    assert compared.still_open == 0
    for each in compared.changes.values():
        assert (each[0].changed_after, each[0].changed_before) == ("", "")
        for earlier, later in pairwise(each):
            assert (later.changed_after, later.changed_before) == (earlier.last, later.first)
