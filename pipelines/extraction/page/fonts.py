"""Headings that the old web wrote as large type: a short line alone, in `font` or `big` larger than what is around."""

from lxml import etree
from lxml.html import HtmlElement

from pipelines.extraction.page.layout import HEADINGS
from pipelines.extraction.page.weights import length

LONGEST = 120  # characters
MOST_LARGE = 0.3  # of a page's text: where more is large, it is the size of the text
BASE_SIZE = 3
LEVELS = {7: "h2", 6: "h2", 5: "h2", 4: "h3"}
WEIGHTS = ("b", "strong", "big", "u", "font")  # that it is a heading says as much
INLINE = frozenset({"font", "b", "strong", "i", "em", "u", "span", "big", "small", "tt", "a"})


def mark_headings(body: HtmlElement) -> None:
    """Turn such lines into headings, in place."""
    large = [font for font in body.iter("font", "big") if _size(font) > BASE_SIZE and _text(font)]
    if not large:
        return
    outer = [font for font in large if not any(parent in large for parent in font.iterancestors("font", "big"))]
    if sum(len(_text(font)) for font in outer) > MOST_LARGE * length("".join(body.itertext())):
        return
    for font in outer:
        if len(_text(font)) <= LONGEST and _is_alone(font) and not _is_in(font, (*HEADINGS, "li", "td", "th", "a")):
            font.tag = LEVELS[min(7, _size(font))]
            etree.strip_tags(font, *WEIGHTS)


def _size(font: HtmlElement) -> int:
    """1 to 7; `+1` is one more than the usual 3, and so is each `big`. 0 where there is none."""
    if font.tag == "big":
        return BASE_SIZE + sum(1 for _ in font.iter("big"))
    size = font.get("size", "").strip()
    digits = size.lstrip("+-")
    if not digits.isdecimal() or len(digits) > 2:
        return 0
    return BASE_SIZE + int(size) if size[0] in "+-" else int(size)


def _text(element: HtmlElement) -> str:
    return " ".join("".join(element.itertext()).split())


def _is_alone(element: HtmlElement) -> bool:
    """Whether nothing else stands on its line, up to the block that holds it."""
    while element.tag in INLINE:
        if not (_ends_line(element.getprevious(), element) and _begins_line(element)):
            return False
        parent = element.getparent()
        if parent is None:
            return True
        element = parent
    return True


def _ends_line(before: HtmlElement | None, element: HtmlElement) -> bool:
    """Whether the line is empty up to the element."""
    parent = element.getparent()
    if before is None:
        return parent is None or not (parent.text or "").strip()
    return not (before.tail or "").strip() and (before.tag not in INLINE or not _text(before))


def _begins_line(element: HtmlElement) -> bool:
    """Whether the line is empty from the element on."""
    after = element.getnext()
    return not (element.tail or "").strip() and (after is None or after.tag not in INLINE or not _text(after))


def _is_in(element: HtmlElement, tags: tuple[str, ...]) -> bool:
    return any(parent.tag in tags for parent in element.iterancestors())
