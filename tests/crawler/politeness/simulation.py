"""An archive with limits and clients with lag, in virtual time: hours pass in seconds, and nothing sleeps."""

import heapq
import random
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count

from crawler.politeness.rate_limiter import Outcome, Pace

START = 1_700_000_000.0
FLIGHTS = {"cdx": 1, "replay": 4}


@dataclass
class Limiter:
    """A sliding window of a minute. Who goes on for a minute of refusals is banned."""

    limit: int
    counts_refused: bool = True
    banned: bool = False
    arrivals: list[float] = field(default_factory=list)
    refusals: list[float] = field(default_factory=list)
    _window: deque[float] = field(default_factory=deque)
    _streak: float | None = None

    def answer(self, now: float) -> Outcome:
        self.arrivals.append(now)
        while self._window and self._window[0] <= now - 60:
            self._window.popleft()
        full = len(self._window) >= self.limit
        if not full or self.counts_refused:
            self._window.append(now)
        return self._refuse(now) if full else self._serve()

    def _refuse(self, now: float) -> Outcome:
        self._streak = now if self._streak is None else self._streak
        self.banned = self.banned or now - self._streak > 60
        self.refusals.append(now)
        return Outcome.LIMITED

    def _serve(self) -> Outcome:
        self._streak = None
        return Outcome.OK


class World:
    """Virtual time, and the tasks that sleep in it: generators of the seconds they sleep."""

    def __init__(self, seed: int = 1) -> None:
        self.now = START
        self.time_of_day = 0.0  # less the virtual time: what a jumping clock shows
        self.random = random.Random(seed)
        self._queue: list[tuple[float, int, Iterator[float]]] = []
        self._order = count()

    def clock(self) -> float:
        return self.now + self.time_of_day

    def start(self, task: Iterator[float], at: float = 0.0) -> None:
        heapq.heappush(self._queue, (self.now + at, next(self._order), task))

    def run(self, seconds: float) -> None:
        end = self.now + seconds
        while self._queue and self._queue[0][0] <= end:
            self.now, _, task = heapq.heappop(self._queue)
            if (pause := next(task, None)) is not None:
                self.start(task, pause)
        self.now = end


@dataclass
class Client:
    """One process: as many tasks a kind as it may have requests in flight."""

    world: World
    pace: Pace
    archive: dict[str, Limiter]
    latency: float = 0.2
    lag: float = 0.05  # of the event loop, at each turn

    def start(self, *kinds: str) -> None:
        for kind in kinds:
            for _ in range(FLIGHTS[kind]):
                self.world.start(self._requests(kind))

    def _requests(self, kind: str) -> Iterator[float]:
        chance = self.world.random.random
        while True:
            for seconds in self.pace.waits(kind):
                yield seconds + chance() * self.lag
            there = chance() * self.latency
            yield there
            outcome = self.archive[kind].answer(self.world.now)
            yield chance() * (self.latency - there)
            self.pace.observe(kind, outcome)


def fullest_window(times: list[float], seconds: float = 60.0) -> int:
    """The most times that lie in any window of that length."""
    ordered, first, most = sorted(times), 0, 0
    for last, time in enumerate(ordered):
        while ordered[first] <= time - seconds:
            first += 1
        most = max(most, last - first + 1)
    return most
