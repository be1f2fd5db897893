"""A text as the set of its shingles, and how alike two such sets are.

A shingle is five words in a row, in lower case and without marks and link addresses: what differs in layout alone is
the same. A letter of a script without spaces counts as a word. Shingles are kept as 64-bit numbers, sorted.
"""

import re
from functools import lru_cache
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

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
