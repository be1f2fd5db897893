import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.politeness.circuit_breaker import (
    CURED,
    LONGEST,
    LOOK,
    PROBE,
    WAVE,
    Breaker,
    Wave,
    asked_pause,
    good_answer,
    hold,
    open_for,
    reset,
    unavailable,
)

NOW = 1_700_000_000.0


def opened(cause: str = "limited", asked: float | None = None) -> Breaker:
    breaker = Breaker()
    assert open_for(breaker, cause, "reason", NOW, asked)
    return breaker


def test_nothing_is_held_back_at_first() -> None:
    assert hold(Breaker(), NOW, 0) == 0


def test_a_pause_holds_everything_for_a_minute() -> None:
    breaker = opened()
    assert hold(breaker, NOW, 0) == 60
    assert hold(breaker, NOW + 59, 0) == 1


@pytest.mark.parametrize(("asked", "pause"), [(5, 5), (120, 120), (0, 1)])
def test_what_the_archive_asks_for_is_heard(asked: float, pause: float) -> None:
    assert hold(opened(asked=asked), NOW, 0) == pause


def test_pauses_grow_while_the_trouble_lasts() -> None:
    breaker, now, pauses = Breaker(), NOW, []
    for _ in range(5):
        open_for(breaker, "refused", "reason", now, None)
        pauses.append(breaker.until - now)
        now = breaker.until + 1
    assert pauses == [60, 300, 900, 3600, 3600]


def test_a_repeated_limit_is_not_shortened_by_what_the_archive_asks_for() -> None:
    breaker = opened()
    open_for(breaker, "limited", "reason", NOW + 70, 5)
    assert breaker.until == NOW + 370


def test_a_limit_is_remembered_for_ten_minutes_whatever_went_well() -> None:
    breaker = opened()
    for _ in range(CURED + 1):
        good_answer(breaker, Wave(), NOW + 61)
    open_for(breaker, "limited", "reason", NOW + 659, None)
    assert breaker.until == NOW + 659 + 300
    open_for(breaker, "limited", "reason", NOW + 959 + 600, None)
    assert breaker.until == NOW + 959 + 600 + 60


def test_a_broken_connection_is_forgotten_after_enough_good_answers() -> None:
    breaker = opened("refused")
    for _ in range(CURED):
        good_answer(breaker, Wave(), NOW + 61)
    open_for(breaker, "refused", "reason", NOW + 70, None)
    assert breaker.until == NOW + 130


def test_the_rest_of_a_volley_is_no_news_but_its_wish_is_heard() -> None:
    breaker = opened()
    assert not open_for(breaker, "limited", "reason", NOW + 1, None)
    assert breaker.until == NOW + 60
    assert not open_for(breaker, "limited", "reason", NOW + 1, 100)
    assert (breaker.until, breaker.openings) == (NOW + 101, 1)


def test_after_a_pause_one_request_goes_alone() -> None:
    breaker = opened()
    assert hold(breaker, NOW + 60, 0) == 0
    mine = breaker.probe_until
    assert hold(breaker, NOW + 61, mine) == 0
    assert hold(breaker, NOW + 61, 0) == 1
    assert good_answer(breaker, Wave(), NOW + 62)
    assert hold(breaker, NOW + 62, 0) == 0
    assert not good_answer(breaker, Wave(), NOW + 63)


def test_a_probe_without_an_answer_is_replaced() -> None:
    breaker = opened()
    hold(breaker, NOW + 60, 0)
    first = breaker.probe_until
    assert hold(breaker, NOW + 60 + PROBE, 0) == 0
    assert hold(breaker, NOW + 60 + PROBE, first) > 0


def test_a_good_answer_to_an_earlier_request_does_not_end_a_pause() -> None:
    breaker = opened()
    assert not good_answer(breaker, Wave(), NOW + 1)
    assert hold(breaker, NOW + 1, 0) == 59


def test_single_failures_among_good_answers_are_no_wave() -> None:
    breaker, wave = Breaker(), Wave()
    for _ in range(50):
        assert not unavailable(breaker, wave, NOW)
        good_answer(breaker, wave, NOW)


