"""How many fetches `SELECT=changes` needs, on synthetic documents: `python -m tests.bench.simulate_changes`.

Each document has N captures at random times over 25 years, each with bytes of its own, and V versions of its text
at random places. An oscillating one shows each version in two faces, one at random in each capture. Without
oscillation no document may need more than V (2 + log2(N / V)) fetches and its looks at regular distances.
"""

import math
import random
import sys
from bisect import bisect
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from crawler.selection.change_search import GAP_DAYS
from crawler.selection.plan import DocumentPlan
from pipelines.items.captures import Capture, Known, State

YEARS = 25
FACES = 2
CAPTURES = (100, 1_000, 5_000, 20_000, 100_000)
VERSIONS = (1, 15, 100, 500)


@dataclass(frozen=True)
class Outcome:
    """What the search for the changes of one document took, and what it missed."""

    captures: int
    texts: int
    looks: int  # at regular distances
    fetches: int
    rounds: int
    missed: int  # neighbouring versions between which a text was not found

    @property
    def bound(self) -> int:
        """With two faces a version counts as two texts."""
        return math.floor(self.texts * (2 + math.log2(self.captures / self.texts))) + self.looks

    @property
    def share(self) -> float:
        return self.fetches / self.captures


def simulate(captures: int, versions: int, *, oscillating: bool = False, seed: int = 0) -> Outcome:
    """One synthetic document, searched to the end."""
    chance = random.Random(seed)
    listing = _listing(captures, chance)
    borders = sorted(chance.sample(range(1, captures), versions - 1))
    texts = [str(bisect(borders, place)) for place in range(captures)]
    if oscillating:
        texts = [text + chance.choice("ab") for text in texts]
    return _search(listing, dict(zip((row.digest for row in listing), texts, strict=True)))


def _listing(number: int, chance: random.Random) -> list[Capture]:
    start = datetime(2000, 1, 1)
    seconds = sorted(chance.sample(range(YEARS * 365 * 86_400), number))
    times = ((start + timedelta(seconds=second)).strftime("%Y%m%d%H%M%S") for second in seconds)
    url, key = "http://example.com/privacy", "com,example)/privacy"
    return [Capture(key, time, url, "text/html", "200", f"D{place}") for place, time in enumerate(times)]


def _search(listing: Sequence[Capture], texts: dict[str, str]) -> Outcome:
    document = DocumentPlan("changes", listing, {})
    found: dict[str, str] = {}
    looks = rounds = 0
    while wanted := [decision.capture for decision in document.next() if decision.state is State.SELECTED]:
        rounds += 1
        looks = looks or len(wanted)  # the first round asks for nothing else
        for row in wanted:
            found[row.digest] = texts[row.digest]
            document.learn(row.key, Known(State.READ, reading_key=texts[row.digest]))
    missed = len(set(_versions(texts.values())) - set(_versions(found[d] for d in texts if d in found)))
    return Outcome(len(listing), len(set(texts.values())), looks, len(found), rounds, missed)


def _versions(texts: Iterable[str]) -> Iterator[str]:
    """The versions in their order, without the face they show."""
    bare = [text.rstrip("ab") for text in texts]
    yield from (text for before, text in pairwise(["", *bare]) if text != before)


def table(sizes: Iterable[int] = CAPTURES) -> Iterator[Outcome]:
    """Simulates and prints line by line."""
    print(f"One look in {GAP_DAYS} days over {YEARS} years; each capture with bytes of its own")
    print(f"{'captures':>9} {'versions':>9} {'oscillates':>11} {'fetches':>8} {'share':>7} {'bound':>6} {'rounds':>7}")
    for captures in sizes:
        for versions in (number for number in VERSIONS if number * FACES <= captures):
            for oscillating in (False, True):
                found = simulate(captures, versions, oscillating=oscillating)
                shown = "yes" if oscillating else "no"
                print(
                    f"{captures:>9} {versions:>9} {shown:>11} {found.fetches:>8} {found.share:>7.2%}"
                    f" {found.bound:>6} {found.rounds:>7}"
                )
                yield found


def main() -> int:
    outcomes = list(table())
    wrong = [found for found in outcomes if found.fetches > found.bound or found.missed]
    shares = [simulate(5_000, 15, seed=seed).share for seed in range(20)]
    print(f"20 documents of 5,000 captures and 15 versions: {max(shares):.2%} of the captures at most")
    for found in wrong:
        print(f"too many fetches, or a version missed: {found}", file=sys.stderr)
    return 1 if wrong or max(shares) > 0.04 else 0


if __name__ == "__main__":
    sys.exit(main())
