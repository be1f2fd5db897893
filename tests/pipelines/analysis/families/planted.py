"""Texts with planted near-copies: families whose members share a given part of their shingles with the first."""

import random

from pipelines.analysis.families.leaders import LENGTH, jaccard, shingles

WORDS = [f"{a}{b}{c}" for a in "bdfgklmnprst" for b in "aeiou" for c in ("ck", "ll", "nt", "rs", "st", "x", "m", "p")]


def text_of(words: list[str]) -> str:
    return "\n\n".join(" ".join(words[at : at + 60]) for at in range(0, len(words), 60))


def original(dice: random.Random, length: int = 700) -> list[str]:
    return dice.choices(WORDS, k=length)


def copied(words: list[str], wanted: float, dice: random.Random) -> tuple[str, float]:
    """A copy with words replaced one by one until no more than `wanted` is shared, and what is shared in fact."""
    copy, first = list(words), shingles(text_of(words))
    # each word that is replaced takes LENGTH shingles from one set and puts as many into the other
    changes = round((1 - wanted) / (1 + wanted) * (len(words) - LENGTH + 1) / LENGTH)
    for place in range(changes):
        copy[(place * len(words)) // max(1, changes) + dice.randrange(LENGTH)] = f"other{dice.randrange(10**9)}"
    return text_of(copy), jaccard(first, shingles(text_of(copy)))
