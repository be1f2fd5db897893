from collections.abc import Callable, Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.selection.intervals import Intervals


def search(
    texts: str,
    *,
    times: Sequence[float] | None = None,
    ends: Sequence[float] | None = None,
    gap: float = 1000,
    precision: float = -1,
    known: Callable[[int], bool] = lambda position: False,
) -> tuple[list[int], Intervals]:
    """Look at a line of one-letter texts until no look is wanted; `.` is dead. Where it was looked, in order."""
    times = times or [float(place) for place in range(len(texts))]
    intervals = Intervals(times, ends or times, gap, precision)
    for place, text in enumerate(texts):
        if known(place):
            intervals.settle(place, text)
    looks = []
    while (position := intervals.next()) is not None:
        looks.append(position)
        if texts[position] == ".":
            intervals.drop(position)
        else:
            intervals.settle(position, texts[position])
    return looks, intervals


def of_length(number: int) -> Intervals:
    times = [float(place) for place in range(number)]
    return Intervals(times, times, gap=10, precision=-1)


def test_an_even_line_is_looked_at_at_both_ends() -> None:
    looks, intervals = search("A" * 100)
    assert looks == [0, 99]
    assert not list(intervals.open())


def test_a_change_is_halved_until_it_lies_between_neighbours() -> None:
    looks, _ = search("A" * 40 + "B" * 60)
    assert {39, 40} <= set(looks)
    assert len(looks) <= 2 + 7


def test_no_interval_stays_wider_than_the_gap() -> None:
    looks, _ = search("A" * 100, gap=9)
    assert sorted(looks) == [*range(0, 100, 9)]


def test_after_a_pause_the_next_capture_is_looked_at() -> None:
    looks, _ = search("AAAAA", times=[0, 1, 500, 501, 502], gap=10)
    assert sorted(looks) == [0, 1, 2, 4]


def test_a_position_that_lasts_needs_no_look_within_it() -> None:
    looks, _ = search("AAAA", times=[0, 5, 100, 105], ends=[0, 95, 100, 105], gap=10)
    assert sorted(looks) == [0, 1, 3]
    looks, _ = search("AAAA", times=[0, 5, 105, 200], ends=[0, 100, 105, 200], gap=10)
    assert sorted(looks) == [0, 1, 2, 3]
    looks, _ = search("AAAAA", times=[0, 5, 103, 109, 150], ends=[0, 100, 104, 110, 150], gap=10)
    assert sorted(looks) == [0, 1, 3, 4]


def test_a_precision_ends_the_search_sooner() -> None:
    texts = "A" * 40 + "B" * 60
    assert len(search(texts, precision=10)[0]) < len(search(texts)[0])
    looks = sorted(search(texts, precision=10)[0])
    assert next(right - left for left, right in pairwise(looks) if left < 40 <= right) <= 10


def test_a_text_between_two_equal_ones_is_seen_only_by_a_look_at_regular_distances() -> None:
    assert 5 not in search("AAAAABAAAAA")[0]
    assert 5 in search("AAAAABAAAAA", gap=5)[0]


def test_two_texts_in_turns_are_not_searched_between() -> None:
    texts = "ABBABAABAB" * 100
    looks, intervals = search(texts, gap=99)
    assert len(looks) < 30
    assert not list(intervals.open())


def test_a_change_from_one_pair_of_faces_to_another_is_found() -> None:
    texts = "ABBABAABAB" * 50 + "CDDCDCCDCD" * 50
    looks, _ = search(texts, gap=99)
    assert {499, 500} <= set(looks)


def test_a_text_that_was_put_back_once_is_searched_as_any_other() -> None:
    looks, _ = search("A" * 50 + "B" * 50 + "A" * 50, gap=60)
    assert {49, 50, 99, 100} <= set(looks)


def test_what_is_known_already_is_not_looked_at() -> None:
    looks, _ = search("A" * 50 + "B" * 50, known=lambda place: place in (0, 49, 50, 99))
    assert looks == []


def test_a_dead_position_gives_way_to_its_neighbour() -> None:
    looks, _ = search(".AAAA.B.BBB.", gap=100)
    assert looks[0] == 0
    assert {4, 6} <= set(looks)


def test_an_interval_in_which_all_is_dead_is_given_up() -> None:
    looks, intervals = search("A" + "." * 1000 + "B")
    assert len(looks) == 12
    assert not list(intervals.open())
    looks, _ = search("." * 1000)
    assert len(looks) == 10


def test_an_interval_with_an_awaited_end_is_open_and_not_halved() -> None:
    intervals = of_length(4)
    intervals.settle(0, "A")
    intervals.settle(3, "")
    assert intervals.next() is None
    assert list(intervals.open()) == [(0, 3), (3, 4)]
    intervals.settle(3, "B")
    assert intervals.next() == 1


def test_a_released_position_is_looked_at_again() -> None:
    intervals = of_length(2)
    intervals.settle(0, "")
    intervals.release(0)
    assert intervals.next() == 0


def test_where_no_look_is_to_be_had_only_what_is_awaited_is_open() -> None:
    intervals = of_length(4)
    intervals.settle(0, "A")
    intervals.settle(3, "B")
    assert list(intervals.open()) == [(0, 3)]
    assert list(intervals.open(is_spent=True)) == []


@given(st.text("ABC.", min_size=1, max_size=60), st.integers(1, 70))
def test_no_look_is_wanted_twice_and_every_change_of_neighbours_is_closed(texts: str, gap: int) -> None:
    looks, intervals = search(texts, gap=gap)
    assert len(set(looks)) == len(looks)
    assert not list(intervals.open())


@given(st.lists(st.integers(1, 200), min_size=1, max_size=8), st.integers(50, 500))
def test_every_text_that_does_not_come_back_is_found_at_its_very_borders(lengths: list[int], gap: int) -> None:
    texts = "".join(chr(ord("a") + place) * length for place, length in enumerate(lengths))
    looks, _ = search(texts, gap=gap)
    borders = [place for place in range(1, len(texts)) if texts[place - 1] != texts[place]]
    assert {0, len(texts) - 1} | {place for border in borders for place in (border - 1, border)} <= set(looks)


@pytest.mark.parametrize("number", [1, 2, 3])
def test_short_lines_are_looked_at_whole(number: int) -> None:
    assert sorted(search("ABC"[:number])[0]) == [*range(number)]
