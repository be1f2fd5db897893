"""The structure that CommonMark finds in a text, and the one of the blocks that it was written from: to be equal."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.token import Token as Rendered

from pipelines.extraction.form.blocks import HEADINGS, Block, Container
from pipelines.extraction.form.inline import Token
from pipelines.extraction.form.markdown import paragraphs

RENDERER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
RENDERER.validateLink = lambda url: True  # type: ignore[method-assign]
RENDERER.normalizeLinkText = lambda url: url  # type: ignore[method-assign]
DIGITS = re.compile(r"\d{1,9}\.")
SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Unit:
    """A line of a paragraph, a heading, a row, a rule or code; `inside` is quotes, bullets and numbers from outside in.
    `text` has no white space: a space that only closes bold is no fault."""

    kind: str
    inside: tuple[str, ...]
    text: str = ""


def rendered_units(markdown: str) -> list[Unit]:
    """What a renderer makes of a text."""
    return _joined([unit for unit in _rendered(RENDERER.parse(markdown)) if unit.text or unit.kind == "hr"])


def block_units(blocks: list[Block]) -> list[Unit]:
    """What the blocks say. Two lines of code in a row are one block to CommonMark."""
    begun: set[Container] = set()
    units: list[Unit] = []
    for block in blocks:
        path = [inner for container in block.path for inner in _with_outer(container)]
        path = [container for place, container in enumerate(path) if container not in path[:place]]
        labels = [item for item in path if item.mark and not _is_item(item) and item not in begun]
        new = [unit for unit in _units(block, _inside(path)) if unit.text or unit.kind == "hr"]
        if not new or (block.kind == "hr" and any(item.mark and item not in begun for item in path)):
            continue  # a rule cannot begin an item
        for item in labels:
            if item is path[-1] and block.kind == "p":
                new[0] = Unit("p", new[0].inside, item.label + new[0].text)
            else:
                units.append(Unit("p", _inside(path[: path.index(item) + 1]), item.label))
        begun.update(path)
        units += new
    return _joined(units)


def _joined(units: list[Unit]) -> list[Unit]:
    found: list[Unit] = []
    for unit in units:
        if found and unit.kind == found[-1].kind == "pre" and unit.inside == found[-1].inside:
            found[-1] = Unit("pre", unit.inside, found[-1].text + unit.text)
        else:
            found.append(unit)
    return found


def _rendered(tokens: list[Rendered]) -> Iterator[Unit]:
    inside: list[str] = []
    numbers: list[int | None] = []
    kind, cells = "p", list[str]()
    for token in tokens:
        _follow(token, inside, numbers)
        if token.type in ("paragraph_open", "heading_open", "tr_open"):
            kind, cells = token.tag, []
        elif token.type == "tr_close":
            yield Unit("row", tuple(inside), "|".join(cells).rstrip("|"))
        elif token.type == "inline" and kind == "tr":
            cells.append("".join(_lines_of(token.children or [])))
        elif token.type == "inline":
            yield from (Unit(kind, tuple(inside), line) for line in _lines_of(token.children or []))
        elif token.type in ("fence", "code_block"):
            yield Unit("pre", tuple(inside), _plain(token.content).replace("\\", ""))
        elif token.type == "hr":
            yield Unit("hr", tuple(inside))


def _follow(token: Rendered, inside: list[str], numbers: list[int | None]) -> None:
    """Keep in mind which quotes and items are open, and the number of each list's next item."""
    if token.type == "blockquote_open":
        inside.append(">")
    elif token.type in ("ordered_list_open", "bullet_list_open"):
        numbers.append(int(token.attrs.get("start", 1)) if token.tag == "ol" else None)
    elif token.type in ("ordered_list_close", "bullet_list_close"):
        numbers.pop()
    elif token.type == "list_item_open":
        number = numbers[-1]
        inside.append("*" if number is None else str(number))
        numbers[-1] = None if number is None else number + 1
    elif token.type in ("blockquote_close", "list_item_close"):
        inside.pop()


def _lines_of(children: list[Rendered]) -> list[str]:
    lines = [""]
    for child in children:
        if child.type == "hardbreak":
            lines.append("")
        else:
            lines[-1] += child.content if child.type in ("text", "code_inline") else ""
    return [_plain(line) for line in lines]


def _units(block: Block, inside: tuple[str, ...]) -> list[Unit]:
    if block.kind == "hr":
        return [Unit("hr", inside)]
    if block.kind == "row":
        return [Unit("row", inside, "|".join(_text(cell) for cell in block.cells).rstrip("|"))]
    if block.kind == "pre":
        return [Unit("pre", inside, _text(block.tokens).replace("\\", ""))]
    if block.kind in HEADINGS:
        return [Unit("h2" if block.kind == "h1" else block.kind, inside, _text(block.tokens))]
    return [Unit("p", inside, _text(line)) for part in paragraphs(block.tokens) for line in _lines(part)]


def _lines(tokens: list[Token]) -> list[list[Token]]:
    """The lines of a paragraph; a break inside a link is none."""
    lines: list[list[Token]] = [[]]
    linked = False
    for token in tokens:
        linked = token.opens if token.kind == "link" else linked
        if token.kind == "break" and not linked:
            lines.append([])
        else:
            lines[-1].append(token)
    return lines


def _text(tokens: list[Token]) -> str:
    return _plain("".join(token.value for token in tokens if token.kind == "text"))


def _plain(text: str) -> str:
    return SPACES.sub("", text)


def _inside(path: list[Container]) -> tuple[str, ...]:
    signs = [">" if not item.mark else "*" if item.mark == "*" else item.label[:-1] for item in path]
    return tuple(sign for sign, item in zip(signs, path, strict=True) if not item.mark or _is_item(item))


def _is_item(item: Container) -> bool:
    return item.mark == "*" or DIGITS.fullmatch(item.label) is not None


def _with_outer(container: Container) -> list[Container]:
    chain = [container]
    while (under := chain[0].under) is not None:
        chain.insert(0, under)
    return chain
