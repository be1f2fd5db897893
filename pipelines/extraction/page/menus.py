"""Menus and lists of related pages that were written as plain blocks, before the text begins or after it ends.

They are told by where they stand and by their links: each line is one, and all lead to other pages of the same site.
Contents lead to places in the page, and lists of other companies' pages to other sites: both stay.
"""

from urllib.parse import urldefrag, urlsplit

from pipelines.extraction.form.blocks import HEADINGS, Block
from pipelines.extraction.form.inline import words
from pipelines.extraction.form.title import is_bold_line
from pipelines.extraction.judgement.dates import states_a_date
from pipelines.extraction.page.edges import FEW_LETTERS, PROSE, outside_links

LEAST = 4  # links
TEASERS = 1.5  # lines without a link to each that is one


def without_menus(blocks: list[Block], base: str, second: str = "") -> list[Block]:
    """The blocks without them. What the second reader has in its text stays, too."""
    places = range(len(blocks))
    first = next((place for place in places if outside_links(blocks[place].tokens) >= PROSE), None)
    if first is None:
        return blocks
    last = next(place for place in reversed(places) if outside_links(blocks[place].tokens) >= PROSE) + 1
    head, tail = blocks[:first], blocks[last:]
    if max(len(head), len(tail)) < LEAST:
        return blocks
    theirs = {line.strip(" -|") for line in second.splitlines()}
    menu, related = ([_leads_on(block, base, theirs) for block in part] for part in (head, tail))
    end = _end_of_menu(menu)
    kept = [block for place, block in enumerate(head) if place >= end or not menu[place]]
    return kept + blocks[first:last] + tail[: _start_of_related(tail, related)]


def _end_of_menu(leads: list[bool]) -> int:
    """Where the last run of links before the text ends; 0 where none is long enough to be a menu."""
    end, length = 0, 0
    for place, lead in enumerate(leads):
        length = length + 1 if lead else 0
        end = place + 1 if length >= LEAST else end
    return end


def _start_of_related(blocks: list[Block], leads: list[bool]) -> int:
    """Where a title begins behind which there is nothing but such links, each perhaps with a line about it. A line in
    plain type above them may be the last of the text: it stays."""
    start, links, others = len(blocks), 0, 0
    for place in reversed(range(len(blocks))):
        block = blocks[place]
        if leads[place]:
            links += 1
            continue
        is_title = block.kind in HEADINGS or is_bold_line(block)
        if links >= LEAST and others <= TEASERS * links and (is_title or leads[place + 1]):
            start = place if is_title else place + 1
        if is_title or _says_more(block):
            break
        others += 1
    return start


def _says_more(block: Block) -> bool:
    """Whether a line is of the document: a date, an address to write to, a row of a table."""
    text = words(block.tokens)
    return block.kind in ("row", "pre") or "@" in text or states_a_date(text)


def _leads_on(block: Block, base: str, theirs: set[str]) -> bool:
    """Whether a block is one link to another page of the same site, and no line of `theirs`."""
    links = [token.value for token in block.tokens if token.kind == "link" and token.opens]
    if block.kind != "p" or len(links) != 1 or outside_links(block.tokens) > FEW_LETTERS:
        return False
    if urlsplit(links[0]).hostname != urlsplit(base).hostname or urldefrag(links[0])[0] == urldefrag(base)[0]:
        return False
    return words(block.tokens).strip() not in theirs
