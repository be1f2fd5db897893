"""The part of a page that holds its prose."""

import re

from lxml import etree
from lxml.html import HtmlElement

from pipelines.extraction.judgement.dates import states_a_date
from pipelines.extraction.page.furniture import DATE_LENGTH, HELD_BUTTON, HELD_FORM, RIGHTS, is_inside_main
from pipelines.extraction.page.layout import HEADINGS
from pipelines.extraction.page.parts import LIKELY
from pipelines.extraction.page.treekey import PART
from pipelines.extraction.page.weights import Weights, is_contact, is_link, length

MAIN_SHARE = 0.9  # of the prose: a child with that much is the page
PASSED = frozenset(
    {"div", "section", "main", "article", "body", "form", "span", "font", "b", "i", "em", "strong", "u", "td", "tr"}
    | {"tbody", "table", "header", "aside"}
)
TITLE_LENGTH = 300
LARGE_LENGTH = 120
PROSE_LENGTH = 80
MOST_LINKS = 0.3
ROWS = ("table", "dl")
SECTION = (*HEADINGS, "table", "address")
STRUCTURE = (*HEADINGS, "table", "li", "dl", "p")
LARGE = ("b", "strong", "font")
INLINE = ("span", "font", "b", "i", "em", "u")
YEAR = re.compile(r"(?:19|20)\d\d|[\u0660-\u0669\u06f0-\u06f9]{4}")
NUMBER = re.compile(r"\d+")
LEAST = 15  # characters below a title
LEAST_OUTSIDE = 25  # characters of a remark where nothing says that it is in the main part
LESS = 3  # characters beside one: the cross that closes a window
MENU_LINKS = 4
MENU_WORDS = 160  # characters to a link; prose has more
PHONE = re.compile(r"\d[\d ().-]{5,}\d")


def main_part(body: HtmlElement, weights: Weights, *, faithful: bool = False) -> HtmlElement:
    """A new `article` with the block that holds the prose, and the titles and prose passed on the way to it.

    `faithful` leaves out what the published texts leave out: a banner beside a linked image, and the line between the
    text and what stands before it where neither begins a block.
    """
    before: list[HtmlElement] = []
    after: list[HtmlElement] = []
    node = body
    while (child := _main_child(node, weights)) is not None:
        siblings = list(node)
        place = siblings.index(child)
        before += _titles_and_prose(siblings[:place], weights)
        if later := siblings[place + 1 :]:
            after[:0] = _up_to_last_prose(later, _levels(child), weights)
        node = child
    _drop_menus(node, weights)
    home = body.getroottree().getroot()
    article = body.makeelement("article")
    kept = _best_titles(before, node, weights)
    if faithful:
        kept = [element for element in kept if not _is_banner(element, weights)]
    article.extend(kept)
    if node.tag in PASSED and not (faithful and node.tag in INLINE):
        node.tag = "div"
    article.append(node)
    article.extend(after)
    home.append(article)  # a tree without a document is slow to let go: lxml looks through it for each element
    return article


def _drop_menus(node: HtmlElement, weights: Weights) -> None:
    """Take out what stands before the page's h1 and is links with a few words to each: a menu of plain blocks."""
    title = next((place for place, child in enumerate(node) if _has_or_is(child, "h1", weights)), 0)
    for child in list(node)[:title]:
        links = sum(is_link(link) for link in child.iter("a"))
        if links >= MENU_LINKS and weights.total.get(child, 0) < MENU_WORDS * links:
            over = child.getprevious()
            for gone in (child, over) if over is not None and over.tag in HEADINGS else (child,):
                weights.take(gone)
                gone.drop_tree()


def _has_or_is(element: HtmlElement, heading: str, weights: Weights) -> bool:
    return element.tag == heading or _has(element, heading, weights)


