"""Paragraphs that were split or joined, cut where the other text has a border, so that nothing of them seems to change.

A block is cut only where its sentences stand in several blocks of the other text.
"""

import re
from collections.abc import Callable, Sequence
from itertools import pairwise

from msgspec.structs import replace

from pipelines.analysis.comparison.align import Code
from pipelines.analysis.comparison.model import Block
from pipelines.analysis.comparison.tokens import Tokens

LEAST_TOKENS = 6  # of a sentence that is known again elsewhere
_ENDS = frozenset(".!?。！？;:")
_SEVERAL = re.compile(r"[.!?。！？;:]\s")
_CUT_KINDS = frozenset(("paragraph", "item"))

Coded = Callable[[str], tuple[Tokens, Code]]
"""Gives the tokens of a body and their code, by which sentences are the same."""


def cut_both(before: Sequence[Block], after: Sequence[Block], coded: Coded) -> tuple[list[Block], list[Block]]:
    """The blocks of both texts, those that were split or joined in parts. The parts joined are the blocks."""
    ours = {block.body for block in before}
    theirs = {block.body for block in after}
    mine = [_sentences(block, coded) if block.body not in theirs else [] for block in before]
    others = [_sentences(block, coded) if block.body not in ours else [] for block in after]
    return _cut(before, mine, _places(others)), _cut(after, others, _places(mine))


def _sentences(block: Block, coded: Coded) -> list[tuple[Code, int]]:
    """The sentences of a block, each with the place in the body where it ends."""
    if block.kind not in _CUT_KINDS:
        return []
    tokens, code = coded(block.body)
    if not _SEVERAL.search(block.body):
        return [(code, len(block.body))]
    ends = [at for at, key in enumerate(tokens.keys, 1) if key in _ENDS and tokens.glue[at].isspace()]
    found: list[tuple[Code, int]] = []
    place = 0
    for start, end in pairwise((0, *ends)):
        place += len(tokens.text(start, end))
        found.append((code[start:end], place))
    last = ends[-1] if ends else 0
    return found if last == len(code) else [*found, (code[last:], len(block.body))]


def _places(blocks: Sequence[list[tuple[Code, int]]]) -> dict[Code, int]:
    """In which block each sentence stands; those that stand in several lead nowhere."""
    places: dict[Code, int] = {}
    for number, sentences in enumerate(blocks):
        for sentence, _ in sentences:
            if len(sentence) >= LEAST_TOKENS:
                places[sentence] = number if places.get(sentence, number) == number else -1
    return places


def _cut(blocks: Sequence[Block], sentences: Sequence[list[tuple[Code, int]]], places: dict[Code, int]) -> list[Block]:
    cut: list[Block] = []
    for block, parts in zip(blocks, sentences, strict=True):
        cut += _parts(block, _borders(parts, places)) if len(parts) > 1 else [block]
    return cut


def _borders(parts: Sequence[tuple[Code, int]], places: dict[Code, int]) -> list[int]:
    """Places in a body between sentences that stand in different blocks of the other text."""
    borders: list[int] = []
    now = end = -1
    for sentence, place in parts:
        there = places.get(sentence, -1)
        if there >= 0 and now >= 0 and there != now:
            borders.append(end)
        now = there if there >= 0 else now
        end = place
    return borders


def _parts(block: Block, borders: Sequence[int]) -> list[Block]:
    """A block cut at some places of its body; what follows the first part goes on in it."""
    parts: list[Block] = []
    start = 0
    for border in [*borders, len(block.body)]:
        piece = block.body[start:border]
        body = piece.lstrip() if start else piece
        lead = piece[: len(piece) - len(body)] if start else block.lead
        parts.append(replace(block, lead=lead, body=body, tail="", continues=block.continues or start > 0))
        start = border
    parts[-1] = replace(parts[-1], tail=block.tail)
    return parts
