"""Menus and lists of related pages that were written as plain blocks, before the text begins or after it ends.

They are told by where they stand and by their links: each line is one, and all lead to other pages of the same site.
Contents lead to places in the page, and lists of other companies' pages to other sites: both stay.
"""

import re
from itertools import islice
from urllib.parse import urldefrag, urlsplit

from lxml import etree
from lxml.html import HtmlElement

from pipelines.extraction.form.blocks import HEADINGS, Block
from pipelines.extraction.form.inline import words
from pipelines.extraction.form.title import is_bold_line
from pipelines.extraction.judgement.dates import states_a_date
from pipelines.extraction.page.edges import FEW_LETTERS, PROSE, outside_links

LEAST = 4  # links
TEASERS = 1.5  # lines without a link to each that is one
LONGEST_TITLE = 60  # characters
MOST_BLOCKS = 60
MOST_RELATED = 0.3  # of the letters of a page
RELATED = re.compile(  # what is called so is none of the document, however few its links
    r"\W*(?:related (?:articles?|posts?|topics?|content|stories|news|pages?|resources|questions|reading)"
    r"|you (?:may|might) (?:also )?(?:like|be interested in)|recommended(?: for you| articles| reading| posts)?"
    r"|recent(?:ly)? (?:posts|articles|news|viewed(?: articles)?)|latest (?:news|posts|articles)"
    r"|popular (?:posts|articles)|(?:more|other) (?:articles|posts|stories|news)(?: in this section)?"
    r"|articles in this section|read next|keep reading|(?:verwandte|ähnliche|weitere) (?:artikel|beiträge|themen)"
    r"|das könnte (?:sie|dich) auch interessieren|articles? (?:connexes|similaires|associés|liés|récents)"
    r"|vous aimerez aussi|(?:artículos|entradas) (?:relacionad[oa]s|recientes)|también te puede interesar"
    r"|articoli correlati|artigos relacionados|gerelateerde (?:artikelen|berichten)|powiązane artykuły"
    r"|relaterade artiklar|relaterede artikler|похожие статьи|статьи по теме|関連記事|相关文章|相關文章"
    r"|관련 (?:글|기사))\W*",
    re.IGNORECASE,
)


def without_menus(blocks: list[Block], base: str) -> list[Block]:
    """The blocks without them."""
    blocks = _without_related(blocks)
    places = range(len(blocks))
    first = next((place for place in places if outside_links(blocks[place].tokens) >= PROSE), None)
    if first is None:
        return blocks
    last = next(place for place in reversed(places) if outside_links(blocks[place].tokens) >= PROSE) + 1
    head, tail = blocks[:first], blocks[last:]
    if max(len(head), len(tail)) < LEAST:
        return blocks
    menu, related = ([_leads_on(block, base) for block in part] for part in (head, tail))
    end = _end_of_menu(menu)
    kept = [block for place, block in enumerate(head) if place >= end or not menu[place]]
    return kept + blocks[first:last] + tail[: _start_of_related(tail, related)]


def _without_related(blocks: list[Block]) -> list[Block]:
    """The blocks up to a title that says that what follows is none of the document, and goes on to the end."""
    letters = None
    for place, block in enumerate(blocks[-MOST_BLOCKS:], start=max(0, len(blocks) - MOST_BLOCKS)):
        said = block.told[0].words if block.cells else ""
        if len(said) > LONGEST_TITLE or not _is_title(block) or not RELATED.fullmatch(said):
            continue
        letters = letters or [sum(map(len, one.lines)) for one in blocks]
        after = blocks[place + 1 :]
        goes_on = any(_says_more(one) or (one.kind in HEADINGS and one.kind <= block.kind) for one in after)
        if after and not goes_on and sum(letters[place:]) <= MOST_RELATED * sum(letters):
            return blocks[:place]
    return blocks


def _is_title(block: Block) -> bool:
    return block.kind in HEADINGS or is_bold_line(block)


def _end_of_menu(leads: list[bool]) -> int:
    """Where the last run of links before the text ends; 0 where none is long enough to be a menu."""
    end, length = 0, 0
    for place, lead in enumerate(leads):
        length = length + 1 if lead else 0
        end = place + 1 if length >= LEAST else end
    return end


def _start_of_related(blocks: list[Block], leads: list[bool]) -> int:
    """Where a title begins behind which there is nothing but such links, each perhaps with a line about it. A line in
    plain type above them may be the last of the text: it stays."""
    start, links, others = len(blocks), 0, 0
    for place in reversed(range(len(blocks))):
        block = blocks[place]
        if leads[place]:
            links += 1
            continue
        is_title = _is_title(block)
        if links >= LEAST and others <= TEASERS * links and (is_title or leads[place + 1]):
            start = place if is_title else place + 1
        if is_title or _says_more(block):
            break
        others += 1
    if leads and all(leads) and not any(block.path for block in blocks):
        return 0
    return start


def _says_more(block: Block) -> bool:
    """Whether a line is of the document: a date, an address to write to, a row of a table."""
    text = words(block.tokens)
    return block.kind in ("row", "pre") or "@" in text or states_a_date(text)


def _leads_on(block: Block, base: str) -> bool:
    """Whether a block is one link to another page of the same site."""
    links = [token.value for token in block.tokens if token.kind == "link" and token.opens]
    if block.kind not in ("p", *HEADINGS[1:]) or len(links) != 1 or outside_links(block.tokens) > FEW_LETTERS:
        return False
    return urlsplit(links[0]).hostname == urlsplit(base).hostname and urldefrag(links[0])[0] != urldefrag(base)[0]


SHELL = "shell"
"""The attribute of the stripped tree's root that says which it is."""
SCRIPTS = "script shell"
SENDS_ON = "sends on to another page"

FEW = 200  # characters outside scripts: more is a page
FIRST = 20  # paragraphs
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
    said = list(body.iter("noscript"))
    if not said or _shows_more_than(body, FEW):
        return
    for element in said:
        if len("".join(element.itertext()).split()) >= TOLD:
            element.tag = "div"


def _shows_more_than(body: HtmlElement, most: int) -> bool:
    """Whether a browser with scripts shows more characters than that at first."""
    for paragraph in islice(body.iter("p"), FIRST):  # on most pages one of them does
        if len((paragraph.text or "").strip()) > most and next(paragraph.iterancestors(*UNSEEN), None) is None:
            return True
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
