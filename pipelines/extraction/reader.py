"""Bytes of an archived page -> Reading. Pure: the same page gives the same reading."""

import errno
import re
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace

from pipelines.exceptions import ReadingFailed
from pipelines.extraction.form.lines import markdown_of_lines
from pipelines.extraction.form.note import snapshot_url
from pipelines.extraction.form.parse import parse
from pipelines.extraction.form.styles import STYLES
from pipelines.extraction.judgement.quality import Evidence
from pipelines.extraction.page import tabs
from pipelines.extraction.page.charset import decode
from pipelines.extraction.page.controls import without_boxes
from pipelines.extraction.page.email import HIDDEN, reveal
from pipelines.extraction.page.nested import SIGNS, unfold
from pipelines.extraction.page.page import NO_TEXT, Text, read_tree, reading_of
from pipelines.extraction.page.shell import SHELL, shell_of
from pipelines.extraction.page.treekey import strip, tree_key
from pipelines.extraction.pdf.pdf import is_pdf, pdf_text
from pipelines.items import Page, Reading

MOST_BYTES = 16 << 20
REMEMBERED = 256
SAMPLE = 4096  # characters
MOST_CONTROLS = 0.05  # share of a text
CONTROLS = re.compile("[\x01-\x08\x0e-\x1f]")  # beside NUL, which broken pages are full of
NO_PAGES = (
    b"GIF8", b"\x89PNG", b"\xff\xd8\xff", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"{\\rtf", b"\x1f\x8b", b"CWS", b"FWS",
    b"RIFF", b"OggS", b"ID3", b"MZ", b"\x7fELF",
)  # fmt: skip
NOT_THE_PAGE = frozenset(
    {errno.ENOSPC, errno.EFBIG, errno.EDQUOT, errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EIO, errno.EROFS}
)
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

    def read(self, page: Page) -> Reading:
        """Read one page. Raises ReadingFailed where there is no text or it cannot be read.

        Raises OSError, and nothing else, where the machine is in trouble: that says nothing of the page.
        """
        try:
            return self._read(page)
        except ReadingFailed:
            raise
        except MemoryError:
            raise ReadingFailed("reading took too much memory") from None
        except Exception as error:
            if getattr(error, "errno", None) in NOT_THE_PAGE:
                raise
            raise ReadingFailed("reading raised", detail=f"{type(error).__name__}: {error}"[:200]) from error

    def _read(self, page: Page) -> Reading:
        if is_pdf(page.body):
            return _read_lines(*pdf_text(page.body), charset="")
        _refuse(page.body)
        html, charset = decode(page.body, page.content_type)
        if len(CONTROLS.findall(html[:SAMPLE])) > MOST_CONTROLS * min(SAMPLE, len(html)):
            raise ReadingFailed("not a page", detail="binary")
        if not MARKUP.search(html) or _is_plain(html, page.content_type):
            return _read_lines("", markdown_of_lines(html), charset)
        return self._read_html(html, page, charset)

    def _read_html(self, html: str, page: Page, charset: str) -> Reading:
        root = parse(html)
        if HIDDEN in html:
            reveal(root)
        if any(sign in html for sign in SIGNS):
            unfold(root)
        if not self._style.faithful:
            if any(sign in html for sign in tabs.SIGNS):
                tabs.title_panels(root)
            without_boxes(root)
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


def _is_plain(html: str, content_type: str) -> bool:
    """Whether a text that is called plain is so: `<name>` in it is no tag."""
    return content_type.lower().startswith("text/plain") and not PAGE_MARKUP.search(html)


def _refuse(body: bytes) -> None:
    if len(body) > MOST_BYTES:
        raise ReadingFailed("page too large", detail=f"{len(body)} bytes")
    if body.startswith(NO_PAGES):
        raise ReadingFailed("not a page", detail=f"starts with {body[:8]!r}")


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
