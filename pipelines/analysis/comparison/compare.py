"""Two Markdown texts -> what changed: blocks matched, moved ones told as moved, words compared inside.

`apply` and `revert` make the one text of the other, so that nothing of either is left out.
"""

import re
import sys
from collections import defaultdict
from collections.abc import Callable
from functools import lru_cache
from itertools import count

from msgspec import Struct

from pipelines.analysis.comparison.align import Code, Side, align
from pipelines.analysis.comparison.blocks import blocks_of
from pipelines.analysis.comparison.cosmetic import cosmetic_kinds
from pipelines.analysis.comparison.model import Block, Change, ChangeOp, Comparison, Section
from pipelines.analysis.comparison.pieces import pieces_of
from pipelines.analysis.comparison.splits import cut_both
from pipelines.analysis.comparison.tokens import INVISIBLE, LINK_END, SEAM, Tokens, count_words, tokens_of

_SIGNS = re.compile(r"\*\*|~~|(?<!\w)_|_(?!\w)|\\(?=[^\w\s])")


class Sections:
    """Finds the section of each change, which come in reading order, and adds up what changed in it.

    What is in the text after belongs to the last heading there; what was removed to the last one that it stood under.
    """

    def __init__(self) -> None:
        self._headings = [("", 0)]
        self._added, self._removed, self._moved = [0], [0], [0]
        self._now = self._then = 0

    def place(self, before: Block | None, after: Block | None) -> int:
        """The index of a change's section; a heading begins one."""
        block = after or before
        if block is not None and block.kind == "heading":
            self._headings.append((_words_of(block.body), block.level))
            for counts in (self._added, self._removed, self._moved):
                counts.append(0)
            self._now = len(self._headings) - 1 if after else self._now
            self._then = len(self._headings) - 1 if before else self._then
        return self._now if after else self._then

    def count(self, section: int, added: int, removed: int, moved: int = 0) -> None:
        self._added[section] += added
        self._removed[section] += removed
        self._moved[section] += moved

    def done(self) -> tuple[Section, ...]:
        rows = zip(self._headings, self._added, self._removed, self._moved, strict=True)
        return tuple(Section(*heading, added, removed, moved) for heading, added, removed, moved in rows)


def _words_of(body: str) -> str:
    """A heading without its markup."""
    if "](" in body:
        body = LINK_END.sub("", body).replace("[", "")
    return " ".join(INVISIBLE.sub("", _SIGNS.sub("", body)).split())


def compare(before: str, after: str) -> Comparison:
    """Compare two Markdown texts (style `corpus`, as versions have them). Pure; never fails, whatever the texts are."""
    ours, theirs = _parsed(before), _parsed(after)
    comparer = _Comparer(ours.blocks, theirs.blocks, _Codes(len(before) + len(after)))
    if comparer.leaves_over:
        comparer = comparer.with_cuts(ours.blocks, theirs.blocks)
    changes = comparer.changes()
    sections = comparer.sections.done()
    added, removed = (sum(getattr(each, name) for each in sections) for name in ("words_added", "words_removed"))
    words_before = ours.words
    words_after = theirs.counted(words_before - removed + added)
    kinds = cosmetic_kinds(changes)
    return Comparison(
        changes=tuple(changes),
        sections=sections,
        words_before=words_before,
        words_after=words_after,
        words_added=added,
        words_removed=removed,
        words_moved=sum(section.words_moved for section in sections),
        share=(added + removed) / max(1, words_before + words_after),
        cosmetic=bool(kinds),
        cosmetic_kinds=kinds,
    )


def apply(comparison: Comparison, before: str) -> str:
    """The text after the changes. Raises ValueError where `before` is not the text that was compared."""
    if before != _text(comparison, "before"):
        raise ValueError("The changes are not those of this text.")
    return _text(comparison, "after")


def revert(comparison: Comparison, after: str) -> str:
    """The text before the changes. Raises ValueError where `after` is not the text that was compared."""
    if after != _text(comparison, "after"):
        raise ValueError("The changes are not those of this text.")
    return _text(comparison, "before")


class _Parsed:
    """The blocks of a text, and how many words there are in all, which are counted once."""

    def __init__(self, text: str) -> None:
        self.blocks = blocks_of(text)
        self._words = -1

    @property
    def words(self) -> int:
        if self._words < 0:
            self._words = count_words(SEAM.join([block.body for block in self.blocks]))
        return self._words

    def counted(self, words: int) -> int:
        """Take the number of words from a comparison: what stayed counts the same in both texts."""
        self._words = words
        return words


_parsed = lru_cache(maxsize=2)(_Parsed)  # the version after one change is the one before the next


def _text(comparison: Comparison, side: str) -> str:
    return "".join(_raw(change, side) for change in comparison.changes)


