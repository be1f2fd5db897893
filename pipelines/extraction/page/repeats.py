"""What stands in a page twice: the copy for small screens, and a title that its banner repeats."""

from pipelines.extraction.form.blocks import HEADINGS, Block
from pipelines.extraction.form.inline import words

LONG = 300  # letters: shorter texts repeat by chance
BANNER = 4  # blocks: further on, a heading may be said twice on purpose
SAME = 0.9  # share of the copy's letters that stand in the first one too


def without_repeats(blocks: list[Block]) -> list[Block]:
    """The blocks without a second copy of the whole text, and with one of two equal headings in a row at the start."""
    texts = [" ".join(" ".join(words(cell) for cell in block.cells).split()) for block in blocks]
    blocks, texts = _without_doubled_headings(blocks, texts)
    sizes = [len(text) for text in texts]
    whole = sum(sizes)
    if whole < 2 * LONG or texts[0] not in texts[1:]:
        return blocks
    for place in (place for place in range(1, len(texts)) if texts[place] == texts[0]):
        first, copy = texts[:place], set(texts[:place])
        rest = sum(sizes[place:])
        again = sum(size for text, size in zip(texts[place:], sizes[place:], strict=True) if text in copy)
        held = sum(len(text) for text in first if text in set(texts[place:]))
        size = sum(map(len, first))
        if 2 * len(set(first)) <= len(first) or SAME * rest > size:  # paragraphs that are alike are no copy
            continue
        if rest >= LONG and again >= SAME * rest and held >= SAME * size:
            return blocks[:place]
    return blocks


def _without_doubled_headings(blocks: list[Block], texts: list[str]) -> tuple[list[Block], list[str]]:
    kept = [
        place
        for place in range(len(blocks))
        if not (
            place and _is_heading(blocks[place]) and _is_heading(blocks[place - 1]) and texts[place] == texts[place - 1]
        )
    ]
    return [blocks[place] for place in kept], [texts[place] for place in kept]


def _is_heading(block: Block) -> bool:
    return block.kind in HEADINGS
