"""A prepared tree -> a flat list of blocks, each with its containers and balanced inline tokens."""

import re
from dataclasses import dataclass, field

from lxml import etree
from lxml.html import HtmlElement

from pipelines.extraction.form.inline import Kind, Token, Told, absolute, told_of
from pipelines.extraction.form.numbering import Numbers

INLINE_MARKS: dict[str, Kind] = {
    "b": "strong", "strong": "strong", "i": "em", "em": "em", "u": "em", "cite": "em", "dfn": "em", "ins": "em",
    "del": "strike", "s": "strike", "strike": "strike",
}  # fmt: skip
BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "body", "button", "caption", "center", "dd", "details", "dialog",
    "dir", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5",
    "h6", "header", "html", "legend", "li", "main", "menu", "nav", "ol", "p", "pre", "section", "summary", "table",
    "tbody", "td", "textarea", "tfoot", "th", "thead", "tr", "ul",
})  # fmt: skip
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
LISTS = ("ul", "ol", "dir", "menu")
DIGITS = re.compile(r"\d{1,9}\.")
BREAK, IMAGE = Token("break"), Token("image")


@dataclass(eq=False, slots=True)
class Container:
    """A quote, or an item of a list; `mark` is the bullet or the number, `level` counts nested lists.

    `label` is the number as the page shows it (`iv.`); `under` is the item that a list stands behind instead of in.
    """

    mark: str = ""
    level: int = 0
    parent_list: object = None
    label: str = ""
    under: "Container | None" = None

    @property
    def is_item(self) -> bool:
        """Whether it is an item that Markdown has a sign for."""
        return self.mark == "*" or (bool(self.mark) and DIGITS.fullmatch(self.label) is not None)

    @property
    def is_lettered(self) -> bool:
        """Whether it is an item with a letter, a Roman numeral or a number below zero."""
        return bool(self.mark) and not self.is_item


@dataclass(slots=True)
class Block:
    """`kind` is p, h1 to h6, hr, pre or row; a row has one list of tokens a cell, the others have one in all."""

    kind: str
    path: tuple[Container, ...]
    cells: list[list[Token]] = field(default_factory=list)
    head: bool = False  # the first row of a table
    loose: bool = False  # a paragraph of its own inside an item
    before_p: bool = False  # loose text that a paragraph follows
    _told: list[Told] | None = field(default=None, init=False, repr=False, compare=False)

    @property
    def tokens(self) -> list[Token]:
        return self.cells[0] if self.cells else []

    @property
    def told(self) -> list[Told]:
        """What is told of each cell. Asked once: tokens do not change when a block is made."""
        if self._told is None:
            self._told = [told_of(cell) for cell in self.cells]
        return self._told

    @property
    def lines(self) -> list[str]:
        """The words of each cell, white space collapsed."""
        return [told.words for told in self.told]

    @property
    def line(self) -> str:
        """The words of all of it."""
        told = self.told
        return told[0].words if len(told) == 1 else " ".join([one.words for one in told if one.words])


@dataclass(eq=False, slots=True)
class _List:
    ordered: bool
    number: int
    numbers: Numbers
    under: Container | None = None  # the item of the outer list that it stands behind
    last: Container | None = None


def blocks_of(root: HtmlElement, base: str, *, hard_spaces: bool = False) -> list[Block]:
    """All blocks below `root` in reading order. `base` makes relative addresses absolute; `hard_spaces` keeps those
    that stand loose before a paragraph and hold nothing else, as the published texts do."""
    builder = _Builder(base, hard_spaces=hard_spaces)
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if event == "start":
            builder.start(element)
            if text := element.text:
                builder.text(text)
        else:
            builder.end(element)
            if (text := element.tail) and element is not root:
                builder.text(text)
    builder.flush()
    return builder.blocks


