"""Listings that are not answered, or not in one piece: what is known is fetched all the same, and nothing is lost."""

import gzip
from dataclasses import replace
from pathlib import Path

from crawler.local_archive.embedded import EmbeddedArchive
from crawler.local_archive.server.faults import Faults
from crawler.local_archive.server.loopback import Answer, Handler, Request
from tests.conftest import run_scrapy
from tests.crawls.crawling import Crawling
from tests.crawls.holdings import picture, write_index, write_sites

CAPTURES = 12
SETTINGS = {"SELECT": "all", "TIME_SCALE": 6000, "READERS": 1}


def crawling(folder: Path, archive: EmbeddedArchive, urls: list[str], **settings: object) -> Crawling:
    targets = folder / "targets.txt"
    targets.write_text("\n".join(urls))
    return Crawling(folder / "corpus", archive.url, targets, settings=SETTINGS | settings)


def test_what_is_listed_is_fetched_though_listings_are_down(tmp_path: Path) -> None:
    """Pauses hold all work, and yet replays come to their end: listings that fail wait, and give up in time."""
    known, unknown = write_sites(tmp_path / "holdings", 2, CAPTURES, every=1, page=picture)
    with EmbeddedArchive(tmp_path / "holdings") as archive:
        assert crawling(tmp_path, archive, [known], MAX_REQUESTS=1).run().code == 0
    with EmbeddedArchive(tmp_path / "holdings", wrappers=[Faults.of("listing-down:1")]) as archive:
        down = crawling(tmp_path, archive, [known, unknown])
        ended = down.run()
        replayed = archive.requests.replayed()
    assert ended.code == 1, ended
    assert len(replayed) == CAPTURES
    assert down.rows("SELECT count(*) FROM captures WHERE state = 'selected'") == [(0,)]
    assert down.rows(f"SELECT rows FROM query WHERE url = '{unknown}'") == [(0,)]  # noqa: S608
    assert "1  listing: archive trouble" in ended.out


def test_a_listing_that_leads_nowhere_is_told(tmp_path: Path) -> None:
    """One row a page and never a resume key: what goes on from its time is that row again."""
    (url,) = write_index(tmp_path / "holdings", 1, 1)
    with EmbeddedArchive(tmp_path / "holdings", wrappers=[Faults.of("lost-resume-key:1:permanent")]) as archive:
        stuck = crawling(tmp_path, archive, [url], WAYBACK_CDX_PAGE_ROWS=1)
        ended = stuck.run()
    assert ended.code == 1
    assert "1  listing: incomplete: a full page without a resume key" in ended.out
    assert stuck.rows("SELECT state FROM captures") == [("not replayed",)], "what came is used"


def with_rows_of_others(inner: Handler) -> Handler:
    """An archive that lists, beside what was asked for, captures of two other hosts."""
    others = "".join(
        f"example,{name})/privacy 20010101120000 http://{name}.example/privacy text/html 200 {'A' * 32} 99\n"
        for name in ("site-0001", "elsewhere")
    ).encode()

    def mistaken(request: Request) -> Answer:
        given = inner(request)
        if not request.target.startswith("/cdx/") or given.status != 200 or not given.body:
            return given
        if given.header("content-encoding") == "gzip":
            return replace(given, body=gzip.compress(others + gzip.decompress(given.body)))
        return replace(given, body=others + given.body)

    return mistaken


def test_rows_of_other_hosts_are_counted_and_never_asked_for(tmp_path: Path) -> None:
    """One of a site that was forgotten, whose captures the archive would play."""
    ours, forgotten = write_sites(tmp_path / "holdings", 2, CAPTURES, every=1, page=picture)
    with EmbeddedArchive(tmp_path / "holdings") as archive:
        crawl = crawling(tmp_path, archive, [forgotten], MAX_REQUESTS=2)
        assert crawl.run().code == 0
    assert run_scrapy("forget", "site-0001.example", CORPUS_DIR=crawl.folder).code == 0
    with EmbeddedArchive(tmp_path / "holdings", wrappers=[with_rows_of_others]) as archive:
        ended = crawling(tmp_path, archive, [ours]).run()
        asked = [one.url for one in archive.requests.all]
        listings = archive.requests.count("cdx", 200)
    assert ended.code == 0, ended
    assert listings
    assert set(asked) == {ours}
    assert "2 rows left out: not asked for; an error of the archive" in " ".join(ended.out.split())
    assert crawl.rows("SELECT DISTINCT original FROM capture") == [(ours,)]
