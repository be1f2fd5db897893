"""A second reader's opinion: how far trafilatura's own reading of a page and our text of it agree, told by their words.

Where they differ much, one of them lost text or kept too much: such pages are worth a second look. Nothing is changed
by it: on 332 texts what trafilatura alone left out was part of the document. It takes longer than our reading, so it
is asked of what versions show, not of each page.
"""

from collections import Counter
from dataclasses import dataclass

import trafilatura
from lxml import etree
from lxml.html import HtmlElement
from trafilatura.metadata import Document

from pipelines.exceptions import ReadingFailed
from pipelines.extraction.form.emphasis import UNSPACED
from pipelines.extraction.judgement.normal import normal
from pipelines.extraction.judgement.quality import may_be_unspaced
from pipelines.extraction.reader import stripped
from pipelines.items.readings import Page

MOST_ELEMENTS = 10_000  # pages of policies have some hundreds
WITHIN_LINES = (
    "abbr", "b", "big", "cite", "code", "em", "font", "i", "img", "label", "noscript", "small", "span", "strong", "sub",
    "sup", "time", "tt", "u",
)  # fmt: skip
"""Tags that change no word of what it reads, and cost it much."""
NEVER_ITS_TEXT = (
    "head",
    "nav",
    "footer",
    "aside",
    "menu",
    "button",
    "dialog",
    "fieldset",
    "textarea",
    "label",
    "legend",
)
COUNT = etree.XPath("count(.//*)")


@dataclass(frozen=True, slots=True)
class Agreement:
    """Shares of words, each as often as it stands, 0 to 1, 2 decimals; None where there is no word to look for.
    `reason` says why there are none."""

    second_in_text: float | None = None  # of the second reader's words, those that ours has
    text_in_second: float | None = None  # of ours, those that it has
    reason: str = ""


def compared(page: Page, title: str, body: str) -> Agreement:
    """How far what the second reader makes of a page agrees with what ours made of it. Raises MemoryError."""
    try:
        return agreement(f"{title}\n{body}", second_text(page))
    except ReadingFailed as failure:
        return Agreement(reason=failure.reason)


def second_text(page: Page) -> str:
    """What trafilatura reads in a page, as Markdown without links. Raises ReadingFailed where it finds no text, cannot
    read the page, or would take long over it; MemoryError.

    It is given our stripped tree, without what no reader reads and without the names of classes, by which it cuts
    sections too.
    """
    root = stripped(page)
    if root is None:
        raise ReadingFailed("no HTML")
    if COUNT(root) > MOST_ELEMENTS:
        raise ReadingFailed("very many elements")
    try:
        document = trafilatura.bare_extraction(_simplified(root), fast=True, include_comments=False)
    except MemoryError:
        raise
    except Exception as error:  # an opinion costs nobody the reading that it is about
        raise ReadingFailed("second reader raised", detail=f"{type(error).__name__}: {error}"[:200]) from error
    text = (document.text or "") if isinstance(document, Document) else ""
    if not text:
        raise ReadingFailed("no text found")
    return text


def _simplified(root: HtmlElement) -> HtmlElement:
    etree.strip_elements(root, *NEVER_ITS_TEXT, with_tail=False)
    etree.strip_tags(root, *WITHIN_LINES)
    return root


def agreement(text: str, second: str) -> Agreement:
    """How far two Markdown texts agree. Case, white space, order and Markdown's marks do not matter."""
    ours, theirs = (Counter(_words(one)) for one in (text, second))
    both = (ours & theirs).total()
    return Agreement(_share(both, theirs.total()), _share(both, ours.total()))


def _words(text: str) -> list[str]:
    """The words of a text; where a script puts no spaces between words, its characters."""
    plain = normal(text).lower()
    return (UNSPACED.sub(r" \g<0> ", plain) if may_be_unspaced(plain) else plain).split()


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 2) if whole else None
