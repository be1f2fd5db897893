"""How much text each element of a tree holds, in characters: all of it, and the prose outside links."""

from dataclasses import dataclass

from lxml import etree
from lxml.html import HtmlElement


@dataclass(slots=True)
class Weights:
    """`total` and `prose` by element; links inside the page count as prose, since they title sections."""

    total: dict[HtmlElement, int]
    prose: dict[HtmlElement, int]

    def take(self, element: HtmlElement) -> None:
        """Forget an element that leaves the tree: its parents get lighter. Call before it is dropped."""
        total, prose = self.total.get(element, 0), self.prose.get(element, 0)
        for parent in element.iterancestors():
            if parent in self.total:
                self.total[parent] -= total
                self.prose[parent] -= prose

    def link_share(self, element: HtmlElement) -> float:
        total = self.total[element]
        return 1 - self.prose[element] / total if total else 0.0


def weigh(root: HtmlElement) -> Weights:
    """Weigh `root` and everything below it. White space counts as one character where it is inside a text."""
    elements = list(root.iter(etree.Element))
    total = {element: length(element.text) for element in elements}
    prose = dict(total)
    for element in reversed(elements):  # children come before their parents
        parent = element.getparent()
        if element is root or parent is None:
            continue
        if is_link(element):
            prose[element] = 0
        tail = length(element.tail)
        total[parent] += total[element] + tail
        prose[parent] += prose[element] + tail
    return Weights(total, prose)


def length(text: str | None) -> int:
    if not text:
        return 0
    return len(text.strip()) if "  " not in text else len(" ".join(text.split()))


def is_link(element: HtmlElement) -> bool:
    """Whether the element leads away from the page."""
    if element.tag != "a":
        return False
    href = element.get("href", "")
    return bool(href) and not (href.startswith("#") and len(href) > 1)
