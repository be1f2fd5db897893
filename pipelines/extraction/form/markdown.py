"""Blocks -> Markdown in the form of the published corpus."""

import re

from pipelines.extraction.form.blocks import HEADINGS, Block, Container
from pipelines.extraction.form.inline import Style, Token, inline
from pipelines.extraction.form.lines import escape_line_starts
from pipelines.extraction.form.parse import inert
from pipelines.extraction.form.structure import DEEPEST, StructuredWriter


def paragraphs(tokens: list[Token]) -> list[list[Token]]:
    """Split the tokens of a block at two or more breaks; what is open goes on in the next paragraph."""
    if _breaks(tokens) < 2:
        return [tokens]
    found: list[list[Token]] = []
    now: list[Token] = []
    opened: list[Token] = []
    waiting: list[Token] = []  # breaks and what stands between them, until it is known whether they split
    for token in tokens:
        if token.kind == "break" or (waiting and not _is_content(token)):
            waiting.append(token)
            continue
        if _breaks(waiting) > 1:
            found.append(_ended(now, opened, waiting))
            now = list(opened)
        else:
            _follow(opened, waiting)
            now.extend(waiting)
        waiting = []
        _follow(opened, [token])
        now.append(token)
    if _breaks(waiting) > 1:
        waiting = [token for token in waiting if token.ends]
    return [*found, now + waiting]


def _is_content(token: Token) -> bool:
    return token.kind == "image" or (token.kind == "text" and bool(token.value.strip()))


def _breaks(tokens: list[Token]) -> int:
    return sum([token.kind == "break" for token in tokens])


def _follow(opened: list[Token], tokens: list[Token]) -> None:
    for token in tokens:
        if token.opens:
            opened.append(token)
        elif token.ends and opened:
            opened.pop()


def _ended(now: list[Token], opened: list[Token], waiting: list[Token]) -> list[Token]:
    """The paragraph before the breaks, closed; `opened` becomes what is open after them."""
    closing = [Token(token.kind, ends=True) for token in reversed(opened)]
    _follow(opened, waiting)
    return now + closing


RULE = "* * *"
CODE_INDENT = "    "
NUMBER = re.compile(r"\A(\s*\d{1,9})([.)])(?=\s)")
CLOSING_SIGNS = re.compile(r"(?<!\S)(#+)\Z")
HARD_SPACES = re.compile("[\xa0 ]*\xa0[\xa0 ]*")
BROKEN = re.compile(r"\s*\n\s*")
FENCE = re.compile("`{3,}")


def markdown(blocks: list[Block], style: Style, title: str = "") -> str:
    """The body: no title line, no empty line at either end."""
    writer = _Writer() if style.faithful else StructuredWriter(letters=style.letters)
    in_list = True  # the first block loses its indent in the file
    for block in blocks:
        in_item = bool(block.path) and any(container.mark for container in block.path)
        in_list = in_item or (in_list and block.kind == "pre")
        in_list = in_list or (style.faithful and block.kind == "row")  # its first cell may be "1." and begin one
        for lines in _lines(block, style, in_list=in_list):
            writer.write(block, lines)
    return "".join(writer.out).strip("\n").rstrip()


def _lines(block: Block, style: Style, *, in_list: bool) -> list[str]:
    """The texts that a block becomes, each to stand alone. Behind a list, code may be taken for a part of it."""
    if block.kind == "hr":
        return [RULE]
    if block.kind == "pre":
        return [_code(block.tokens, escaped=in_list, fenced=in_list and not style.faithful)]
    if block.kind == "row":
        return _row(block, style)
    if block.kind in HEADINGS:
        return _heading(block, style)
    if style.faithful or not block.cells:
        return _paragraphs(block, style)
    told = block.told[0]
    if told.paragraphs is None:
        told.paragraphs = _paragraphs(block, style)
    return told.paragraphs


def _paragraphs(block: Block, style: Style) -> list[str]:
    return [text for tokens in paragraphs(block.tokens) if (text := _paragraph(tokens, block, style))]


def _paragraph(tokens: list[Token], block: Block, style: Style) -> str:
    text = inline(tokens, style)
    if style.faithful:
        if block.before_p and not HARD_SPACES.fullmatch(text):
            text = text.rstrip()
        text = re.sub(r"\A +(?=\S)| +\Z", "", text) if text.strip(" ") else ""
    else:
        text = text.strip(" \n")
        text = text if text.strip() else ""
    return escape_line_starts(text, style.faithful)


