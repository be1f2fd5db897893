"""What hostile or odd sites make of a search: it ends, it asks a bounded number of requests, it says what is true."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from crawler.local_archive.embedded import EmbeddedArchive
from tests.conftest import FAST, Ended, Run
from tests.crawls.crawling import Crawling
from tests.crawls.invented import archive_of, policy

TEXT = policy("We wrote this first.", "We wrote this later.", "We wrote this last.")


Crawl = Callable[..., Ended]


@pytest.fixture
def crawl(scrapy: Run, tmp_path: Path) -> Crawl:
    """Crawl some targets from an archive."""

    def run(archive: EmbeddedArchive, *targets: str) -> Ended:
        (tmp_path / "targets.txt").write_text("\n".join(targets))
        source = f"targets={tmp_path / 'targets.txt'}"
        return scrapy("crawl", "policies", "-a", source, WAYBACK_URL=archive.url, **FAST)

    return run


def documents(corpus: Path) -> dict[str, list[tuple[str, str, str]]]:
    """Addresses with their times, by variant."""
    rows = Crawling(corpus, "", corpus).rows(
        "SELECT variant, address.url, first_timestamp, last_timestamp FROM document "
        "LEFT JOIN address ON document_id = document.id AND evidence NOT LIKE '% of %' "
        "AND evidence <> 'as listed' WHERE active AND kind <> 'home page' ORDER BY variant, first_timestamp"
    )
    found: dict[str, list[tuple[str, str, str]]] = {}
    for variant, *place in rows:
        found.setdefault(str(variant), []).append(tuple(map(str, place)))
    return found


def versions(corpus: Path) -> Counter[str]:
    rows = Crawling(corpus, "", corpus).rows("SELECT variant FROM versions")
    return Counter(str(variant) for (variant,) in rows)


def test_of_five_hundred_addresses_the_likeliest_are_followed(crawl: Crawl, tmp_path: Path) -> None:
    captures = ["20100101000000 page text 1 xhtml utf-8 http://www.many.example/privacy-policy"]
    captures += [f"20100102000000 page text 1 xhtml utf-8 http://www.many.example/u{n}/privacy" for n in range(500)]
    with EmbeddedArchive(archive_of(tmp_path, "www.many.example", captures, text_txt=TEXT)) as archive:
        ended = crawl(archive, "many.example")
        assert ended.code == 0
        assert archive.requests.count("cdx") == 2
        assert archive.requests.count("replay") <= 20
    found = documents(tmp_path / "corpus")
    assert len(found) <= 20
    assert [place[0] for place in found[""]] == ["http://www.many.example/privacy-policy"]


def test_hostile_home_pages_cost_three_addresses_each_and_no_more(crawl: Crawl, tmp_path: Path) -> None:
    links = "".join(
        f'<a href="/p{n}">Privacy Policy</a><a href="//other{n}.example/">Privacy Policy</a>' for n in range(900)
    )
    frames = "".join(f'<frame src="/f{n}.html">' for n in range(900))
    captures = [
        "20100101000000 html links.html http://www.hostile.example/",
        "20110101000000 html frames.html http://www.hostile.example/",
        "20120101000000 html nothing.html http://www.hostile.example/",
        "20130101000000 html loop.html http://www.hostile.example/",
    ]
    files = {
        "links_html": f"<html><body>{links}</body></html>",
        "frames_html": f"<html><frameset>{frames}</frameset></html>",
        "nothing_html": "\0<<<>>><frame<a href='javascript:void(0)'>Privacy Policy</a><a href='http://[::1'>Privacy</a>",
        "loop_html": '<html><frameset><frame src="/"><frame src="http://www.hostile.example/"></frameset></html>',
    }
    with EmbeddedArchive(archive_of(tmp_path, "www.hostile.example", captures, **files)) as archive:
        ended = crawl(archive, "hostile.example")
        assert ended.code == 0, ended
        assert archive.requests.count("cdx") == 2 + 3
        assert archive.requests.count("replay") <= 4 + 4 + 2
    assert len(documents(tmp_path / "corpus")) == 3


def test_a_parked_domain_is_no_new_address_of_a_policy(crawl: Crawl, tmp_path: Path) -> None:
    captures = [
        "20100101000000 page text 1 xhtml utf-8 http://www.gone.example/privacy",
        "20120101000000 move 302 http://parking.example/?d=gone.example http://www.gone.example/privacy",
        "20120101000002 html ads.html http://parking.example/?d=gone.example",
        "20130101000000 html ads.html http://parking.example/?d=gone.example",
    ]
    ads = (
        "<html><title>gone.example</title><body><p>This domain may be for sale. Related searches: boats.</body></html>"
    )
    with EmbeddedArchive(archive_of(tmp_path, "www.gone.example", captures, text_txt=TEXT, ads_html=ads)) as archive:
        assert crawl(archive, "gone.example").code == 0
        assert archive.requests.count("cdx") == 2
    assert documents(tmp_path / "corpus") == {"": [("http://www.gone.example/privacy", "", "99999999999999")]}
    assert versions(tmp_path / "corpus") == {"": 1}


def test_a_session_in_each_redirect_does_not_make_an_address_each(crawl: Crawl, tmp_path: Path) -> None:
    captures = []
    for n in range(60):
        day = f"20{10 + n // 12}{n % 12 + 1:02}01"
        target = f"http://www.session.example/legal/privacy?sid={n:04}"
        captures += [
            f"{day}000000 move 302 {target} http://www.session.example/privacy",
            f"{day}000002 page text {1 + n // 30} xhtml utf-8 {target}",
        ]
    with EmbeddedArchive(archive_of(tmp_path, "www.session.example", captures, text_txt=TEXT)) as archive:
        assert crawl(archive, "http://www.session.example/privacy").code == 0
        assert archive.requests.count("cdx") <= 1 + 20
    assert versions(tmp_path / "corpus") == {"": 2}


def test_two_given_addresses_that_a_redirect_joined_for_a_while(crawl: Crawl, tmp_path: Path) -> None:
    one, other = "http://www.back.example/privacy", "http://www.back.example/legal/privacy"
    captures = [
        f"20100101000000 page text 1 xhtml utf-8 {one}",
        f"20110101000000 move 301 {other} {one}",
        f"20110101000002 page text 2 xhtml utf-8 {other}",
        f"20120101000000 page text 2 xhtml utf-8 {other}",
        f"20130101000000 page text 3 xhtml utf-8 {one}",
        f"20140101000000 page text 3 xhtml utf-8 {one}",
    ]
    with EmbeddedArchive(archive_of(tmp_path, "www.back.example", captures, text_txt=TEXT)) as archive:
        assert crawl(archive, one, other).code == 0
        assert archive.requests.count("cdx") == 2
        found = documents(tmp_path / "corpus")
        assert [place[0] for place in found[""]] == [one, other, one]
        assert "legal-privacy" not in found, "two lines, one document: shown once"
        assert versions(tmp_path / "corpus") == {"": 3}
        before = len(archive.requests)
        assert crawl(archive, other, one).code == 0  # their names follow the list's order
        assert len(archive.requests) == before