def _main_child(node: HtmlElement, weights: Weights) -> HtmlElement | None:
    """The child to go down to, if there is one."""
    children = [child for child in node if child in weights.prose]
    if not children or length(node.text) >= PROSE_LENGTH:
        return None
    best = max(children, key=weights.prose.__getitem__)
    if best.tag not in PASSED or not weights.prose[best]:
        return None
    if weights.prose[best] >= MAIN_SHARE * weights.prose[node]:
        return best
    # columns of short lines beside the text weigh much on short pages
    if weights.runs[best] >= MAIN_SHARE * weights.runs[node] > 0 and not any(
        _has_structure(child) for child in children if child is not best
    ):
        return best
    return None


def _has_structure(element: HtmlElement) -> bool:
    return element.tag in STRUCTURE or any(element.find(f".//{tag}") is not None for tag in STRUCTURE)


def _titles_and_prose(siblings: list[HtmlElement], weights: Weights) -> list[HtmlElement]:
    """What is worth keeping before the main part: prose and all that follows it, titles by themselves."""
    first = next((place for place, sibling in enumerate(siblings) if _is_prose(sibling, weights)), len(siblings))
    head: list[HtmlElement] = []
    titled = False  # what stands over the page's title is seldom of the document
    for sibling in siblings[:first]:
        if _is_title(sibling, weights) or _is_date(sibling, weights) or (titled and _is_remark(sibling, weights)):
            head.append(sibling)
        titled = titled or _has_or_is(sibling, "h1", weights)
    return head + siblings[first:]


def _up_to_last_prose(siblings: list[HtmlElement], levels: set[str], weights: Weights) -> list[HtmlElement]:
    """What is worth keeping after it: nothing is left out between two pieces of prose."""
    while siblings and not (_is_prose(siblings[-1], weights) or _is_section(siblings[-1], levels, weights)):
        siblings = siblings[:-1]
    return siblings


def _is_section(element: HtmlElement, levels: set[str], weights: Weights) -> bool:
    """Whether it is of the document though it is short: a heading or table of it with few links, or its date."""
    if not weights.total.get(element, 0):
        return False
    inside = is_inside_main(element)
    if weights.link_share(element) > MOST_LINKS:
        return (inside and _is_remark(element, weights)) or _begins_with_date(element, weights)
    if (part := element.get(PART)) and not (inside and part.endswith(LIKELY) and not _held_form(element)):
        return False
    if _is_date(element, weights):
        return True
    if not inside:
        return _continues(element, levels, weights) or (_has_rows(element) and _is_remark(element, weights))
    in_section = element.tag in SECTION or any(element.find(f".//{tag}") is not None for tag in SECTION)
    return in_section or _is_remark(element, weights)


def _has_rows(element: HtmlElement) -> bool:
    """Whether it is a table, or terms with what they mean: those that only place things are none by now."""
    return any(element.tag == tag or element.find(f".//{tag}") is not None for tag in ROWS)


def _is_remark(element: HtmlElement, weights: Weights) -> bool:
    """Whether a short piece between a title and the text, or behind the text in the main part, is of the document:
    words with hardly a link, but for addresses of e-mail, and nothing that was filled in or pressed."""
    size = weights.total.get(element, 0)
    if not size or element.get(PART) or _held(element, HELD_FORM, HELD_BUTTON):
        return False
    links = sum(weights.total[link] for link in element.iter("a") if is_link(link) and not is_contact(link))
    text = " ".join(element.itertext())
    least = LEAST if is_inside_main(element) else LEAST_OUTSIDE
    return size >= least and links <= MOST_LINKS * size and not RIGHTS.search(text)


def _levels(main: HtmlElement) -> set[str]:
    """The headings that a text uses for its sections."""
    return {str(heading.tag) for heading in main.iter(*HEADINGS) if heading is not main}


def _continues(element: HtmlElement, levels: set[str], weights: Weights) -> bool:
    """Whether it goes on as the text before it did: a heading of a level used there and words below it, and neither a
    form nor a notice of rights."""
    titles = [found for found in element.iter(*HEADINGS) if weights.total.get(found)]
    if not titles or titles[0].tag not in levels or weights.link_share(titles[0]):
        return False
    if _held_form(element):
        return False
    below = weights.prose[element] - sum(weights.total[title] for title in titles)
    filled = below >= LEAST or element.find(".//table") is not None
    return filled and not RIGHTS.search(" ".join(element.itertext()))


