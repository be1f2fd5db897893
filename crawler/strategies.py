"""Which captures of a document are wanted: one pure function a strategy.

Each is given the points of a document in time order and gives back those it wants. Where a capture that was chosen
turns out to be dead, the function is asked again and takes the next best.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from crawler.items import Capture

TRIES = 10  # captures that may turn out dead in one period, payload or interval before it is given up


@dataclass(frozen=True, slots=True)
class Point:
    """A capture that could be fetched. `dead`: it was tried, and the archive does not give it."""

    capture: Capture
    when: datetime
    is_page: bool = True
    dead: bool = False


Strategy = Callable[[Sequence[Point]], list[Point]]


def every(points: Sequence[Point]) -> list[Point]:
    """`all`: each one."""
    return [point for point in points if not point.dead]


def first_last(points: Sequence[Point]) -> list[Point]:
    """`first-last`: the first and the last, pages before redirects."""
    alive = [point for point in points if not point.dead]
    pages = [point for point in alive if point.is_page] or alive
    return [pages[0], pages[-1]] if len(pages) > 1 else pages


def year(points: Sequence[Point]) -> list[Point]:
    """`year`: of each year the one nearest to 1 July."""
    return _nearest(points, 12)


def half_year(points: Sequence[Point]) -> list[Point]:
    """`half-year`: of each half the one nearest to 1 April or 1 October (Amos et al., WWW 2021)."""
    return _nearest(points, 6)


def month(points: Sequence[Point]) -> list[Point]:
    """`month`: of each month the one nearest to its 16th."""
    return _nearest(points, 1)


def _nearest(points: Sequence[Point], months: int) -> list[Point]:
    periods: dict[datetime, list[Point]] = {}
    for point in points:
        periods.setdefault(_middle(point.when, months), []).append(point)
    chosen = (_best(rows, middle) for middle, rows in periods.items())
    return [point for point in chosen if point is not None]


def _middle(when: datetime, months: int) -> datetime:
    first = (when.month - 1) // months * months + 1
    return datetime(when.year, first + months // 2, 1 if months > 1 else 16)


def _best(rows: Sequence[Point], middle: datetime) -> Point | None:
    """The nearest, pages first, the earlier one on a tie; none where too many of the period were dead."""
    alive = [point for point in rows if not point.dead]
    if not alive or len(rows) - len(alive) >= TRIES:
        return None
    return min(alive, key=lambda point: (not point.is_page, abs(point.when - middle), point.capture.key))


STRATEGIES: dict[str, Strategy] = {
    "all": every,
    "year": year,
    "half-year": half_year,
    "month": month,
    "first-last": first_last,
}


def spread(points: Sequence[Point], number: int) -> list[Point]:
    """At most `number` of the points, evenly over their order, first and last among them."""
    if number <= 0 or len(points) <= number:
        return list(points) if number > 0 else []
    if number == 1:
        return [points[0]]
    return [points[round(step * (len(points) - 1) / (number - 1))] for step in range(number)]
