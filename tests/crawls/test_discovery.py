"""From bare domains to documents, by whole crawls of twelve invented sites: one for each way a policy may be kept."""

import csv
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pytest
from sqlite_utils import Database

from crawler.local_archive.embedded import EmbeddedArchive
from crawler.local_archive.sample import make_sample
from crawler.local_archive.server.accounting import Seen
from pipelines.formats.surt import urlkey
from tests.conftest import FAST, Ended, run_scrapy
from tests.corpora import copied
from tests.crawls.crawling import FirstCrawl

SITES = Path(__file__).parent.parent / "fixtures" / "discovery_sites"
PRIVACY, TERMS = "privacy policy", "terms of service"


class Kept(NamedTuple):
    """Where a document lay, in order, and how many versions it has."""

    addresses: tuple[str, ...]
    versions: int


EXPECTED = {
    ("larkfield.example", PRIVACY): Kept(("http://www.larkfield.example/company/p7.html",), 2),
    ("fjellhytta.example", PRIVACY): Kept(("https://www.fjellhytta.example/om/d12",), 2),
    ("brasskettle.example", PRIVACY): Kept(("http://www.brasskettle.example/info/c3.htm",), 2),
    ("saltmarsh.example", PRIVACY): Kept(
        (
            "http://www.saltmarsh.example/privacy.html",
            "http://www.saltmarsh.example/legal/privacy.html",
            "https://www.saltmarsh.example/policies/privacy",
        ),
        3,
    ),
    ("kitewing.example", PRIVACY): Kept(("http://www.highmeadowgroup.example/legal/kites.asp",), 2),
    ("quarrylane.example", PRIVACY): Kept(("http://www.quarrylane.example/legal-text",), 2),
    ("quarrylane.example", TERMS): Kept(("http://www.quarrylane.example/legal-text",), 2),
    ("mossbank.example", PRIVACY): Kept((), 0),
    ("ironbridgeclocks.example", PRIVACY): Kept(("http://www.ironbridgeclocks.example/docs/privacy-policy.pdf",), 2),
    ("pinecone.example", PRIVACY): Kept(
        ("http://www.pinecone.example/content/view?id=14", "http://www.pinecone.example/privacy"), 3
    ),
    ("galleon.example", PRIVACY): Kept(("http://www.galleon.example/text9.htm",), 2),
    ("tinwhistle.example", PRIVACY): Kept(("http://www.tinwhistle.example/site/s4.html",), 2),
    ("glowworm.example", PRIVACY): Kept(("https://www.iubenda.com/privacy-policy/00000012",), 2),
}
NOT_IN_ITS_DOMAINS_LISTING = {
    address
    for (site, _), kept in EXPECTED.items()
    for address in kept.addresses
    if site not in ("saltmarsh.example", "ironbridgeclocks.example") and not address.endswith("/privacy")
}


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("twelve")
    make_sample(folder, SITES)
    with (folder / "domains.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("target", "kind"), *EXPECTED])
    return folder


@pytest.fixture(scope="module")
def twelve(sites: Path) -> Iterator[EmbeddedArchive]:
    with EmbeddedArchive(sites) as served:
        yield served


@pytest.fixture(scope="module")
def found(twelve: EmbeddedArchive, sites: Path, tmp_path_factory: pytest.TempPathFactory) -> FirstCrawl:
    folder = tmp_path_factory.mktemp("found")
    ended = crawl(folder, twelve, sites / "domains.csv")
    return FirstCrawl(folder, ended, list(twelve.requests.all))


def crawl(folder: Path, archive: EmbeddedArchive, targets: Path, **settings: object) -> Ended:
    given = {"CORPUS_DIR": folder / "corpus", "STATE_DIR": folder / "state", "WAYBACK_URL": archive.url} | FAST
    return run_scrapy("crawl", "policies", "-a", f"targets={targets}", **given | settings)


def found_in(corpus: Path) -> dict[tuple[str, str], Kept]:
    with closing(Database(corpus / "corpus.sqlite").conn) as connection:
        return {
            (site, kind): Kept(
                tuple(
                    url
                    for (url,) in connection.execute(
                        "SELECT url FROM address WHERE document_id = ? AND evidence NOT LIKE '% of %' "
                        "AND evidence <> 'as listed' ORDER BY first_timestamp, url",
                        [number],
                    )
                ),
                connection.execute("SELECT count(*) FROM version WHERE document_id = ?", [number]).fetchone()[0],
            )
            for number, site, kind in connection.execute(
                "SELECT id, site, kind FROM document WHERE active AND kind <> 'home page' ORDER BY variant DESC"
            )
        }


def active_documents(corpus: Path) -> int:
    with closing(Database(corpus / "corpus.sqlite").conn) as connection:
        rows = connection.execute("SELECT count(*) FROM document WHERE active AND kind <> 'home page'")
        return int(rows.fetchone()[0])


def purpose(seen: Seen) -> str:
    if "matchType=domain" in seen.target:
        return "cdx domain"
    return "cdx home page" if "collapse=" in seen.target else "cdx address"


def test_all_that_can_be_found_is_found_and_nothing_else(found: FirstCrawl, tmp_path: Path) -> None:
    corpus = copied(found.folder / "corpus", tmp_path / "corpus")
    assert (found.ended.code, found.ended.err) == (0, "")
    assert found_in(corpus) == EXPECTED
    assert active_documents(corpus) == len(EXPECTED)
    replays = [seen for seen in found.seen if seen.kind == "replay"]
    listings = [seen for seen in found.seen if seen.kind == "cdx"]
    assert max(Counter((seen.url, seen.timestamp) for seen in replays if seen.memento and seen.whole).values()) == 1

    asked = Counter(map(purpose, listings))
    assert asked == {"cdx domain": 12, "cdx home page": 12, "cdx address": len(NOT_IN_ITS_DOMAINS_LISTING)}
    told = {what: int(count) for count, what in re.findall(r"^ +(\d+) +((?:cdx|replay) .+)$", found.ended.out, re.M)}
    assert told == asked | {
        "replay document": told["replay document"],
        "replay home page": len(replays) - told["replay document"],
    }
    assert told["replay home page"] == 21  # with the two frames of 1999, and the archive's hops to them

    listed = Counter(seen.url.removeprefix("http://") for seen in listings)
    assert {listed[site] + listed[f"{site}/"] for site, _ in EXPECTED} == {2}
    addresses = [urlkey(seen.url) for seen in listings if purpose(seen) == "cdx address"]
    assert sorted(addresses) == sorted(map(urlkey, NOT_IN_ITS_DOMAINS_LISTING))


def test_later_runs_ask_only_what_has_grown_old_and_keep_what_was_found(
    found: FirstCrawl, twelve: EmbeddedArchive, sites: Path, tmp_path: Path
) -> None:
    copied(found.folder / "corpus", tmp_path / "corpus")
    before = len(twelve.requests)
    ended = crawl(tmp_path, twelve, sites / "domains.csv")
    assert (ended.code, len(twelve.requests) - before) == (0, 0)
    assert found_in(tmp_path / "corpus") == EXPECTED

    replays = twelve.requests.count("replay")
    ended = crawl(tmp_path, twelve, sites / "domains.csv", RELIST_FRESH_HOURS=0)
    assert (ended.code, twelve.requests.count("replay") - replays) == (0, 0)
    assert len(twelve.requests) > before
    assert found_in(tmp_path / "corpus") == EXPECTED
    assert active_documents(tmp_path / "corpus") == len(EXPECTED)
