import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.archives.book import Archive
from crawler.archives.timemap import Link, TimeMap, links_in
from pipelines.exceptions import ListingFailed, WrongUse
from pipelines.items.captures import Query
from tests.crawler.archives.exchanges import answer, exchanges

BASE = "http://old.example.net/wayback"
OLD = TimeMap(Archive(name="old", address=BASE, dialect="timemap"))
QUERY = Query("museum.example.org/privacy")


def test_commas_in_addresses_and_dates_part_nothing() -> None:
    date = 'datetime="Thu, 01 Mar 2012 10:00:00 GMT"'
    text = f'<http://a.example/1,2>;rel=original , <http://b.example/>; {date}; rel="first last memento",\n'
    one, other = links_in(text)
    assert one == Link("http://a.example/1,2", frozenset({"original"}), {})
    assert isinstance(other, Link)
    assert other.relations == {"first", "last", "memento"}
    assert other.attributes == {"datetime": "Thu, 01 Mar 2012 10:00:00 GMT"}


def test_what_is_no_link_costs_its_line_alone() -> None:
    found = list(links_in('<http://a.example/>; rel="a",\nnonsense here\n<http://b.example/>; rel="b"'))
    assert [getattr(each, "target", each) for each in found] == [
        "http://a.example/",
        "nonsense here",
        "http://b.example/",
    ]


@given(st.text(max_size=300))
def test_any_text_is_read_to_its_end(text: str) -> None:
    assert len(list(links_in(text))) <= len(text)


@given(st.text(alphabet='<>;," \t\n=relmntodai/:.0123456789', max_size=300))
def test_no_answer_raises_anything_else(text: str) -> None:
    with contextlib.suppress(ListingFailed):
        OLD.read_listing(QUERY, answer(text), 100, "")


def test_a_long_run_of_blanks_takes_no_time() -> None:
    assert len(list(links_in("<http://a.example/>" + " ;" * 100_000))) <= 1


def test_one_address_is_listed_and_nothing_else() -> None:
    assert OLD.ask_listing(QUERY, 100, "").url == f"{BASE}/timemap/link/http://museum.example.org/privacy"
    with pytest.raises(WrongUse, match="TimeMaps alone"):
        OLD.ask_listing(Query("example.org", "domain"), 100, "")


def test_a_link_to_another_server_is_not_followed() -> None:
    text = '<http://elsewhere.example/timemap/link/2/x>; rel="timemap"; from="Sat, 02 May 2015 10:00:01 GMT"'
    assert OLD.read_listing(QUERY, answer(text, url=f"{BASE}/timemap/link/x"), 100, "").resume_key == ""


def test_a_paged_time_map_goes_on_from_its_last_second(shared: Path) -> None:
    first, single = exchanges(shared / "reference" / "dialects" / "openwayback-timemap.txt")
    page = OLD.read_listing(QUERY, first.answer, 100, "")
    assert [row.timestamp for row in page.rows] == ["20120301100000", "20140502100000", "20150502100000"]
    assert {(row.statuscode, row.digest) for row in page.rows} == {("-", "-")}
    assert OLD.ask_listing(QUERY, 100, page.resume_key).url.endswith(
        "/20150502100000/http://museum.example.org/privacy"
    )
    last = OLD.read_listing(Query("museum.example.org/terms"), single.answer, 100, "")
    assert (len(last.rows), last.resume_key) == (1, "")


def test_the_time_maps_of_pywb_and_memgator_are_read(shared: Path) -> None:
    folder = shared / "reference" / "dialects"
    for name in ("pywb-timemap", "memgator"):
        one = next(exchanges(folder / f"{name}.txt"))
        rows = OLD.read_listing(QUERY, one.answer, 100, "").rows
        assert rows[0].timestamp == "20120301100000", name
        assert rows[0].original == "http://museum.example.org/privacy", name


def test_none_held_is_empty_and_a_page_is_no_time_map() -> None:
    assert OLD.read_listing(QUERY, answer("", 404), 100, "").outcome == "empty"
    with pytest.raises(ListingFailed, match="HTML instead of rows"):
        OLD.read_listing(QUERY, answer("<!DOCTYPE html><p>x"), 100, "")
