from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from crawler.selection.copies import without_copies
from pipelines.items.captures import Capture, Decision, Known, State
from tests.desk import row

ONE, TWO = "web.archive.org", "pywb"
HERE = row("2004", "one")
THERE = replace(HERE, archive=TWO)


def test_the_same_original_at_the_same_second_is_one_capture() -> None:
    other = replace(THERE, digest="Z" * 32)
    kept, copies = without_copies([other, HERE], {}, [ONE, TWO])
    assert kept == [HERE]
    assert copies == [Decision(other, State.DUPLICATE, f"the same capture as in {ONE}", HERE.key, is_copy=True)]


def test_the_same_bytes_of_one_address_at_the_same_second_are_one_capture() -> None:
    other = replace(THERE, original=HERE.original.replace("http:", "https:"))
    assert without_copies([HERE, other], {}, [TWO, ONE])[0] == [other]


def test_rows_of_one_archive_are_never_copies() -> None:
    other = replace(HERE, digest="Z" * 32)
    kept, copies = without_copies([HERE, other], {}, [ONE])
    assert (sorted(kept, key=lambda each: each.digest), copies) == (sorted([HERE, other], key=lambda e: e.digest), [])


def test_what_is_read_stands_and_what_failed_gives_way() -> None:
    assert without_copies([HERE, THERE], {THERE.key: Known(State.READ)}, [ONE, TWO])[0] == [THERE]
    lost = {HERE.key: Known(State.UNPLAYABLE)}
    assert without_copies([HERE, THERE], lost, [ONE, TWO]) == ([THERE], [])


def test_a_copy_that_is_known_as_one_is_no_news() -> None:
    known = {THERE.key: Known(State.DUPLICATE, same_as=HERE.key)}
    assert without_copies([HERE, THERE], known, [ONE, TWO]) == ([HERE], [])


@given(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from([ONE, TWO]), st.sampled_from(["2004", "2005"]))))
def test_each_capture_is_kept_once_whatever_the_order(cells: list[tuple[str, str, str]]) -> None:
    listing: list[Capture] = [
        replace(row(at, content), archive=archive) for content, archive, at in dict.fromkeys(cells)
    ]
    kept, copies = without_copies(listing, {}, [ONE, TWO])
    again, none = without_copies(list(reversed(listing)), {}, [ONE, TWO])
    assert {each.key for each in kept} == {each.key for each in again}
    assert len(kept) + len(copies) == len(listing) == len(again) + len(none)
    assert len({(each.timestamp, each.original) for each in kept}) <= len(kept)
