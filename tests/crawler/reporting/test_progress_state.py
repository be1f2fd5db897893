import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.reporting.progress_state import Standing, Way, duration, shown_count, told_pause


def standing(**given: float | str) -> Standing:
    usual: dict[str, float | str] = {
        "listed": 10,
        "listings_left": 0,
        "fetched": 100,
        "captures_left": 480,
        "read": 90,
        "versions": 7,
        "listing_rate": 0.4,
        "replay_rate": 8.0,
    }
    return Standing(**(usual | given))  # type: ignore[arg-type]


def test_the_rate_is_what_is_allowed_or_what_the_connections_carry() -> None:
    near, far, free = Way(8.0, 4), Way(8.0, 4), Way(0.0, 4)
    for _ in range(50):
        near.answered_in(0.1)
        far.answered_in(2.0)
        free.answered_in(0.5)
    assert near.rate == 8.0
    assert far.rate == pytest.approx(2.0)
    assert free.rate == pytest.approx(8.0)
    assert Way(8.0, 4).rate == 8.0
    assert math.isinf(Way(0.0, 4).rate)


def test_the_latency_follows_the_last_hundred_answers() -> None:
    way = Way(0.0, 4)
    for _ in range(1000):
        way.answered_in(1.0)
    for _ in range(400):
        way.answered_in(3.0)
    assert way.latency == pytest.approx(3.0, abs=0.1)


def test_time_left_counts_captures_at_the_rate_that_can_be_had() -> None:
    assert standing().seconds_left == 60
    assert standing(replay_rate=2.0).seconds_left == 240
    assert standing(reading_rate=4.0).seconds_left == 120


def test_listings_to_come_bring_captures_like_those_before() -> None:
    assert standing(listings_left=10).seconds_left == (480 + 580) / 8
    assert standing(listings_left=100, captures_left=0, fetched=1).seconds_left == 250


def test_time_left_never_stands_at_a_second() -> None:
    assert standing(captures_left=8).time_left == "seconds left"
    assert standing(captures_left=8, searching=3).time_left == "", "each answer may select another capture"
    assert standing(searching=3).time_left == "at least 60 s left"
    assert standing(searching=3).line().endswith("8.0/s >60 s left")


def test_nothing_is_foretold_before_anything_is_known() -> None:
    assert standing(listed=0, fetched=0, captures_left=0, listings_left=3).time_left == ""


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0, "1 s"),
        (119, "119 s"),
        (120, "2 min"),
        (7_199, "120 min"),
        (7_200, "2 h"),
        (200_000, "3 d"),
        (math.inf, "some time"),
    ],
)
def test_durations_are_told_in_the_largest_unit_that_gives_two(seconds: float, shown: str) -> None:
    assert duration(seconds) == shown


def test_a_line_tells_all() -> None:
    assert standing(listings_left=2).line() == ("listed 10/12 fetched 100/580 read 90 versions 7 8.0/s 75 s left")


@pytest.mark.parametrize("cause", ["limited", "refused", "unavailable", "state lost"])
def test_a_pause_takes_the_place_of_what_does_not_move(cause: str) -> None:
    line = standing(fetched=9_999, pause=told_pause(cause, "2026-11-20T21:53:24Z")).line()
    assert line.startswith("paused until 2026-11-20T21:53:24Z: ")
    assert line.endswith(", fetched 9999/10k")
    assert len(line) <= 80


@given(
    st.integers(0, 200_000),
    st.integers(0, 200_000),
    st.integers(0, 90_000_000),
    st.integers(0, 90_000_000),
    st.integers(0, 90_000_000),
    st.floats(0.1, 9_000),
)
def test_a_line_fits_eighty_columns(
    listed: int, listings_left: int, fetched: int, left: int, versions: int, rate: float
) -> None:
    line = standing(
        listed=listed,
        listings_left=listings_left,
        fetched=fetched,
        captures_left=left,
        read=fetched,
        versions=versions,
        replay_rate=rate,
    ).line()
    assert len(line) <= 80


@pytest.mark.parametrize(
    ("count", "shown"), [(0, "0"), (9_999, "9999"), (10_000, "10k"), (999_999, "999k"), (1_290_000, "1M")]
)
def test_large_counts_are_rounded_down(count: int, shown: str) -> None:
    assert shown_count(count) == shown
