"""Page furniture is taken out: navigation, banners, consent tools, dialogs, share bars, forms, footers.

Names alone are not trusted: a policy has sections called `cookies` and `sharing`, and whole pages lie in a form or in
`<div class="modal">`. A part goes only where it holds a small share of the page's prose; one that only a class or an
id names must also look like furniture.
"""

import re

from lxml import etree
from lxml.html import HtmlElement

from pipelines.text.layout import HEADINGS
from pipelines.text.parts import LIKELY
from pipelines.text.treekey import PART
from pipelines.text.weights import Weights

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
    if name in ("consent", "dialog"):
        return True
    if part == "header":
        return not _is_inside_main(element)
    return part == name or _looks_like_it(element, name, weights)


def _looks_like_it(element: HtmlElement, name: str, weights: Weights) -> bool:
    if weights.link_share(element) >= MANY_LINKS or not weights.total[element]:
        return True
    if has_heading(element):
        return False
    return weights.prose[element] < SHORT or name == "footer"


def _titles(button: HtmlElement) -> bool:
    """Whether a button is the title of what it opens."""
    parent = button.getparent()
    return button.get(PART) == "title" or (parent is not None and parent.tag in (*HEADINGS, "summary", "dt"))


def _leads_to_top(link: HtmlElement) -> bool:
    return link.get("href", "").startswith("#") and TO_TOP.fullmatch("".join(link.itertext())) is not None


def _is_inside_main(element: HtmlElement) -> bool:
    return any(parent.tag in ("main", "article", "section") for parent in element.iterancestors())


def has_heading(element: HtmlElement) -> bool:
    return any(element.find(f".//{heading}") is not None for heading in HEADINGS)
