"""Documents inside a document, where a browser shows them: shadow roots and frames whose page stands in `srcdoc`."""

from lxml.html import HtmlElement

from pipelines.exceptions import ReadingFailed
from pipelines.extraction.form.parse import parse

SIGNS = ("srcdoc", "shadowroot")
SHADOW = "//template[@shadowrootmode or @shadowroot]"
MOST = 100  # of each in a page


def unfold(root: HtmlElement) -> None:
    """Put what lies in them in their place."""
    for frame in root.xpath("//iframe[@srcdoc]")[:MOST]:
        _show_frame(frame)
    for template in root.xpath(SHADOW)[:MOST]:
        _show_shadow(template)


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
