"""Tabs: the title of each is put at the head of its panel, where a person reads it."""

import re

from lxml import etree
from lxml.html import HtmlElement

SIGN = re.compile(r'tab(?:s|panel|-pane|-nav|list|links|(?<=="tab)")')
NAME = re.compile(r"(?:^|[ _-])(?:tabs?|pills?|tablist)(?:$|[ _-])", re.IGNORECASE)
TARGETS = ("aria-controls", "data-target", "data-bs-target", "data-tab", "data-w-tab", "href")
SAID = ("role", "data-toggle", "data-bs-toggle", "class")
NAMED = etree.XPath("//@id/.. | //@data-w-tab/.. | //@data-tab/..")
CALLED = re.compile(r"""['"]#?([^'"\s]{1,60})['"]""")  # what a script is told to open
TABS = etree.XPath(".//a | .//button | .//*/@role[. = 'tab']/..")
LONGEST = 120  # characters of a title
MOST = 200  # tabs in a page
UP = 3  # steps from a link to what calls itself tabs


def may_have_tabs(html: str) -> bool:
    """Whether there is any sign of them in a page."""
    return SIGN.search(html) is not None or '="pill"' in html


def title_panels(root: HtmlElement) -> None:
    """Move the titles of tabs into their panels; a list of links that are no tabs stays as it is."""
    bars: dict[HtmlElement, list[tuple[HtmlElement, HtmlElement]]] = {}
    panels: dict[str, HtmlElement] = {}
    for element in NAMED(root):
        if name := element.get("id") or _pane(element):
            panels.setdefault(name, element)
    for tab in TABS(root)[: 10 * MOST]:
        panel = _panel(tab, panels)
        bar = _bar(tab, panel) if panel is not None else None
        if bar is not None and panel is not None and _is_apart(bar, panel):
            bars.setdefault(bar, []).append((tab, panel))
    for bar, tabs in bars.items():
        if 1 < len(tabs) <= MOST and len({panel for _, panel in tabs}) == len(tabs) and _is_all_of(bar, tabs):
            _move(bar, tabs)


def _bar(tab: HtmlElement, panel: HtmlElement) -> HtmlElement | None:
    """The outermost element near a link that says that it holds tabs, and does not hold the panel."""
    found, around = None, set(panel.iterancestors())
    for place, element in enumerate((tab, *tab.iterancestors())):
        if place > UP or element in around or element.tag in ("body", "main", "article", "section"):
            break
        if any(NAME.search(value) for name in SAID if (value := element.get(name))):
            found = element
    return tab.getparent() if found is tab else found


def _panel(tab: HtmlElement, panels: dict[str, HtmlElement]) -> HtmlElement | None:
    """What a tab opens: an element with text that is no heading, as an entry in a table of contents leads to."""
    said = dict(tab.items())
    names = [value.removeprefix("#") for name in TARGETS if (value := said.get(name))]
    for name in names + CALLED.findall(said.get("onclick", "")):
        panel = panels.get(name)
        if panel is not None and panel.tag in ("div", "section", "article", "li", "dd"):
            return panel if _text(panel) else None
    return None


def _pane(element: HtmlElement) -> str:
    """The name that a pane without an id shares with its tab."""
    name = element.get("data-w-tab") or element.get("data-tab")
    return name if name and element.tag != "a" and "pane" in element.get("class", "") else ""


def _is_apart(bar: HtmlElement, panel: HtmlElement) -> bool:
    return bar not in panel.iterancestors() and panel not in bar.iterancestors() and bar is not panel


def _is_all_of(bar: HtmlElement, tabs: list[tuple[HtmlElement, HtmlElement]]) -> bool:
    """Whether the bar holds nothing but the titles, and each is one."""
    titles = [_text(tab) for tab, _ in tabs]
    return all(0 < len(title) <= LONGEST for title in titles) and _text(bar) == " ".join(titles)


def _move(bar: HtmlElement, tabs: list[tuple[HtmlElement, HtmlElement]]) -> None:
    for tab, panel in tabs:
        title = _text(tab)
        if not _text(panel).startswith(title):
            line = panel.makeelement("p")
            line.text, line.tail, panel.text = title, panel.text, None
            panel.insert(0, line)
    bar.drop_tree()


def _text(element: HtmlElement) -> str:
    return " ".join(" ".join(element.itertext()).split())