def test_failures_in_a_row_are_a_wave() -> None:
    breaker, wave = Breaker(), Wave()
    assert [unavailable(breaker, wave, NOW + n) for n in range(WAVE)] == [False] * (WAVE - 1) + [True]


def test_failures_hours_apart_are_no_wave() -> None:
    breaker, wave = Breaker(), Wave()
    assert not any(unavailable(breaker, wave, NOW + n * 3600) for n in range(50))


def test_after_a_pause_a_single_failure_is_enough() -> None:
    breaker = opened("unavailable")
    hold(breaker, NOW + 60, 0)
    assert unavailable(breaker, Wave(), NOW + 61)


# -- resets


def well(good: int = CURED) -> Breaker:
    breaker = Breaker()
    for _ in range(good):
        good_answer(breaker, Wave(), NOW)
    return breaker


@pytest.mark.parametrize("between", range(CURED + 1))
def test_resets_that_enough_good_answers_part_stop_nothing(between: int) -> None:
    breaker = Breaker()
    assert not reset(breaker, NOW)
    for _ in range(between):
        good_answer(breaker, Wave(), NOW)
    assert reset(breaker, NOW) == (between < CURED)
    assert breaker.look_until == 0


def test_a_reset_before_any_good_answer_is_awaited_once() -> None:
    breaker = Breaker()
    assert [reset(breaker, NOW), reset(breaker, NOW)] == [False, True]


def test_a_second_reset_amid_good_answers_holds_all_but_one_request() -> None:
    breaker = well()
    assert not reset(breaker, NOW)
    assert hold(breaker, NOW, 0) == 0
    assert not reset(breaker, NOW)
    assert hold(breaker, NOW, 0) == LOOK
    assert not good_answer(breaker, Wave(), NOW + 1), "to a request that left before"
    assert hold(breaker, NOW + 1, 0) == 1
    assert hold(breaker, NOW + LOOK, 0) == 0
    assert hold(breaker, NOW + LOOK, 0) > 0
    assert not good_answer(breaker, Wave(), NOW + 3), "no slow start after it"
    assert hold(breaker, NOW + 3, 0) == 0


def test_a_503_while_looking_sends_another_request_and_stops_nothing() -> None:
    breaker = well()
    reset(breaker, NOW)
    reset(breaker, NOW)
    assert hold(breaker, NOW + LOOK, 0) == 0
    assert not unavailable(breaker, Wave(), NOW + 3)
    assert hold(breaker, NOW + 3, 0) == 0


def test_a_limit_while_looking_stops_all_at_once() -> None:
    breaker = well()
    reset(breaker, NOW)
    reset(breaker, NOW)
    assert open_for(breaker, "limited", "reason", NOW + 1, None)
    assert (hold(breaker, NOW + 1, 0), breaker.level) == (60, 0)


def test_a_reset_soon_after_a_pause_stops_all_again_and_for_longer() -> None:
    breaker = opened("refused")
    assert not reset(breaker, NOW + 59), "to a request that left before"
    assert hold(breaker, NOW + 60, 0) == 0
    for _ in range(CURED - 1):
        good_answer(breaker, Wave(), NOW + 61)
    assert reset(breaker, NOW + 62)
    open_for(breaker, "reset", "reason", NOW + 62, None)
    assert hold(breaker, NOW + 62, 0) == 300


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120.0),
        (" 7 ", 7.0),
        ("0", 0.0),
        ("999999999999", LONGEST),
        ("Tue, 14 Nov 2023 22:14:20 GMT", 60.0),
        ("Tue, 14 Nov 2023 22:14:20 -0000", 60.0),
        ("Tuesday, 14-Nov-23 22:14:20 GMT", 60.0),
        ("Tue, 14 Nov 2023 22:00:00 GMT", 0.0),
        ("Tue, 14 Nov 2033 22:00:00 GMT", LONGEST),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("١٢", None),
        ("Tue, 99 Nov 2023 22:14:20 GMT", None),
    ],
)
def test_retry_after_is_heard_in_both_forms(header: str, seconds: float | None) -> None:
    assert asked_pause(header, NOW) == seconds


@given(st.text(max_size=100))
def test_no_header_breaks_the_reading_of_it(header: str) -> None:
    seconds = asked_pause(header, NOW)
    assert seconds is None or 0 <= seconds <= LONGEST
