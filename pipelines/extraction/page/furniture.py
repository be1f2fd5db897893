"""Page furniture is taken out: navigation, banners, consent tools, dialogs, share bars, forms, footers.

Names alone are not trusted: a policy has sections called `cookies` and `sharing`, and whole pages lie in a form or in
`<div class="modal">`. A part goes only where it holds a small share of the page's prose; one that only a class or an
id names must also look like furniture.
"""

import re
from collections.abc import Iterable

from lxml import etree
from lxml.html import HtmlElement

from pipelines.extraction.page.layout import HEADINGS
from pipelines.extraction.page.parts import LIKELY
from pipelines.extraction.page.treekey import PART
from pipelines.extraction.page.weights import Weights

MOST_PROSE = {
    "nav": 0.2,
    "crumbs": 0.2,
    "share": 0.2,
    "header": 0.2,
    "footer": 0.3,
    "aside": 0.2,
    "form": 0.3,
    "dialog": 0.4,
    "consent": 0.5,
    "title": -1.0,
}
MANY_LINKS = 0.4  # of its text: prose has fewer
SHORT = 200  # characters
TEXT = frozenset({"p", "ul", "ol", "dl", "table", "blockquote", *HEADINGS})
NAMED_FOR_SURE = ("nav", "footer", "form", "header")  # parts that a tag or a role tells, wherever they stand
HELD_FORM = "held-form"  # marks what a form was taken out of
TO_TOP = re.compile(
    r"\W*(?:(?:back |go |return )?to (?:the )?top|top|nach oben|zum seitenanfang|haut de page)\W*", re.I
)


def remove_furniture(body: HtmlElement, weights: Weights) -> None:
    """Drop furniture from the tree, outermost first, keeping `weights` in step."""
    gone: list[HtmlElement] = []
    inside: set[HtmlElement] = set()
    page = weights.prose[body] or 1
    for element in body.iter(etree.Element):
        if element.getparent() in inside:
            inside.add(element)
        elif element is not body and _is_furniture(element, page, weights):
            inside.add(element)
            gone.append(element)
    for element in gone:
        weights.take(element)
        parent = element.getparent()
        if element.tag == "form" and parent is not None:
            parent.set(HELD_FORM, "")
        element.drop_tree()


def _is_furniture(element: HtmlElement, page: int, weights: Weights) -> bool:
    if element.tag == "a":
        return _leads_to_top(element)
    if element.tag in ("button", "textarea"):
        return not _titles(element) and weights.prose[element] < SHORT
    part = element.get(PART, "")
    name = part.removesuffix(LIKELY)
    if part == "nav" and weights.link_share(element) >= MANY_LINKS:
        return True
    if not part or weights.prose[element] > MOST_PROSE[name] * page:
        return False
    if part not in NAMED_FOR_SURE and _stands_in_text(element, weights):
        return False
    if name in ("consent", "dialog"):
        return True
    if part == "header":
        return not _is_inside_main(element)
    if name == "header" and not weights.link_share(element) and _has_likes(element):
        return False
    return part == name or _looks_like_it(element, name, weights)


def _looks_like_it(element: HtmlElement, name: str, weights: Weights) -> bool:
    if weights.link_share(element) >= MANY_LINKS or not weights.total[element]:
        return True
    if has_heading(element):
        return False
    return weights.prose[element] < SHORT or name == "footer"


def _stands_in_text(element: HtmlElement, weights: Weights) -> bool:
    """Whether an element, or one it lies in, has text of the document on both sides, and nothing to press or follow."""
    if weights.link_share(element) >= MANY_LINKS or not weights.total[element] or element.find(".//button") is not None:
        return False
    return any(
        _has_text(one.itersiblings(preceding=True), weights) and _has_text(one.itersiblings(), weights)
        for one in (element, *element.iterancestors())
        if one.tag not in ("body", "html")
    )


def _has_text(siblings: Iterable[HtmlElement], weights: Weights) -> bool:
    """Whether the nearest sibling with words in it is text."""
    for sibling in siblings:
        if weights.total.get(sibling):
            return sibling.tag in TEXT or (not sibling.get(PART) and weights.runs[sibling] > 0)
    return False


def _has_likes(element: HtmlElement) -> bool:
    """Whether others beside it are called the same: such are titles of sections."""
    siblings = (*element.itersiblings(preceding=True), *element.itersiblings())
    return any(sibling.get(PART) == element.get(PART) for sibling in siblings)


def _titles(button: HtmlElement) -> bool:
    """Whether a button is the title of what it opens."""
    parent = button.getparent()
    if button.get(PART) == "title" or (parent is not None and parent.tag in (*HEADINGS, "summary", "dt")):
        return True
    return parent is not None and _opens(button) and sum(_opens(other) for other in parent) > 1


def _opens(element: HtmlElement) -> bool:
    """Whether a button stands right before a panel; one such alone may be there by chance."""
    panel = element.getnext()
    return element.tag == "button" and panel is not None and panel.tag in ("div", "section", "dd")


def _leads_to_top(link: HtmlElement) -> bool:
    return link.get("href", "").startswith("#") and TO_TOP.fullmatch("".join(link.itertext())) is not None


def _is_inside_main(element: HtmlElement) -> bool:
    return any(parent.tag in ("main", "article", "section") for parent in element.iterancestors())


def has_heading(element: HtmlElement) -> bool:
    return any(element.find(f".//{heading}") is not None for heading in HEADINGS)
