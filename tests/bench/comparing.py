"""How long comparisons take: `python -m tests.bench.comparing [CORPUS_DIR]`.

Pairs of invented texts of 4,000 words, each with the edits of a usual revision; or all consecutive versions of a
corpus. CPU seconds of this process.
"""

import random
import sqlite3
import sys
import time
from contextlib import closing
from itertools import pairwise
from pathlib import Path

from pipelines.analysis.comparison.compare import compare

WORDS = 4_000
PAIRS = 200
PROMISED = 5.0  # ms a pair of 4,000 words: 2,000 pairs in 10 s


def invented_pair(seed: int) -> tuple[str, str]:
    """A text of 80 paragraphs and items under 16 headings, and its revision: words, paragraphs, a move, a date."""
    dice = random.Random(seed)
    words = ["".join(dice.choices("abcdefghijklmnoprstuvw", k=dice.randint(2, 9))) for _ in range(900)]
    blocks = [f"Last updated: {dice.randint(1, 28)} May 2019"]
    while sum(block.count(" ") for block in blocks) < WORDS:
        sentence = " ".join(dice.choices(words, k=dice.randint(30, 70)))
        lead = dice.choice(["", "", "", "  * ", "## "])
        blocks.append(lead + (sentence[:40] if lead == "## " else f"{sentence}, [more](https://shop.example/a)."))
    after = [blocks[0].replace("2019", "2020"), *blocks[1:]]
    for _ in range(6):
        at = dice.randrange(1, len(after))
        parts = after[at].split(" ")
        parts[dice.randrange(len(parts))] = dice.choice(words)
        after[at] = " ".join(parts)
    after.insert(dice.randrange(1, len(after)), after.pop(dice.randrange(1, len(after))))
    after.insert(dice.randrange(1, len(after)), " ".join(dice.choices(words, k=60)))
    del after[dice.randrange(1, len(after))]
    return "\n\n".join(blocks), "\n\n".join(after)


def held_pairs(corpus: Path) -> list[tuple[str, str]]:
    """All consecutive versions of a corpus."""
    with closing(sqlite3.connect(corpus / "corpus.sqlite")) as db:
        rows = db.execute("SELECT site, kind, variant, text FROM versions ORDER BY 1, 2, 3, number").fetchall()
    return [(old[3], new[3]) for old, new in pairwise(rows) if old[:3] == new[:3]]


def milliseconds(pairs: list[tuple[str, str]], words: int = WORDS) -> float:
    """CPU time of a comparison, as for texts of so many words."""
    start = time.process_time()
    total = sum(told.words_before + told.words_after for told in (compare(*pair) for pair in pairs)) / 2
    return (time.process_time() - start) * 1000 * words / total


def main(*folders: str) -> bool:
    """Tell the figures. Whether they are what is promised."""
    pairs = held_pairs(Path(folders[0])) if folders else [invented_pair(seed) for seed in range(PAIRS)]
    took = min(milliseconds(pairs) for _ in range(3))
    print(f"  comparison: {took:.1f} ms a pair of {WORDS:,} words (at most {PROMISED}), {len(pairs)} pairs")
    return took <= PROMISED


if __name__ == "__main__":
    sys.exit(not main(*sys.argv[1:]))
