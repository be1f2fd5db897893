"""Evidence, addresses and found documents, in a real file."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlite_utils import Database

from pipelines.formats.surt import urlkey
from pipelines.items.captures import Capture, DocumentKey, Evidence, Source, Target
from pipelines.store.database import open_corpus
from pipelines.store.ledger import Ledger
from pipelines.store.moves import HOME, Moves

ARCHIVE, EVER = "web.archive.org", "99999999999999"
SITE, KIND = "shop.example", "privacy policy"
URL, OTHER = "http://shop.example/privacy", "http://shop.example/legal"


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    db = open_corpus(tmp_path)
    yield db
    db.close()


@pytest.fixture
def moves(db: Database) -> Moves:
    Ledger(db, ARCHIVE).register([Target(f"http://{SITE}/", DocumentKey(SITE, KIND), discover=True)], urlkey)
    return Moves(db, ARCHIVE)


def tenure(url: str, first: str = "", last: str = EVER) -> tuple[str, str, str, str, str]:
    return urlkey(url), first, last, url, "listing"


def test_a_bare_domain_is_searched_for_the_kinds_of_the_list(moves: Moves) -> None:
    assert moves.sought() == {SITE: [KIND]}
    assert moves.kinds_sought(SITE) == [KIND]
    assert moves.kinds_sought("other.example") == []
    assert [each.discover for each in moves.documents(SITE, KIND)] == [True]


def test_evidence_is_kept_once(moves: Moves) -> None:
    one = Evidence("20100101000000", Source.HOME, URL, "http://shop.example/", 0.9, SITE, KIND)
    assert (moves.note([one, one]), moves.note([one])) == (1, 0)
    assert moves.evidence(SITE, KIND) == [one]


def test_the_same_places_are_no_news(moves: Moves) -> None:
    number = moves.documents(SITE, KIND)[0].id
    places = [tenure(URL, "", "20100101000000"), tenure(OTHER, "20100101000001")]
    assert moves.place(number, places)
    assert not moves.place(number, list(reversed(places)))
    assert [each[3] for each in moves.addresses(number)] == [OTHER, URL]
    assert moves.place(number, places[:1])
    assert [each[3] for each in moves.addresses(number)] == [URL]


def test_times_of_a_second_of_none_and_twice_the_same_settle_too(moves: Moves) -> None:
    number = moves.documents(SITE, KIND)[0].id
    places = [
        tenure(URL, "20100101000000", "20100101000000"),
        tenure(OTHER, "20110101000000", "20100101000000"),
        tenure(OTHER),
        tenure(OTHER),
    ]
    assert moves.place(number, places)
    assert not moves.place(number, places)
    assert len(moves.addresses(number)) == 2


def test_what_replay_led_to_outlives_a_move(db: Database, moves: Moves) -> None:
    number = moves.documents(SITE, KIND)[0].id
    db["address"].insert(
        {
            "document_id": number,
            "urlkey": urlkey(OTHER),
            "first_timestamp": "20100101000000",
            "last_timestamp": "20100101000000",
            "url": OTHER,
            "evidence": "redirect of 20100101000000",
        }
    )
    assert moves.place(number, [tenure(URL)])
    assert not moves.place(number, [tenure(URL)])
    assert [row["url"] for row in db.query("SELECT url FROM address ORDER BY url")] == [OTHER, URL]


def test_a_found_document_is_made_once_ends_and_comes_back(db: Database, moves: Moves) -> None:
    key = DocumentKey(SITE, KIND, "legal")
    number = moves.found_document(key, OTHER)
    assert moves.found_document(key, URL) == number
    moves.place(number, [tenure(OTHER)])
    moves.retire(number)
    retired = moves.documents(SITE, KIND)[1]
    assert (retired.key, retired.url, retired.found, retired.active) == (key, OTHER, True, False)
    assert moves.addresses(number) == []
    Ledger(db, ARCHIVE).register([Target(f"http://{SITE}/", DocumentKey(SITE, KIND), discover=True)], urlkey)
    assert not moves.documents(SITE, KIND)[1].active  # a new run follows nothing that lies nowhere
    moves.found_document(key, OTHER)
    assert moves.documents(SITE, KIND)[1].active


def test_frames_are_fetched_as_parts_of_their_home_page(db: Database, moves: Moves) -> None:
    url = f"http://{SITE}/"
    home = moves.found_document(DocumentKey(SITE, HOME), url)
    moves.place(home, [(urlkey(url), "", EVER, url, HOME)])
    shown = Capture(urlkey(url), "19990428101500", url, "text/html", "200", "D")
    frame = Capture(urlkey(f"{url}menu.htm"), shown.timestamp, f"{url}menu.htm", "unk", "-", "-")
    moves.add_frames(shown, [frame])
    moves.add_frames(shown, [frame])
    assert [work.capture for work in Ledger(db, ARCHIVE).next_work("9", 10)] == [frame]
    assert moves.home_of(frame) == SITE
    assert moves.is_home(home) == SITE
    assert not moves.place(home, [(urlkey(url), "", EVER, url, HOME)])
