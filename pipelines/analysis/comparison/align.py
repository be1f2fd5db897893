"""Which block of the one text is which of the other: a chain of pairs in order, then the ones that were moved.

Nothing here is quadratic in the length of a text: blocks are looked up by what they share, and the best chain is found
by bisection.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from msgspec import Struct
from rapidfuzz.distance import Indel

from pipelines.analysis.comparison.tokens import shared_start, tokens_of

LEAST_ALIKE = 0.5  # share of words in common that makes two blocks one that was changed
LEAST_ALIKE_MOVED = 0.75  # the same for blocks that stand elsewhere
LONGEST_REPLACED = 300  # characters of a block that took the place of another
LEAST_ALIKE_REPLACED = 0.25
LEAST_SIZE_MOVED = 24  # characters of a block that is told as moved; shorter ones move only with a neighbour
SAME_KIND = 5  # characters that it counts for two equal blocks to be of one kind, too
MOST_REPEATS = 8  # places of equal blocks that are all tried with each other; of more, the first with the first ...
MOST_SHARING = 8  # blocks that a word may stand in and still lead from one block to another
MOST_CANDIDATES = 3  # blocks that are looked at for each, those that share most first
MOST_CELLS = 200_000_000  # tokens times tokens of two blocks that are looked at more closely


Code = str | tuple[str, ...]
"""The tokens of a block: a letter for each of them, or they themselves."""

Key = int | Code
"""Two blocks have the same words where their keys are equal: a number if both texts have one that is written alike,
else their code."""


@dataclass(frozen=True, slots=True)
class Side:
    """The blocks of one text, for each its key, what stands there, how long it is (characters), and its kind."""

    keys: Sequence[Key]
    bodies: Sequence[str]
    sizes: Sequence[int]
    kinds: Sequence[str]


@dataclass(frozen=True, slots=True)
class Pairs:
    """Indexes of blocks: `kept` rise on both sides; `moved` do not. What is in neither was removed or added."""

    kept: list[tuple[int, int]]
    moved: list[tuple[int, int]]


class _Candidate(Struct, frozen=True, gc=False):
    before: int
    after: int
    weight: float
    alike: float


def align(before: Side, after: Side) -> Pairs:
    """Pair the blocks of two texts."""
    start = shared_start(before.keys, after.keys)
    end = shared_start(before.keys[start:][::-1], after.keys[start:][::-1])
    n, m = len(before.keys), len(after.keys)
    left, right = range(start, n - end), range(start, m - end)
    candidates = [*_equal(before, after, left, right), *_alike(before, after, left, right)]
    chain = _heaviest_chain(candidates)
    first = [(i, i) for i in range(start)]
    last = [(n - i, m - i) for i in range(end, 0, -1)]
    kept = [*first, *((each.before, each.after) for each in chain), *last]
    moved = _moved(before, after, kept, candidates)
    return Pairs(_with_replaced(before, after, kept, moved), moved)


def _places(keys: Sequence[Key], where: Iterable[int]) -> dict[Key, list[int]]:
    places: dict[Key, list[int]] = defaultdict(list)
    for i in where:
        places[keys[i]].append(i)
    return places


def _equal(before: Side, after: Side, left: range, right: range) -> list[_Candidate]:
    """Blocks with the same words; better still where they are of one kind, too."""
    found = []
    places = _places(after.keys, right)
    for key, mine in _places(before.keys, left).items():
        others = places.get(key, [])
        few = len(mine) * len(others) <= MOST_REPEATS**2
        for i, j in ((i, j) for i in mine for j in others) if few else zip(mine, others, strict=False):
            same_kind = before.kinds[i] == after.kinds[j]
            found.append(_Candidate(i, j, before.sizes[i] + (SAME_KIND if same_kind else 1), 1.0))
    return found


def _alike(before: Side, after: Side, left: range, right: range) -> list[_Candidate]:
    """Blocks without an equal one that share at least half of their words with one of the other side's."""
    there, here = {after.keys[j] for j in right}, {before.keys[i] for i in left}
    codes = {j: key for j in right if (key := after.keys[j]) and not isinstance(key, int) and key not in here}
    leads = _leads(codes)
    found = []
    for i in left if leads else ():
        key = before.keys[i]
        if key and not isinstance(key, int) and key not in there:
            found += [
                _Candidate(i, j, alike * alike * before.sizes[i], alike)
                for j in _likest(key, codes, leads)
                if (alike := _likeness(key, codes[j])) >= LEAST_ALIKE
            ]
    return found


def _leads(codes: dict[int, Code]) -> dict[str, list[int]]:
    """The blocks that each token stands in, without those that stand in many."""
    having: dict[str, list[int]] = defaultdict(list)
    for j, code in codes.items():
        for token in set(code):
            having[token].append(j)
    return {token: places for token, places in having.items() if len(places) <= MOST_SHARING}


