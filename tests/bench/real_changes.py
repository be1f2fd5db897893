"""What `SELECT=changes` finds in real documents, beside `all`: `python -m tests.bench.real_changes [SHARED_DIR]`.

Every payload is read once; then the search is run on what was read. A version is missed where none of its captures'
bytes were fetched; the search may only miss what lies between two equal texts, within one gap between looks.
"""

import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from multiprocessing import get_context
from pathlib import Path

from warcio.archiveiterator import ArchiveIterator

from crawler.selection.change_search import GAP_DAYS
from crawler.selection.payloads import in_order
from crawler.selection.plan import open_intervals, plan
from pipelines.exceptions import ReadingFailed
from pipelines.extraction.reader import read
from pipelines.formats.timestamps import instant
from pipelines.items.captures import Capture, CaptureKey, Known, State
from pipelines.items.readings import Page

Texts = dict[tuple[str, str], str]
"""The reading key of each payload by address and digest; empty where there is no text."""


@dataclass(frozen=True)
class Version:
    """Neighbouring captures with one text. `lasted`: from the first of them to the last."""

    text: str
    captures: tuple[Capture, ...]

    @property
    def lasted(self) -> timedelta:
        return instant(self.captures[-1].timestamp) - instant(self.captures[0].timestamp)


@dataclass(frozen=True)
class Miss:
    """A version that was not found, with those beside it."""

    before: Version | None
    version: Version
    after: Version | None

    @property
    def is_excused(self) -> bool:
        if self.before is None or self.after is None or self.before.text != self.after.text:
            return False
        first, last = self.before.captures[-1], self.after.captures[0]
        return instant(last.timestamp) - instant(first.timestamp) <= timedelta(days=GAP_DAYS)

    def __str__(self) -> str:
        row = self.version.captures[0]
        kind = "between two equal texts" if self.is_excused else "A CHANGE THAT WAS NOT FOUND"
        return f"missed {row.timestamp} {row.original}: {len(self.version.captures)} captures, {kind}"


@dataclass(frozen=True)
class Found:
    """What the search made of one document."""

    payloads: int
    fetched: int
    versions: tuple[Version, ...]
    missed: tuple[Miss, ...]
    is_closed: bool


def documents(shared: Path) -> list[list[Capture]]:
    """The listings of the real documents, one an address."""
    listings: dict[str, list[Capture]] = {}
    for line in (shared / "archive" / "captures.jsonl").read_text().splitlines():
        row = json.loads(line)
        is_full = row["record"] == "response"
        mimetype, status = (row["mimetype"], "200") if is_full else ("warc/revisit", "-")
        capture = Capture(row["url"], row["timestamp"], row["url"], mimetype, status, row["digest"])
        listings.setdefault(row["url"], []).append(capture)
    return [in_order(rows) for rows in listings.values()]


def payloads(shared: Path) -> Iterator[tuple[str, Page]]:
    """The digest and the page of each full record."""
    with (shared / "archive" / "policies.warc.gz").open("rb") as file:
        for record in ArchiveIterator(file):
            if record.rec_type == "response":
                digest = record.rec_headers.get_header("WARC-Payload-Digest").removeprefix("sha1:")
                address = record.rec_headers.get_header("WARC-Target-URI")
                timestamp = "".join(filter(str.isdigit, record.rec_headers.get_header("WARC-Date")))[:14]
                content_type = record.http_headers.get_header("Content-Type", "")
                yield digest, Page(record.content_stream().read(), address, timestamp, content_type)


def search(listing: Sequence[Capture], texts: Texts) -> Found:
    """Run `changes` on one document to its end."""
    known: dict[CaptureKey, Known] = {}
    fetched: set[str] = set()
    while wanted := _selected("changes", listing, known):
        for row in wanted:
            fetched.add(row.digest)
            text = texts[row.original, row.digest]
            failed = Known(State.FAILED, failed_for_good=True, held=True)
            known[row.key] = Known(State.READ, reading_key=text) if text else failed
    versions = _versions(listing, texts)
    beside = [None, *versions, None]
    missed = [
        Miss(*around)
        for around in zip(beside, versions, beside[2:], strict=False)
        if not any(row.digest in fetched for row in around[1].captures)
    ]
    number = len(_selected("all", listing, {}))
    return Found(number, len(fetched), versions, tuple(missed), not open_intervals(listing, known))


def _selected(strategy: str, listing: Sequence[Capture], known: dict[CaptureKey, Known]) -> list[Capture]:
    decisions = plan(strategy, listing, known)
    known |= {decision.capture.key: Known(decision.state, same_as=decision.same_as) for decision in decisions}
    return [decision.capture for decision in decisions if decision.state is State.SELECTED]


def _versions(listing: Sequence[Capture], texts: Texts) -> tuple[Version, ...]:
    rows = [row for row in listing if texts[row.original, row.digest]]
    runs = groupby(rows, key=lambda row: texts[row.original, row.digest])
    return tuple(Version(text, tuple(captures)) for text, captures in runs)


def read_all(shared: Path, key_of: Callable[[Page], str]) -> Texts:
    """Read each payload once, in two processes."""
    digests, pages = zip(*payloads(shared), strict=True)
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        keys = pool.map(key_of, pages, chunksize=20)
        return {(page.original, digest): key for digest, page, key in zip(digests, pages, keys, strict=True)}


def reading_key(page: Page) -> str:
    """The reading key of a page as a crawl reads it, empty where it has no text."""
    try:
        return read(page).reading_key
    except ReadingFailed:
        return ""


def share_of_lasting(found: Sequence[Found]) -> float:
    """Of the versions that lasted over a day, the share that was found."""
    missed = {id(miss.version) for one in found for miss in one.missed}
    lasting = [version for one in found for version in one.versions if version.lasted > timedelta(days=1)]
    return sum(id(version) not in missed for version in lasting) / len(lasting)


def main(folder: str = os.environ.get("SHARED_DIR", "../shared")) -> int:
    shared = Path(folder)
    texts = read_all(shared, reading_key)
    found = [search(listing, texts) for listing in documents(shared)]
    fetched, number = sum(one.fetched for one in found), sum(one.payloads for one in found)
    missed = [miss for one in found for miss in one.missed]
    for miss in missed:
        print(miss)
    versions = sum(len(one.versions) for one in found)
    print(f"{len(found)} documents, {versions} versions, {len(missed)} missed")
    print(f"{share_of_lasting(found):.1%} of those that lasted over a day found")
    print(f"{fetched} of {number} payloads fetched: {fetched / number:.1%}")
    return 0 if fetched <= 0.7 * number and all(miss.is_excused for miss in missed) else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
