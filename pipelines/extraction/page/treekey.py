"""What no reader reads is taken out of a tree; what is left decides whether two pages read the same.

All later stages see only the stripped tree, so that two pages with one key give one text by construction.
"""

import hashlib

from lxml import etree
from lxml.html import HtmlElement

from pipelines.extraction.form.numbering import styled_type
from pipelines.extraction.form.parse import UNREADABLE
from pipelines.extraction.form.signs import SYMBOL_FONTS, TABLE_ROLES
from pipelines.extraction.page.parts import TAGS, part_of

UNREAD_ELEMENTS = (
    "script", "style", "template", "svg", "math", "canvas", "iframe", "noframes", "object", "embed",
    "applet", "video", "audio", "picture", "map", "input", "select", "option", "optgroup", "datalist", "progress",
    "meter", "link", "meta", "colgroup", "col", "param", "source", "wbr",
)  # fmt: skip
NEVER_PROSE = ("select", "optgroup", "option", "svg", "math", "map", "canvas", "datalist", "picture")
PROSE = ("p", "table", "h1", "h2", "h3", "li")
READ_ATTRIBUTES = {
    "a": ("href", "title"),
    "base": ("href",),
    "ol": ("start", "type", "reversed"),
    "li": ("value", "type"),
    "td": ("colspan", "rowspan"),
    "th": ("colspan", "rowspan"),
    "font": ("size", "face"),
}
PART = "part"


def strip(root: HtmlElement) -> None:
    """Take out of the tree, in place, all that later stages do not read; `class` and the like become a `part`."""
    _open_up(root)
    _keep_first_title(root)
    etree.strip_elements(root, *UNREAD_ELEMENTS, with_tail=False)
    for element in root.iter(etree.Element):
        attributes = element.attrib
        if not attributes and element.tag not in TAGS:
            continue
        part = part_of(element)
        read = READ_ATTRIBUTES.get(str(element.tag))
        kept = [(name, attributes[name]) for name in read if name in attributes] if read else []
        kept += _said_otherwise(element)
        attributes.clear()
        for name, value in kept:
            attributes[name] = value if value.isprintable() else UNREADABLE.sub("", value)
        if part:
            attributes[PART] = part


def _said_otherwise(element: HtmlElement) -> list[tuple[str, str]]:
    """What a role or a style says of lists, tables and bullets, as the attribute that says the same."""
    said = [("role", role)] if (role := element.get("role", "")) in TABLE_ROLES else []
    if style := element.get("style"):
        if element.tag in ("ol", "li") and (kind := styled_type(style)):
            said.append(("type", kind))
        elif element.tag in ("span", "font") and SYMBOL_FONTS.search(style):
            said.append(("face", "symbol"))
    return said


def _open_up(root: HtmlElement) -> None:
    """Where the end tag of such an element is missing, the rest of the page lies in it: that is not dropped."""
    for element in list(root.iter(*NEVER_PROSE)):
        if any(element.find(f".//{block}") is not None for block in PROSE):
            element.drop_tag()


def _keep_first_title(root: HtmlElement) -> None:
    """A second document in the page, and drawings, have titles of their own that nobody is shown."""
    titles = list(root.iter("title"))
    first = next((title for title in titles if (title.text or "").strip()), None)
    for title in titles:
        if title is not first:
            title.drop_tree()


def tree_key(root: HtmlElement, *context: str) -> str:
    """Hex digest of a stripped tree and of what else the reading depends on (address, style)."""
    digest = hashlib.blake2b(etree.tostring(root, encoding="utf-8"), digest_size=16)
    for value in context:
        digest.update(b"\0" + value.encode("utf-8", "replace"))
    return digest.hexdigest()
