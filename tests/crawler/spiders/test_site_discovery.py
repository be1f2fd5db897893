"""Where documents are placed, on a real ledger: no page is fetched here."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlite_utils import Database

from crawler.spiders.placing import MOST_MOVES
from crawler.spiders.site_discovery import MOST_ADDRESSES, MOST_FRAMES, Discovery, listing_purpose
from pipelines.formats.surt import urlkey
from pipelines.items.captures import (
    Capture,
    DocumentKey,
    Evidence,
    HttpAnswer,
    ListingPage,
    Memento,
    Query,
    Source,
    Target,
)
from pipelines.items.readings import Failure
from pipelines.store.corpus import Corpus
from pipelines.store.database import open_corpus
from pipelines.store.ledger import Ledger
from pipelines.store.listings import Listings
from pipelines.store.moves import HOME, Moves

ARCHIVE = "web.archive.org"
SITE, KIND = "shop.example", "privacy policy"
HOMEPAGE = f"http://{SITE}/"
SOUGHT = Target(HOMEPAGE, DocumentKey(SITE, KIND), discover=True)


class Desk:
    """A ledger and what searches it."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.ledger = Ledger(db, ARCHIVE)
        self.listings = Listings(db, ARCHIVE)
        self.moves = Moves(db, ARCHIVE)
        self.discovery = Discovery(self.moves, self.listings, Corpus(db, ARCHIVE), "", "")

    def follow(self, *targets: Target) -> None:
        self.ledger.register(targets, urlkey)
        self.listings.open_for_addresses("", "")

    def answer(self, *rows: Capture) -> Query:
        """Answer the first open listing with these rows."""
        listing = self.listings.next_open("9")
        assert listing is not None
        answer = HttpAnswer("http://archive.example/cdx", 200, (), b"", "2026-01-01T00:00:00Z")
        self.listings.record(ListingPage(listing.query, answer, rows))
        self.discovery.after_listing(listing.query, self.ledger.documents_listed(listing.query))
        return listing.query

    def places(self) -> dict[str, list[str]]:
        """The addresses of each followed document, by variant."""
        return {
            each.key.variant: [place[3] for place in sorted(self.moves.addresses(each.id), key=lambda place: place[1])]
            for each in self.moves.documents(SITE, KIND)
            if each.active
        }


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    db = open_corpus(tmp_path)
    yield Desk(db)
    db.close()


def row(url: str, timestamp: str = "20100101000000", status: str = "200") -> Capture:
    return Capture(urlkey(url), timestamp, url, "text/html", status, f"D{timestamp}{url}")


def moved(address: str, via: str, timestamp: str = "20110101000000") -> Evidence:
    return Evidence(timestamp, Source.REDIRECT, address, via, 1.0, SITE, KIND)


def linked(address: str, timestamp: str) -> Evidence:
    return Evidence(timestamp, Source.HOME, address, HOMEPAGE, 0.9, SITE, KIND)


def test_a_domain_is_listed_then_its_home_page_then_nothing_more(desk: Desk) -> None:
    desk.follow(SOUGHT)
    desk.discovery.begin()
    first = desk.answer(row("http://shop.example/privacy"))
    second = desk.answer()
    assert (listing_purpose(first), listing_purpose(second)) == ("domain", "home page")
    assert second.collapses == ("timestamp:6",)
    desk.discovery.relate([(SITE, KIND)])
    assert desk.places() == {"": ["http://shop.example/privacy"]}
    assert desk.listings.next_open("9") is None


def test_a_later_run_finds_nothing_in_what_replay_alone_led_to(desk: Desk) -> None:
    desk.follow(SOUGHT)
    desk.discovery.begin()
    desk.answer(row("http://shop.example/privacy"))
    desk.answer()
    desk.discovery.relate([(SITE, KIND)])
    met = row("http://shop.example/legal/privacy-policy")
    desk.db.execute(
        "INSERT INTO capture (key_digest, archive, timestamp, original, digest, statuscode, urlkey, mimetype, length, "
        "met) VALUES (?, ?, ?, ?, ?, ?, ?, 'text/html', '-', 1)",
        [*met.key.columns, met.urlkey],
    )
    desk.discovery.begin()
    desk.discovery.relate([(SITE, KIND)])
    assert desk.places() == {"": ["http://shop.example/privacy"]}
    assert desk.listings.next_open("9") is None


def test_addresses_are_listed_where_a_part_of_the_domain_was_not_answered(desk: Desk) -> None:
    desk.follow(SOUGHT)
    desk.discovery.begin()
    desk.answer(row("http://shop.example/privacy"))
    desk.answer()
    other = Query(SITE, "domain", ("x",), "2010", "2010")
    desk.listings.open(other, f"*.{SITE}")
    desk.listings.fail(other, Failure("listing", "no answer", True), None)
    desk.discovery.relate([(SITE, KIND)])
    listing = desk.listings.next_open("9")
    assert listing is not None
    assert listing_purpose(listing.query) == "address"


