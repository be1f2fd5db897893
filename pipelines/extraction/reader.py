"""Bytes of an archived page -> Reading. Pure: the same page gives the same reading."""

import re
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace

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
from pipelines.extraction.page.nested import HIDDEN, SIGNS, reveal, show_noframes, unfold
from pipelines.extraction.page.page import NO_TEXT, Text, read_tree, reading_of
from pipelines.extraction.page.treekey import strip, tree_key
from pipelines.extraction.pdf.pdf import is_pdf, pdf_text
from pipelines.extraction.version import reader_version
from pipelines.items import Page, Reading

REMEMBERED = 256
MARKUP = re.compile(r"<(?:[a-z][a-z0-9]*[\s/>]|!doctype|!--)", re.IGNORECASE)


PAGE_MARKUP = re.compile(r"<(?:html|head|body|title|p|br|div|table|h[1-6]|!doctype)\b[^<>]*>", re.IGNORECASE)


class Reader:
    """Reads pages in one style, and remembers by their trees the last ones it read.

    Two pages whose trees are equal without what no reader reads are read once: see `treekey`.
    """

    def __init__(self, style: str = "corpus", remembered: int = REMEMBERED) -> None:
        self._style = STYLES[style]
        self._remembered = remembered
        self._readings: OrderedDict[str, Reading | ReadingFailed] = OrderedDict()
        self.spared = 0

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
        if is_pdf(page.body):
            return _read_lines(*pdf_text(page.body), charset="")
        refuse_body(page.body)
        html, charset = decode(page.body, page.content_type)
        refuse_binary(html)
        if not MARKUP.search(html) or _is_plain(html, page.content_type):
            return _read_lines("", markdown_of_lines(html), charset)
        return self._read_html(html, page, charset)

    def _read_html(self, html: str, page: Page, charset: str) -> Reading:
        root = _prepared(html, written_out=not self._style.faithful)
        shell = shell_of(root)
        strip(root)
        if shell:
            root.set(SHELL, shell)
        base = snapshot_url(page.timestamp, page.original) if self._style.faithful else page.original
        key = tree_key(root, base, self._style.name)
        if (known := self._readings.get(key)) is not None:
            self.spared += 1
            self._readings.move_to_end(key)
        else:
            known = self._remember(key, _outcome(lambda: reading_of(read_tree(root, base, self._style), charset)))
        if isinstance(known, ReadingFailed):
            raise known
        return replace(known, charset=charset)

    def _remember(self, key: str, outcome: Reading | ReadingFailed) -> Reading | ReadingFailed:
        if self._remembered:
            self._readings[key] = outcome
            if len(self._readings) > self._remembered:
                self._readings.popitem(last=False)
        return outcome


def _prepared(html: str, *, written_out: bool) -> HtmlElement:
    """The tree of a page, with what lies folded in it; `written_out` also with what only its looks tell."""
    root = parse(html)
    if HIDDEN in html:
        reveal(root)
    if any(sign in html for sign in SIGNS):
        unfold(root)
    if written_out:
        _write_out(root, html)
    return root


def _write_out(root: HtmlElement, html: str) -> None:
    if root.find("body") is None:
        show_noframes(root)
    if any(sign in html for sign in sheets.UNSEEN_SIGNS):
        sheets.drop_unseen(root)
    if any(sign in html for sign in sheets.SIGNS):
        sheets.write_styles(root)
    if any(sign in html for sign in tabs.SIGNS):
        tabs.title_panels(root)
    without_boxes(root)


def _is_plain(html: str, content_type: str) -> bool:
    """Whether a text that is called plain is so: `<name>` in it is no tag."""
    return content_type.lower().startswith("text/plain") and not PAGE_MARKUP.search(html)


def _outcome(read: Callable[[], Reading]) -> Reading | ReadingFailed:
    try:
        return read()
    except ReadingFailed as failure:
        return failure


def _read_lines(title: str, body: str, charset: str) -> Reading:
    if not body.strip():
        raise ReadingFailed(NO_TEXT)
    return reading_of(Text(title, body, Evidence(title.lower(), "", body.lower())), charset)


def read(page: Page, style: str = "corpus") -> Reading:
    """Read one page by itself. Raises ReadingFailed where there is no text, or it cannot be read."""
    return Reader(style, remembered=0).read(page)
