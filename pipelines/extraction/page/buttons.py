"""Buttons that are titles: of a panel that each opens, as in an accordion. All others are only there to be pressed."""

from lxml.html import HtmlElement

from pipelines.extraction.page.layout import HEADINGS
from pipelines.extraction.page.treekey import PART

PANELS = ("div", "section", "dd", "p", "ul", "ol", "article")  # what a button may open
AROUND = ("div", "span", "p", "li")


def titles(button: HtmlElement) -> bool:
    """Whether a button is the title of what it opens."""
    parent = button.getparent()
    if parent is None:
        return False
    if parent.tag in HEADINGS:
        return 2 * _letters(button) >= _letters(parent)
    if button.get(PART) == "title" or parent.tag in ("summary", "dt"):
        return True
    row = _row_of(button)
    if not _opens(row):
        return False
    around = row.getparent()
    if around is None or any(_opens(other) for other in around if other is not row):
        return around is not None
    item = around if len(around) > 1 else row
    return any(_is_item(other) for other in (*item.itersiblings(preceding=True), *item.itersiblings()))


def _letters(element: HtmlElement) -> int:
    return len("".join(element.itertext()).strip())


def _row_of(button: HtmlElement) -> HtmlElement:
    """The outermost block that is a button and nothing else."""
    row = button
    for outer in button.iterancestors(*AROUND):
        if len(outer) > 1 or (outer.text or "").strip() or outer is not row.getparent() or row.getnext() is not None:
            break
        row = outer
    return row


def _is_item(element: HtmlElement) -> bool:
    """Whether it begins with a button that opens what comes next, as each part of an accordion does."""
    while len(element) == 1 and element.tag != "button":
        element = element[0]
    return len(element) > 1 and _opens(element[0])


def _opens(row: HtmlElement) -> bool:
    """Whether a button, by itself or in a block, stands right before a panel with words; one such alone may be there by
    chance."""
    panel = row.getnext()
    if panel is None or panel.tag not in PANELS:
        return False
    while row.tag != "button" and len(row) == 1 and not (row.text or "").strip():
        row = row[0]
    return row.tag == "button"
