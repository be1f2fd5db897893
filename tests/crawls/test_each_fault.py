"""Every fault of the catalogue by name, in one crawl: each has a site of its own, whose every request it strikes."""

import re
from pathlib import Path

from crawler.local_archive.embedded import EmbeddedArchive
from crawler.local_archive.server.asked import WAYBACK, read_target
from crawler.local_archive.server.faults import FAULTS, Faults, faults_of
from crawler.local_archive.server.loopback import Answer, Handler, Request
from tests.crawls.crawling import Crawling
from tests.crawls.holdings import write_sites

NAMES = sorted(name for name, fault in faults_of(WAYBACK).items() if not fault.is_apart)
CAPTURES = 2
SETTINGS = {
    "SELECT": "all",
    "TIME_SCALE": 6000,  # pauses grow to an hour here, since every limit is met anew
    "WAYBACK_CDX_TIMEOUT": 2,  # of real time: silence is waited for that long
    "WAYBACK_REPLAY_TIMEOUT": 2,
    "WAYBACK_CDX_PAGE_ROWS": 1,
}
RUNS = 6
NEVER_MET = {"heavy-query", "heavy-collapse", "odd-emptiness"}
"""What only wide, collapsed or empty listings meet: none of these is asked for here."""


class OneFaultASite:
    def __call__(self, inner: Handler) -> Handler:
        struck = [Faults.of(f"{name}:1", time_scale=300)(inner) for name in NAMES]

        def answered(request: Request) -> Answer:
            site = re.search(r"site-(\d{4})", read_target(request).url)
            return struck[int(site[1])](request) if site else inner(request)

        return answered


class FallsSilent:
    """After so many requests each connection is cut, until `ends`."""

    def __init__(self, after: int) -> None:
        self._left = after
        self.ends = False

    def __call__(self, inner: Handler) -> Handler:
        struck = Faults.of("reset-early:1:99")(inner)

        def answered(request: Request) -> Answer:
            self._left -= 1
            return inner(request) if self._left >= 0 or self.ends else struck(request)

        return answered


def test_a_crawl_ends_by_itself_where_nothing_answers_any_more_and_goes_on_later(tmp_path: Path) -> None:
    (tmp_path / "targets.txt").write_text("\n".join(write_sites(tmp_path / "holdings", 2, 9, every=1)))
    with EmbeddedArchive(tmp_path / "holdings", wrappers=[silence := FallsSilent(after=6)]) as archive:
        crawling = Crawling(tmp_path / "corpus", archive.url, tmp_path / "targets.txt", settings=SETTINGS)
        told = crawling.run()
        assert told.code == 4, told
        assert f"{archive.url} left 12 requests in a row without an answer, the last: connection lost." in told.err
        assert archive.requests.causes() == {"reset-early": 12}
        silence.ends = True
        assert crawling.run().code == 0
        assert crawling.rows("SELECT count(*) FROM captures WHERE site <> '' AND state <> 'read'") == [(0,)]


def test_what_comes_of_each_fault(tmp_path: Path) -> None:
    urls = write_sites(tmp_path / "holdings", len(NAMES), CAPTURES, every=1)
    (tmp_path / "targets.txt").write_text("\n".join(urls))
    with EmbeddedArchive(tmp_path / "holdings", wrappers=[OneFaultASite()]) as archive:
        crawling = Crawling(tmp_path / "corpus", archive.url, tmp_path / "targets.txt", settings=SETTINGS)
        codes = [crawling.run().code]
        while codes[-1] and len(codes) < RUNS:
            codes.append(crawling.run().code)
        causes = archive.requests.causes()
    assert codes[-1] == 0, codes
    unstruck = set(NAMES) - causes.keys()
    assert unstruck <= NEVER_MET, unstruck
    wrong = []
    for number, name in enumerate(NAMES):
        listing = crawling.rows(f"SELECT state, reason FROM query WHERE url = '{urls[number]}'")  # noqa: S608
        fates = crawling.rows(
            f"SELECT state, reason FROM captures WHERE original = '{urls[number]}' "  # noqa: S608
            "AND timestamp NOT LIKE '____00%'"
        )
        if name in unstruck or not FAULTS[name].is_lasting:
            is_right = listing[0][0] == "done" and [state for state, _ in fates] == ["read"] * CAPTURES
        elif fates:
            is_right = all(
                state in ("failed", "blocked", "unplayable", "redirect") and reason for state, reason in fates
            )
        else:
            is_right = listing[0][0] in ("blocked", "failed") and bool(listing[0][1])
        wrong += [] if is_right else [(name, listing, fates)]
    assert wrong == []
