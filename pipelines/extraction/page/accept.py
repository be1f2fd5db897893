"""trafilatura's judgement over the blocks of a prepared page.

It sees one `article` that holds nothing but the blocks, so that there is nothing for it to lose by accident, and says
whether there is a text in the page. What it drops is kept: on 332 texts all of it was part of the document (items,
table rows, lists of links, paragraphs from the middle, and lines that are a share word, as "Google" or "Email").
"""

import trafilatura
from lxml import etree
from lxml.html import Element, HtmlElement
from trafilatura.metadata import Document

from pipelines.extraction.form.blocks import HEADINGS, Block
from pipelines.extraction.form.inline import Token
from pipelines.extraction.form.parse import UNREADABLE

PIECE = 2000  # characters: what trafilatura judges by the element costs by the element


def accepted(blocks: list[Block]) -> tuple[list[Block], bool]:
    """The blocks, and whether trafilatura finds a text in the page at all."""
    if not blocks:
        return blocks, False
    document = trafilatura.bare_extraction(
        _page(blocks), favor_recall=True, fast=True, include_comments=False, include_tables=True
    )
    return blocks, isinstance(document, Document) and document.body is not None


def words(tokens: list[Token]) -> str:
    """The text of inline tokens."""
    return "".join(token.value if token.kind == "text" else " " for token in tokens if token.kind in ("text", "break"))


def _page(blocks: list[Block]) -> HtmlElement:
    """An article with a heading for each heading, and prose in larger pieces."""
    html = Element("html")
    article = etree.SubElement(etree.SubElement(html, "body"), "article")
    prose: list[str] = []
    for block in blocks:
        if block.kind in HEADINGS:
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
