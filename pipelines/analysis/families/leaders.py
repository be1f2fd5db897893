"""Families of nearly equal texts, each led by its oldest: texts come in order of age and join the nearest leader.

Candidates come from MinHash signatures in 16 bands (rensa); each is then compared in full, so that nobody joins a
family by a guess. Only leaders are kept, so that a template of thousands of copies costs no more than one text.
Signatures differ between releases of rensa and are never stored.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray
from rensa import RMinHash, RMinHashLSH

from pipelines.analysis.comparison.tokens import AUTOLINK, LINK_END

Shingles = NDArray[np.uint64]

LENGTH = 5
"""Words of a shingle; a text of fewer has one, of all its words."""

_WORD = re.compile(r"\w+")
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
_ODD = np.uint64(0x9E3779B97F4A7C15)


def shingles(text: str) -> Shingles:
    """The distinct shingles of a text, in ascending order; none where it has no word."""
    words = words_of(text)
    if not words:
        return np.empty(0, np.uint64)
    numbers = np.fromiter(map(_number, words), np.uint64, len(words))
    length = min(LENGTH, len(words))
    mixed = np.zeros(len(words) - length + 1, np.uint64)
    for place in range(length):  # a polynomial of the words, in wrapping arithmetic: the order of words counts
        mixed = mixed * _ODD + numbers[place : place + len(mixed)]
    return np.unique(mixed)


def words_of(text: str) -> list[str]:
    """The words of a Markdown text, in lower case."""
    text = AUTOLINK.sub(" ", LINK_END.sub(" ", text)).casefold()
    if not text.isascii():
        text = _UNSPACED.sub(r" \g<0> ", text)
    return _WORD.findall(text)


@lru_cache(maxsize=1 << 16)
def _number(word: str) -> int:
    return int.from_bytes(blake2b(word.encode("utf-8", "replace"), digest_size=8).digest(), "big")


def jaccard(one: Shingles, other: Shingles) -> float:
    """Shared shingles by all shingles of the two, 0 to 1. Two texts without any are not alike."""
    shared = len(np.intersect1d(one, other, assume_unique=True))
    together = len(one) + len(other) - shared
    return shared / together if together else 0.0


RULES = 1
"""Goes up where shingles or the way to families change."""

BANDS = 16
MOST_MISSED = 0.001
"""Share of pairs just at the setting that no band may show."""
_MOST_ROWS = 16
_SEED = 42
_KEPT = 64  # leaders whose shingles are kept at hand


def rows_of_bands(least: float) -> int:
    """Hashes of a band: as many as find pairs at the setting, so that few others are compared in full."""
    fitting = [rows for rows in range(1, _MOST_ROWS + 1) if (1 - least**rows) ** BANDS <= MOST_MISSED]
    return max(fitting, default=1)


@dataclass(frozen=True, slots=True)
class Kin:
    """The leader that a text is like: its number, and how alike they are."""

    leader: int
    jaccard: float


class Leaders:
    """The oldest texts of all families so far, by numbers of the caller's. `shingles_of` gives those of a leader again;
    `least` is the Jaccard index, above 0 and up to 1, from which on texts are of one family."""

    def __init__(self, least: float, shingles_of: Callable[[int], Shingles]) -> None:
        self._least = least
        self._hashes = BANDS * rows_of_bands(least)
        self._index = RMinHashLSH(least, self._hashes, BANDS)
        self._sizes: dict[int, int] = {}
        self._shingles_of = lru_cache(_KEPT)(shingles_of)
        self.compared = 0

    def add(self, number: int, found: Shingles) -> None:
        """Take a text for the leader of a family."""
        if len(found):
            self._index.insert(number, self._signature(found))
            self._sizes[number] = len(found)

    def join(self, number: int, found: Shingles) -> Kin | None:
        """The nearest leader that is near enough, the oldest of several; None where there is none: the text leads a
        family of its own from now on."""
        if not len(found):
            return None
        signature = self._signature(found)
        kin = [each for each in map(self._kin(found), self._near_in_size(signature, len(found))) if each]
        if kin:
            return min(kin, key=lambda each: (-each.jaccard, each.leader))
        self._index.insert(number, signature)
        self._sizes[number] = len(found)
        return None

    def _near_in_size(self, signature: RMinHash, size: int) -> list[int]:
        """Leaders that share a band, less those that cannot be near for having many more or fewer shingles."""
        near = {int(one) for one in self._index.query(signature)}
        return sorted(n for n in near if self._least <= min(size, self._sizes[n]) / max(size, self._sizes[n]))

    def _kin(self, found: Shingles) -> Callable[[int], Kin | None]:
        def compared(leader: int) -> Kin | None:
            self.compared += 1
            index = jaccard(found, self._shingles_of(leader))
            return Kin(leader, index) if index >= self._least else None

        return compared

    def _signature(self, found: Shingles) -> RMinHash:
        raw = found.tobytes()
        signature = RMinHash(self._hashes, _SEED)
        signature.update([raw[at : at + 8] for at in range(0, len(raw), 8)])
        return signature
