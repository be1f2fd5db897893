from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.discovery.address_history import Line, lineage, same_listing
from pipelines.items.captures import Evidence, Source

HOME = "http://example.com/"
OLD = "http://www.example.com/privacy.html"
NEW = "https://example.com/legal/privacy"
NEXT = "https://example.com/privacy-policy"
GERMAN = "https://example.com/de/datenschutz"


def home(year: int, address: str, score: float = 1.0) -> Evidence:
    return Evidence(f"{year}0601000000", Source.HOME, address, HOME, score)


def moved(year: int, via: str, address: str, source: Source = Source.REDIRECT) -> Evidence:
    return Evidence(f"{year}0601000000", source, address, via)


def listed(address: str, score: float = 1.0) -> Evidence:
    return Evidence("20000601000000", Source.LISTING, address, score=score)


def years(*those: int) -> list[str]:
    return [f"{year}0901000000" for year in those]


def told(line: Line) -> list[tuple[str, str, str]]:
    return [(tenure.address, tenure.since[:4], tenure.until[:4]) for tenure in line]


@pytest.mark.parametrize(
    "other",
    ["http://example.com/privacy", "https://www.example.com/privacy/", "HTTPS://Example.com:443/Privacy", "x"],
)
def test_addresses_that_the_archive_lists_together_are_one(other: str) -> None:
    assert (same_listing(other) == same_listing("https://example.com/privacy")) == (other != "x")


def test_one_address_holds_its_document_for_all_time() -> None:
    (line,) = lineage([listed(OLD)], {OLD: years(2001, 2009)})
    assert told(line) == [(OLD, "", "")]
    assert line[0].covers("19960101000000")
    assert line[0].covers("20250101000000")


def test_http_and_https_need_no_evidence() -> None:
    (line,) = lineage([listed("http://example.com/privacy"), listed("https://www.example.com/privacy/")], {})
    assert len(line) == 1
    assert len(line[0].evidence) == 2


def test_a_redirect_joins_and_tells_when() -> None:
    evidence = [listed(OLD), listed(NEW), moved(2011, OLD, NEW)]
    (line,) = lineage(evidence, {OLD: years(2001, 2008), NEW: years(2010, 2015)})
    assert told(line) == [(OLD, "", "2010"), (NEW, "2010", "")]
    assert line[0].covers("20091231235959")
    assert not line[0].covers("20100901000000")


def test_a_canonical_link_joins() -> None:
    assert len(lineage([listed(OLD), listed(NEW), moved(2011, OLD, NEW, Source.CANONICAL)], {OLD: years(2001)})) == 1


def test_moved_twice() -> None:
    evidence = [moved(2005, OLD, NEW), moved(2012, NEW, NEXT), moved(2015, OLD, NEW)]
    (line,) = lineage(evidence, {OLD: years(2001, 2004), NEW: years(2005, 2011), NEXT: years(2012, 2020)})
    assert told(line) == [(OLD, "", "2005"), (NEW, "2005", "2012"), (NEXT, "2012", "")]


def test_moved_and_moved_back() -> None:
    evidence = [moved(2005, OLD, NEW), moved(2010, NEW, OLD)]
    (line,) = lineage(evidence, {OLD: years(2001, 2004, 2011), NEW: years(2006, 2009)})
    assert told(line) == [(OLD, "", "2005"), (NEW, "2005", "2010"), (OLD, "2010", "")]


def test_an_address_that_was_captured_again_leads_nowhere_any_more() -> None:
    evidence = [moved(2008, NEW, NEXT), moved(2012, OLD, NEW)]
    (line,) = lineage(evidence, {NEW: years(2006, 2010), NEXT: years(2008)})
    assert told(line) == [(NEW, "", "2008"), (NEXT, "2008", "2010"), (NEW, "2010", "")]