def test_a_document_that_joined_another_ends(desk: Desk) -> None:
    desk.follow(SOUGHT)
    old, new = "http://shop.example/privacy", "http://shop.example/legal/privacy"
    desk.moves.note(Evidence("20100101000000", Source.LISTING, url, "", 1.0, SITE, KIND) for url in (old, new))
    assert len(desk.discovery.relate([(SITE, KIND)])) == 2
    assert len(desk.places()) == 2
    desk.moves.note([moved(new, old)])
    assert desk.discovery.relate([(SITE, KIND)])
    assert list(desk.places()) == [""]
    assert desk.discovery.relate([(SITE, KIND)]) == []


def test_addresses_with_one_slug_are_two_documents_and_stay_so(desk: Desk) -> None:
    desk.follow(SOUGHT)
    urls = ["http://shop.example/privacy", "http://shop.example/x/privacy-a", "http://shop.example/x/privacy_a"]
    desk.moves.note(Evidence("20100101000000", Source.LISTING, url, "", 1.0, SITE, KIND) for url in urls)
    desk.moves.note([linked(urls[0], "20100101000000")])
    desk.discovery.relate([(SITE, KIND)])
    assert sorted(place for places in desk.places().values() for place in places) == sorted(urls)
    assert len(desk.places()) == 3
    assert desk.discovery.relate([(SITE, KIND)]) == []


def test_there_are_no_more_documents_than_the_likeliest_twenty(desk: Desk) -> None:
    desk.follow(SOUGHT)
    for number in range(60):
        url = f"http://shop.example/privacy/{number}"
        desk.moves.note([Evidence("20100101000000", Source.LISTING, url, "", number / 60, SITE, KIND)])
    desk.discovery.relate([(SITE, KIND)])
    assert len(desk.places()) == MOST_ADDRESSES
    assert desk.places()[""] == ["http://shop.example/privacy/59"]


def test_of_many_moves_the_most_frequent_count(desk: Desk) -> None:
    given = "http://shop.example/privacy"
    desk.follow(Target(given, DocumentKey(SITE, KIND)))
    kept = "http://shop.example/legal/privacy"
    desk.moves.note(moved(kept, given, f"201{year}0101000000") for year in range(5))
    desk.moves.note(moved(f"{kept}?s={n}", given, f"2018010100{n // 60:02}{n % 60:02}") for n in range(200))
    desk.discovery.relate([(SITE, KIND)])
    addresses = {place for places in desk.places().values() for place in places}
    assert kept in addresses
    assert len(addresses) <= MOST_MOVES + 1


def test_a_parked_domain_moves_nothing_and_a_host_of_the_company_does(desk: Desk) -> None:
    given = "http://shop.example/privacy"
    desk.follow(Target(given, DocumentKey(SITE, KIND)))
    desk.moves.note([moved("http://parking.example/?d=shop.example", given)])
    assert desk.discovery.relate([(SITE, KIND)]) == []
    desk.moves.note([moved("http://owner.example/legal/privacy", given, "20120101000000")])
    desk.discovery.relate([(SITE, KIND)])
    assert sorted(desk.places()[""]) == ["http://owner.example/legal/privacy", given]
    assert len(desk.places()) == 1
    assert desk.discovery.relate([(SITE, KIND)]) == []


def test_home_pages_are_wanted_in_gaps_of_over_a_year_alone(desk: Desk) -> None:
    desk.follow(SOUGHT)
    desk.discovery.begin()
    years = (2001, 2002, 2005, 2006)
    desk.answer(*(row("http://shop.example/privacy", f"{year}0601000000") for year in years))
    (home,) = (each.id for each in desk.moves.documents(SITE, HOME))
    listing = [row(HOMEPAGE, f"{year}0101000000") for year in range(2001, 2008)]
    wanted = desk.discovery.home_candidates(home, listing)
    assert wanted is not None
    assert [each.timestamp[:4] for each in wanted] == ["2003", "2004", "2005"]
    frame = Capture(urlkey(HOMEPAGE), "20030601000000", HOMEPAGE, "unk", "-", "-")
    assert frame not in (desk.discovery.home_candidates(home, [*listing, frame]) or [])
    (document,) = (each.id for each in desk.moves.documents(SITE, KIND))
    assert desk.discovery.home_candidates(document, listing) is None


def test_without_any_address_every_home_page_is_wanted(desk: Desk) -> None:
    desk.follow(SOUGHT)
    desk.discovery.begin()
    desk.answer()
    (home,) = (each.id for each in desk.moves.documents(SITE, HOME))
    listing = [row(HOMEPAGE, f"{year}0101000000") for year in (2001, 2002)]
    assert desk.discovery.home_candidates(home, listing) == listing
    assert desk.discovery.home_candidates(home, []) == []


def test_frames_of_a_page_are_few_and_never_the_page_itself(desk: Desk) -> None:
    frames = '<frame src="/"><frame src="http://elsewhere.example/">' + "".join(
        f'<frame src="/f{number}.html">' for number in range(50)
    )
    body = f"<html><frameset>{frames}</frameset></html>".encode()
    answer = HttpAnswer("http://archive.example/web/", 200, (("content-type", "text/html"),), body, "")
    found = desk.discovery.frames(Memento(row(HOMEPAGE), "20100101000000", answer))
    assert found == [f"{HOMEPAGE}f{number}.html" for number in range(MOST_FRAMES)]
