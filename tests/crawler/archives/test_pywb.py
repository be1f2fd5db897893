from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.archives.book import Archive
from crawler.archives.memento import Hop, Limited, Played, Refused
from crawler.archives.pywb import Pywb
from pipelines.exceptions import ListingFailed, WrongUse
from pipelines.items.captures import Capture, Query, State
from tests.crawler.archives.exchanges import answer, exchanges

BASE = "http://archive.example.net"
MUSEUM = Pywb(Archive(name="museum", address=f"{BASE}/museum", dialect="pywb"))
QUERY = Query("museum.example.org/privacy")
LOT = 1000


def row(timestamp: str, url: str = "http://museum.example.org/privacy", **more: str) -> str:
    fields = {"timestamp": timestamp, "url": url, "mime": "text/html", "status": "200", "digest": "A" * 32} | more
    return "{" + ", ".join(f'"{name}": "{value}"' for name, value in fields.items()) + "}\n"


def asked(query: Query, rows: int = LOT, cursor: str = "") -> dict[str, list[str]]:
    return parse_qs(urlsplit(MUSEUM.ask_listing(query, rows, cursor).url).query)


# -- asking


def test_a_listing_asks_for_no_likeness_and_for_the_number_of_pages() -> None:
    given = asked(QUERY)
    assert given == {
        "url": ["http://museum.example.org/privacy"],
        "output": ["json"],
        "allowFuzzy": ["false"],
        "limit": ["1000"],
        "showNumPages": ["true"],
    }


def test_an_address_is_escaped_whole() -> None:
    url = MUSEUM.ask_listing(Query("http://museum.example.org/q?id=1&b=2#x y"), LOT, "").url
    assert url.startswith(f"{BASE}/museum/cdx?url=http%3A%2F%2Fmuseum.example.org%2Fq%3Fid%3D1%26b%3D2%23x%20y&")


def test_filters_are_translated_and_what_the_status_hides_is_chosen_here() -> None:
    query = Query("museum.example.org", "domain", ("statuscode:200", "urlkey:.*privacy.*", "!mimetype:image/.*"))
    given = asked(query)
    assert given["filter"] == ["~urlkey:(?:.*privacy.*)$", "!~mime:(?:image/.*)$"]
    assert given["limit"] == ["100000"]
    rows = row("20120101000000") + row("20130101000000", status="301") + row("20140101000000", status="")
    page = MUSEUM.read_listing(query, answer(rows), LOT, "")
    assert [each.statuscode for each in page.rows] == ["200", "-"]


def test_what_a_collection_does_not_list_is_refused() -> None:
    plain = Pywb(Archive(name="is", address=BASE, dialect="pywb", matches=("exact",)))
    with pytest.raises(WrongUse, match="does not list by domain, only by exact"):
        plain.ask_listing(Query("example.org", "domain"), LOT, "")


# -- pages


def test_a_plain_collection_answers_with_the_listing_itself() -> None:
    page = MUSEUM.read_listing(QUERY, answer(row("20120101000000")), LOT, "")
    assert (len(page.rows), page.resume_key, page.is_cut) == (1, "", False)


def test_a_full_page_of_one_address_goes_on_from_its_last_second() -> None:
    page = MUSEUM.read_listing(QUERY, answer(row("20120101000000") + row("20130101000000")), 2, "")
    assert page.resume_key == "after:20130101000000"
    given = asked(QUERY, 2, page.resume_key)
    assert (given["from"], "showNumPages" in given) == (["20130101000000"], False)


def test_a_full_page_of_a_domain_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crawler.archives.pywb.MOST_ROWS", 100)
    for count in (99, 100):
        lines = "".join(row(f"2012{number:010}") for number in range(count))
        page = MUSEUM.read_listing(Query("museum.example.org", "domain"), answer(lines), LOT, "")
        assert (page.is_cut, page.resume_key) == (count == 100, "")


def test_the_pages_of_a_zipnum_index_are_asked_one_after_the_other() -> None:
    cursor, seen = "", []
    for body in ('{"pages": 2, "pageSize": 2, "blocks": 3}\n', row("20120101000000"), row("20130101000000")):
        page = MUSEUM.read_listing(QUERY, answer(body), LOT, cursor)
        seen += [each.timestamp for each in page.rows]
        cursor = page.resume_key
        if cursor:
            assert asked(QUERY, LOT, cursor)["page"] == [cursor[5]]
    assert (seen, cursor) == (["20120101000000", "20130101000000"], "")


