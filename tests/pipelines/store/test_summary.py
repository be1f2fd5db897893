import json

import pytest

from pipelines.formats.surt import urlkey
from pipelines.items.captures import DocumentKey, HttpAnswer, ListingPage, Query, State, Target
from pipelines.items.readings import Failure
from pipelines.store.summary import summarise
from tests.desk import NOW, SHOP, URL, Desk, row

TROUBLE = Failure("replay", "archive trouble", transient=True)
TERMS = ("http://shop.example/terms", DocumentKey("shop.example", "terms of service"))


def test_an_empty_corpus(desk: Desk) -> None:
    found = summarise(desk.db)
    assert (found.documents, found.without_captures, found.captures, found.listings_open) == (1, 0, 0, 1)
    assert (found.states, found.failures, found.to_be_tried_again) == ({}, {}, 0)


def test_what_a_corpus_holds_by_outcome(desk: Desk) -> None:
    desk.listed(row("2004", "one"), row("2005", "one"), row("2006"), row("2007"), row("2008", status="404"))
    desk.plan()
    desk.read(row("2004", "one"), "A")
    desk.ledger.fail(row("2006"), State.FAILED, TROUBLE, "2026-03-01")
    desk.ledger.fail(row("2007"), State.UNPLAYABLE, Failure("replay", "not archived"), None)
    desk.corpus.derive_waiting()
    found = summarise(desk.db)
    assert found.states == {"duplicate": 1, "failed": 1, "not replayed": 1, "read": 1, "unplayable": 1}
    assert found.failures == {"replay: archive trouble": 1, "replay: not archived": 1}
    assert (found.captures, found.versions, found.texts, found.to_be_tried_again) == (5, 1, 1, 1)
    assert json.loads(json.dumps(found.as_dict()))["states"] == found.states


@pytest.mark.parametrize(("share", "looks"), [(0.89, 1), (0.9, 0), (None, 0)])
def test_a_text_without_words_that_a_second_reader_found_is_worth_a_look(
    desk: Desk, share: float | None, looks: int
) -> None:
    desk.listed(row("2004", "one"))
    desk.plan()
    desk.read(row("2004", "one"), "A")
    desk.db.execute("UPDATE extraction SET second_in_text = ?", [share])
    desk.corpus.derive_waiting()
    assert summarise(desk.db).second_look == looks


def test_a_capture_of_two_documents_is_counted_once(desk: Desk) -> None:
    desk.follow((URL, SHOP), (URL, DocumentKey("shop.example", "cookie policy")))
    desk.listed(row("2004"))
    assert summarise(desk.db).captures == 1


def test_listings_that_did_not_come_are_to_be_tried_again(desk: Desk) -> None:
    desk.listings.fail(Query(URL), TROUBLE, None)
    found = summarise(desk.db)
    assert (found.listings_failed, found.to_be_tried_again) == (1, 1)
    desk.follow(TERMS)
    found = summarise(desk.db)
    assert (found.listings_failed, found.to_be_tried_again) == (0, 0)  # nobody will


def test_what_left_the_list_is_not_said_to_go_on(desk: Desk) -> None:
    site = Query("shop.example", match="domain")
    desk.listings.open(site, "example,shop)/")
    desk.ledger.register([Target(URL, SHOP, discover=True)], urlkey)
    found = summarise(desk.db)
    assert (found.listings_open, found.without_captures) == (2, 0)
    desk.listings.fail(site, TROUBLE, NOW)
    assert summarise(desk.db).to_be_tried_again == 1
    desk.follow(("http://other.example/privacy", DocumentKey("other.example", "privacy policy")))
    found = summarise(desk.db)
    assert (found.documents, found.documents_active) == (2, 1)
    assert (found.listings_open, found.without_captures, found.to_be_tried_again) == (1, 0, 0)


def test_captures_that_left_the_list_are_not_to_be_tried_again(desk: Desk) -> None:
    desk.listed(row("2004"))
    desk.ledger.fail(row("2004"), State.FAILED, TROUBLE, "2026-03-01")
    assert summarise(desk.db).to_be_tried_again == 1
    desk.follow(TERMS)
    assert summarise(desk.db).to_be_tried_again == 0


def test_blocked_listings_and_malformed_rows_show(desk: Desk) -> None:
    answer = HttpAnswer("http://127.0.0.1:8390/cdx", 403, (), b"", NOW)
    desk.listings.record(ListingPage(Query(URL), answer, (), ("junk",), outcome="blocked"))
    found = summarise(desk.db)
    assert (found.blocked, found.malformed_rows, found.listings_open) == (1, 1, 0)