def test_home_pages_that_link_another_address_instead_join_them_even_on_another_host() -> None:
    elsewhere = "http://www.family.example/everyday/privacy.asp"
    evidence = [home(2001, OLD), home(2003, OLD), home(2005, elsewhere), home(2008, elsewhere)]
    (line,) = lineage(evidence, {OLD: years(2000, 2003), elsewhere: years(2004, 2010)})
    assert told(line) == [(OLD, "", "2004"), (elsewhere, "2004", "")]


def test_where_two_compete_the_home_page_of_the_time_decides() -> None:
    evidence = [home(2005, OLD), home(2009, OLD), home(2012, NEW), moved(2007, OLD, NEW)]
    (line,) = lineage(evidence, {OLD: years(2001, 2006, 2010), NEW: years(2006, 2008, 2013)})
    assert told(line) == [(OLD, "", "2012"), (NEW, "2012", "")]


def test_languages_side_by_side_are_variants() -> None:
    evidence = [home(2010, NEW), home(2010, GERMAN, 0.9), home(2012, NEW), home(2012, GERMAN, 0.9)]
    main, variant = lineage(evidence, {})
    assert (told(main), told(variant)) == ([(NEW, "", "")], [(GERMAN, "", "")])


def test_a_home_page_that_changes_its_language_back_and_forth_joins_nothing() -> None:
    evidence = [home(2010, NEW), home(2011, GERMAN), home(2012, NEW), home(2013, NEW), home(2014, GERMAN)]
    assert [told(line) for line in lineage(evidence, {})] == [[(NEW, "", "")], [(GERMAN, "", "")]]


def test_a_language_that_replaced_another_is_the_same_document() -> None:
    (line,) = lineage([home(2010, GERMAN), home(2011, GERMAN), home(2012, NEW)], {})
    assert told(line) == [(GERMAN, "", "2012"), (NEW, "2012", "")]


def test_what_nothing_joins_stays_a_variant() -> None:
    main, variant = lineage([listed(OLD), listed(NEW)], {OLD: years(2001), NEW: years(2005, 2006)})
    assert (told(main), told(variant)) == ([(NEW, "", "")], [(OLD, "", "")])


def test_the_given_address_is_the_main_line() -> None:
    given = Evidence("", Source.GIVEN, OLD)
    main, variant = lineage([home(2010, NEW), home(2012, NEW), given], {NEW: years(2010, 2012)})
    assert (told(main), told(variant)) == ([(OLD, "", "")], [(NEW, "", "")])


def test_a_redirect_to_the_home_page_joins_nothing() -> None:
    evidence = [listed(OLD), listed(NEW), moved(2011, OLD, HOME), moved(2012, NEW, HOME)]
    assert len(lineage(evidence, {OLD: years(2001), NEW: years(2005)})) == 2


def test_redirects_in_a_circle_come_to_an_end() -> None:
    evidence = [moved(2005, OLD, NEW), moved(2005, NEW, NEXT), moved(2005, NEXT, OLD)]
    assert len(lineage(evidence, {})) == 1


def test_nothing_gives_nothing() -> None:
    assert lineage([], {}) == []


ADDRESSES = st.sampled_from([OLD, NEW, NEXT, GERMAN, HOME, "http://[bad", ""])
STAMPS = st.integers(1996, 2025).map(lambda year: f"{year}0601000000")


@given(
    st.lists(st.builds(Evidence, STAMPS, st.sampled_from(Source), ADDRESSES, ADDRESSES, st.floats(0, 1)), max_size=12),
    st.dictionaries(ADDRESSES, st.lists(STAMPS, max_size=5), max_size=5),
)
def test_each_moment_of_a_line_belongs_to_one_address(evidence: list[Evidence], captures: dict[str, list[str]]) -> None:
    lines = lineage(evidence, captures)
    for line in lines:
        assert line[0].since == ""
        assert line[-1].until == ""
        assert all(one.until == other.since for one, other in pairwise(line))
        assert sum(tenure.covers("20100101000000") for tenure in line) == 1
    held = [same_listing(address) for line in lines for address in {tenure.address for tenure in line}]
    assert len(held) == len(set(held))
