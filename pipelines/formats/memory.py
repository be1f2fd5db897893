"""What a reader remembers, so that what is equal is read once: of bytes, of trees, of the parts that hold the prose.

A key is a digest of all that an outcome depends on. So a reader with a memory reads as one without, in whatever order
pages come; `tests/pipelines/formats/test_memory.py` holds that. Each memory has its own bounds, in outcomes and in
bytes: the one that was not asked for longest goes first.
"""

import hashlib
import sys
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from pipelines.exceptions import ReadingFailed

MOST_BYTES = 16 << 20
A_KEY = 200  # bytes that a key and its place take, about
LINES = 4096  # results that functions of a line remember, with `lru_cache`: most lines of a page were met before
LONGEST_LINE = 1500  # characters: of longer ones they remember none, so that each takes some megabytes at most

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Failed:
    """A ReadingFailed without its traceback, which would hold the whole page."""

    reason: str
    detail: str


class Memory(Generic[T]):
    """The last outcomes by their keys, failures too. `most` is how many at most, 0 for none; `size_of` tells the bytes
    of one."""

    def __init__(self, most: int, size_of: Callable[[T], int], most_bytes: int = MOST_BYTES) -> None:
        self._most, self._size_of, self._most_bytes = most, size_of, most_bytes
        self._outcomes: OrderedDict[bytes, tuple[T | Failed, int]] = OrderedDict()
        self.size = 0  # bytes
        self.spared = 0  # times that something was not made again

    def get(self, key: bytes, make: Callable[[], T]) -> T:
        """What belongs to a key: remembered, or made now. Raises ReadingFailed where `make` did."""
        if (known := self._outcomes.get(key)) is not None:
            self.spared += 1
            self._outcomes.move_to_end(key)
            outcome = known[0]
        else:
            outcome = _outcome(make)
            self._keep(key, outcome)
        if isinstance(outcome, Failed):
            raise ReadingFailed(outcome.reason, detail=outcome.detail)
        return outcome

    def _keep(self, key: bytes, outcome: T | Failed) -> None:
        size = A_KEY + (0 if isinstance(outcome, Failed) else self._size_of(outcome))
        if not self._most or size > self._most_bytes:
            return
        self._outcomes[key] = outcome, size
        self.size += size
        while len(self._outcomes) > self._most or self.size > self._most_bytes:
            self.size -= self._outcomes.popitem(last=False)[1][1]


def key_of(*parts: bytes | str) -> bytes:
    """A digest of parts; where one ends and the next begins counts."""
    digest = hashlib.sha256()  # of which processors do twice as much in a second as of others
    for part in parts:
        data = part if isinstance(part, bytes) else part.encode("utf-8", "surrogatepass")
        digest.update(b"%d:" % len(data))
        digest.update(data)
    return digest.digest()[:16]


def _outcome(make: Callable[[], T]) -> T | Failed:
    try:
        return make()
    except ReadingFailed as failure:
        return Failed(failure.reason, failure.detail)


def load_database_alone() -> None:
    """Load sqlite-utils without pandas and numpy, for whose values it looks out: they take longer to load than all of
    `status`, and 80 MB in each process. Whoever wants them later has them."""
    hidden = [name for name in ("pandas", "numpy") if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]  # None there says: not to be found
    try:
        import sqlite_utils  # noqa: F401
    finally:
        for name in hidden:
            del sys.modules[name]
