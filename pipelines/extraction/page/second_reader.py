"""A second reader's opinion: how far trafilatura's own reading of a page and ours agree, told by their words.

Where they differ much, one of them lost text or kept too much: such pages are worth a second look. Nothing is changed
by it: on 332 texts what trafilatura alone left out was part of the document.
"""

import copy
import logging
import re
from collections import Counter
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from importlib.util import find_spec, module_from_spec
from typing import Any, cast

from lxml import etree
from lxml.html import HtmlElement
from trafilatura.metadata import Document
from trafilatura.settings import Extractor

from pipelines.extraction.form.emphasis import NO_SPACES
from pipelines.extraction.judgement.quality import may_be_unspaced
from pipelines.formats.memory import LINES, LONGEST_LINE, Memory, key_of

log = logging.getLogger(__name__)

MOST_ELEMENTS = 10_000  # pages of policies have some hundreds
UNSPACED = re.compile(f"([{NO_SPACES}])")
FORM = frozenset({"|", "-", "|---|", "#"})
"""Signs by which a reader writes tables, items and headings."""
WITHIN_LINES = (
    "abbr", "b", "big", "cite", "code", "em", "font", "i", "img", "label", "noscript", "small", "span", "strong", "sub",
    "sup", "time", "tt", "u",
)  # fmt: skip
"""Tags that change no word of what it reads, and cost it much."""
NEVER_ITS_TEXT = (
    "head",
    "nav",
    "footer",
    "aside",
    "menu",
    "button",
    "dialog",
    "fieldset",
    "textarea",
    "label",
    "legend",
)
NOT_ITS_ATTRIBUTES = ("href", "title", "part", "start", "type", "reversed", "value", "size", "face", "role", "shell")
OPTIONS = Extractor(fast=True, comments=False, output_format="python")
COUNT = etree.XPath("count(.//*)")
BY_CLASS = {
    "trafilatura.core": ("RAW_TREE_PRUNE_XPATH", "REMOVE_COMMENTS_AND_LISTS_XPATH"),
    "trafilatura.main_extractor": ("OVERALL_DISCARD_XPATH", "DISCARD_IMAGE_ELEMENTS", "TEASER_DISCARD_XPATH"),
}
"""Where trafilatura looks for names of classes and the like, of which a simplified tree has none: they take it a third
of its time."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """Shares of words, each as often as it stands, 0 to 1, 2 decimals; None where there is no word to look for."""

    second_in_text: float | None = None  # of the second reader's words, those that ours has
    text_in_second: float | None = None  # of ours, those that it has


def second_text(root: HtmlElement, memory: Memory[str] | None = None) -> str:
    """What trafilatura reads in a stripped tree, which is left as it is; empty where it finds no text, cannot read the
    page, or would take long over it. It is asked once for what is the same to it, as far as `memory` reaches.

    The names of classes, by which it cuts sections too, are not in such a tree: equal trees give equal opinions.
    """
    if COUNT(root) > MOST_ELEMENTS:
        return ""
    page = _simplified(root)
    if memory is None:
        return _asked(page)
    return memory.get(key_of(etree.tostring(page, encoding="utf-8")), lambda: _asked(page))


def _simplified(root: HtmlElement) -> HtmlElement:
    """A copy without what it never reads: pages that differ only there get one opinion."""
    page = copy.deepcopy(root)
    etree.strip_elements(page, *NEVER_ITS_TEXT, with_tail=False)
    etree.strip_attributes(page, *NOT_ITS_ATTRIBUTES)
    etree.strip_tags(page, *WITHIN_LINES)
    return page


def _asked(page: HtmlElement) -> str:
    try:
        document = _trafilatura().bare_extraction(page, options=copy.copy(OPTIONS))
    except Exception as error:  # an opinion costs nobody the reading that it is about
        log.debug("no second reading: %s", error)
        return ""
    return (document.text or "") if isinstance(document, Document) else ""


@cache
def _trafilatura() -> Any:
    """Modules of trafilatura of our own that look for no classes. Who else uses it finds it as it is."""
    core, extractor = (_own(name) for name in BY_CLASS)
    extractor.BODY_XPATH = [etree.XPath("(.//article)[1]"), etree.XPath("(.//main)[1]")]
    core.extract_content = extractor.extract_content
    core._prepare_tree = partial(_prepared, core)
    processing = _own("trafilatura.htmlprocessing")
    extractor.delete_by_link_density = _asked_of_links(processing, processing.delete_by_link_density)
    return core


def _prepared(core: Any, tree: HtmlElement, options: Extractor, url: str | None) -> tuple[HtmlElement, HtmlElement]:
    """As it does, without a copy for readers that are not asked where it is to be fast."""
    cleaned = core.convert_tags(core.tree_cleaning(copy.copy(tree), options), options, url)
    return cleaned, cleaned


def _asked_of_links(processing: Any, delete: Any) -> Any:
    """Its search for lists of links looks into each element, three times twice: here into those that hold a link."""
    dense = processing.link_density_test

    def delete_by_link_density(subtree: HtmlElement, *options: Any, **named: Any) -> HtmlElement:
        holders = {parent for link in subtree.iter("ref") for parent in link.iterancestors()}
        if not holders:
            return subtree
        processing.link_density_test = lambda one, strict: dense(one, strict) if one in holders else (False, False)
        return cast("HtmlElement", delete(subtree, *options, **named))

    return delete_by_link_density


def _own(name: str) -> Any:
    spec = find_spec(name)
    if spec is None or spec.loader is None:
        raise ImportError(name)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    for found in BY_CLASS.get(name, ()):
        getattr(module, found)  # as long as it has them
        setattr(module, found, [])
    return module


def agreement(text: str, second: str) -> Agreement:
    """How far a text and the second reader's agree. Case, white space and order do not matter."""
    ours, theirs = (Counter(map(_words, one.split("\n"))) for one in (text, second))
    alike = ours & theirs  # most lines are, and need not be taken apart
    mine, other = (_taken_apart(lines - alike) for lines in (ours, theirs))
    same = sum(len(line.split()) * count for line, count in alike.items())
    both = same + (mine & other).total()
    return Agreement(_share(both, same + other.total()), _share(both, same + mine.total()))


def _words(line: str) -> str:
    """The words of a line, or each character of a script that puts no spaces between words, with a space between."""
    return _known_words(line) if len(line) <= LONGEST_LINE else _words_of(line)


def _words_of(line: str) -> str:
    words = (UNSPACED.sub(r" \1 ", line) if may_be_unspaced(line) else line).lower().split()
    return " ".join(words if FORM.isdisjoint(words) else [word for word in words if word not in FORM])


_known_words = lru_cache(LINES)(_words_of)


def _taken_apart(lines: Counter[str]) -> Counter[str]:
    return Counter(" ".join(lines.elements()).split())


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 2) if whole else None