class _Builder:
    """Walks once over a tree. What opens a block closes the one before; open emphasis goes on in the next."""

    def __init__(self, base: str, *, hard_spaces: bool = False) -> None:
        self._hard_spaces = hard_spaces
        self.blocks: list[Block] = []
        self._base = base
        self._tokens: list[Token] = []
        self._open: list[tuple[HtmlElement, Token]] = []
        self._path: list[tuple[HtmlElement, Container]] = []
        self._lists: list[tuple[HtmlElement, _List]] = []
        self._heading: HtmlElement | None = None
        self._pre: HtmlElement | None = None
        self._row: tuple[HtmlElement, Block] | None = None

    def text(self, text: str) -> None:
        if self._tokens or not text.isspace() or (self._hard_spaces and "\xa0" in text):
            self._tokens.append(Token("text", text))

    def start(self, element: HtmlElement) -> None:
        tag = str(element.tag)
        if tag in BLOCKS:
            self._start_block(element, tag)
        elif tag == "br":
            self._tokens.append(BREAK)
        elif tag == "hr":
            self.flush()
            self.blocks.append(Block("hr", self._containers()))
        elif tag == "img":
            self._tokens.append(IMAGE)
        elif tag == "q":
            self.text('"')
        else:
            self._start_mark(element)

    def end(self, element: HtmlElement) -> None:
        tag = str(element.tag)
        if tag in BLOCKS:
            self._end_block(element, tag)
        elif tag == "q":
            self.text('"')
        elif self._open and self._open[-1][0] is element:
            _, token = self._open.pop()
            self._tokens.append(Token(token.kind, ends=True))

    def flush(self, *, loose: bool = False, before_p: bool = False) -> None:
        """End the block in hand; what is open goes on in the next one."""
        if self._row or self._heading is not None:
            self._tokens.append(Token("text" if self._row else "break", " "))
            return
        if not self._tokens:
            return
        tokens, self._tokens = self._tokens, []
        if self._open:
            tokens.extend([Token(token.kind, ends=True) for _, token in reversed(self._open)])
            self._tokens.extend([token for _, token in self._open])
        kind = "pre" if self._pre is not None else "p"
        self._add(kind, tokens, loose=loose, before_p=before_p)

    def _add(self, kind: str, tokens: list[Token], *, loose: bool = False, before_p: bool = False) -> None:
        if _has_content(tokens) or (before_p and self._hard_spaces and _has_hard_space(tokens)):
            block = Block(kind, self._containers(), [tokens], loose=loose, before_p=before_p)
            self.blocks.append(block)

    def _containers(self) -> tuple[Container, ...]:
        return tuple([container for _, container in self._path]) if self._path else ()

    def _start_mark(self, element: HtmlElement) -> None:
        token = self._mark(element)
        if token and not (self._open and any(token.kind == opened.kind for _, opened in self._open)):
            self._open.append((element, token))
            self._tokens.append(token)

    def _mark(self, element: HtmlElement) -> Token | None:
        if element.tag == "a":
            url = absolute(self._base, element.get("href", ""))
            return Token("link", url, element.get("title", ""), opens=True) if url else None
        kind = INLINE_MARKS.get(str(element.tag))
        return Token(kind, opens=True) if kind else None

    def _start_block(self, element: HtmlElement, tag: str) -> None:
        if self._row:
            if tag in ("td", "th"):
                self._loose_cell(self._row[1])
            else:
                self.flush()
            return
        self.flush(before_p=tag == "p")
        if tag in HEADINGS and self._heading is None:
            self._heading = element
            self._tokens = []
        elif tag == "li":
            self._path.append((element, self._item(element)))
        elif tag in LISTS and has_items(element):
            self._lists.append((element, self._list(element)))
        elif tag == "blockquote":
            self._path.append((element, Container()))
        elif tag == "pre":
            self._pre = element
        elif tag == "tr":
            self._row = (element, Block("row", self._containers(), head=_is_first(element)))

    def _list(self, element: HtmlElement) -> _List:
        numbers = Numbers(element)
        under = None
        if self._lists:
            outer, owner = self._lists[-1]
            inside = self._path and any(parent is outer for parent in self._path[-1][0].iterancestors())
            under = None if inside else owner.last
        return _List(element.tag == "ol", _number(element.get("start"), 1), numbers, under)

    def _item(self, element: HtmlElement) -> Container:
        if not self._lists:
            return Container("*", 1, None)
        owner = self._lists[-1][1]
        mark = f"{owner.number}." if owner.ordered else "*"
        owner.number += 1
        label = owner.numbers.label(element) if owner.ordered else mark
        owner.last = Container(mark, len(self._lists), owner, label, owner.under)
        return owner.last

    def _end_block(self, element: HtmlElement, tag: str) -> None:
        if self._row:
            self._end_in_row(element, *self._row)
        elif self._heading is element:
            self._end_heading(tag)
        else:
            self.flush(loose=tag == "p")
            if self._path and self._path[-1][0] is element:
                self._path.pop()
            elif self._lists and self._lists[-1][0] is element:
                self._lists.pop()
            elif self._pre is element:
                self._pre = None

    def _end_in_row(self, element: HtmlElement, row: HtmlElement, block: Block) -> None:
        if element.tag in ("td", "th"):
            block.cells.append(self._tokens)
            self._tokens = []
        elif element is row:
            self._loose_cell(block)
            self._row = None
            if any(_has_content(cell) for cell in block.cells):
                self.blocks.append(block)
        else:
            self.flush()

    def _loose_cell(self, block: Block) -> None:
        """Text of a row that lies in none of its cells gets one."""
        if _has_content(self._tokens):
            block.cells.append(self._tokens)
        self._tokens = []

    def _end_heading(self, tag: str) -> None:
        tokens, self._tokens = self._tokens, []
        self._heading = None
        self._add(tag, tokens)


def _has_content(tokens: list[Token]) -> bool:
    for token in tokens:
        if not token.opens and (token.kind in ("break", "image") or (token.value and not token.value.isspace())):
            return True
    return False


def _has_hard_space(tokens: list[Token]) -> bool:
    return any("\xa0" in token.value for token in tokens if token.kind == "text")


def has_items(element: HtmlElement) -> bool:
    """Whether a list has items of its own; old pages use `ul` to indent."""
    return any(child.tag == "li" or (child.tag not in LISTS and child.find("li") is not None) for child in element)


def _is_first(row: HtmlElement) -> bool:
    """Whether a row is the first of its table."""
    table = next(row.iterancestors("table"), None)
    return table is not None and next(table.iter("tr"), None) is row


def _number(text: str | None, default: int) -> int:
    return int(text) if text and text.strip().isdecimal() and len(text) < 7 else default
