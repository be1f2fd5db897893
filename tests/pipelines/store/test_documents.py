from pathlib import Path

from pipelines.formats.surt import urlkey
from pipelines.items.captures import DocumentKey, Target
from pipelines.store.moves import Moves
from tests.desk import ARCHIVE, SHOP, URL, Desk, reading, row

TERMS = DocumentKey("shop.example", "terms of service")
OTHER = DocumentKey("other.example", "privacy policy")


def test_a_target_is_a_document_with_its_address(desk: Desk) -> None:
    documents = list(desk.db.execute("SELECT site, kind, variant, url, active FROM document"))
    assert documents == [("shop.example", "privacy policy", "", URL, 1)]
    addresses = list(desk.db.execute("SELECT urlkey, url, evidence FROM address"))
    assert addresses == [("example,shop)/privacy", URL, "given")]


def test_registering_again_changes_nothing_and_keeps_what_left_the_list(desk: Desk) -> None:
    desk.follow((URL, SHOP))
    terms = DocumentKey("shop.example", "terms of service")
    desk.follow(("http://shop.example/terms", terms))
    assert list(desk.db.execute("SELECT kind, active FROM document")) == [
        ("privacy policy", 0),
        ("terms of service", 1),
    ]
    assert desk.db.execute("SELECT count(*) FROM address").fetchone() == (2,)


def test_a_domain_has_no_address_until_its_documents_are_found(desk: Desk) -> None:
    home = DocumentKey("home.example", "privacy policy")
    desk.ledger.register([Target("http://home.example/", home, discover=True)], urlkey)
    assert desk.db.execute("SELECT count(*) FROM address WHERE document_id = 2").fetchone() == (0,)


def test_an_address_within_another_one_is_not_added(desk: Desk) -> None:
    desk.ledger.add_address(1, "example,shop)/privacy", URL, "again", "2004", "2005")
    desk.ledger.add_address(1, "example,shop)/other", URL, "moved", "2004", "2005")
    desk.ledger.add_address(1, "example,shop)/other", URL, "moved", "20040101000000", "20040601000000")
    assert desk.db.execute("SELECT count(*) FROM address").fetchone() == (2,)


def test_documents_wait_for_all_their_listings(desk: Desk) -> None:
    assert desk.ledger.documents_to_plan() == []
    desk.listed(row("2004"), resume_key="more")
    assert desk.ledger.documents_to_plan() == []
    desk.listed(row("2005"))
    assert desk.ledger.documents_to_plan() == [1]
    desk.follow(("http://shop.example/terms", DocumentKey("shop.example", "terms of service")))
    assert desk.ledger.documents_to_plan() == []  # the first left the list, the second is not listed


def test_a_mark_for_the_journal_does_not_hinder_the_next_change(tmp_path: Path) -> None:
    """A run that was killed leaves marks; the next list changes the same documents."""
    desk = Desk(tmp_path)
    assert desk.db.execute("SELECT count(*) FROM unwritten WHERE what = 'document'").fetchone() == (1,)
    desk.follow(("https://www.shop.example/privacy", SHOP))
    assert desk.db.execute("SELECT url FROM document").fetchone() == ("https://www.shop.example/privacy",)
    assert desk.db.execute("SELECT count(*) FROM unwritten WHERE what = 'document'").fetchone() == (1,)
    desk.close()


def test_what_is_known_of_documents(desk: Desk) -> None:
    desk.listed(row("2004"))
    desk.plan()
    assert (desk.ledger.is_listed(1), desk.ledger.has_pending(1)) == (True, True)
    desk.read(row("2004"), reading("A"))
    assert (desk.ledger.languages(1), desk.ledger.has_pending(1)) == ({"en"}, False)
    assert list(desk.ledger.subjects_of(row("2004"))) == [("shop.example", "privacy policy")]
    desk.follow(("http://shop.example/terms", TERMS))
    assert (desk.ledger.is_listed(1), list(desk.ledger.subjects_of(row("2004")))) == (False, [])


def test_a_document_that_moves_to_what_is_read_already_gets_its_versions(desk: Desk) -> None:
    """Nothing is left to plan there or to read: a run that was killed behind the move comes to the same."""
    one, two = row("2004"), row("2005")
    desk.listed(one, two)
    desk.plan()
    desk.read(one, "first")
    desk.read(two, "second")
    other = "http://other.example/privacy"
    desk.follow((URL, SHOP), (other, OTHER))
    desk.corpus.derive_waiting()
    Moves(desk.db, ARCHIVE).place(2, [(urlkey(URL), "2005", "99999999999999", URL, "redirect")])
    desk.plan()
    assert [text for (text,) in desk.versions("text", OTHER.site)] == ["second\n"]


def test_a_document_of_an_address_that_is_read_already_gets_its_versions(desk: Desk) -> None:
    desk.listed(row("2004"))
    desk.plan()
    desk.read(row("2004"), "first")
    desk.follow((URL, SHOP), (URL, OTHER))
    desk.plan()
    assert [text for (text,) in desk.versions("text", OTHER.site)] == ["first\n"]


def test_what_is_to_be_planned_is_found_without_going_through_all_listings_for_each_document(desk: Desk) -> None:
    asked: list[str] = []
    desk.db.conn.set_trace_callback(asked.append)
    desk.ledger.documents_to_plan()
    desk.db.conn.set_trace_callback(None)
    [query] = asked
    steps = [str(row[3]) for row in desk.db.execute(f"EXPLAIN QUERY PLAN {query}")]
    assert [step for step in steps if "query" in step] == ["SEARCH query USING INDEX query_by_urlkey (urlkey=?)"]
