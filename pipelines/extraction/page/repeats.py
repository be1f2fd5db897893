"""What stands in a page twice: the copy for small screens, and a title that its banner repeats."""

from collections import Counter
from itertools import groupby

from pipelines.extraction.form.blocks import HEADINGS, Block

LONG = 300  # letters: shorter texts repeat by chance
BANNER = 4  # blocks: further on, a heading may be said twice on purpose
AGAIN = 80  # letters
FEWEST_PARTS = 3  # and different ones: a policy may well say one thing twice in a row
DOUBLED = 0.4  # share of a page's letters that are said again where every part is
COPIED = 0.3  # share of a page's letters, and of its blocks, that stand once more as far behind as each other
LONGEST_AGAIN = 12  # blocks
SAME = 0.9  # share of the copy's letters that stand in the first one too


def without_repeats(blocks: list[Block]) -> list[Block]:
    """The blocks without a second copy of the whole text or, behind each, of its parts, and with one of two equal
    headings at the start."""
    texts = [block.line for block in blocks]
    blocks, texts = _without_doubled_headings(blocks, texts)
    blocks, texts = _without_parts_again(blocks, texts)
    blocks, texts = _without_copies(blocks, texts)
    if sum(map(len, texts)) < 2 * LONG or texts[0] not in texts[1:]:
        return blocks
    divided = _Divided(texts)
    for place, text in enumerate(texts):
        if place and text == texts[0] and divided.is_copied():
            return blocks[:place]
        divided.go_on(text)
    return blocks


class _Divided:
    """Texts before and behind a place, and how many letters of each side stand on the other one too.

    Each step costs the same, since a page may be one line a hundred thousand times.
    """

    def __init__(self, texts: list[str]) -> None:
        self._before, self._behind = Counter[str](), Counter(texts)
        self._place = 0
        self._first, self._rest = 0, sum(map(len, texts))  # letters
        self._held = self._again = 0  # letters of the first part, and of the rest

    def go_on(self, text: str) -> None:
        """Let the place lie behind `text`, the next one."""
        self._count(text, -1)
        self._before[text] += 1
        self._behind[text] -= 1
        self._count(text, 1)
        self._place += 1
        self._first += len(text)
        self._rest -= len(text)

    def _count(self, text: str, sign: int) -> None:
        before, behind = self._before[text], self._behind[text]
        if before and behind:
            self._held += sign * before * len(text)
            self._again += sign * behind * len(text)

    def is_copied(self) -> bool:
        """Whether the rest is the first part again. Paragraphs that are alike are no copy."""
        if 2 * len(self._before) <= self._place or SAME * self._rest > self._first:
            return False
        return self._rest >= LONG and self._again >= SAME * self._rest and self._held >= SAME * self._first


def _without_doubled_headings(blocks: list[Block], texts: list[str]) -> tuple[list[Block], list[str]]:
    headings = [place for place, block in enumerate(blocks) if place and _is_heading(block)]
    gone = {place for place in headings if texts[place] in _headings_before(place, blocks, texts)}
    return _without(gone, blocks, texts) if gone else (blocks, texts)


def _without(gone: set[int], blocks: list[Block], texts: list[str]) -> tuple[list[Block], list[str]]:
    kept = [place for place in range(len(blocks)) if place not in gone]
    return [blocks[place] for place in kept], [texts[place] for place in kept]


def _headings_before(place: int, blocks: list[Block], texts: list[str]) -> list[str]:
    """The heading right before a place, and in a banner all of them."""
    start = 0 if place < BANNER else place - 1
    return [texts[before] for before in range(start, place) if _is_heading(blocks[before])]


def _without_parts_again(blocks: list[Block], texts: list[str]) -> tuple[list[Block], list[str]]:
    """Without what says again, block by block, what stands right before it, where a page does so part by part: once for
    each screen."""
    gone: set[int] = set()
    counts = Counter(texts)
    again = [place for place, text in enumerate(texts) if place and counts[text] > 1]
    for place in again:
        if place in gone or blocks[place].kind == "row":
            continue
        for count in range(1, min(LONGEST_AGAIN, place, len(texts) - place) + 1):
            if texts[place - count] != texts[place]:
                continue
            part = texts[place : place + count]
            if texts[place - count : place] == part and sum(map(len, part)) >= AGAIN:
                gone.update(range(place, place + count))
                break
    said = [texts[place] for place in gone]
    if len(set(said)) < FEWEST_PARTS or sum(map(len, said)) < DOUBLED * sum(map(len, texts)):
        return blocks, texts
    return _without(gone, blocks, texts)


def _without_copies(blocks: list[Block], texts: list[str]) -> tuple[list[Block], list[str]]:
    """Without what stands once more as a whole, somewhere behind: all of a text or most of it, for another screen."""
    whole = sum(map(len, texts))
    if whole < 2 * LONG or len(set(texts)) > (1 - COPIED) * len(texts):
        return blocks, texts
    said = [text.casefold() for text in texts]
    last: dict[str, int] = {}
    apart: Counter[int] = Counter()  # letters, by how far behind they stand again
    for place, text in enumerate(said):
        if text in last and len(text) >= AGAIN // 2 and blocks[place].kind != "row":
            apart[place - last[text]] += len(text)
        last[text] = place
    distance, again = apart.most_common(1)[0] if apart else (0, 0)
    if distance < FEWEST_PARTS or again < COPIED * whole:
        return blocks, texts
    again_at = [place >= distance and said[place] == said[place - distance] for place in range(len(said))]
    runs = (list(run) for same, run in groupby(range(len(said)), again_at.__getitem__) if same)
    gone = {place for run in runs if len(run) >= FEWEST_PARTS for place in run}
    if any(blocks[place].kind == "h1" for place in gone):
        return blocks, texts  # two documents, unless all of the page is said again
    return _without(gone, blocks, texts)


def _is_heading(block: Block) -> bool:
    return block.kind in HEADINGS
