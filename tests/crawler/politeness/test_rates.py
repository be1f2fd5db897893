import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.politeness.rates import CEILING, SLACK, STEP, Rate, allowed, current, grant, halve, keep, restart

NOW = 1_700_000_000.0


def test_replay_starts_at_one_a_second_and_doubles_every_ten_seconds() -> None:
    rate = Rate()
    grant(rate, "replay", NOW, 480)
    seen = [current(rate, "replay", NOW + second, 480) for second in (0, 9, 10, 20, 30, 300)]
    assert seen == [60, 60, 120, 240, 480, 480]


def test_cdx_begins_at_its_rate() -> None:
    assert current(Rate(), "cdx", NOW, 24) == 24


def test_without_a_limit_nothing_waits() -> None:
    rate = Rate()
    assert [grant(rate, "replay", NOW, 0) for _ in range(50)] == [NOW] * 50


def test_a_limit_halves_the_rate_for_half_an_hour_and_then_it_grows_by_steps() -> None:
    rate = Rate()
    halve(rate, "cdx", NOW, 24)
    assert allowed(rate, NOW + CEILING + STEP - 1, 24) == 12
    assert allowed(rate, NOW + CEILING + STEP, 24) == pytest.approx(12.6)
    assert allowed(rate, NOW + CEILING + 2 * STEP, 24) == pytest.approx(13.23)
    assert allowed(rate, NOW + 90 * 86400, 24) == 24


def test_the_rate_that_failed_is_the_one_of_that_moment() -> None:
    rate = Rate(last=NOW, ramp_from=NOW)
    halve(rate, "replay", NOW + 10, 480)
    assert allowed(rate, NOW + 10, 480) == 60


def test_a_rate_never_falls_to_nothing() -> None:
    rate = Rate()
    for _ in range(100):
        halve(rate, "cdx", NOW, 24)
    assert allowed(rate, NOW, 24) == 1.5


def test_a_limit_is_learned_where_none_was_set() -> None:
    rate = Rate()
    assert math.isinf(current(rate, "replay", NOW, 0))
    halve(rate, "replay", NOW, 0)
    assert allowed(rate, NOW, 0) == 300


def test_the_other_kind_does_not_grow_meanwhile() -> None:
    rate, free = Rate(learned=12, grows_from=NOW - STEP), Rate()
    keep(rate, NOW, 24)
    keep(free, NOW, 24)
    assert allowed(rate, NOW + 2 * CEILING, 24) == pytest.approx(12.6)
    assert allowed(free, NOW, 24) == 24


def test_lag_is_caught_up_but_not_a_long_absence() -> None:
    rate = Rate(last=NOW)
    assert grant(rate, "cdx", NOW + 4, 24) == NOW + 2.5
    assert grant(rate, "cdx", NOW + 8, 24) == NOW + 8


def test_slow_start_begins_anew_after_idle_minutes_and_after_a_pause() -> None:
    rate = Rate(last=NOW, ramp_from=NOW - 3600)
    grant(rate, "replay", NOW + 61, 480)
    assert current(rate, "replay", NOW + 61, 480) == 60
    rate.ramp_from = NOW
    restart(rate, NOW + 100)
    assert current(rate, "replay", NOW + 100, 480) == 60
    assert grant(rate, "replay", NOW + 100, 480) > NOW + 100


@given(
    kind=st.sampled_from(["cdx", "replay"]),
    per_minute=st.floats(1, 600),
    steps=st.lists(st.floats(0, 20), min_size=1, max_size=60),
)
def test_slots_are_never_closer_than_the_rate_and_never_far_behind(
    kind: str, per_minute: float, steps: list[float]
) -> None:
    rate, now, last = Rate(), NOW, 0.0
    for step in steps:
        now += step
        due = grant(rate, kind, now, per_minute)
        assert due - last >= 60 / per_minute - 1e-6
        assert due >= now - SLACK[kind]
        last = due
