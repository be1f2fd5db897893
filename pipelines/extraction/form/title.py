"""The title of a document, and the places in its body that only repeat it."""

import re

from lxml.html import HtmlElement

from pipelines.extraction.form.blocks import HEADINGS, Block
from pipelines.extraction.form.inline import Token
from pipelines.extraction.form.parse import UNREADABLE

SEPARATORS = re.compile(r"\s+[|\-–—:»«·•>/~]+\s+|\s*[|»·•]\s*|:\s+")
LONGEST_TITLE = 300
LONGEST_LINE = 80
FIRST_BLOCKS = 4  # a title is repeated before the text begins, or not at all


def title_of(root: HtmlElement) -> str:
    """The first `title` that is not empty, white space collapsed; empty where the page has none."""
    titles = (" ".join(UNREADABLE.sub("", "".join(element.itertext())).split()) for element in root.iter("title"))
    return next((title for title in titles if title), "")[:LONGEST_TITLE]


def main_heading(blocks: list[Block]) -> str:
    """The text of the first heading of the highest level there is, or of a bold line before all else; or empty."""
    headings = [(block.kind, plain(block.tokens)) for block in blocks if block.kind in HEADINGS]
    if any(text for _, text in headings):
        return min((found for found in headings if found[1]), key=lambda found: found[0])[1][:LONGEST_TITLE]
    return plain(blocks[0].tokens) if blocks and is_bold_line(blocks[0]) else ""


def without_title(blocks: list[Block], title: str, *, only_headings: bool = False) -> list[Block]:
    """The blocks without those at the start that say what the title says, or one part of it.

    A line that says it once more behind other words is of the document.
    """
    known = {_key(part) for part in (title, *SEPARATORS.split(title))} - {""}

    kept: list[Block] = []
    said = False
    for block in blocks[:FIRST_BLOCKS]:
        kind = block.kind in HEADINGS or (block.kind == "p" and not only_headings and not (said and kept))
        if kind and _key(plain(block.tokens)) in known:
            said = True
        else:
            kept.append(block)
    return kept + blocks[FIRST_BLOCKS:]


def is_bold_line(block: Block) -> bool:
    """Whether a block is one short line, all of it bold."""
    depth, text = 0, ""
    for token in block.tokens:
        if token.kind == "strong":
            depth += token.opens - token.ends
        elif token.kind == "text" and token.value.strip():
            if not depth:
                return False
            text += token.value
    return 0 < len(text) <= LONGEST_LINE


def plain(tokens: list[Token]) -> str:
    return " ".join("".join(token.value if token.kind == "text" else " " for token in tokens).split())


def _key(text: str) -> str:
    return re.sub(r"\W+", " ", text).strip().casefold()
