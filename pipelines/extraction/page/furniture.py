"""Page furniture is taken out: navigation, banners, consent tools, dialogs, share bars, forms, footers.

Names alone are not trusted: a policy has sections called `cookies` and `sharing`, and whole pages lie in a form or in
`<div class="modal">`. A part goes only where it holds a small share of the page's prose; one that only a class or an
id names must also look like furniture.
"""

import re
from collections.abc import Iterable

from lxml import etree
from lxml.html import HtmlElement

from pipelines.extraction.judgement.dates import states_a_date
from pipelines.extraction.page.buttons import titles
from pipelines.extraction.page.layout import HEADINGS
from pipelines.extraction.page.parts import LIKELY
from pipelines.extraction.page.treekey import PART
from pipelines.extraction.page.weights import RUN, Weights
from pipelines.extraction.page.windows import TEXT, is_between_text, leads_away, window_around

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
NAMED_FOR_SURE = ("nav", "footer", "form", "header")  # parts that a tag or a role tells, wherever they stand
HELD_FORM = "held-form"  # marks what a form was taken out of
HELD_BUTTON = "held-button"
TITLE = 100  # characters of a heading that a form leaves behind
PROSE = 80  # characters of a run that makes prose of what is called navigation
MAIN = ("main", "article", "section")
# parts that may hold the date of the document
HOLD_DATES = ("aside?", "aside", "crumbs?", "form?", "share?", "footer?", "footer", "header")
LINES = ("p", "div", "span", "time", "li", "em", "small")
DATE_LENGTH = 120
RIGHTS = re.compile(r"©|\(c\)|copyright|rights reserved|tous droits|alle rechte", re.IGNORECASE)
PERMALINKS = ("#", "¶", "§", "\U0001f517", "\u200b", "[link]")  # beside a heading
TO_TOP = re.compile(
    r"\W*(?:(?:(?:back|go|return|scroll) )?to (?:the )?top(?: of (?:the )?page)?|top(?: of (?:the )?page)?"
    r"|(?:zurück )?(?:nach oben|zum (?:seiten)?anfang)|(?:retour )?(?:en )?haut(?: de (?:la )?page)?"
    r"|(?:volver|ir) (?:al inicio|arriba)|torna (?:su|all.inizio)|inizio pagina|(?:voltar|ir) (?:ao|para o) topo|topo"
    r"|(?:terug )?naar boven|(?:till|tilbage til|tilbake til|til) toppen|(?:takaisin )?ylös|sivun alkuun|do góry"
    r"|na górę|nahoru|hore|наверх|(?:вернуться )?(?:к началу|в начало)|вгору|нагору|yukarı|başa dön"
    r"|(?:この)?ページ(?:の)?(?:トップ|先頭|上部)(?:へ|に)?(?:戻る)?|トップ(?:へ|に)戻る|先頭へ戻る|上へ戻る"
    r"|(?:回到|返回)(?:顶部|頂部|页首|頁首)|맨 ?위로(?: 가기)?|위로)\W*",
    re.IGNORECASE,
)

MAY_BE_FURNITURE = etree.XPath(".//*/@part/.. | .//a | .//button | .//textarea")


def remove_furniture(body: HtmlElement, weights: Weights) -> None:
    """Drop furniture from the tree, outermost first, keeping `weights` in step."""
    gone: list[HtmlElement] = []
    inside: set[HtmlElement] = set()
    page = weights.prose[body] or 1
    for element in MAY_BE_FURNITURE(body):
        if element in inside or (element.tag == "a" and leads_away(element)):
            continue
        pressed = element.tag in ("a", "button")
        found = window_around(element, page, weights) if pressed else None
        if found is None and _is_furniture(element, page, weights):
            found = element
        if found is not None:
            inside.update(MAY_BE_FURNITURE(found))
            gone.append(found)
    for element in gone:
        parent = element.getparent()
        if parent is None:
            continue
        if element.get(PART, "") in HOLD_DATES or is_inside_main(element):
            _keep_date(element, weights)
        weights.take(element)
        element.drop_tree()
        if element.tag == "form":
            _mark_form(parent, weights)
        elif element.tag == "button":
            parent.set(HELD_BUTTON, "")


def _mark_form(parent: HtmlElement, weights: Weights) -> None:
    """Mark what held a form; one in which a title alone is left goes, too."""
    parent.set(HELD_FORM, "")
    outer = parent.getparent()
    if outer is not None and parent.tag in ("div", "section") and _is_title_alone(parent, weights):
        outer.set(HELD_FORM, "")
        weights.take(parent)
        parent.drop_tree()


def _keep_date(element: HtmlElement, weights: Weights) -> None:
    """Put the lines that say when the document was changed before what is taken out around them."""
    sizes = weights.total
    lines = [
        line
        for line in (element, *element.iterdescendants(*LINES))
        if 0 < sizes.get(line, 0) <= DATE_LENGTH and _is_date(line, weights)
    ]
    around = {parent for line in lines for parent in line.iterancestors()}
    for line in (line for line in lines if line not in around):
        kept = element.makeelement("p")
        kept.text = " ".join(" ".join(line.itertext()).split())
        element.addprevious(kept)
        weights.add(kept)


def _is_date(line: HtmlElement, weights: Weights) -> bool:
    """Whether a short line says so."""
    if weights.link_share(line):
        return False
    text = " ".join(line.itertext())
    return states_a_date(text) and not RIGHTS.search(text)


