"""The strategy `changes`: find every change of a document's text with few fetches.

The line that is searched are the document's pages in time order. A redirect stands in it only where it tells
something: in a calendar half-year without a page, or as the first or the last capture. Captures that share their
bytes share their text without a fetch.

New captures are wanted only when all that were selected before are settled. So the fetches go in rounds, and each
round follows from what the pages say, never from the order in which they arrived or from a crash between.
"""

from collections.abc import Iterator, Sequence
from itertools import accumulate, groupby

from crawler.selection.intervals import Intervals
from crawler.selection.payload_states import Holding
from crawler.selection.payloads import half_year_of
from crawler.selection.strategies import Point
from pipelines.formats.timestamps import EARLIEST
from pipelines.items.captures import Capture, CaptureKey

DAY = 86_400.0
GAP_DAYS = 180
PRECISIONS = {"capture": -1.0, "day": DAY, "week": 7 * DAY}


class Changes:
    """`changes` applied to one document."""

    def __init__(self, points: Sequence[Point], precision: str, cap: int | None = None) -> None:
        """`precision`: one of PRECISIONS. Of a cap at most one half is spent on looks at regular distances."""
        line = groupby(_telling(points), key=lambda point: id(point.holding))
        self._runs = [tuple(run) for _, run in line]
        starts = list(accumulate((_seconds(run[0]) for run in self._runs), max))
        ends = list(accumulate((_seconds(run[-1]) for run in self._runs), max))
        span = ends[-1] - starts[0] if ends else 0.0
        gap = max(GAP_DAYS * DAY, span / max(cap / 2, 1) if cap else 0.0)
        self._intervals = Intervals(starts, ends, gap, PRECISIONS[precision])
        self._places: dict[int, list[int]] = {}
        for position, run in enumerate(self._runs):
            self._places.setdefault(id(run[0].holding), []).append(position)
        self._under_way: set[int] = set()
        for holding in {id(run[0].holding): run[0].holding for run in self._runs}.values():
            self.learn(holding)

    def learn(self, holding: Holding) -> None:
        """Note what became of a payload; of one that does not stand in the line, nothing."""
        places = self._places.get(id(holding), ())
        if places and holding.is_under_way:
            self._under_way.add(id(holding))
        else:
            self._under_way.discard(id(holding))
        for position in places:
            self._place(position, holding)

    def wanted(self, budget: int | None) -> Iterator[Capture]:
        """The captures to select now, at most as many as the budget; each has to be learned before the next."""
        if self._under_way:
            return
        while budget is None or budget > 0:
            position = self._intervals.next()
            if position is None:
                return
            yield next(point.capture for point in self._runs[position] if not point.dead)
            budget = None if budget is None else budget - 1

    def open(self, is_spent: bool) -> list[tuple[CaptureKey, CaptureKey]]:
        """The captures between which a change may still be found; where the cap is spent, whose text is awaited."""
        last = len(self._runs) - 1
        ends = ((max(left, 0), min(right, last)) for left, right in self._intervals.open(is_spent))
        return [(self._runs[left][-1].capture.key, self._runs[right][0].capture.key) for left, right in ends]

    def _place(self, position: int, holding: Holding) -> None:
        if holding.text or holding.is_awaited:
            self._intervals.settle(position, holding.text)
        elif holding.is_held or all(point.dead for point in self._runs[position]):
            self._intervals.drop(position)
        else:
            self._intervals.release(position)


def _seconds(point: Point) -> float:
    return (point.when - EARLIEST).total_seconds()


def _telling(points: Sequence[Point]) -> list[Point]:
    with_pages = {half_year_of(point.capture) for point in points if point.is_page}
    ends = {id(point.holding) for point in (*points[:1], *points[-1:])}
    return [
        point
        for point in points
        if point.is_page or half_year_of(point.capture) not in with_pages or id(point.holding) in ends
    ]
