"""What was asked on the wire in this run, step by step, and what it led to: so that nothing is asked twice.

A step is one address at one time. Several captures may come by the same one: two rows of one second, redirects that
lead to one page, a hop to what is being asked just now. The first asks, the others wait for its answer.
"""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from crawler.archives.addresses import escaped
from pipelines.formats.surt import urlkey
from pipelines.items.captures import WAYBACK, Capture, CaptureKey, State
from pipelines.items.readings import Failure

_REMEMBERED = 20_000  # answers; older ones are told by the ledger, but for those of addresses that no listing shows

Step = tuple[str, str, str]
"""Timestamp, address as it goes over the wire, and archive."""


def step(timestamp: str, original: str, archive: str) -> Step:
    """Twisted leaves out a query and parameters that are empty, with their mark."""
    return timestamp, escaped(original).removesuffix("?").removesuffix(";"), archive


@dataclass(frozen=True, slots=True)
class Moved:
    """The answer was an archived redirect, which leads on."""

    timestamp: str
    original: str


@dataclass(frozen=True, slots=True)
class Hopped:
    """The archive sent on to the nearest that it can play."""

    timestamp: str
    original: str


@dataclass(frozen=True, slots=True)
class Page:
    """The answer was a page, kept as `key`; it is on its way to be read on behalf of `asked`."""

    key: CaptureKey
    asked: CaptureKey


@dataclass(frozen=True, slots=True)
class Nothing:
    """The answer was that there is nothing to be had, for good."""

    state: State
    failure: Failure


Found = Moved | Hopped | Page | Nothing
Waiting = TypeVar("Waiting")


class Steps(Generic[Waiting]):
    """The steps of one run: which are on the wire, who waits for them, and what the latest of them led to."""

    def __init__(self) -> None:
        self._on_the_wire: dict[Step, list[Waiting]] = {}
        self._found: OrderedDict[Step, Found] = OrderedDict()

    def begin(self, step: Step) -> None:
        """Note that a step is asked now."""
        self._on_the_wire[step] = []

    def wait(self, step: Step, waiting: Waiting) -> bool:
        """Let somebody wait for a step. False where it is not on the wire: then nobody is kept."""
        if step not in self._on_the_wire:
            return False
        self._on_the_wire[step].append(waiting)
        return True

    def found(self, step: Step, found: Found) -> None:
        """Note what a step led to; the answer of one that is to be tried again is not noted."""
        self._found[step] = found
        self._found.move_to_end(step)
        if len(self._found) > _REMEMBERED:
            self._found.popitem(last=False)

    def end(self, step: Step) -> Iterable[Waiting]:
        """Note that a step is on the wire no more. Gives those who waited for it."""
        return self._on_the_wire.pop(step, [])

    def is_begun(self, step: Step) -> bool:
        """Whether a step was asked, and its answer is awaited or remembered."""
        return step in self._on_the_wire or step in self._found

    def known(self, step: Step) -> Found | None:
        """What a step led to, where that is remembered."""
        return self._found.get(step)


class Numbers:
    """A set of row ids in a bit each: a million take 125 kB."""

    def __init__(self) -> None:
        self._bits = bytearray()

    def __contains__(self, number: int) -> bool:
        place = number >> 3
        return place < len(self._bits) and bool(self._bits[place] >> (number & 7) & 1)

    def add(self, number: int) -> None:
        place = number >> 3
        self._bits.extend(bytes(max(0, place + 1 - len(self._bits))))
        self._bits[place] |= 1 << (number & 7)

    def discard(self, number: int) -> None:
        if number in self:
            self._bits[number >> 3] &= ~(1 << (number & 7))


def unlisted(original: str, timestamp: str, archive: str = WAYBACK) -> Capture:
    """A capture that no listing shows, and of which only its address, its time and its archive are known."""
    return Capture(urlkey(original), timestamp, original, "unk", "-", "-", archive=archive)
