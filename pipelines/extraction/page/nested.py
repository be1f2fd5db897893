"""What a browser shows and the tree hides: shadow roots, frames whose page stands in `srcdoc`, addresses of e-mail.

A content network hides addresses from robots, with a new key at each request: `data-cfemail` holds a key byte and the
address xor that key, in hex, and so does what follows # in the link around it. Left alone, one text would be another
one whenever the network is switched on or off.
"""

import re

from lxml import etree
from lxml.html import HtmlElement

from pipelines.exceptions import ReadingFailed
from pipelines.extraction.form.parse import parse

SIGNS = ("srcdoc", "shadowroot")
SHADOW = "//template[@shadowrootmode or @shadowroot]"
OWN_ELEMENT = re.compile("</[a-z][a-z0-9]*-")
IN_LINES = frozenset(
    {"p", "li", "td", "th", "dt", "dd", "a", "span", "b", "i", "em", "strong", "label", "button", "summary"}
    | {"h1", "h2", "h3", "h4", "h5", "h6"}
)
TOLD = 60  # words: fewer only say that there are frames
MOST = 100  # of each in a page


def unfold(root: HtmlElement) -> None:
    """Put what lies in them in their place."""
    for frame in root.xpath("//iframe[@srcdoc]")[:MOST]:
        _show_frame(frame)
    for template in root.xpath(SHADOW)[:MOST]:
        _show_shadow(template)


def show_noframes(root: HtmlElement) -> None:
    """Of a page that is frames only, what it says to a browser without them, where that is a text."""
    for element in root.iter("noframes"):
        if len((element.text or "").split()) >= TOLD:
            body = parse(element.text or "").find("body")
            if body is not None:
                root.append(body)
                return


def place_own_elements(root: HtmlElement) -> None:
    """Elements of a site's own making are blocks, where they do not stand in a line of text: else words would touch."""
    for element in root.iter(etree.Element):
        parent = element.getparent()
        if "-" in str(element.tag) and parent is not None and parent.tag not in IN_LINES:
            element.tag = "div"


def _show_frame(frame: HtmlElement) -> None:
    try:
        body = parse(frame.get("srcdoc", "")).find("body")
    except ReadingFailed:
        return
    if body is not None:
        body.tag = "div"
        body.tail = frame.tail
        parent = frame.getparent()
        if parent is not None:
            parent.replace(frame, body)


def _show_shadow(template: HtmlElement) -> None:
    """The shadow tree in place of its host's children, which go into its slots."""
    host = template.getparent()
    if host is None:
        return
    children = [child for child in host if child is not template]
    slots = {slot.get("name", ""): slot for slot in template.iter("slot")}
    loose = (host.text or "") + (template.tail or "")
    host.text = template.tail = None
    if "" in slots and loose.strip():
        slots[""].text = (slots[""].text or "") + loose
    for child in children:
        slots.get(child.get("slot", ""), host).append(child)
    template.tag = "div"
    template.attrib.clear()


HIDDEN = "data-cfemail"
PROTECTED = "/cdn-cgi/l/email-protection"
HEX = re.compile(r"[0-9a-fA-F]{6,600}")
ADDRESS = re.compile(r"[^\s@<>]+@[^\s@<>]+")


def reveal(root: HtmlElement) -> None:
    """Replace the words of hidden addresses, in place; their links lead where they led, without the code."""
    for element in root.xpath(f"//@{HIDDEN}/.."):
        if address := decoded(element.get(HIDDEN, "")):
            for child in list(element):
                element.remove(child)
            element.text = address
    for link in root.xpath(f"//a/@href[contains(., '{PROTECTED}')]/.."):
        link.set("href", link.get("href", "").partition("#")[0])


def decoded(code: str) -> str:
    """The address in a code; empty where it holds none."""
    if not HEX.fullmatch(code) or len(code) % 2:
        return ""
    key, *rest = bytes.fromhex(code)
    address = bytes(byte ^ key for byte in rest).decode("utf-8", "replace").partition("?")[0]
    return address if ADDRESS.fullmatch(address) else ""
