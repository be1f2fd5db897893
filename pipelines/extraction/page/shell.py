"""Pages that are empty until something else has run: a script that fills them, or an address they send on to."""

import re

from lxml import etree
from lxml.html import HtmlElement

SHELL = "shell"
"""The attribute of the stripped tree's root that says which it is."""
SCRIPTS = "script shell"
SENDS_ON = "sends on to another page"

FEW = 200  # characters outside scripts: more is a page
UNSEEN = ("script", "style", "noscript", "template", "svg", "title")
REFRESH = re.compile(r"\s*\d*(?:\.\d*)?\s*[;,]\s*(?:url\s*=)?\s*\S", re.IGNORECASE)
TOLD = 100  # words in `noscript`: more than asks for scripts to be turned on


def shell_of(root: HtmlElement) -> str:
    """SCRIPTS or SENDS_ON where a page has hardly a text of its own, and that is why; empty for any other."""
    body = root.find("body")
    if body is None or _shows_more_than(body, FEW):
        return ""
    if any(
        (meta.get("http-equiv") or "").lower() == "refresh" and REFRESH.match(meta.get("content") or "")
        for meta in root.iter("meta")
    ):
        return SENDS_ON
    return SCRIPTS if next(root.iter("script"), None) is not None else ""


def show_noscript(body: HtmlElement) -> None:
    """Where the page itself is empty and its text stands in `noscript`, that is the page."""
    if _shows_more_than(body, FEW):
        return
    for element in list(body.iter("noscript")):
        if len("".join(element.itertext()).split()) >= TOLD:
            element.tag = "div"


def _shows_more_than(body: HtmlElement, most: int) -> bool:
    """Whether a browser with scripts shows more characters than that at first."""
    size, unseen = 0, None
    for event, element in etree.iterwalk(body, events=("start", "end")):
        if event == "start" and unseen is None:
            unseen = element if element.tag in UNSEEN else None
            size += 0 if unseen is not None else len((element.text or "").strip())
        elif event == "end":
            unseen = None if unseen is element else unseen
            size += len((element.tail or "").strip()) if unseen is None and element is not body else 0
        if size > most:
            return True
    return False
