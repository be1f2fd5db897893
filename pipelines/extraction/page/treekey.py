"""What no reader reads is taken out of a tree; what is left decides whether two pages read the same.

All later stages see only the stripped tree, so that two pages with one key give one text by construction.
"""

from collections.abc import Iterator

from lxml import etree
from lxml.html import HtmlElement

from pipelines.extraction.form.numbering import styled_type
from pipelines.extraction.form.parse import UNREADABLE
from pipelines.extraction.form.signs import SYMBOL_FONTS, TABLE_ROLES
from pipelines.extraction.page.parts import NAMELESS, TAGS, part_of
from pipelines.formats.memory import key_of

UNREAD_ELEMENTS = (
    "script", "style", "template", "svg", "math", "canvas", "iframe", "noframes", "object", "embed",
    "applet", "noembed", "video", "audio", "picture", "map", "input", "select", "option", "optgroup", "datalist",
    "progress", "meter", "link", "meta", "colgroup", "col", "param", "source", "wbr",
)  # fmt: skip
NEVER_PROSE = ("select", "optgroup", "option", "svg", "math", "map", "canvas", "datalist", "picture")
PROSE = ("p", "table", "h1", "h2", "h3", "li")
FIELDS = ".//input[not(@type='hidden')] | .//select | .//textarea | .//button | .//label"
READ_ATTRIBUTES = {
    "a": ("href", "title"),
    "base": ("href",),
    "ol": ("start", "type", "reversed"),
    "li": ("value", "type"),
    "td": ("colspan", "rowspan"),
    "th": ("colspan", "rowspan"),
    "font": ("size", "face"),
}
MAY_BE_HEADINGS = ("div", "span", "p", "b", "strong", "font")
PART = "part"
MUTE = NAMELESS - READ_ATTRIBUTES.keys()  # tags whose other attributes say nothing


def strip(root: HtmlElement) -> None:
    """Take out of the tree, in place, all that later stages do not read; `class` and the like become a `part`."""
    _open_up(root)
    _keep_text_of_forms(root)
    _keep_first_title(root)
    etree.strip_elements(root, *UNREAD_ELEMENTS, with_tail=False)
    kept = list(_kept(root))
    etree.strip_attributes(root, "{}*")  # all at once, which costs least
    for element, said in kept:
        attributes = element.attrib
        for name, value in said:
            attributes[name] = value if value.isprintable() else UNREADABLE.sub("", value)
    for element in root.iter(*TAGS):
        if PART not in element.attrib:
            element.set(PART, TAGS[str(element.tag)])


def _kept(root: HtmlElement) -> Iterator[tuple[HtmlElement, list[tuple[str, str]]]]:
    """The elements that keep attributes, and which, their `part` among them."""
    for element in root.iter(etree.Element):
        if not (items := element.items()):
            continue
        tag, said = str(element.tag), dict(items)
        speaks = "role" in said or "style" in said  # whatever its tag
        if tag in MUTE and not speaks:
            continue  # as most are
        kept = [(name, said[name]) for name in READ_ATTRIBUTES[tag] if name in said] if tag in READ_ATTRIBUTES else []
        if speaks:
            kept += _said_otherwise(tag, said)
        if (speaks or tag not in NAMELESS) and (part := part_of(tag, said)):
            kept.append((PART, part))
        if kept:
            yield element, kept


def _said_otherwise(tag: str, attributes: dict[str, str]) -> list[tuple[str, str]]:
    """What a role or a style says of lists, tables, headings and bullets, as the attribute that says the same."""
    role = attributes.get("role", "")
    if role == "heading" and tag in MAY_BE_HEADINGS:
        role = f"h{attributes.get('aria-level', '2')}"
    said = [("role", role)] if role in TABLE_ROLES else []
    if style := attributes.get("style"):
        if tag in ("ol", "li") and (kind := styled_type(style)):
            said.append(("type", kind))
        elif tag in ("span", "font") and SYMBOL_FONTS.search(style):
            said.append(("face", "symbol"))
    return said


def _open_up(root: HtmlElement) -> None:
    """Where the end tag of such an element is missing, the rest of the page lies in it: that is not dropped."""
    for element in list(root.iter(*NEVER_PROSE)):
        if len(element) and next(element.iter(*PROSE), None) is not None:
            element.drop_tag()


def _keep_text_of_forms(root: HtmlElement) -> None:
    """What has nothing to fill in or to press is no form."""
    for form in list(root.iter("form")):
        if not form.xpath(FIELDS):
            form.tag = "div"


def _keep_first_title(root: HtmlElement) -> None:
    """A second document in the page, and drawings, have titles of their own that nobody is shown."""
    titles = list(root.iter("title"))
    first = next((title for title in titles if (title.text or "").strip()), None)
    for title in titles:
        if title is not first:
            title.drop_tree()


def tree_key(root: HtmlElement, *context: str) -> bytes:
    """Digest of a stripped tree and of what else the reading depends on (address, style)."""
    return key_of(etree.tostring(root, encoding="utf-8"), *context)
