"""What all processes that ask one archive share, and how it is written down. Pure.

The shared clock is the time of day that never goes back: where the time of day does, it stands still and goes on from
there. So no wait grows by a changed clock, and a machine that slept or a clock that jumped ahead only lets time pass.
"""

import json
import math
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from typing import Any, Final, TypeVar

from msgspec.json import encode as to_json

from crawler.politeness.circuit_breaker import LONGEST, LOOK, Breaker, Wave
from crawler.politeness.limits import KINDS
from crawler.politeness.rates import Rate

FARTHEST: Final = 600.0
"""Seconds ahead that a slot can lie; anything farther was not written by us."""

SINCE_0_1_0: Final = {"look_until", "unbroken"}
"""What version 0.1.0 did not write: its files are read on."""

LATEST: Final = 1e14
"""No clock shows more, however scaled."""

T = TypeVar("T")


@dataclass(slots=True)
class State:
    """`seen` is the shared clock when it was last read, `offset` how far it is ahead of the time of day, in seconds."""

    seen: float = 0.0
    offset: float = 0.0
    rates: dict[str, Rate] = field(default_factory=lambda: {kind: Rate() for kind in KINDS})
    waves: dict[str, Wave] = field(default_factory=lambda: {kind: Wave() for kind in KINDS})
    breaker: Breaker = field(default_factory=Breaker)


def advance(state: State, time_of_day: float) -> None:
    """Read the clock, and bound what a damaged file could ask for."""
    state.offset = max(state.offset, state.seen - time_of_day)
    state.seen = time_of_day + state.offset
    state.breaker.until = min(state.breaker.until, state.seen + LONGEST)
    state.breaker.look_until = min(state.breaker.look_until, state.seen + LOOK)
    for rate in state.rates.values():
        rate.last = min(rate.last, state.seen + FARTHEST)


def encoded(state: State) -> str:
    return to_json(state).decode()


def health(state: State) -> bytes:
    """How the archive is, for comparing."""
    return to_json([state.breaker, state.waves])


def decoded(text: bytes) -> State:
    """Raises ValueError for anything but what `encoded` wrote."""
    try:
        raw = json.loads(text)
        state = State(
            _number(raw["seen"]),
            _number(raw["offset"]),
            {kind: _filled(Rate, raw["rates"][kind]) for kind in KINDS},
            {kind: _filled(Wave, raw["waves"][kind]) for kind in KINDS},
            _filled(Breaker, raw["breaker"]),
        )
    except (TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ValueError(f"not a state: {error!r}") from error
    return state


def _filled(make: Callable[[], T], raw: dict[str, Any]) -> T:
    """A dataclass with the values of `raw`, each of the type of its default."""
    filled = make()
    for each in fields(filled):  # type: ignore[arg-type]
        default = getattr(filled, each.name)
        value = raw.get(each.name, default) if each.name in SINCE_0_1_0 else raw[each.name]
        if isinstance(default, float):
            value = _number(value)
        elif type(value) is not type(default) or (isinstance(value, str) and not value.isascii()):
            raise ValueError(f"{each.name} is {value!r}")
        setattr(filled, each.name, value)
    return filled


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise ValueError(f"{value!r} is no number")
    if abs(value) > LATEST:
        raise ValueError(f"{value!r} is no time")
    return float(value)
