import pytest

from pipelines.items.captures import DocumentKey, HttpAnswer, ListingPage, Query
from pipelines.items.readings import Failure
from pipelines.store import listing_pages
from pipelines.store.summary import summarise
from tests.desk import ARCHIVE, NOW, SHOP, URL, Desk, row

TROUBLE = Failure("listing", "archive trouble", transient=True)
TERMS = DocumentKey("shop.example", "terms of service")


def standing(desk: Desk, url: str = URL) -> dict[str, object]:
    (found,) = desk.db.query("SELECT * FROM query WHERE url = ?", [url])
    return found


def test_each_address_has_one_listing(desk: Desk) -> None:
    desk.follow((URL, SHOP), ("https://shop.example/privacy", TERMS), ("http://shop.example/terms", TERMS))
    assert list(desk.db.execute("SELECT url, match, since, until, state FROM query ORDER BY id")) == [
        (URL, "exact", "", "", "open"),
        ("http://shop.example/terms", "exact", "", "", "open"),
    ]


def test_a_span_has_listings_of_its_own(desk: Desk) -> None:
    desk.listings.open_for_addresses("2015", "2020")
    assert list(desk.db.execute("SELECT since, until FROM query ORDER BY id")) == [("", ""), ("2015", "2020")]


def test_an_address_met_at_one_moment_is_not_listed(desk: Desk) -> None:
    desk.ledger.add_address(1, "example,shop)/moved", "http://shop.example/moved", "redirect of 2005", "2005", "2005")
    desk.listings.open_for_addresses("", "")
    assert desk.db.execute("SELECT count(*) FROM query").fetchone() == (1,)


def test_pages_go_on_at_the_resume_key(desk: Desk) -> None:
    first = desk.listings.next_open(NOW)
    assert first is not None
    assert (first.query, first.resume_key, first.asked_from) == (Query(URL), "", "")
    assert not desk.listed(row("2004"), resume_key="k1")
    second = desk.listings.next_open(NOW)
    assert second is not None
    assert second.resume_key == "k1"
    assert desk.listed(row("2005"))
    assert desk.listings.next_open(NOW) is None
    found = standing(desk)
    assert (found["state"], found["pages"], found["rows"], found["answered_at"]) == ("done", 2, 2, NOW)


