"""HTML text -> tree, whatever the text is: fragments get html and body, nesting without end is flattened.

And back: text of a page as Markdown that says the same and can do nothing, no HTML, no links but ours. Escapes stand
where a renderer would see more than words: before `<` of a tag or an autolink, before the bracket that would make
a link or say where one leads, before `&` of a character reference, and before a backslash that would take an escape
away. What follows may stand in the next piece of text (`<<span>b`), so pieces are looked at together.
"""

import re
from collections import deque
from collections.abc import Sequence
from itertools import pairwise
from typing import cast

from lxml import etree
from lxml.html import HtmlComment, HtmlElement

from pipelines.exceptions import ReadingFailed

# what XML does not know, and what shows letters in another order than they stand in; character references bring some
# of them back after parsing
UNREADABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
# libxml2 does not know that the first ones are empty, and puts what follows into them; behind the first end of
# a document it keeps nothing, where browsers go on
MISREAD_TAG = re.compile(
    rb"</?(?=[bcekmnpstw])"  # most tags are told apart by a letter
    rb"(?:wbr|embed|source|track|keygen|param|command|bgsound|spacer|nextid|menuitem|basefont)(?:[\s/][^<>]*)?>"
    rb"|</(?:body|html|br)(?![\w\x80-\xff])[^<>]*>",
    re.IGNORECASE,
)
# a tag that is still open at the end; `>` in a quoted value ends none
OPEN_TAG = re.compile(rb"""<[/?!a-zA-Z](?:[^>=]++|=\s*+"[^"]*+"|=\s*+'[^']*+'|=)*+\Z""")
LAST_TAGS = 5
UNFINISHED = re.compile(rb"(?:<|&#?[0-9a-zA-Z]{0,10})\Z")  # begins a tag or a reference, with what may follow
NESTING_TAG = re.compile(r"</?(?!(?:p|h[1-6]|br|hr|a|title|script|style)\b)[a-z][^<>]*>", re.IGNORECASE)

# the same in UTF-8, and what none of it begins with
UNREADABLE_BYTES = re.compile(
    b"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|\xe2\x80[\xaa-\xae]|\xe2\x81[\xa6-\xa9]|\xed[\xa0-\xbf]|\xef\xbf[\xbe\xbf]"
)
HARMLESS = bytes({*b"\t\n\r", *range(32, 127)})
LOOKUP = etree.ElementDefaultClassLookup(element=HtmlElement, comment=HtmlComment)
"""One class for all elements: lxml.html chooses one by its tag in Python, each time an element is met."""


def parse(html: str) -> HtmlElement:
    """The `html` element. Raises ReadingFailed where there is nothing to parse."""
    body = MISREAD_TAG.sub(_misread, _readable(html))
    root, whole = _parsed(body)
    if not whole:  # libxml2 stops at 2,048 levels and keeps nothing below: then without the tags that nest
        root, _ = _parsed(NESTING_TAG.sub("<p>", body.decode("utf-8")).encode("utf-8"))
    return root


def _readable(html: str) -> bytes:
    """The text in UTF-8 without what is unreadable. Nearly no page has any, which is told by its bytes in no time."""
    body = html.replace("\f", " ").encode("utf-8", "ignore")
    return UNREADABLE_BYTES.sub(b"", body) if UNREADABLE_BYTES.search(body.translate(None, HARMLESS)) else body


def _misread(found: re.Match[bytes]) -> bytes:
    """Nothing in place of such a tag, a break for `</br>`; it stays where it stands inside another one, of whose
    attributes it is. A comment where text before and behind it would become markup together (`a <<wbr>b`, `&<wbr>lt;`).
    """
    html, start = found.string, found.start()
    if _inside_tag(html, start):
        return found.group()
    if found.group()[:4].lower() == b"</br":
        return b"<br>"
    return b"<!---->" if UNFINISHED.search(html, max(0, start - 12), start) else b""


def _inside_tag(html: bytes, place: int) -> bool:
    """Whether a tag is still open there: one of the last few, since quoted values of tags hold tags."""
    begin = place
    for _ in range(LAST_TAGS):
        begin = max(0, html.rfind(b"<", 0, begin))
    return OPEN_TAG.search(html, min(begin, html.rfind(b">", 0, place) + 1), place) is not None


def _parsed(body: bytes) -> tuple[HtmlElement, bool]:
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
    parser.set_element_class_lookup(LOOKUP)
    try:
        root = cast("HtmlElement | None", etree.fromstring(body, parser))
    except (etree.ParserError, AssertionError):
        raise ReadingFailed("no text in page") from None
    except etree.XMLSyntaxError as error:
        raise ReadingFailed("page cannot be parsed", detail=str(error)[:200]) from None
    if root is None:
        raise ReadingFailed("no text in page")
    stopped = any(entry.type == etree.ErrorTypes.ERR_RESOURCE_LIMIT for entry in parser.error_log)
    return root, not stopped


REFERENCE = r"&(?=\#?[0-9a-zA-Z]{1,32};)"
_ACTIVE = re.compile(
    rf"""\\(?=[!-/:-@\[-`{{-~]|\Z)         # a backslash that would escape
      | <(?=[a-zA-Z/!?])                 # a tag, a comment, an autolink
      | \](?=[(\[:])                     # a link, an image, where a reference leads
      | !(?=\[)                          # an image
      | {REFERENCE}
    """,
    re.VERBOSE,
)
_ANY = re.compile(r"[\\<\]&!]")


def inert(text: str) -> str:
    """One piece of text, escaped."""
    return inert_pieces([text])[0]


def inert_pieces(pieces: Sequence[str]) -> list[str]:
    """Pieces that may come to stand side by side, each escaped. A backslash at the end of one is always escaped: what
    follows may be markup of ours."""
    texts = [piece if piece.isprintable() else UNREADABLE.sub("", piece) for piece in pieces]
    whole = "".join(texts)
    if not _ANY.search(whole):
        return texts
    places = deque(found.start() for found in _ACTIVE.finditer(whole))
    start = 0
    for number, text in enumerate(texts):
        inside = []
        while places and places[0] < start + len(text):
            inside.append(places.popleft() - start)
        start += len(text)
        texts[number] = _with_backslashes(text, inside)
    return texts


def _with_backslashes(text: str, places: list[int]) -> str:
    last = len(text) - 1
    if text.endswith("\\") and places[-1:] != [last]:
        places.append(last)
    return "\\".join(text[start:end] for start, end in pairwise([0, *places, len(text)]))
