"""What a fault is, and what the catalogue of faults is written with."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from crawler.local_archive.server.asked import CDX, DIALECTS, REPLAY, Asked
from crawler.local_archive.server.loopback import Answer, Request


@dataclass(frozen=True, slots=True)
class Case:
    """A request, what the archive would have answered, and a random generator seeded by the address."""

    request: Request
    asked: Asked
    given: Answer
    dice: random.Random
    time_scale: float

    @property
    def is_memento(self) -> bool:
        return bool(self.given.header("memento-datetime"))

    @property
    def is_good_page(self) -> bool:
        """A memento with a page or file in it."""
        return self.is_memento and self.given.status == 200 and bool(self.given.body)

    def scaled(self, seconds: float) -> float:
        return seconds / self.time_scale


Change = Callable[[Case], Answer]


@dataclass(frozen=True, slots=True)
class Fault:
    """One way to fail. `rows` are its numbers in docs/failures.md, none for one of other dialects alone.

    `dialects` are those of the archives that can fail so. Lasting: the fault is in the archive's holdings, so that
    trying again is no help. Harmless: the answer holds all that it would have held. Apart: never part of `all`, since
    no crawl can end well with it.
    """

    name: str
    rows: tuple[int, ...]
    on: frozenset[str]
    change: Change = field(repr=False)
    about: str
    is_lasting: bool = False
    is_harmless: bool = False
    is_apart: bool = False
    dialects: tuple[str, ...] = DIALECTS


LISTING = frozenset({CDX})
PLAYBACK = frozenset({REPLAY})
BOTH = LISTING | PLAYBACK


class Catalogue(list[Fault]):
    """Faults in order; a function becomes one by `@catalogue.add(...)`, its name and docstring are the fault's.

    `dialects` are those in which all of its faults are known, all of them where none is named.
    """

    def __init__(self, *dialects: str) -> None:
        super().__init__()
        self._dialects = dialects or DIALECTS

    def add(
        self, *rows: int, on: frozenset[str], lasting: bool = False, harmless: bool = False, apart: bool = False
    ) -> Callable[[Change], Change]:
        def added(change: Change) -> Change:
            name = change.__name__.replace("_", "-")
            about = (change.__doc__ or "").partition("\n")[0]
            self.append(Fault(name, rows, on, change, about, lasting, harmless, apart, self._dialects))
            return change

        return added
