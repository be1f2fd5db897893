"""Which captures of a document are wanted, but for `changes`: one pure function a strategy.

Each is given the points of a document in time order and gives back those it wants. Where a capture that was chosen
turns out to be dead, the function is asked again and takes the next best.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from crawler.selection.payload_states import TRIES, Holding
from pipelines.formats.timestamps import instant
from pipelines.items.captures import Capture


@dataclass(frozen=True, slots=True)
class Point:
    """A capture that could be fetched. `dead`: it was tried, and the archive does not give it."""

    capture: Capture
    holding: Holding
    when: datetime

    @property
    def is_page(self) -> bool:
        return not self.holding.payload.is_redirect

    @property
    def dead(self) -> bool:
        return self.holding.is_dead(self.capture.key)


Strategy = Callable[[Sequence[Point]], list[Point]]


def every(points: Sequence[Point]) -> list[Point]:
    """`all`: each one."""
    return [point for point in points if not point.dead]


def first_last(points: Sequence[Point]) -> list[Point]:
    """`first-last`: the first and the last, pages before redirects."""
    pages = [point for point in points if point.is_page] or points
    ends = (every(pages[:TRIES])[:1], every(pages[-TRIES:])[-1:])
    return list(dict.fromkeys(chain(*ends)))


def year(points: Sequence[Point]) -> list[Point]:
    """`year`: of each year the one nearest to 1 July."""
    return _nearest(points, 12)


def half_year(points: Sequence[Point]) -> list[Point]:
    """`half-year`: of each half the one nearest to 1 April or 1 October (Amos et al., WWW 2021)."""
    return _nearest(points, 6)


def month(points: Sequence[Point]) -> list[Point]:
    """`month`: of each month the one nearest to its 16th."""
    return _nearest(points, 1)


STRATEGIES: dict[str, Strategy] = {
    "all": every,
    "year": year,
    "half-year": half_year,
    "month": month,
    "first-last": first_last,
}


class Choice:
    """A strategy applied to one document, and again where what it chose turned out to be dead."""

    def __init__(self, strategy: Strategy, points: Sequence[Point]) -> None:
        self._strategy, self._points = strategy, points
        self._is_stale = True

    def learn(self, holding: Holding) -> None:
        """Note that something became of a payload: the choice is made anew where it has lost its holder."""
        self._is_stale = self._is_stale or not holding.is_held

    def wanted(self, budget: int | None) -> Iterator[Capture]:
        """The captures to select now, at most as many as the budget, spread over time where they are more."""
        if not self._is_stale:
            return
        self._is_stale = False
        points = [point for point in self._strategy(self._points) if point.holding.is_free]
        if budget is not None:
            firsts = {id(point.holding): point for point in reversed(points)}
            points = spread([point for point in points if firsts[id(point.holding)] is point], budget)
        for point in points:
            if point.holding.is_free:
                yield point.capture


def spread(points: Sequence[Point], number: int) -> list[Point]:
    """At most `number` of the points, evenly over their order, first and last among them."""
    if number <= 1 or len(points) <= number:
        return list(points[: max(number, 0)])
    return [points[round(step * (len(points) - 1) / (number - 1))] for step in range(number)]


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
    alive = every(rows)
    if not alive or len(rows) - len(alive) >= TRIES:
        return None
    return min(alive, key=lambda point: (not point.is_page, abs(point.when - middle), point.capture.key))


def points_of(line: Sequence[tuple[Capture, Holding]]) -> list[Point]:
    """The points of a line of captures in time order."""
    return [Point(row, holding, instant(row.timestamp)) for row, holding in line]