def _held_form(element: HtmlElement) -> bool:
    return _held(element, HELD_FORM)


def _held(element: HtmlElement, *marks: str) -> bool:
    return any(found.get(mark) is not None for found in element.iter(etree.Element) for mark in marks)


def _is_date(element: HtmlElement, weights: Weights) -> bool:
    """Whether it is a line or two that say when the document was changed or came into force, or hold a year with a day
    or month and are no notice of rights."""
    if not 0 < weights.total.get(element, 0) <= DATE_LENGTH:
        return False
    text = " ".join(element.itertext())
    if states_a_date(text):
        return True
    has_date = YEAR.search(text) is not None and len(NUMBER.findall(text)) > 1
    return has_date and not weights.link_share(element) and not RIGHTS.search(text)


def _begins_with_date(element: HtmlElement, weights: Weights) -> bool:
    """Whether the date of the document stands before one link, to its other versions."""
    if not _is_date(element, weights) or sum(is_link(link) for link in element.iter("a")) != 1:
        return False
    text = next((text for text in element.itertext() if text.strip()), "")
    return states_a_date(text) and not RIGHTS.search(text)


def _best_titles(before: list[HtmlElement], main: HtmlElement, weights: Weights) -> list[HtmlElement]:
    """Where there is an h1, lesser headings beside the main part title other things, remarks over it are slogans."""
    everything = (*before, main)
    first = [element for element in everything if _has(element, "h1", weights)]
    if not first:
        greater = any(_has(element, heading, weights) for element in everything for heading in HEADINGS[:3])
        return [one for one in before if not (greater and _is_lesser_title(one, weights))]
    titled = everything.index(first[0])
    return [
        element
        for place, element in enumerate(before)
        if element in first
        or _is_prose(element, weights)
        or _is_date(element, weights)
        or (place > titled and _is_remark(element, weights))
    ]


def _is_prose(element: HtmlElement, weights: Weights) -> bool:
    if length(element.tail) >= PROSE_LENGTH:
        return True
    prose, total = weights.prose.get(element, 0), weights.total.get(element, 0)
    if prose < PROSE_LENGTH or prose < (1 - MOST_LINKS) * total:
        return False
    return any(length(text) >= PROSE_LENGTH for text in element.itertext())


def _is_title(element: HtmlElement, weights: Weights) -> bool:
    size = weights.total.get(element, 0)
    if not size or weights.link_share(element) > 1 - MOST_LINKS or element.get(PART, "").startswith("consent"):
        return False
    if _is_date(element, weights):
        return True
    if PHONE.search("".join(element.itertext())):
        return False
    if any(_has(element, heading, weights) for heading in HEADINGS[:3]):
        return size <= TITLE_LENGTH
    if _is_lesser_title(element, weights):
        return True
    large = sum(length("".join(part.itertext())) for tag in LARGE for part in element.iter(tag))
    return size <= LARGE_LENGTH and large >= size


def _is_lesser_title(element: HtmlElement, weights: Weights) -> bool:
    """Whether a lesser heading is hardly less than all of it."""
    headings = [found for found in element.iter(*HEADINGS[3:]) if weights.prose.get(found)]
    return len(headings) == 1 and weights.total[element] <= weights.prose[headings[0]] + LESS


def _is_banner(element: HtmlElement, weights: Weights) -> bool:
    """Whether it is a picture that leads away with a few words beside it, none of them a heading."""
    if not 0 < weights.total.get(element, 0) <= LARGE_LENGTH or _has_structure(element):
        return False
    return any(is_link(link) and link.find(".//img") is not None for link in element.iter("a"))


def _has(element: HtmlElement, heading: str, weights: Weights) -> bool:
    """Whether there is such a heading with words outside links: a linked one is the site's name."""
    return any(weights.prose.get(found) for found in element.iter(heading))