def _heading(block: Block, style: Style) -> list[str]:
    level = int(block.kind[1])
    if level == 1 and style.first_heading == "drop":
        return []
    if level == 1 and style.first_heading == "demote":
        level = 2
    text = _unbroken(inline(block.tokens, style) if style.faithful else block.told[0].markdown)
    text = NUMBER.sub(r"\1\\\2", text.rstrip()) if style.faithful else CLOSING_SIGNS.sub(r"\\\1", text.strip())
    return [f"{'#' * level} {text}"] if text.strip() else []


def _unbroken(text: str) -> str:
    return BROKEN.sub(" ", text) if "\n" in text else text


def _row(block: Block, style: Style) -> list[str]:
    texts = [inline(cell, style) for cell in block.cells] if style.faithful else [one.markdown for one in block.told]
    cells = [_unbroken(text).strip(" ") for text in texts]
    if not style.faithful:
        row = _structured_row(block, [cell.replace("|", r"\|") for cell in cells])
        return [row] if block.head or any(cells) else []
    row = "| ".join(cells) + "  "
    return [row + "\n" + "|".join(["---"] * len(cells)) + "  " if block.head else row]


def _structured_row(block: Block, cells: list[str]) -> str:
    """A row that stays one in a renderer: bars at either end where a cell there is empty or the only one."""
    cells[0] = escape_line_starts(cells[0])
    before = "| " if not cells[0] or (block.head and len(cells) == 1) else ""
    after = " |" if block.head and (not cells[-1] or len(cells) == 1) else ""
    row = before + "| ".join(cells) + after + "  "
    bar = "|" if len(cells) == 1 else ""
    return row + f"\n{bar}{'|'.join(['---'] * len(cells))}{bar}  " if block.head else row


def _code(tokens: list[Token], *, escaped: bool, fenced: bool) -> str:
    text = "".join("\n" if token.kind == "break" else token.value for token in tokens if token.kind != "link")
    text = inert(text) if escaped else text
    lines = text.expandtabs(4).strip("\n").split("\n")
    if fenced:
        fence = "`" * (1 + max(2, *map(len, FENCE.findall(text)), 2))
        return "\n".join((fence, *map(str.rstrip, lines), fence))
    return "\n".join((CODE_INDENT + line).rstrip() for line in lines)


class _Writer:
    """Keeps what stands between two blocks as the published texts have it: line ends, quote signs, bullets."""

    def __init__(self) -> None:
        self.out: list[str] = []
        self._last: Block | None = None
        self._begun: set[Container] = set()
        self._hard_space = False  # whether the block before holds nothing else

    def write(self, block: Block, text: str) -> None:
        self._gap(block)
        quote = _quote(block)
        first, rest = self._indent(block)
        if self._hard_space and text.startswith("**"):
            first += " "
        self.out.append(quote + first + text.replace("\n", "\n" + quote + rest))
        self._begun.update(block.path)
        self._last = block
        self._hard_space = HARD_SPACES.fullmatch(text) is not None

    def _gap(self, block: Block) -> None:
        if self._last is None:
            return
        newlines = _newlines(self._last, block, self._begun)
        if self._last.kind == "row":
            self.out.append("\n" if block.kind == "row" else "\n  \n")
            return
        quote = _quote(self._last) if _quotes(self._last) == _quotes(block) else ""
        lines = [quote] * (newlines - 1)
        if newlines > 3:
            lines[1] = ""
        self.out.append("\n" + "".join(line + "\n" for line in lines))

    def _indent(self, block: Block) -> tuple[str, str]:
        """What stands before the first line and before the others."""
        items = [container for container in block.path if container.mark]
        if not items:
            return "", ""
        item = items[-1]
        if item in self._begun:
            return "", ""
        return f"{'  ' * min(DEEPEST, item.level)}{item.mark} ", ""


def _quotes(block: Block) -> list[Container]:
    return [container for container in block.path if not container.mark]


def _quote(block: Block) -> str:
    return "> " * min(DEEPEST, len(_quotes(block)))


def _newlines(before: Block, after: Block, begun: set[Container]) -> int:
    """Line ends between two blocks: more after a list, fewer inside one."""
    mine = [container for container in before.path if container.mark]
    others = [container for container in after.path if container.mark]
    if not mine:
        return 2
    if not others or others[0].parent_list is not mine[0].parent_list:
        return 5 if before.loose else 4
    if before.loose or others[-1] in begun:
        return 2
    return 1
