"""How much text each element of a tree holds, in characters: all of it, and the prose outside links."""

from dataclasses import dataclass

from lxml import etree
from lxml.html import HtmlElement

RUN = 40  # characters


@dataclass(slots=True)
class Weights:
    """`total`, `prose` and `runs` by element: all text, that outside links, and of that the runs long enough to be
    sentences. Links inside the page count as prose, since they title sections."""

    total: dict[HtmlElement, int]
    prose: dict[HtmlElement, int]
    runs: dict[HtmlElement, int]

    def take(self, element: HtmlElement) -> None:
        """Forget an element that leaves the tree: its parents get lighter. Call before it is dropped."""
        for weight in (self.total, self.prose, self.runs):
            mine = weight.get(element, 0)
            for parent in element.iterancestors():
                if parent in weight:
                    weight[parent] -= mine

    def add(self, element: HtmlElement) -> None:
        """Weigh an element that was put into the tree: text and nothing else."""
        size = length(element.text)
        self.total[element] = self.prose[element] = size
        self.runs[element] = run = size if size >= RUN else 0
        for parent in element.iterancestors():
            for weight, more in ((self.total, size), (self.prose, size), (self.runs, run)):
                if parent in weight:
                    weight[parent] += more

    def link_share(self, element: HtmlElement) -> float:
        total = self.total[element]
        return 1 - self.prose[element] / total if total else 0.0


def weigh(root: HtmlElement) -> Weights:
    """Weigh `root` and everything below it. White space counts as one character where it is inside a text."""
    # the last ones first: so children come before their parents, and are let go before them, which costs lxml less
    elements = list(root.iter(etree.Element))[::-1]
    total = {element: length(text) if (text := element.text) else 0 for element in elements}
    prose = dict(total)
    runs = {element: size if size >= RUN else 0 for element, size in total.items()}
    for element in elements[:-1]:  # all but the root
        size, tail = total[element], length(text) if (text := element.tail) else 0
        if not (size or tail) or (parent := element.getparent()) is None:
            continue  # as many elements have none
        if element.tag == "a" and is_link(element):
            prose[element] = runs[element] = 0
        total[parent] += size + tail
        prose[parent] += prose[element] + tail
        runs[parent] += runs[element] + (tail if tail >= RUN else 0)
    return Weights(total, prose, runs)


def length(text: str | None) -> int:
    if not text or text.isspace():
        return 0
    return len(text.strip()) if "  " not in text else len(" ".join(text.split()))


def is_link(element: HtmlElement) -> bool:
    """Whether the element leads away from the page."""
    if element.tag != "a":
        return False
    href = element.get("href", "")
    return bool(href) and not (href.startswith("#") and len(href) > 1)


def is_contact(link: HtmlElement) -> bool:
    """Whether a link leads to an address to write to or a number to call."""
    return link.get("href", "").strip().lower().startswith(("mailto:", "tel:"))
