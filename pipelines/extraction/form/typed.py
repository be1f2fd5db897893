"""Lists that were typed: lines that begin with a bullet, and titles that are numbered on, made items."""

import re
from dataclasses import replace
from itertools import pairwise

from msgspec import structs

from pipelines.extraction.form.blocks import Block, Container
from pipelines.extraction.form.inline import Token

BULLETS = "•●○◦▪■□‣⁃∙\uf0b7\uf0a7\uf0d8·§–—*-o"
BULLET = re.compile(r"[\s\xa0]*(?:[•●○◦▪■□‣⁃∙\uf0b7\uf0a7\uf0d8]|[·§–—*-](?=[\s\xa0])|o(?=\xa0{2}))[\s\xa0]*")

NUMBERED = re.compile(r"[\s\xa0]*(\d{1,3})\.[\s\xa0]+(?=\S)")
LONGEST_TITLE = 80  # characters
FEWEST_TITLES = 3
SENTENCE = (".", ";", ":", ",", "!", "?")


def typed_lists(blocks: list[Block]) -> list[Block]:
    """The blocks, with two or more bulleted lines in a row as the items of a list, and so titles in plain type whose
    numbers run from 1 on through the text: to a reader they are what such items are."""
    blocks = _with_numbered_titles(blocks)
    lines = [line for block in blocks for line in _lines_of(block)]
    typed = [_is_typed(line) for line in lines]
    if not any(typed):
        return lines
    result: list[Block] = []
    owner: object = None
    for place, line in enumerate(lines):
        neighbours = typed[max(0, place - 1) : place] + typed[place + 1 : place + 2]
        if typed[place] and any(neighbours):
            owner = owner or object()
            result.append(_item(line, Container("*", 1, owner), BULLET))
        else:
            owner = None
            result.append(line)
    return result


def _with_numbered_titles(blocks: list[Block]) -> list[Block]:
    places = [place for place, block in enumerate(blocks) if _is_numbered_title(block)]
    numbers = [_number_of(blocks[place]) for place in places]
    apart = all(after - before > 1 for before, after in pairwise(places))
    if len(places) < FEWEST_TITLES or not apart or numbers != list(range(1, len(numbers) + 1)):
        return blocks
    result, owner = list(blocks), object()
    for place in places:
        label = f"{_number_of(blocks[place])}."
        result[place] = _item(blocks[place], Container(label, 1, owner, label), NUMBERED)
    return result


def _is_numbered_title(block: Block) -> bool:
    if block.kind != "p" or block.path or not block.line[:1].isdigit():
        return False
    text = "".join([token.value for token in block.tokens if token.kind == "text"]).strip()
    if any(token.kind not in ("text", "link") for token in block.tokens):
        return False
    return len(text) <= LONGEST_TITLE and NUMBERED.match(text) is not None and not text.endswith(SENTENCE)


def _number_of(block: Block) -> int:
    found = NUMBERED.match(_start(block.tokens))
    return int(found[1]) if found else 0


def _lines_of(block: Block) -> list[Block]:
    """A paragraph cut at its breaks where that sets bulleted lines free; any other block as it is."""
    if block.kind != "p" or block.path:
        return [block]
    if len(block.tokens) < 3 or not any(token.kind == "break" for token in block.tokens):
        return [block]  # as most are
    lines: list[list[Token]] = [[]]
    depth = 0
    for token in block.tokens:
        depth += token.opens - token.ends
        if token.kind == "break" and depth == 0:
            lines.append([])
        else:
            lines[-1].append(token)
    if sum(BULLET.match(_start(line)) is not None for line in lines) < 2:
        return [block]
    return _grouped(lines, block)


def _grouped(lines: list[list[Token]], block: Block) -> list[Block]:
    """Bulleted lines one by one; the others stay together, with their breaks."""
    groups: list[list[Token]] = []
    for line in lines:
        typed = BULLET.match(_start(line)) is not None
        if groups and not typed and not BULLET.match(_start(groups[-1])):
            groups[-1] += [Token("break"), *line]
        else:
            groups.append(list(line))
    return [replace(block, cells=[group]) for group in groups if _start(group).strip()]


def _is_typed(block: Block) -> bool:
    if block.kind != "p" or block.path or block.line[:1] not in BULLETS:
        return False
    return BULLET.match(_start(block.tokens)) is not None


def _start(tokens: list[Token]) -> str:
    """The text up to the first break that has one."""
    text = ""
    for token in tokens:
        if token.kind == "text":
            text += token.value
            if len(text) > 8 and text.strip():
                break
    return text


def _item(block: Block, container: Container, sign: re.Pattern[str]) -> Block:
    left = sign.match(_start(block.tokens))
    drop = left.end() if left else 0
    tokens = []
    for token in block.tokens:
        if token.kind == "text" and drop:
            cut = min(drop, len(token.value))
            token = structs.replace(token, value=token.value[cut:])  # noqa: PLW2901
            drop -= cut
        tokens.append(token)
    return replace(block, cells=[tokens], loose=False, path=(*block.path, container))
