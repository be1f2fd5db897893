"""How many requests a minute: slow start, what a limit has taught, and slots by absolute due time. Pure.

Source: the Internet Archive's advice of 2023 to start slowly and to ramp up.

A slot is `due = last + 60 / rate`, whatever time the last request really left at, so lag does not add up. A request
leaves at most SLACK seconds behind its slot, otherwise the lost time is forgotten. Slots never lie closer than
60 / rate, hence no window of w seconds holds more than `1 + (w + SLACK) * rate / 60` requests.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from crawler.politeness.limits import CDX, HARD, REPLAY

SLACK: Final[Mapping[str, float]] = {CDX: 2.5, REPLAY: 2.0}
"""Seconds of lag that may be caught up."""

FIRST: Final = 60.0  # replays a minute at the beginning of a slow start
DOUBLING: Final = 10.0  # seconds
IDLE: Final = 60.0  # seconds without a request after which slow start begins anew
CEILING: Final = 1800.0  # seconds a failed rate is remembered before growth begins
STEP: Final = 600.0  # seconds between two raises
GROWTH: Final = 1.05
FLOOR: Final = 1 / 16  # of the configured rate


@dataclass(slots=True)
class Rate:
    """What is known of one kind of request. Times in seconds of the shared clock, rates a minute."""

    last: float = 0.0  # the latest slot given away
    ramp_from: float = 0.0  # when slow start began
    learned: float = 0.0  # the rate that a limit has left us; 0 where none was met
    grows_from: float = 0.0  # when `learned` begins to grow again


def allowed(rate: Rate, now: float, configured: float) -> float:
    """The rate after what limits have taught; `configured` 0 is no limit."""
    ceiling = configured or math.inf
    if not rate.learned:
        return ceiling
    steps = min(max((now - rate.grows_from) // STEP, 0), 200)
    return float(min(ceiling, rate.learned * GROWTH**steps))


def current(rate: Rate, kind: str, now: float, configured: float) -> float:
    """The rate at this moment: replays start slowly, and not at all slowly where nothing limits them."""
    top = allowed(rate, now, configured)
    if kind != REPLAY or math.isinf(top):
        return top
    doublings = min(max((now - rate.ramp_from) // DOUBLING, 0), 20)
    return float(min(top, FIRST * 2**doublings))


def grant(rate: Rate, kind: str, now: float, configured: float) -> float:
    """Give away the next slot: the time at which the request may leave."""
    if now - rate.last > IDLE:
        rate.ramp_from = now
    due = rate.last + 60 / current(rate, kind, now, configured)
    rate.last = now if is_stale(kind, due, now) else due
    return rate.last


def is_stale(kind: str, due: float, now: float) -> bool:
    """Whether a slot lies too far back: its request asks for another one. So a jump ahead releases no queue."""
    return due < now - SLACK[kind]


def restart(rate: Rate, now: float) -> None:
    """Slow start from now on."""
    rate.ramp_from = now
    rate.last = max(rate.last, now)


def halve(rate: Rate, kind: str, now: float, configured: float) -> None:
    """A sign of a limit at the present rate."""
    failed = min(current(rate, kind, now, configured), configured or HARD[kind])
    floor = (configured or HARD[kind]) * FLOOR
    rate.learned = max(failed / 2, floor)
    rate.grows_from = now + CEILING


def keep(rate: Rate, now: float, configured: float) -> None:
    """A sign of a limit for the other kind: do not grow for twice the time, so that limits are not met in turn."""
    if rate.learned:
        rate.learned = allowed(rate, now, configured)
        rate.grows_from = max(rate.grows_from, now + 2 * CEILING)
