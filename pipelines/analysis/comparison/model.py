"""What a comparison of two texts is: blocks in reading order, the words inside them, and figures by section.

All of it is plain data that msgspec writes as JSON.
"""

from typing import Literal

from msgspec import Struct

RULES = 1
"""Goes up when two texts may compare otherwise than before; then what is kept of comparisons is made anew."""

BlockKind = Literal["heading", "paragraph", "item", "row", "code", "rule"]
PieceOp = Literal["equal", "delete", "insert", "format"]
ChangeOp = Literal["equal", "changed", "removed", "added", "moved from", "moved to"]
CosmeticKind = Literal["dates", "addresses", "links", "case", "form"]


class Block(Struct, frozen=True, gc=False):
    """One block of a Markdown text: `lead + body + tail` is what stands there, so a text is its blocks joined.

    `lead` holds the signs before the words (`## `, `  * `, `> `), `tail` the line ends and the line under a table's
    head. `level` is 1 to 6 for a heading, else how deep in lists the block lies (0: in none); `quotes` how deep in
    quotes. `continues`: it goes on in the paragraph or item of the block before, on a new line where that one's tail
    has one, else on the same. `head`: the first row of a table. A code block is one block a line.
    """

    kind: BlockKind
    level: int
    quotes: int
    lead: str
    body: str
    tail: str
    continues: bool = False
    head: bool = False

    @property
    def raw(self) -> str:
        return self.lead + self.body + self.tail


class Piece(Struct, frozen=True, gc=False):
    """A part of two bodies. `before` joined over all pieces is the one body, `after` joined the other.

    equal: the same words (spaces, quotes and dashes may be written otherwise); delete: `after` is empty; insert:
    `before` is empty; format: no words, only emphasis or link targets that differ.
    """

    op: PieceOp
    before: str
    after: str


class Change(Struct, frozen=True):
    """What became of one block; the changes stand in reading order, what was removed before what came instead.

    equal and changed have both blocks, removed and `moved from` only `before`, added only `after`. `moved to` has
    both: the block here, and the one it was elsewhere; `move` is the number that both places share (else 0).
    `pieces` tell the words of changed and `moved to`; they are empty for the others. `section` is an index into
    `Comparison.sections`.
    """

    op: ChangeOp
    before: Block | None
    after: Block | None
    pieces: tuple[Piece, ...] = ()
    move: int = 0
    section: int = 0
    words_added: int = 0
    words_removed: int = 0


class Section(Struct, frozen=True, gc=False):
    """The text under one heading (its words without markup; empty before the first), and the words that changed.

    `words_moved` counts words of blocks that came here from elsewhere, less those added to them on the way.
    """

    heading: str
    level: int
    words_added: int = 0
    words_removed: int = 0
    words_moved: int = 0

    @property
    def touched(self) -> bool:
        return bool(self.words_added or self.words_removed or self.words_moved)


class Comparison(Struct, frozen=True):
    """Two texts compared. `share` is (words added + words removed) / (words of both), 0 to 1: moved words are none.

    `cosmetic`: nothing changed but what `cosmetic_kinds` names (empty where something else did, too): dates,
    addresses (web and mail, where they are written out), links (their targets), case, form (emphasis, kind of block,
    spaces, quotes, dashes). The rule is in cosmetic.py.
    """

    changes: tuple[Change, ...]
    sections: tuple[Section, ...]
    words_before: int
    words_after: int
    words_added: int
    words_removed: int
    words_moved: int
    share: float
    cosmetic: bool
    cosmetic_kinds: tuple[CosmeticKind, ...]
