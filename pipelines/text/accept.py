"""trafilatura's judgement over the blocks of a prepared page.

It sees one `article` that holds nothing but the blocks, so that there is nothing for it to lose by accident, and says
whether there is a text in the page, and which short loose lines are none of it ("Print", "Share on ..."). What it drops
beside those is kept: on 191 pages of 15 services all of it was part of the document (items, table rows, lists of links,
paragraphs from the middle).
"""

import re

import trafilatura
from lxml import etree
from lxml.html import Element, HtmlElement
from trafilatura.metadata import Document

from pipelines.text.blocks import HEADINGS, Block
from pipelines.text.inline import Token
from pipelines.text.parse import UNREADABLE

SHORT = 60  # characters
PIECE = 2000  # characters: what trafilatura judges by the element costs by the element
ADDRESS = re.compile(r"\S+@\S+|(?:https?://|www\.)\S+|[+\d() ./-]+")


def accepted(blocks: list[Block]) -> tuple[list[Block], bool]:
    """The blocks that are text, and whether trafilatura finds a text in the page at all."""
    if not blocks:
        return blocks, False
    doubtful = {id(block) for block in blocks if _is_loose_line(block)}
    document = trafilatura.bare_extraction(
        _page(blocks, doubtful), favor_recall=True, fast=True, include_comments=False, include_tables=True
    )
    if not isinstance(document, Document) or document.body is None:
        return blocks, False
    if doubtful:
        kept = _letters("".join(document.body.itertext()))
        blocks = [block for block in blocks if id(block) not in doubtful or _letters(words(block.tokens)) in kept]
    return blocks, True


def words(tokens: list[Token]) -> str:
    """The text of inline tokens."""
    return "".join(token.value if token.kind == "text" else " " for token in tokens if token.kind in ("text", "break"))


def _is_loose_line(block: Block) -> bool:
    """Whether a block may go if trafilatura says so: a short line of plain words, in no list."""
    if block.kind != "p" or block.path or any(token.kind not in ("text", "break") for token in block.tokens):
        return False
    text = words(block.tokens).strip()
    return 0 < len(text) <= SHORT and not ADDRESS.fullmatch(text)


def _page(blocks: list[Block], doubtful: set[int]) -> HtmlElement:
    """An article with a heading for each heading, a paragraph for each loose line, and prose in larger pieces."""
    html = Element("html")
    article = etree.SubElement(etree.SubElement(html, "body"), "article")
    prose: list[str] = []
    for block in blocks:
        if block.kind in HEADINGS or id(block) in doubtful:
            _put(article, "p", prose)
            _put(article, block.kind, [words(block.tokens)])
        else:
            prose += map(words, block.cells)
            if sum(map(len, prose)) > PIECE:
                _put(article, "p", prose)
    _put(article, "p", prose)
    return html


def _put(article: HtmlElement, tag: str, texts: list[str]) -> None:
    if texts:
        etree.SubElement(article, tag).text = UNREADABLE.sub("", " ".join(texts))
        texts.clear()


def _letters(text: str) -> str:
    return "".join(text.split())