def _likest(code: Code, codes: dict[int, Code], leads: dict[str, list[int]]) -> Iterable[int]:
    """The blocks that share most tokens with one."""
    shares: dict[int, int] = {}
    for token in leads.keys() & set(code):
        for j in leads[token]:
            shares[j] = shares.get(j, 0) + 1
    if len(shares) <= MOST_CANDIDATES:
        return shares
    length = len(code)
    return [j for _, j in sorted([(-n / (length + len(codes[j])), j) for j, n in shares.items()])[:MOST_CANDIDATES]]


def _likeness(one: Code, other: Code) -> float:
    """The share of both blocks' tokens that the longest common run of them holds, 0 to 1; 0 where it is below half."""
    if len(one) * len(other) > MOST_CELLS:
        return float(one[:1] == other[:1])
    return Indel.normalized_similarity(one, other, score_cutoff=LEAST_ALIKE)


def _heaviest_chain(candidates: list[_Candidate]) -> list[_Candidate]:
    """Of all chains that rise on both sides, the one whose weights sum up to most."""
    candidates = sorted(candidates, key=lambda each: (each.before, -each.after))
    ends: list[int] = []  # last places in `after`, rising, of chains whose weights rise, too
    weights: list[float] = []
    chains: list[tuple[_Candidate, object] | None] = []
    for each in candidates:
        at = bisect_left(ends, each.after)
        weight = each.weight + (weights[at - 1] if at else 0.0)
        past = at
        while past < len(ends) and weights[past] <= weight:
            past += 1
        if past == at and at < len(ends) and ends[at] == each.after:
            continue  # a heavier one ends there
        before = chains[at - 1] if at else None
        ends[at:past], weights[at:past], chains[at:past] = [each.after], [weight], [(each, before)]
    return _unrolled(chains[-1] if chains else None)


def _unrolled(chain: object) -> list[_Candidate]:
    found = []
    while isinstance(chain, tuple):
        each, chain = chain
        found.append(each)
    return found[::-1]


def _with_replaced(
    before: Side, after: Side, kept: list[tuple[int, int]], moved: list[tuple[int, int]]
) -> list[tuple[int, int]]:
    """The pairs, and those of what stands alone between two of them on both sides: as many blocks, of the same kinds,
    each a little alike. So a date or a line of an address that is new takes the place of the old one."""
    left, right = {i for i, _ in moved}, {j for _, j in moved}
    found: list[tuple[int, int]] = []
    i = j = 0
    for a, b in [*kept, (len(before.keys), len(after.keys))]:
        if i < a and j < b:
            ours = [each for each in range(i, a) if each not in left]
            theirs = [each for each in range(j, b) if each not in right]
            pairs = list(zip(ours, theirs, strict=False))
            if len(ours) == len(theirs) and all(_replaces(before, after, *pair) for pair in pairs):
                found += pairs
        if a < len(before.keys):
            found.append((a, b))
        i, j = a + 1, b + 1
    return found


def _replaces(before: Side, after: Side, i: int, j: int) -> bool:
    if before.kinds[i] != after.kinds[j] or max(before.sizes[i], after.sizes[j]) > LONGEST_REPLACED:
        return False
    alike = Indel.normalized_similarity(_small(before.bodies[i]), _small(after.bodies[j]))
    return alike >= LEAST_ALIKE_REPLACED


def _small(body: str) -> list[str]:
    """The tokens of a body in small letters."""
    return [token.casefold() for token in tokens_of(body).keys]


def _moved(
    before: Side, after: Side, kept: list[tuple[int, int]], candidates: list[_Candidate]
) -> list[tuple[int, int]]:
    """Pairs among what is left over, the likest and longest first; then short equal neighbours of moved blocks."""
    left = set(range(len(before.keys))) - {i for i, _ in kept}
    right = set(range(len(after.keys))) - {j for _, j in kept}
    moved: dict[int, int] = {}
    for each in sorted(candidates, key=lambda each: (-each.alike, -each.weight, each.before, each.after)):
        i, j = each.before, each.after
        is_long = before.sizes[i] >= LEAST_SIZE_MOVED or (before.kinds[i] == "heading" and each.alike == 1)
        if each.alike >= LEAST_ALIKE_MOVED and is_long and i in left and j in right:
            _take(i, j, left, right, moved)
    for i, j in list(moved.items()):
        for step in (-1, 1):
            a, b = i + step, j + step
            while a in left and b in right and before.keys[a] == after.keys[b]:
                _take(a, b, left, right, moved)
                a, b = a + step, b + step
    return sorted(moved.items())


def _take(i: int, j: int, left: set[int], right: set[int], moved: dict[int, int]) -> None:
    left.discard(i)
    right.discard(j)
    moved[i] = j
