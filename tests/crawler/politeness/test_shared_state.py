import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.politeness.circuit_breaker import LONGEST
from crawler.politeness.shared_file import BLOCK
from crawler.politeness.shared_state import FARTHEST, State, advance, decoded, encoded

NOW = 1_700_000_000.0


def full() -> State:
    state = State(seen=NOW)
    state.breaker.reason, state.breaker.cause, state.breaker.probing = "x" * 300, "limited", True
    state.rates["cdx"].learned = 12.345678901234567
    state.waves["replay"].height = 3.0
    return state


def test_what_is_written_is_read_back() -> None:
    assert decoded(encoded(full()).encode()) == full()
    assert len(encoded(full())) < BLOCK


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"\0" * 4096,
        b"{}",
        b"[]",
        b"null",
        b"7",
        b"[" * 4000,
        b"\xff\xfe",
        encoded(full()).encode()[:200],
        encoded(full()).replace("false", '"no"').replace("true", '"yes"').encode(),
        encoded(full()).replace("12.345678901234567", "NaN").encode(),
        encoded(full()).replace("12.345678901234567", "1e999").encode(),
        encoded(full()).replace("12.345678901234567", "1e300").encode(),
        encoded(full()).replace("12.345678901234567", "true").encode(),
        encoded(full()).replace('"limited"', "7").encode(),
        encoded(full()).replace('"limited"', '"\\ud800"').encode(),
    ],
)
def test_anything_else_is_refused_with_one_error(text: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the message is for a log only
        decoded(text)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(st.sampled_from(["seen", "offset", "rates", "waves", "breaker"]), JSON)
def test_no_value_breaks_the_reading(name: str, value: Any) -> None:
    raw = json.loads(encoded(full()))
    raw[name] = value
    try:
        state = decoded(json.dumps(raw).encode())
    except ValueError:
        return
    advance(state, NOW)
    assert state.breaker.until - state.seen <= LONGEST


def test_the_clock_never_goes_back() -> None:
    state, seen = State(seen=NOW), []
    for time_of_day in (NOW, NOW + 5, NOW - 3600, NOW - 3590, NOW + 7200, NOW + 7201):
        advance(state, time_of_day)
        seen.append(state.seen - NOW)
    assert seen == [0, 5, 5, 15, 10805, 10806]


def test_a_damaged_file_cannot_ask_for_a_long_wait() -> None:
    state = State(seen=NOW)
    state.breaker.until = state.rates["cdx"].last = NOW * 10
    advance(state, NOW)
    assert state.breaker.until == NOW + LONGEST
    assert state.rates["cdx"].last == NOW + FARTHEST
