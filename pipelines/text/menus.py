"""Menus and lists of related pages that were written as plain blocks, before the text begins or after it ends.

They are told by where they stand and by their links: each line is one, and all lead to other pages of the same site.
Contents lead to places in the page, and lists of other companies' pages to other sites: both stay.
"""

from urllib.parse import urldefrag, urlsplit

from pipelines.text.blocks import HEADINGS, Block
from pipelines.text.dates import states_a_date
from pipelines.text.edges import FEW_LETTERS, PROSE, outside_links
from pipelines.text.inline import words

LEAST = 4  # links
TITLE = 60  # characters of a line above them
TEASERS = 1.5  # lines without a link to each that is one


def without_menus(blocks: list[Block], base: str, second: str = "") -> list[Block]:
    """The blocks without them. What the second reader has in its text stays, too."""
    prose = [place for place, block in enumerate(blocks) if outside_links(block.tokens) >= PROSE]
    if not prose:
        return blocks
    theirs = {line.strip(" -|") for line in second.splitlines()}
    leads = [_leads_on(block, base) and words(block.tokens).strip() not in theirs for block in blocks]
    first, last = prose[0], prose[-1] + 1
    end = _end_of_menu(leads[:first])
    start = last + _start_of_related(blocks[last:], leads[last:])
    return [block for place, block in enumerate(blocks) if not (place < end and leads[place]) and place < start]


def _end_of_menu(leads: list[bool]) -> int:
    """Where the last run of links before the text ends; 0 where none is long enough to be a menu."""
    end, length = 0, 0
    for place, lead in enumerate(leads):
        length = length + 1 if lead else 0
        end = place + 1 if length >= LEAST else end
    return end


def _start_of_related(blocks: list[Block], leads: list[bool]) -> int:
    """Where a title begins behind which there is nothing but such links, each perhaps with a line about it."""
    for place, block in enumerate(blocks):
        links, rest = sum(leads[place + 1 :]), blocks[place + 1 :]
        if links < LEAST or leads[place]:
            continue
        if len(rest) - links <= TEASERS * links and _is_title(block) and not any(map(_says_more, rest)):
            return place
    return len(blocks)


def _is_title(block: Block) -> bool:
    return block.kind in HEADINGS or (block.kind == "p" and not block.path and len(words(block.tokens)) <= TITLE)


def _says_more(block: Block) -> bool:
    """Whether a line is of the document: a heading, a date, an address to write to, a row of a table."""
    text = words(block.tokens)
    return block.kind in (*HEADINGS, "row", "pre") or "@" in text or states_a_date(text)


def _leads_on(block: Block, base: str) -> bool:
    """Whether a block is one link to another page of the same site."""
    links = [token.value for token in block.tokens if token.kind == "link" and token.opens]
    if block.kind != "p" or len(links) != 1 or outside_links(block.tokens) > FEW_LETTERS:
        return False
    return urlsplit(links[0]).hostname == urlsplit(base).hostname and urldefrag(links[0])[0] != urldefrag(base)[0]