def test_a_key_seen_before_makes_the_listing_go_on_by_time(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    assert not desk.listed(row("2004"), resume_key="k1")
    assert not desk.listed(row("2005"), resume_key="k2")
    assert not desk.listed(row("2006"), resume_key="k1")
    assert_goes_on(desk, "20060101000000")
    assert "goes on from 20060101000000: the resume key leads in a circle" in caplog.text
    assert desk.listed(row("2006"), row("2007"))
    found = standing(desk)
    assert (found["state"], found["reason"], found["whole_at"]) == ("done", "", NOW)


def test_a_full_page_without_a_key_makes_the_listing_go_on_by_time(desk: Desk) -> None:
    assert not desk.listed(row("2004"), row("2005"), is_cut=True)
    assert_goes_on(desk, "20050101000000")


def assert_goes_on(desk: Desk, since: str) -> None:
    listing = desk.listings.next_open(NOW)
    assert listing is not None
    assert (listing.asked_from, listing.resume_key) == (since, "")


@pytest.mark.parametrize("key", ["k1", ""])
def test_a_listing_that_leads_nowhere_is_incomplete(desk: Desk, key: str) -> None:
    """Even by time the same page comes back."""
    for _ in range(3):
        desk.listed(row("2004"), resume_key=key, is_cut=not key)
    found = standing(desk)
    why = "the resume key leads in a circle" if key else "a full page without a resume key"
    assert (found["state"], found["reason"], found["whole_at"]) == ("failed", f"incomplete: {why}", "")
    assert summarise(desk.db).failures == {f"listing: incomplete: {why}": 1}
    desk.listings.reopen(NOW, NOW, 400)
    again = desk.listings.next_open(NOW)
    assert again is not None
    assert (again.asked_from, again.resume_key) == ("", "")


def test_a_listing_that_does_not_end_is_incomplete(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing_pages, "MOST_PAGES", 3)
    for number in range(4):
        desk.listed(row("2004"), resume_key=f"k{number}")
    assert (standing(desk)["state"], standing(desk)["reason"]) == ("failed", "incomplete: more than 3 pages")


def test_a_domain_that_cannot_go_on_is_asked_year_by_year(desk: Desk) -> None:
    domain = Query("shop.example", "domain")
    desk.listings.open(domain, "*.shop.example")
    answer = HttpAnswer("http://127.0.0.1:8390/cdx", 200, (), b"", NOW)
    desk.listings.record(ListingPage(domain, answer, (row("2004"),), is_cut=True))
    states = desk.db.execute("SELECT state, count(*), min(since) FROM query WHERE match = 'domain' GROUP BY since = ''")
    assert [state for state, _, _ in states.fetchall()] == ["open", "split"]
    year = Query("shop.example", "domain", since="1996", until="1996")
    desk.listings.record(ListingPage(year, answer, (row("1996"),), is_cut=True))
    assert desk.db.execute("SELECT state FROM query WHERE since = '1996'").fetchone() == ("failed",)


def test_rows_that_come_twice_are_one(desk: Desk) -> None:
    desk.listed(row("2004"), resume_key="k1")
    desk.listed(row("2004"), row("2005"))
    assert desk.db.execute("SELECT count(*) FROM capture").fetchone() == (2,)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_of_rows_that_differ_beside_their_key_the_smallest_counts(desk: Desk, order: tuple[int, int]) -> None:
    one = row("2004", "same")
    other = type(one)(one.urlkey, one.timestamp, one.original, "application/xhtml", one.statuscode, one.digest, "1000")
    for number in order:
        desk.listed((one, other)[number], resume_key=f"k{number}")
    assert list(desk.db.execute("SELECT mimetype, length FROM capture")) == [("application/xhtml", "1000")]


def test_malformed_rows_are_kept_aside_and_counted(desk: Desk) -> None:
    answer = HttpAnswer("http://127.0.0.1:8390/cdx", 200, (), b"", NOW)
    desk.listings.record(ListingPage(Query(URL), answer, (), ("junk", "more junk", "junk")))
    assert standing(desk)["malformed"] == 3
    assert list(desk.db.execute("SELECT line FROM malformed_row ORDER BY line")) == [("junk",), ("more junk",)]


def test_rows_that_were_not_asked_for_are_counted_and_no_captures(desk: Desk) -> None:
    answer = HttpAnswer("http://127.0.0.1:8390/cdx", 200, (), b"", NOW)
    desk.listings.record(ListingPage(Query(URL), answer, (row("2004"),), ("junk",), outside=("example,other)/ 2004",)))
    assert list(desk.db.execute("SELECT line, reason FROM malformed_row ORDER BY line")) == [
        ("example,other)/ 2004", "not asked for"),
        ("junk", "no row"),
    ]
    found = summarise(desk.db)
    assert (found.captures, found.malformed_rows, found.rows_not_asked_for) == (1, 1, 1)


def test_the_archives_own_key_of_an_address_is_taken_over(desk: Desk) -> None:
    """It may fold what we do not: the rows are the document's all the same."""
    other = row("2004")
    theirs = type(other)("example,shop)/privacy?", *[getattr(other, name) for name in other.__slots__[1:]])
    desk.listed(theirs)
    assert [capture.urlkey for capture in desk.ledger.listing(1)[0]] == ["example,shop)/privacy?"]
    desk.listings.open_for_addresses("", "")
    assert desk.db.execute("SELECT count(*) FROM query").fetchone() == (1,)


@pytest.mark.parametrize(
    ("outcome", "state", "reason"), [("empty", "done", "empty"), ("blocked", "blocked", "blocked")]
)
def test_nothing_is_an_answer_too(desk: Desk, outcome: str, state: str, reason: str) -> None:
    assert desk.listed(outcome=outcome)
    assert (standing(desk)["state"], standing(desk)["reason"]) == (state, reason)


# ---- what fails


def test_a_listing_that_failed_waits_for_its_time(desk: Desk) -> None:
    later = "2026-01-02T04:00:00Z"
    desk.listings.fail(Query(URL), TROUBLE, later)
    assert desk.listings.next_open(NOW) is None
    assert desk.listings.next_try() == later
    again = desk.listings.next_open(later)
    assert again is not None
    assert again.attempts == 1


def test_a_listing_that_failed_too_often_is_left_to_the_next_run(desk: Desk) -> None:
    desk.listings.fail(Query(URL), TROUBLE, None)
    assert (standing(desk)["state"], standing(desk)["reason"]) == ("failed", "archive trouble")
    assert (desk.listings.next_open(NOW), desk.listings.next_try()) == (None, None)
    assert desk.ledger.documents_to_plan() == [1]  # with what was listed before
    desk.listings.reopen("2026-01-01", "2025-07-01", 400)
    assert desk.listings.next_open(NOW) is not None


def test_listings_of_a_list_that_is_gone_are_neither_asked_nor_waited_for(desk: Desk) -> None:
    desk.listings.fail(Query(URL), TROUBLE, "2026-01-02T04:00:00Z")
    desk.follow(("http://shop.example/terms", TERMS))
    assert desk.listings.next_try() is None
    desk.listed(url="http://shop.example/terms", outcome="empty")
    assert desk.listings.next_open("2027") is None


def test_one_listing_is_passed_over_while_it_is_asked(desk: Desk) -> None:
    desk.follow((URL, SHOP), ("http://shop.example/terms", TERMS))
    first = desk.listings.next_open(NOW)
    assert first is not None
    second = desk.listings.next_open(NOW, [first.query_id])
    assert second is not None
    assert second.query.url == "http://shop.example/terms"


# ---- later runs


def test_a_fresh_answer_is_not_asked_for_again(desk: Desk) -> None:
    desk.listed(row("2004"))
    desk.listings.reopen("2026-01-02T00:00:00Z", "2025-07-01", 400)
    assert desk.listings.next_open(NOW) is None


def test_a_later_run_asks_from_before_the_newest_capture(desk: Desk) -> None:
    desk.listed(row("20040101"), row("20250310"))
    desk.listings.reopen("2026-02-01T00:00:00Z", "2025-07-01", 400)
    again = desk.listings.next_open(NOW)
    assert again is not None
    assert again.asked_from == "20240204000000"
    desk.listed(row("20250901"), at="2026-02-02T00:00:00Z")
    assert standing(desk)["whole_at"] == NOW  # this was a part


def test_every_half_year_a_listing_is_asked_whole(desk: Desk) -> None:
    desk.listed(row("20250310"), at="2025-01-01T00:00:00Z")
    desk.listings.reopen("2026-02-01T00:00:00Z", "2025-07-01T00:00:00Z", 400)
    again = desk.listings.next_open(NOW)
    assert again is not None
    assert again.asked_from == ""


@pytest.mark.parametrize("timestamp", ["20000008241731", "20040100000000", "00000000000000"])
def test_an_impossible_date_asks_for_all(desk: Desk, timestamp: str) -> None:
    desk.listed(row(timestamp))
    desk.listings.reopen("2026-02-01", "2025-07-01", 400)
    again = desk.listings.next_open(NOW)
    assert again is not None
    assert again.asked_from == "" or again.asked_from < timestamp


@pytest.mark.parametrize("outcome", ["empty", "blocked"])
def test_empty_and_blocked_answers_are_never_final(desk: Desk, outcome: str) -> None:
    desk.listed(outcome=outcome)
    desk.listings.reopen("2026-02-01", "2025-07-01", 400)
    again = desk.listings.next_open(NOW)
    assert again is not None
    assert again.asked_from == ""
    desk.listed(row("2004"))
    assert standing(desk)["state"] == "done"


def test_an_open_listing_goes_on_where_it_stood(desk: Desk) -> None:
    desk.listed(row("2004"), resume_key="k1")
    desk.listings.reopen("2026-02-01", "2025-07-01", 400)
    again = desk.listings.next_open(NOW)
    assert again is not None
    assert again.resume_key == "k1"


def test_archives_do_not_mix(desk: Desk) -> None:
    other = type(desk.listings)(desk.db, "arquivo.example")
    assert other.next_open(NOW) is None
    other.open_for_addresses("", "")
    assert other.next_open(NOW) is not None
    assert desk.db.execute("SELECT archive FROM query ORDER BY id").fetchall() == [(ARCHIVE,), ("arquivo.example",)]
