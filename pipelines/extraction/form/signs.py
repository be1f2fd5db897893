"""What a tree shows by other means than words, written out: notes and powers, bullets of symbol fonts, tables by role,
lines of a text field. For texts that are to be read; the published ones have none of it."""

import re

from lxml import etree
from lxml.html import HtmlElement

from pipelines.extraction.form.parse import HARMLESS, UNREADABLE, UNREADABLE_BYTES

INVISIBLE = re.compile("[\u00ad\u200b\u2060\ufeff]")  # marks for hyphens and line ends, of no meaning in a text
UNSEEN_BYTES = re.compile(UNREADABLE_BYTES.pattern + b"|" + b"|".join(map(str.encode, "\u00ad\u200b\u2060\ufeff")))
SYMBOL_FONTS = re.compile(r"\b(?:symbol|wingdings|webdings)\b", re.IGNORECASE)
BULLET = "•"
NOTE_SIGN = re.compile(r"\s*(?:\d{1,3}(?:\s*[,;–-]\s*\d{1,3})*)\s*")
UNIT = re.compile(r"(?:\d|(?:^|[\s\d])(?:[kcmdµ]?m|in|ft))\Z")
TABLE_ROLES = {
    "table": "table", "grid": "table", "treegrid": "table", "rowgroup": "tbody", "row": "tr", "cell": "td",
    "gridcell": "td", "columnheader": "th", "rowheader": "th", **{f"h{level}": f"h{level}" for level in range(2, 7)},
}  # fmt: skip
IN_LINE = ("a", "span", "b", "strong", "i", "em", "font", "small")
WITH_ROLE = etree.XPath(".//*/@role/..")
TEXT = etree.XPath("string()", smart_strings=False)
TABLE_TAGS = frozenset({"table", "tbody", "thead", "tfoot", "tr", "td", "th"})


def write_out(body: HtmlElement) -> None:
    """Write out all of it, in place."""
    for element in list(body.iter("sup", "font", "span")):
        if element.tag == "sup":
            _write_raised(element)
        elif (face := element.get("face")) and SYMBOL_FONTS.search(face):
            _write_bullet(element)
    for element in WITH_ROLE(body):
        _write_role(element)


def drop_invisible(body: HtmlElement) -> None:
    """Take out soft hyphens and the like, which would part words."""
    text = TEXT(body)
    if text.isascii() or not UNSEEN_BYTES.search(text.encode("utf-8", "surrogatepass").translate(None, HARMLESS)):
        return
    for element in body.iter():
        if (text := element.text) and not text.isascii():
            element.text = _visible(text)
        if (text := element.tail) and not text.isascii():
            element.tail = _visible(text)


def _visible(text: str) -> str:
    # character references bring controls back, which a tree takes from nobody else
    return UNREADABLE.sub("", INVISIBLE.sub("", text))


def _write_raised(sup: HtmlElement) -> None:
    """`10^6` for a power, ` [1]` for the number of a note; other raised text stands as it is."""
    if not NOTE_SIGN.fullmatch("".join(sup.itertext())):
        return
    before = _before(sup)
    if UNIT.search(before):
        sup.text = "^" + (sup.text or "")
        return
    last = sup[-1] if len(sup) else None
    sup.text = (" [" if before.strip() and not before[-1:].isspace() else "[") + (sup.text or "").lstrip()
    if last is None:
        sup.text = sup.text.rstrip() + "]"
    else:
        last.tail = (last.tail or "").rstrip() + "]"


def _before(element: HtmlElement) -> str:
    """The last letters before an element, in its block."""
    previous, parent = element.getprevious(), element.getparent()
    if previous is not None:
        return (previous.tail or "".join(previous.itertext()))[-8:]
    if parent is not None and parent.tag in IN_LINE and not (parent.text or "").strip():
        return _before(parent)
    return ((parent.text or "") if parent is not None else "")[-8:]


def _write_bullet(element: HtmlElement) -> None:
    """One sign alone in such a font is a bullet, whichever letter stands for it."""
    text = "".join(element.itertext())
    if len(text.strip()) == 1:
        space = " " if text[-1:].isspace() or not (element.tail or " ")[0].isspace() else ""
        for child in list(element):
            child.drop_tree()
        element.text = BULLET + space


def _write_role(element: HtmlElement) -> None:
    tag = TABLE_ROLES.get(element.attrib.pop("role"))
    if tag and element.tag not in TABLE_TAGS:
        element.tag = tag
