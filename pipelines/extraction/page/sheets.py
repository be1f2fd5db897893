"""What a page's own style sheets say of its text: letters and Roman numerals of lists, struck words, lines that end as
in the source, spans that are blocks; and what is called unseen: words for screen readers, names of icons, links to edit
a section.

Only simple selectors are followed (tags, classes, ids, one in another), and only in sheets that stand in the page. That
a list has no numbers is not believed: sheets that reset all say so, and others that are not held say otherwise.
"""

import re
from collections.abc import Iterator
from itertools import chain

from lxml import etree
from lxml.html import HtmlElement

from pipelines.extraction.form.numbering import LETTERED
from pipelines.extraction.page.layout import HEADINGS

SIGNS = ("list-style", "line-through", "counter(")
UNSEEN_SIGNS = (
    "sr-only",
    "isually-hidden",
    "isuallyhidden",
    "element-invisible",
    "screen-reader-text",
    "material-icons",
    "material-symbols",
    "mw-editsection",
)
UNBROKEN = ("pre", "script", "style", "textarea", "table", "tbody", "tr", "ul", "ol", "dl")
UNSEEN = re.compile(
    r"(?:^|\s)(?:sr-only|visually-?hidden|screen-reader-text|element-invisible|material-(?:icons|symbols)[\w-]*"
    r"|mw-editsection)(?:\s|$)"
)
TITLES = frozenset((*HEADINGS, "caption", "th", "legend", "dt"))  # they title what is seen
LONGEST_UNSEEN = 80  # characters: more may be shown when it is opened
NAMES = "|".join(LETTERED)
STRUCK = "line-through"
SAID = (  # each begins with a word that is looked for fast
    re.compile(rf"list-style(?:-type)?\s*:[^;{{}}]*?\b({NAMES})\b"),
    re.compile(rf"counter\([^(),{{}}]+,\s*({NAMES})\b"),
    re.compile(rf"text-decoration(?:-line)?\s*:[^;{{}}]*\b({STRUCK})\b"),
)
LONGEST_HEAD = 500  # characters before the braces of a rule
COMPOUND = re.compile(r"([a-z][a-z0-9]*|\*)?((?:[.#][\w-]+)*)(?:::?before|::marker)?")
SHOWN_AS_BLOCK = re.compile(r"display\s*:\s*block\b")
CALLED_BLOCK = re.compile(r"(?:^|\s)(?:d-)?block(?:\s|$)")
BLOCK_SPAN = re.compile(r"<span [^<>]*block")
INLINE_LINES = re.compile(r"""style=["'][^"'<>]*white-space:\s*(?:pre|break)""")
CLASSES = etree.XPath("//@class", smart_strings=False)
AS_BLOCKS = "//span/@style[contains(., 'block')]/.. | //span/@class[contains(., 'block')]/.."
LINES = re.compile(r"white-space\s*:\s*(pre-line|pre-wrap|break-spaces|pre)\b")
IN_LINES = "//@style[contains(., 'white-space')]/.."
MOST_BYTES = 1 << 17  # of sheets in a page
MOST_RULES = 60
MOST_LISTS = 2000

Compound = tuple[str, frozenset[str], frozenset[str], bool]
Selector = list[Compound]
"""From the outermost element in: tag, classes, ids, whether it is the child of the one before."""


def drop_unseen(root: HtmlElement) -> None:
    """Take out short pieces that are called unseen, in place."""
    classes = " ".join(CLASSES(root))
    called = " or ".join(f"contains(., '{sign}')" for sign in UNSEEN_SIGNS if sign in classes)
    for element in root.xpath(f"//@class[{called}]/..") if called else ():
        if element.tag in TITLES or not UNSEEN.search(element.get("class")):
            continue
        if sum(map(len, element.itertext())) <= LONGEST_UNSEEN:
            element.drop_tree()


def place_blocks(root: HtmlElement, html: str) -> None:
    """Spans that are shown as blocks are blocks, in place: else words would touch."""
    spans = root.xpath(AS_BLOCKS)
    for element in spans if spans and BLOCK_SPAN.search(html) else ():
        if SHOWN_AS_BLOCK.search(element.get("style", "")) or CALLED_BLOCK.search(element.get("class", "")):
            element.tag = "div"


def write_styles(root: HtmlElement) -> None:
    """Put what the sheets say of lists and struck words into the tree, as attributes and tags that say the same."""
    sheets = [sheet.text or "" for sheet in root.iter("style")]
    if not any(sign in text for text in sheets for sign in SIGNS):
        return
    rules = sorted(_rules(root, SAID), key=lambda rule: _weight(rule[0]))[:MOST_RULES]
    _letter_lists(root, [(selector, kind) for selector, kind in rules if kind in LETTERED])
    for element in _called(root, [selector for selector, kind in rules if kind == STRUCK], "span", "font"):
        element.tag = "s"