def test_an_empty_page_between_is_no_end_and_one_too_high_is() -> None:
    assert MUSEUM.read_listing(QUERY, answer(""), LOT, "page:0/3").resume_key == "page:1/3"
    too_high = answer('{"message": "Page 2 invalid: First Page is 0, Last Page is 1"}', 400)
    page = MUSEUM.read_listing(QUERY, too_high, LOT, "page:2/3")
    assert (page.rows, page.resume_key, page.outcome) == ((), "", "rows")


@pytest.mark.parametrize("body", ["", '{"pages": 0, "pageSize": 10, "blocks": 0}\n'])
def test_nothing_is_empty(body: str) -> None:
    assert MUSEUM.read_listing(QUERY, answer(body), LOT, "").outcome == "empty"


def test_similar_rows_are_left_out() -> None:
    page = MUSEUM.read_listing(QUERY, answer(row("20120101000000", is_fuzzy="1")), LOT, "")
    assert page.rows == ()


def test_rows_about_other_addresses_are_told_apart() -> None:
    page = MUSEUM.read_listing(QUERY, answer(row("20120101000000", "http://other.example.org/")), LOT, "")
    assert (page.rows, len(page.outside)) == ((), 1)


@pytest.mark.parametrize(
    ("body", "status", "reason"),
    [
        ("<html>busy</html>", 200, "HTML instead of rows"),
        ("<html>URL Not Found</html>", 404, "no listing at this address"),
        ('{"message": "Invalid match_type: x"}', 400, "query refused"),
        ("", 429, "rate limited"),
        ("", 503, "archive trouble"),
        ('[["urlkey","timestamp"]]\n', 200, "not CDX rows"),
        ("nonsense\n", 200, "not CDX rows"),
        (row("20120101000000")[:-1], 200, "listing cut short"),
    ],
)
def test_what_is_no_listing_is_told(body: str, status: int, reason: str) -> None:
    with pytest.raises(ListingFailed) as failed:
        MUSEUM.read_listing(QUERY, answer(body, status), LOT, "")
    assert failed.value.reason == reason


@given(st.binary(max_size=400), st.sampled_from(["", "page:0/2", "after:20120101000000"]), st.sampled_from([200, 404]))
def test_no_answer_raises_anything_else(body: bytes, cursor: str, status: int) -> None:
    try:
        page = MUSEUM.read_listing(QUERY, answer(body, status), LOT, cursor)
    except ListingFailed:
        return
    assert all(each.original.startswith("http") for each in page.rows)


# -- replay

MEMENTO = "Thu, 01 Mar 2012 10:00:00 GMT"
CAPTURE = Capture("org,example,museum)/privacy", "20120301100000", "http://museum.example.org/privacy", "", "200", "-")


def test_raw_bytes_are_asked_with_id() -> None:
    ask = MUSEUM.ask_replay(CAPTURE, CAPTURE.timestamp, CAPTURE.original)
    assert ask.url == f"{BASE}/museum/20120301100000id_/http://museum.example.org/privacy"


@pytest.mark.parametrize(
    ("location", "leads_to"),
    [
        ("/privacy-policy", "http://museum.example.org/privacy-policy"),
        ("//www.museum.example.org/p", "http://www.museum.example.org/p"),
        ("https://other.example.org/p?a=1&b=2", "https://other.example.org/p?a=1&b=2"),
        (f"{BASE}/museum/20120301100000id_/https://museum.example.org/p", "https://museum.example.org/p"),
    ],
)
def test_a_location_is_as_archived_or_rewritten_and_never_leaves_the_archive(location: str, leads_to: str) -> None:
    played = MUSEUM.read_replay(answer(b"", 301, Memento_Datetime=MEMENTO, Location=location), CAPTURE.original)
    assert played == Played("20120301100000", "", leads_to)


@pytest.mark.parametrize("location", ["", "javascript:x", "mailto:x@example.org", "http://[broken"])
def test_a_redirect_to_nothing_is_told(location: str) -> None:
    found = MUSEUM.read_replay(answer(b"", 301, Memento_Datetime=MEMENTO, Location=location), CAPTURE.original)
    assert isinstance(found, Refused)
    assert found.failure.reason == "redirect leads nowhere"


