"""Lines of links before and after a text: how flat pages wrote their navigation."""

import re

from pipelines.extraction.form.blocks import Block
from pipelines.extraction.form.inline import Token

PROSE = 80  # characters outside links: where the text begins and ends
FEW_LETTERS = 8  # outside links, in a line of links
SMALL_PRINT = 160  # characters that may stand with such a line at the end of a page
LETTERS = re.compile(r"[^\W_]")


def without_link_lines(blocks: list[Block]) -> list[Block]:
    """The blocks less the lines of two or more links that stand before the first prose or after the last one."""
    places = range(len(blocks))
    first = next((place for place in places if outside_links(blocks[place].tokens) >= PROSE), None)
    if first is None:
        return blocks
    last = next(place for place in reversed(places) if outside_links(blocks[place].tokens) >= PROSE) + 1
    head = [block for block in blocks[:first] if not _is_link_line(block.tokens, block, FEW_LETTERS)]
    tail = [block for block in blocks[last:] if not _has_link_line(block)]
    head = _without_rules(head, from_end=False) if len(head) < first else head
    tail = _without_rules(tail, from_end=True) if len(tail) < len(blocks) - last else tail
    return head + blocks[first:last] + tail


def _has_link_line(block: Block) -> bool:
    """Whether there is such a line in a block, with no more than small print around it."""
    if block.kind != "p" or outside_links(block.tokens) > SMALL_PRINT:
        return False
    return any(_is_link_line(line, block, FEW_LETTERS) for line in _lines(block.tokens))


def _is_link_line(tokens: list[Token], block: Block, most: int) -> bool:
    links = sum(token.kind == "link" and token.opens for token in tokens)
    return block.kind == "p" and not block.path and links > 1 and outside_links(tokens) <= most


def _lines(tokens: list[Token]) -> list[list[Token]]:
    lines: list[list[Token]] = [[]]
    for token in tokens:
        if token.kind == "break":
            lines.append([])
        else:
            lines[-1].append(token)
    return lines


def outside_links(tokens: list[Token]) -> int:
    """Letters and digits outside links."""
    inside, count = False, 0
    for token in tokens:
        if token.kind == "link":
            inside = token.opens
        elif token.kind == "text" and not inside:
            count += len(LETTERS.findall(token.value))
    return count


def _without_rules(blocks: list[Block], *, from_end: bool) -> list[Block]:
    """The blocks without the rules that set the lines off: at the start of the page, or at its end."""
    place = -1 if from_end else 0
    while blocks and blocks[place].kind == "hr":
        blocks = blocks[:-1] if from_end else blocks[1:]
    return blocks