def _raw(change: Change, side: str) -> str:
    """What a change says of one side: words from its pieces where it has some. A moved block stands where it was."""
    block: Block | None = getattr(change, side)
    if block is None or (side == "before" and change.op == "moved to"):
        return ""
    body = "".join(getattr(piece, side) for piece in change.pieces) if change.pieces else block.body
    return block.lead + body + block.tail


class _Codes:
    """The tokens of each body of two texts, and their code, which is short to compare, to cut and to look up."""

    def __init__(self, characters: int) -> None:
        letters = defaultdict[str, str](map(chr, count()).__next__)  # a letter for each, as they come
        self._code: Callable[[list[str]], Code] = lambda keys: "".join(map(letters.__getitem__, keys))
        if characters > sys.maxunicode:  # as many tokens there may be
            self._code = tuple
        self._known: dict[str, tuple[Tokens, Code]] = {}

    def __call__(self, body: str) -> tuple[Tokens, Code]:
        known = self._known.get(body)
        if known is None:
            tokens = tokens_of(body)
            known = self._known[body] = tokens, self._code(tokens.keys)
        return known


class _Text(Struct, frozen=True):
    """The blocks of one text, as they are and as they are aligned."""

    blocks: list[Block]
    side: Side


class _Comparer:
    """Two texts on their way. Blocks that both have as they stand are never cut into tokens."""

    def __init__(self, before: list[Block], after: list[Block], coded: _Codes) -> None:
        self._coded = coded
        self.sections = Sections()
        both = {block.body for block in before} & {block.body for block in after}
        shared = {body: number for number, body in enumerate(both)}
        self._before, self._after = self._text(before, shared), self._text(after, shared)
        self._pairs = align(self._before.side, self._after.side)

    def _text(self, blocks: list[Block], shared: dict[str, int]) -> _Text:
        bodies = [block.body for block in blocks]
        keys = [shared[body] if body in shared else self._coded(body)[1] for body in bodies]
        return _Text(blocks, Side(keys, bodies, list(map(len, bodies)), [block.kind for block in blocks]))

    @property
    def leaves_over(self) -> bool:
        """Whether there are blocks of one text without one in the other."""
        paired = len(self._pairs.kept) + len(self._pairs.moved)
        return paired < len(self._before.blocks) or paired < len(self._after.blocks)

    def with_cuts(self, before: list[Block], after: list[Block]) -> "_Comparer":
        """The same texts, their paragraphs cut where they were split or joined; itself where none was."""
        ours, theirs = cut_both(before, after, self._coded)
        was_cut = len(ours) > len(before) or len(theirs) > len(after)
        return _Comparer(ours, theirs, self._coded) if was_cut else self

    def changes(self) -> list[Change]:
        """What became of each block, in reading order."""
        pairs = self._pairs
        moves = {ours: number for number, (ours, _) in enumerate(pairs.moved, start=1)}
        origins = {theirs: ours for ours, theirs in pairs.moved}
        changes: list[Change] = []
        i = j = 0
        for ours, theirs in [*pairs.kept, (len(self._before.blocks), len(self._after.blocks))]:
            changes += [self._gone(each, moves.get(each, 0)) for each in range(i, ours)]
            changes += [self._come(each, origins.get(each), moves) for each in range(j, theirs)]
            if ours < len(self._before.blocks):
                changes.append(self._kept(ours, theirs))
            i, j = ours + 1, theirs + 1
        return changes

    def _gone(self, i: int, move: int) -> Change:
        block = self._before.blocks[i]
        section = self.sections.place(block, None)
        if move:
            return Change("moved from", block, None, move=move, section=section)
        words = count_words(block.body)
        self.sections.count(section, 0, words)
        return Change("removed", block, None, section=section, words_removed=words)

    def _come(self, j: int, origin: int | None, moves: dict[int, int]) -> Change:
        block = self._after.blocks[j]
        section = self.sections.place(None, block)
        if origin is not None:
            return self._compared("moved to", origin, j, section, moves[origin])
        words = count_words(block.body)
        self.sections.count(section, words, 0)
        return Change("added", None, block, section=section, words_added=words)

    def _kept(self, i: int, j: int) -> Change:
        ours, theirs = self._before.blocks[i], self._after.blocks[j]
        section = self.sections.place(ours, theirs)
        if ours.body == theirs.body and _place(ours) == _place(theirs):
            return Change("equal", ours, theirs, section=section)
        return self._compared("changed", i, j, section)

    def _compared(self, op: ChangeOp, i: int, j: int, section: int, move: int = 0) -> Change:
        ours, theirs = self._before.blocks[i], self._after.blocks[j]
        by_cell = ours.kind == theirs.kind == "row"
        inside = pieces_of(self._coded(ours.body)[0], self._coded(theirs.body)[0], by_cell=by_cell)
        added, removed = inside.words_added, inside.words_removed
        self.sections.count(section, added, removed, count_words(theirs.body) - added if move else 0)
        return Change(op, ours, theirs, inside.pieces, move, section, added, removed)


def _place(block: Block) -> tuple[str, int, int]:
    return block.kind, block.level, block.quotes