@pytest.mark.parametrize(
    ("status", "body", "state", "transient"),
    [
        (451, "<html>Access Blocked", State.BLOCKED, False),
        (400, "<html>Self Redirect a -> b", State.REDIRECT, False),
        (503, "<html>Original for revisit record could not be loaded", State.UNPLAYABLE, False),
        (503, "<html>busy", State.FAILED, True),
        (404, "<html>URL Not Found", State.UNPLAYABLE, False),
        (200, "<html>challenge", State.FAILED, True),
    ],
)
def test_what_is_no_memento_is_told(status: int, body: str, state: State, transient: bool) -> None:
    found = MUSEUM.read_replay(answer(body, status), CAPTURE.original)
    assert isinstance(found, Refused)
    assert (found.state, found.failure.transient) == (state, transient)
    assert MUSEUM.is_well(status, body.encode()) is (status == 503 and not transient)


def test_its_own_redirect_leads_to_the_exact_address() -> None:
    there = f"{BASE}/museum/20140502100000id_/https://www.museum.example.org/privacy"
    found = MUSEUM.read_replay(answer(b"", 307, Location=there, url=f"{BASE}/museum/2013id_/x"), CAPTURE.original)
    assert found == Hop("20140502100000", "https://www.museum.example.org/privacy")
    assert isinstance(MUSEUM.read_replay(answer(b"", 429), CAPTURE.original), Limited)


# -- the examples that lie beside the project


def test_all_forms_of_the_examples_give_one_listing(shared: Path) -> None:
    folder = shared / "reference" / "dialects"
    pages = [
        [
            (capture.timestamp, capture.original, capture.statuscode, capture.digest)
            for capture in MUSEUM.read_listing(QUERY, exchange.answer, LOT, "").rows
        ]
        for name in ("pywb-json", "pywb-cdxj", "pywb-text")
        for exchange in list(exchanges(folder / f"{name}.txt"))[:1]
    ]
    assert [len(page) for page in pages] == [3, 3, 3]
    assert pages[0] == pages[1] == pages[2]
    assert pages[0][2][2] == "-"


def test_the_examples_of_nothing_and_errors_are_read(shared: Path) -> None:
    found = {}
    for title, one in exchanges(shared / "reference" / "dialects" / "pywb-none-and-errors.txt"):
        if "id_/" in one.request_url:
            found[title] = getattr(MUSEUM.read_replay(one, ""), "state", None)
            continue
        try:
            page = MUSEUM.read_listing(QUERY, one, LOT, "")
            found[title] = page.outcome if page.outcome != "rows" else len(page.rows)
        except ListingFailed as error:
            found[title] = error.reason
    assert found["no captures: 200"] == "empty"
    assert found["no such collection: the same 200"] == "empty"
    assert found["limit not a number"] == "archive trouble"
    assert found["a filter that matches nothing brings similar rows"] == 0
    assert found["... and refused in replay"] is State.BLOCKED
    assert found["showNumPages on a plain index: a listing, no object with pages"] == 3


def test_the_examples_of_replay_are_read(shared: Path) -> None:
    found = {
        title: MUSEUM.read_replay(one, one.request_url.partition("id_/")[2])
        for title, one in exchanges(shared / "reference" / "dialects" / "pywb-replay.txt")
    }
    assert found["redirect under id_: Location as archived"] == Played(
        "20160201000000", "https://museum.example.org/moved", "https://museum.example.org/privacy"
    )
    assert found["last slash missing in the request"] == Hop("20160201000000", "https://museum.example.org/dir/")
    assert found["asked 2030, given 2015: a revisit, body of the original"].timestamp == "20150502100000"  # type: ignore[union-attr]
    assert found["archived 404"].timestamp == "20160201000000"  # type: ignore[union-attr]


def test_rows_of_other_collections_are_read(shared: Path) -> None:
    for name, count in (("arquivo-listing", 3), ("ukwa-nlnz-rows", 3)):
        one = next(exchanges(shared / "reference" / "dialects" / f"{name}.txt"))
        url = one.answer.request_url.partition("url=")[2].partition("&")[0]
        rows = MUSEUM.read_listing(Query(url), one.answer, LOT, "").rows
        assert len(rows) == count, name
        assert all("internal" not in f"{row}" and "/data/" not in f"{row}" for row in rows)
