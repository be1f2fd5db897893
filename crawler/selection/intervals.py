"""Where to look next on a line of captures, so that each change of its text is found with few looks.

Positions are numbered by time; each stands for a capture, or for neighbours that share their bytes. Those with a text,
and those that are awaited, cut the line into intervals. A look is wanted

* at the first and at the last position;
* in an interval wider than the gap: at the last position within the gap from its left end, or else the next one;
* in the middle of an interval whose ends have different texts, until nothing lies between them, or it is no wider than
  the precision asked for.

Two texts that alternate (A B A B) are one page in two faces, and their intervals need no look. An interval in which
TRIES positions were dead is given up. All this depends on what is known and not on the order in which it came.
"""

from bisect import bisect, bisect_left, insort
from collections.abc import Iterator, Sequence
from heapq import heappop, heappush
from itertools import chain, pairwise

from crawler.selection.payload_states import TRIES

ALTERNATIONS = 3  # A B A B: a page that came back once may have been put right; twice, it oscillates


class Intervals:
    """The intervals of one line. Costs O(log n) a step, and n moves of a list in C at worst."""

    def __init__(self, starts: Sequence[float], ends: Sequence[float], gap: float, precision: float) -> None:
        """When each position starts and ends, ascending; all in seconds, a negative precision for the finest."""
        self._starts, self._ends, self._gap, self._precision = starts, ends, gap, precision
        self._probes: list[int] = []  # positions with a text or awaited, ascending
        self._dead: list[int] = []
        self._texts: dict[int, str] = {}
        self._places: dict[str, list[int]] = {}
        self._unsure = [-1]  # a heap of left ends whose interval has to be looked at; -1 is the start of the line

    def settle(self, position: int, text: str) -> None:
        """Note that a position has this text, or is awaited where the text is empty."""
        if not _has(self._probes, position):
            insort(self._probes, position)
            self._doubt(position)
        if text and position not in self._texts:
            self._texts[position] = text
            insort(self._places.setdefault(text, []), position)
            self._doubt(position)

    def release(self, position: int) -> None:
        """Note that a position is awaited no longer: it is as if it had never been chosen."""
        place = bisect_left(self._probes, position)
        if self._probes[place : place + 1] == [position]:
            del self._probes[place]
            self._doubt(position)

    def drop(self, position: int) -> None:
        """Note that no text will come of a position."""
        self.release(position)
        if not _has(self._dead, position):
            insort(self._dead, position)
            self._doubt(position)

    def next(self) -> int | None:
        """The earliest position where a look is wanted; the same one until something is noted of it."""
        while self._unsure:
            wanted = self._wanted(self._unsure[0])
            if wanted is not None:
                return wanted
            heappop(self._unsure)
        return None

    def open(self, is_spent: bool = False) -> Iterator[tuple[int, int]]:
        """The intervals in which a change may still be found, by their ends; -1 and n stand for the line's own.

        Where no look is to be had any more (`is_spent`), only those with an awaited end.
        """
        length = len(self._starts)
        for left, right in pairwise([-1, *self._probes, length]):
            is_awaited = any(0 <= end < length and end not in self._texts for end in (left, right))
            if is_awaited or (not is_spent and self._wanted(left) is not None):
                yield left, right

    def _doubt(self, position: int) -> None:
        """Something changed at a position: the intervals at both its sides have to be looked at."""
        place = bisect_left(self._probes, position)
        heappush(self._unsure, self._probes[place - 1] if place else -1)
        if self._probes[place : place + 1] == [position]:
            heappush(self._unsure, position)

    def _wanted(self, left: int) -> int | None:
        """Where in the interval that begins there a look is wanted."""
        place = bisect(self._probes, left)
        if left >= 0 and self._probes[place - 1 : place] != [left]:
            return None  # it has ceased to be an end
        right = self._probes[place] if place < len(self._probes) else len(self._starts)
        dead = bisect_left(self._dead, right) - bisect(self._dead, left)
        if dead >= TRIES or right - left - 1 == dead:
            return None
        aim = self._aim(left, right)
        if aim is None:
            return None
        nearby = chain(range(aim, left, -1), range(aim + 1, right))
        return next(position for position in nearby if not _has(self._dead, position))

    def _aim(self, left: int, right: int) -> int | None:
        if left < 0:
            return 0
        if right == len(self._starts):
            return right - 1
        width = self._starts[right] - self._ends[left]
        if width > self._gap:
            return max(bisect(self._starts, self._ends[left] + self._gap, left, right) - 1, left + 1)
        before, after = self._texts.get(left), self._texts.get(right)
        if before is None or after is None or before == after or width <= self._precision:
            return None
        return None if self._alternate(before, after) else (left + right) // 2

    def _alternate(self, one: str, other: str) -> bool:
        """Whether two texts came in turns, whatever others came between."""
        here, there = sorted((self._places[one], self._places[other]))
        position = here[0]
        for _ in range(ALTERNATIONS):
            place = bisect(there, position)
            if place == len(there):
                return False
            position, here, there = there[place], there, here
        return True


def _has(ascending: Sequence[int], position: int) -> bool:
    place = bisect_left(ascending, position)
    return place < len(ascending) and ascending[place] == position