def _is_title_alone(element: HtmlElement, weights: Weights) -> bool:
    """Whether nothing is left in an element but a heading."""
    size = weights.total[element]
    return 0 < size <= TITLE and size == sum(weights.total.get(title, 0) for title in element.iter(*HEADINGS))


def _is_furniture(element: HtmlElement, page: int, weights: Weights) -> bool:
    if element.tag == "a":
        return _leads_to_top(element)
    if element.tag in ("button", "textarea"):
        return not titles(element) and weights.prose[element] < SHORT
    part = element.get(PART, "")
    name = part.removesuffix(LIKELY)
    if part == "nav" and weights.link_share(element) >= MANY_LINKS:
        return True
    if not part or weights.prose[element] > MOST_PROSE[name] * page:
        return False
    if _is_text_for_sure(element, part, weights):
        return False
    if part not in NAMED_FOR_SURE and _is_of_the_text(element, name, weights):
        return False
    if name in ("consent", "dialog"):
        return True
    if part == "header":
        return not is_inside_main(element)
    if name == "header" and not weights.link_share(element) and _has_likes(element):
        return False
    return part == name or _looks_like_it(element, name, weights)


def _is_text_for_sure(element: HtmlElement, part: str, weights: Weights) -> bool:
    """Whether it is of the document, though its tag or a role may say otherwise."""
    if part == "footer":
        return _is_last_section(element, weights)
    name = part.removesuffix(LIKELY)
    return (name == "form" and _holds_terms(element)) or (name == "nav" and _is_prose(element, weights))


def _holds_terms(form: HtmlElement) -> bool:
    return any(len(area.text or "") >= SHORT for area in form.iter("textarea"))


def _is_prose(element: HtmlElement, weights: Weights) -> bool:
    """Whether it holds paragraphs, and hardly a link; contents lead to places in the page and are none."""
    if weights.runs[element] < PROSE or element.find(".//p") is None:
        return False
    return sum(weights.total[link] for link in element.iter("a")) < MOST_PROSE["nav"] * weights.total[element]


def _looks_like_it(element: HtmlElement, name: str, weights: Weights) -> bool:
    if weights.link_share(element) >= MANY_LINKS or not weights.total[element]:
        return True
    if has_heading(element):
        return False
    return weights.prose[element] < SHORT or name == "footer"


def _is_of_the_text(element: HtmlElement, name: str, weights: Weights) -> bool:
    """Whether an element has words and nothing to press, hardly any to follow, and stands in the text, ends it as a
    section of its own, or is the head of a window that the text lies in."""
    if weights.link_share(element) >= MANY_LINKS or not weights.total[element]:
        return False
    if name in ("dialog", "consent") and _is_titled(element) and _lies_in_likes(element):
        return True
    if element.find(".//button") is not None:
        return weights.runs[element] >= RUN and is_between_text(element, weights)
    return _stands_in_text(element, weights) or _ends_text(element, weights)


def _lies_in_likes(element: HtmlElement) -> bool:
    """Whether what it lies in is called the same, and was kept for the text in it."""
    return any(parent.get(PART) == element.get(PART) for parent in element.iterancestors())


def _stands_in_text(element: HtmlElement, weights: Weights) -> bool:
    """Whether an element, or one it lies in, has text of the document on both sides."""
    return any(
        _has_text(one.itersiblings(preceding=True), weights) and _has_text(one.itersiblings(), weights)
        for one in (element, *element.iterancestors())
        if one.tag not in ("body", "html")
    )


def _ends_text(element: HtmlElement, weights: Weights, *, by_title: bool = False) -> bool:
    """Whether it comes behind text, with a title or a table of its own: in the main part, or where titles like its own
    stand in what is before it, as always where `by_title`."""
    before = element.itersiblings(preceding=True)
    if element.find(".//form") is not None or not _has_text(before, weights):
        return False
    if not _is_titled(element):
        return False
    if is_inside_main(element) and not by_title:
        return True
    levels = {heading.tag for heading in element.iter(*HEADINGS)}
    return any(one.tag in levels for one in element.itersiblings(preceding=True))


def _is_last_section(footer: HtmlElement, weights: Weights) -> bool:
    """Whether the foot of an article goes on as the text before it did, with a title and sentences."""
    if not is_inside_main(footer) or weights.runs[footer] < RUN or weights.link_share(footer) >= MANY_LINKS:
        return False
    said = "".join(footer.itertext())
    return has_heading(footer) and _ends_text(footer, weights, by_title=True) and not RIGHTS.search(said)


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


def _leads_to_top(link: HtmlElement) -> bool:
    """Whether it leads to the top of the page, or to the heading it stands in."""
    if not link.get("href", "").startswith("#"):
        return False
    text = "".join(link.itertext())
    return text.strip() in PERMALINKS or TO_TOP.fullmatch(text) is not None


def is_inside_main(element: HtmlElement) -> bool:
    return any(parent.tag in MAIN for parent in element.iterancestors())


def _is_titled(element: HtmlElement) -> bool:
    """Whether it has a heading, or a table of its own."""
    return has_heading(element) or element.tag == "table" or element.find(".//table") is not None


def has_heading(element: HtmlElement) -> bool:
    return any(element.find(f".//{heading}") is not None for heading in HEADINGS)
