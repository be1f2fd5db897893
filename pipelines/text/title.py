"""The title of a document, and the places in its body that only repeat it."""

import re
from collections.abc import Iterable

from lxml.html import HtmlElement

from pipelines.text.blocks import HEADINGS, Block
from pipelines.text.inline import Token
from pipelines.text.parse import UNREADABLE

SEPARATORS = re.compile(r"\s+[|\-–—:»«·•>/~]+\s+|\s*[|»·•]\s*|:\s+")
LONGEST_TITLE = 300
FIRST_BLOCKS = 4  # a title is repeated before the text begins, or not at all


def title_of(root: HtmlElement) -> str:
    """The first `title` that is not empty, white space collapsed; empty where the page has none."""
    titles = (" ".join(UNREADABLE.sub("", "".join(element.itertext())).split()) for element in root.iter("title"))
    return next((title for title in titles if title), "")[:LONGEST_TITLE]


def main_heading(blocks: Iterable[Block]) -> str:
    """The text of the first heading of the highest level there is; empty where there is no heading."""
    headings = [(block.kind, plain(block.tokens)) for block in blocks if block.kind in HEADINGS]
    return min((found for found in headings if found[1]), key=lambda found: found[0], default=("", ""))[1]


def without_title(blocks: list[Block], title: str, *, only_headings: bool = False) -> list[Block]:
    """The blocks without those at the start that say what the title says, or one part of it."""
    known = {_key(part) for part in (title, *SEPARATORS.split(title))} - {""}

    def repeats(block: Block) -> bool:
        kind = block.kind in HEADINGS or (block.kind == "p" and not only_headings)
        return kind and _key(plain(block.tokens)) in known

    return [block for block in blocks[:FIRST_BLOCKS] if not repeats(block)] + blocks[FIRST_BLOCKS:]


def plain(tokens: list[Token]) -> str:
    return " ".join("".join(token.value if token.kind == "text" else " " for token in tokens).split())


def _key(text: str) -> str:
    return re.sub(r"\W+", " ", text).strip().casefold()
