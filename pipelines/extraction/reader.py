"""Bytes of an archived page -> Reading. Pure: the same page gives the same reading."""

import re
from dataclasses import replace
from sys import getsizeof

from lxml.html import HtmlElement

from pipelines.exceptions import ReadingFailed
from pipelines.extraction.base import guarded, refuse_binary, refuse_body
from pipelines.extraction.form.inline import STYLES
from pipelines.extraction.form.lines import markdown_of_lines, snapshot_url
from pipelines.extraction.form.parse import parse
from pipelines.extraction.judgement.quality import Evidence
from pipelines.extraction.page import sheets, tabs
from pipelines.extraction.page.charset import decode
from pipelines.extraction.page.controls import without_boxes
from pipelines.extraction.page.menus import SHELL, shell_of
from pipelines.extraction.page.nested import (
    HIDDEN,
    OWN_ELEMENT,
    SIGNS,
    place_own_elements,
    reveal,
    show_noframes,
    unfold,
)
from pipelines.extraction.page.page import NO_TEXT, Text, prepare, reading_of, text_of
from pipelines.extraction.page.treekey import strip, tree_key
from pipelines.extraction.pdf.pdf import is_pdf, pdf_text
from pipelines.extraction.version import reader_version
from pipelines.formats.memory import Memory, key_of
from pipelines.items.readings import Page, Reading

REMEMBERED = 256
MARKUP = re.compile(r"<(?:[a-z][a-z0-9]*[\s/>]|!doctype|!--)", re.IGNORECASE)


PAGE_MARKUP = re.compile(r"<(?:html|head|body|title|p|br|div|table|h[1-6]|!doctype)\b[^<>]*>", re.IGNORECASE)


class Reader:
    """Reads pages in one style, and remembers what it read last.

    Pages are read once where they are equal in their bytes, in their trees without what no reader reads (see
    `treekey`), or in the part of the tree that holds the prose.
    """

    def __init__(self, style: str = "corpus", remembered: int = REMEMBERED) -> None:
        self._style = STYLES[style]
        self._pages, self._trees, self._articles = (Memory(remembered, _size) for _ in range(3))

    @property
    def spared(self) -> int:
        """How many pages were not read again."""
        return self._pages.spared + self._trees.spared + self._articles.spared

    @property
    def name(self) -> str:
        return self._style.name

    @property
    def version(self) -> str:
        return reader_version(self._style.name)

    def read(self, page: Page) -> Reading:
        """Read one page. Raises ReadingFailed and OSError as `Extractor` says."""
        return guarded(self._read, page)

    def _read(self, page: Page) -> Reading:
        key = key_of(page.body, page.content_type, self._base(page))
        return self._pages.get(key, lambda: self._read_bytes(page))

    def _base(self, page: Page) -> str:
        """What relative addresses start from, where the page itself does not say so."""
        return snapshot_url(page.timestamp, page.original) if self._style.faithful else page.original

    def _read_bytes(self, page: Page) -> Reading:
        if is_pdf(page.body):
            return _read_lines(*pdf_text(page.body), charset="")
        html, charset = _decoded(page)
        if _is_plain(html, page.content_type):
            return _read_lines("", markdown_of_lines(html), charset)
        return self._read_html(html, page, charset)

    def _read_html(self, html: str, page: Page, charset: str) -> Reading:
        root = _prepared(html, written_out=not self._style.faithful)
        shell = shell_of(root)
        strip(root)
        if shell:
            root.set(SHELL, shell)
        base = self._base(page)
        found = self._trees.get(tree_key(root, base), lambda: self._read_tree(root, base))
        return replace(found, charset=charset)

    def _read_tree(self, root: HtmlElement, base: str) -> Reading:
        prepared = prepare(root, base, self._style)
        key = prepared.key(self._style)
        return self._articles.get(key, lambda: reading_of(text_of(prepared, self._style), ""))


def _prepared(html: str, *, written_out: bool) -> HtmlElement:
    """The tree of a page, with what lies folded in it; `written_out` also with what only its looks tell."""
    root = parse(html)
    if HIDDEN in html:
        reveal(root)
    if next(root.iter("iframe", "template"), None) is not None and any(sign in html for sign in SIGNS):
        unfold(root)
    if written_out:
        _write_out(root, html)
    return root


def _write_out(root: HtmlElement, html: str) -> None:
    if root.find("body") is None:
        show_noframes(root)
    if OWN_ELEMENT.search(html):
        place_own_elements(root)
    sheets.drop_unseen(root)
    sheets.write_styles(root)
    if sheets.LINES.search(html):
        sheets.break_lines(root, inline=sheets.INLINE_LINES.search(html) is not None)
    sheets.place_blocks(root, html)
    if tabs.may_have_tabs(html):
        tabs.title_panels(root)
    without_boxes(root)


def stripped(page: Page) -> HtmlElement | None:
    """The tree of a page without what no reader reads, for another reader; None where it is no HTML. Raises
    ReadingFailed."""
    if is_pdf(page.body):
        return None
    html, _ = _decoded(page)
    if _is_plain(html, page.content_type):
        return None
    root = _prepared(html, written_out=True)
    strip(root)
    return root


def _decoded(page: Page) -> tuple[str, str]:
    """The characters of a page, and its charset. Raises ReadingFailed where they are none."""
    refuse_body(page.body)
    html, charset = decode(page.body, page.content_type)
    refuse_binary(html)
    return html, charset


def _is_plain(html: str, content_type: str) -> bool:
    """Whether a text has no markup, or is called plain and is so: `<name>` in it is no tag."""
    called_plain = content_type.lower().startswith("text/plain")
    return not MARKUP.search(html) or (called_plain and not PAGE_MARKUP.search(html))


def _size(reading: Reading) -> int:
    return getsizeof(reading.body) + getsizeof(reading.title)


def _read_lines(title: str, body: str, charset: str) -> Reading:
    if not body.strip():
        raise ReadingFailed(NO_TEXT)
    return reading_of(Text(title, body, Evidence(title.lower(), "", body.lower())), charset)


def read(page: Page, style: str = "corpus") -> Reading:
    """Read one page by itself. Raises ReadingFailed where there is no text, or it cannot be read."""
    return Reader(style, remembered=0).read(page)