def break_lines(root: HtmlElement, *, inline: bool) -> None:
    """Put a break where a line ends in the source and a sheet, or if `inline` a style, says that it ends there."""
    selectors = [selector for selector, _ in _rules(root, (LINES,)) if selector[-1][1]][:MOST_RULES]
    used = frozenset(" ".join(CLASSES(root)).split()) if selectors else frozenset()
    for element in _called(root, [selector for selector in selectors if selector[-1][1] <= used], "*"):
        _break_lines(element)
    for element in root.xpath(IN_LINES)[:MOST_LISTS] if inline else ():
        if LINES.search(element.get("style")):
            _break_lines(element)


def _letter_lists(root: HtmlElement, rules: list[tuple[Selector, str]]) -> None:
    for element in list(root.iter("ol", "li"))[:MOST_LISTS] if rules else ():
        for selector, kind in rules:
            if _matches(element, selector):
                element.set("type", LETTERED[kind])


def _called(root: HtmlElement, selectors: list[Selector], *tags: str) -> Iterator[HtmlElement]:
    """The elements that selectors with a class mean."""
    for selector in selectors:
        for name in list(selector[-1][1])[:1]:
            path = " | ".join(f"//{tag}[contains(@class, $name)]" for tag in tags)
            yield from (one for one in root.xpath(path, name=name)[:MOST_LISTS] if _matches(one, selector))


def _break_lines(element: HtmlElement) -> None:
    """Put a break where the lines of a text end; those between elements only set them apart."""
    for inner in [one for one in element.iter(etree.Element) if one.tag not in UNBROKEN]:
        parent = inner.getparent()
        if inner is not element and parent is not None and _has_lines(inner.tail):
            inner.tail, breaks = _lines_of(inner, inner.tail or "")
            place = parent.index(inner) + 1
            parent[place:place] = breaks
        if _has_lines(inner.text):
            inner.text, breaks = _lines_of(inner, inner.text or "")
            inner[0:0] = breaks


def _has_lines(text: str | None) -> bool:
    return text is not None and "\n" in text and not text.isspace()


def _lines_of(element: HtmlElement, text: str) -> tuple[str, list[HtmlElement]]:
    """The first line of a text, and a break for each other one, with the line behind it."""
    first, *others = text.split("\n")
    breaks = []
    for line in others:
        end = element.makeelement("br")
        end.tail = line
        breaks.append(end)
    return first, breaks


def _rules(root: HtmlElement, patterns: tuple[re.Pattern[str], ...]) -> Iterator[tuple[Selector, str]]:
    """Selectors with what they ask for: a kind of letters, struck words, lines as they are written."""
    left = MOST_BYTES
    for sheet in root.iter("style"):
        text = (sheet.text or "")[:left]
        left -= len(text)
        for said in chain.from_iterable(pattern.finditer(text) for pattern in patterns):
            for written in _head(text, said.start()).split(",")[:MOST_RULES]:
                if selector := _selector(written):
                    yield selector, said[1]


def _head(text: str, place: int) -> str:
    """What stands before the braces around a place."""
    start = text.rfind("{", 0, place)
    begin = max(text.rfind(sign, max(0, start - LONGEST_HEAD), start) for sign in "{};")
    return text[begin + 1 : start] if start - begin <= LONGEST_HEAD else ""


def _selector(written: str) -> Selector:
    """A selector; empty where it is none of the simple ones."""
    selector: Selector = []
    child = False
    for piece in written.replace(">", " > ").split():
        if piece == ">":
            child = True
            continue
        found = COMPOUND.fullmatch(piece)
        if found is None:
            return []
        names = re.findall(r"[.#][\w-]+", found[2])
        selector.append(
            (
                (found[1] or "").replace("*", ""),
                frozenset(name[1:] for name in names if name[0] == "."),
                frozenset(name[1:] for name in names if name[0] == "#"),
                child,
            )
        )
        child = False
    return selector


def _weight(selector: Selector) -> tuple[int, int, int]:
    return (
        sum(len(ids) for _, _, ids, _ in selector),
        sum(len(classes) for _, classes, _, _ in selector),
        sum(bool(tag) for tag, _, _, _ in selector),
    )


def _matches(element: HtmlElement, selector: Selector) -> bool:
    if not _fits(element, selector[-1]):
        return False
    waiting, child = selector[:-1], selector[-1][3]
    for parent in element.iterancestors():
        if waiting and _fits(parent, waiting[-1]):
            child = waiting[-1][3]
            waiting = waiting[:-1]
        elif child:
            return False
    return not waiting


def _fits(element: HtmlElement, compound: Compound) -> bool:
    tag, classes, ids, _ = compound
    if tag and element.tag != tag:
        return False
    return classes <= set(element.get("class", "").split()) and (not ids or ids == {element.get("id")})
