"""What stands in a form: terms in a textarea are lines of the document, and the box to tick below them is none."""

import re

from lxml import etree
from lxml.html import HtmlElement

from pipelines.extraction.page.layout import HEADINGS

BOXES = ".//input[@type='checkbox' or @type='radio']"
BLOCKS = ("p", "div", "label", "li", "td", "fieldset", "span", "tr", "table", "ul")
LONGEST = 160  # characters beside a box
MOST = 20  # boxes in a form
TERMS = 200  # characters: a shorter textarea is one to write in
PROSE = 80  # characters behind it that are text
BLANK = re.compile(r"\n[ \t\r]*\n\s*")


def without_boxes(root: HtmlElement) -> None:
    """Take out the boxes that end a form, with what is said to them: "I agree". Call before `input` is stripped."""
    for form in root.iter("form"):
        for box in reversed(form.xpath(BOXES)[-MOST:]):
            block = _block(box, form)
            if block is not None and block.getparent() is None:
                continue  # it went with another box
            if _follows_text(box if block is None else block, form):
                break
            if block is not None:
                block.drop_tree()
            elif not _drop_loose(box):
                break


def _drop_loose(box: HtmlElement) -> bool:
    """Take out the short line that stands loose behind a box; whether there was one."""
    said = [later for later in box.itersiblings() if later.tag in ("span", "a", "b", "strong", "em", "small")]
    size = len((box.tail or "").strip()) + sum(len(_text(later)) + len((later.tail or "").strip()) for later in said)
    if not 0 < size <= LONGEST:
        return False
    box.tail = None
    for later in said:
        later.tail = None
        later.drop_tree()
    return True


def _block(box: HtmlElement, form: HtmlElement) -> HtmlElement | None:
    """The largest element around a box that holds a short line and no heading."""
    found = None
    for element in box.iterancestors():
        if element is form or element.tag not in BLOCKS or len(_text(element)) > LONGEST:
            break
        if element.find(".//textarea") is not None or any(element.find(f".//{tag}") is not None for tag in HEADINGS):
            break
        found = element
    return found


def _follows_text(block: HtmlElement, form: HtmlElement) -> bool:
    """Whether text of some length stands behind it in its form."""
    size = len((block.tail or "").strip())
    node = block
    while node is not form and size <= PROSE:
        size += sum(len(_text(later)) + len((later.tail or "").strip()) for later in node.itersiblings(etree.Element))
        parent = node.getparent()
        if parent is None:
            break
        node = parent
        size += len((node.tail or "").strip()) if node is not form else 0
    return size > PROSE


def lines_of_textareas(body: HtmlElement) -> None:
    """Write the terms in a textarea as paragraphs, each line by itself."""
    for area in list(body.iter("textarea")):
        text = (area.text or "").strip()
        if len(text) < TERMS or len(area):
            continue
        area.tag, area.text = "div", None
        for paragraph in BLANK.split(text):
            _put(area, [" ".join(line.split()) for line in paragraph.split("\n")])


def _put(area: HtmlElement, lines: list[str]) -> None:
    paragraph = area.makeelement("p")
    paragraph.text = lines[0]
    for line in lines[1:]:
        end = paragraph.makeelement("br")
        end.tail = line
        paragraph.append(end)
    area.append(paragraph)


def _text(element: HtmlElement) -> str:
    return " ".join(" ".join(element.itertext()).split())
