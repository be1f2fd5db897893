"""One HTML page, parsed and stripped, -> Reading, in two steps: the part that holds its prose, and what that part says.

The first sees nothing of the page but the stripped tree, the second nothing of the tree but that part: what is equal is
read once, see `memory`.
"""

from dataclasses import dataclass, replace
from itertools import islice

from lxml import etree
from lxml.html import HtmlElement

from pipelines.exceptions import ReadingFailed
from pipelines.extraction.form.blocks import HEADINGS, Block, blocks_of
from pipelines.extraction.form.inline import Style, absolute, words
from pipelines.extraction.form.markdown import markdown
from pipelines.extraction.form.numbering import without_double_numbers
from pipelines.extraction.form.parse import UNREADABLE
from pipelines.extraction.form.signs import drop_invisible, write_out
from pipelines.extraction.form.title import is_bold_line, main_heading, title_of, without_title
from pipelines.extraction.form.typed import typed_lists
from pipelines.extraction.judgement.dates import EDGE, is_relative, stated_date
from pipelines.extraction.judgement.languagemodel import language_of
from pipelines.extraction.judgement.normal import reading_key
from pipelines.extraction.judgement.quality import MANY_LINKS, Evidence, judged
from pipelines.extraction.page.controls import lines_of_textareas
from pipelines.extraction.page.edges import without_last_links, without_link_lines, without_way_here
from pipelines.extraction.page.fonts import mark_headings
from pipelines.extraction.page.furniture import remove_furniture
from pipelines.extraction.page.layout import undo_layout
from pipelines.extraction.page.mainpart import main_part
from pipelines.extraction.page.menus import SHELL, show_noscript, without_menus
from pipelines.extraction.page.repeats import without_repeats
from pipelines.extraction.page.spans import fill_spans
from pipelines.extraction.page.weights import weigh
from pipelines.formats.memory import key_of
from pipelines.items.readings import Reading

NO_TEXT = "no text in page"
FIRST_HEADINGS = 3
UNREAD_TAGS = ("span", "font", "small", "big", "label", "abbr", "time", "tt", "sub", "sup", "code", "picture")
"""They mean nothing to a block: without them there is less to walk over."""


@dataclass(frozen=True, slots=True)
class Text:
    """What was read, before it is judged. `evidence` is the plain text, lower case."""

    title: str
    body: str
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Prepared:
    """All that a reading depends on beside its style: the part with the prose, `base` for its relative addresses, and
    what the rest of the page tells."""

    article: HtmlElement
    base: str
    title: str
    scripts: str  # what is said to a browser without scripts, lower case
    shell: str
    many_links: bool

    def key(self, style: Style) -> bytes:
        """The same for two that read the same in a style."""
        told = (style.name, self.base, self.title, self.scripts, self.shell, str(self.many_links))
        return key_of(etree.tostring(self.article, encoding="utf-8", with_tail=False), *told)


def prepare(root: HtmlElement, base: str, style: Style) -> Prepared:
    """Find the part of a stripped tree, which is used up. Raises ReadingFailed where there is no page."""
    body = root.find("body")
    if body is None:
        raise ReadingFailed(NO_TEXT, detail="frames only" if root.find("frameset") is not None else "")
    if not style.faithful:
        base = _base(root, base)
    title = title_of(root)
    show_noscript(body)
    scripts, shell = _noscript(body), root.get(SHELL, "")
    if not style.faithful:
        write_out(body)
        without_double_numbers(body)
        drop_invisible(body)
    undo_layout(body, faithful=style.faithful)
    if not style.faithful:
        fill_spans(body)
        mark_headings(body)
    weights = weigh(body)
    many_links = weights.link_share(body) >= MANY_LINKS
    remove_furniture(body, weights)
    article = main_part(body, weights, faithful=style.faithful)
    if not style.faithful:
        lines_of_textareas(article)
    etree.strip_tags(article, *UNREAD_TAGS)
    return Prepared(article, base, title, scripts, shell, many_links)


def text_of(prepared: Prepared, style: Style) -> Text:
    """The text of a prepared page. Raises ReadingFailed where no word is left."""
    base = prepared.base
    blocks = without_link_lines(blocks_of(prepared.article, base, hard_spaces=style.faithful))
    if not style.faithful:
        blocks = without_last_links(without_way_here(blocks))
        blocks = typed_lists(without_repeats(without_menus(blocks, base)))
        blocks = _without_relative_dates(blocks)
    title = prepared.title or main_heading(blocks)
    kept = blocks if style.first_heading == "keep" else without_title(blocks, title, only_headings=style.faithful)
    text = UNREADABLE.sub("", markdown(kept, style) or markdown(blocks, style))
    if not text:
        raise ReadingFailed(NO_TEXT, detail=prepared.scripts[:200] or prepared.shell)
    return Text(title, text, _evidence(title, blocks, prepared))


def reading_of(text: Text, charset: str) -> Reading:
    """The finished reading: language, key and verdict of a text."""
    language, probability = language_of(text.evidence.text)
    judgement = judged(replace(text.evidence, language=language))
    stated, line = stated_date(text.body, language)
    return Reading(
        title=text.title,
        body=text.body,
        language=language,
        language_probability=probability,
        charset=charset,
        words=judgement.words,
        reading_key=reading_key(text.body),
        verdict=judgement.verdict,
        reasons=judgement.reasons,
        looks_like=judgement.looks_like,
        stated_date=stated,
        stated_in=line,
    )


def _base(root: HtmlElement, base: str) -> str:
    """The address that relative ones start from: the page's own `base`, if it has one."""
    declared = root.find(".//base[@href]")
    return (absolute(base, declared.get("href", "")) if declared is not None else "") or base


def _noscript(body: HtmlElement) -> str:
    """Take out what the page says to a browser without scripts, and return it."""
    found = list(body.iter("noscript"))
    said = " ".join(" ".join("".join(element.itertext()).split()) for element in found)
    for element in found:
        element.drop_tree()
    return said.lower()


def _without_relative_dates(blocks: list[Block]) -> list[Block]:
    """The blocks without lines at either end that say how long ago the page was changed."""
    end = max(EDGE, len(blocks) - EDGE)
    head, tail = ([block for block in part if not _says_how_long_ago(block)] for part in (blocks[:EDGE], blocks[end:]))
    return head + blocks[EDGE:end] + tail


def _says_how_long_ago(block: Block) -> bool:
    return block.kind == "p" and not block.path and is_relative(words(block.tokens))


def _evidence(title: str, blocks: list[Block], prepared: Prepared) -> Evidence:
    said = [one.lower for block in blocks for one in block.told]
    lines = (words(block.tokens) for block in blocks if block.kind in HEADINGS or is_bold_line(block))
    headings = list(islice(lines, FIRST_HEADINGS))
    links = MANY_LINKS if prepared.many_links else 0.0
    named = " \n".join(headings).lower()
    spaced = sum([line.count(" ") + 1 for line in said if line])
    return Evidence(title.lower(), named, "\n".join(said), prepared.scripts, links, "", prepared.shell, spaced)
