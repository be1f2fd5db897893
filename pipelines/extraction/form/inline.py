"""One line of Markdown from the inline tokens of a block: words, breaks, emphasis, links."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal
from urllib.parse import urljoin, urlsplit

from msgspec import Struct

from pipelines.extraction.form.emphasis import UNSPACED, Piece, settled, without_emphasis, without_line_ends
from pipelines.extraction.form.parse import REFERENCE, UNREADABLE, inert, inert_pieces
from pipelines.formats.memory import LINES, LONGEST_LINE


@dataclass(frozen=True, slots=True)
class Style:
    """`first_heading` says what becomes of an h1; `faithful` keeps the blemishes of the published texts;
    `letters` writes the letters and Roman numerals of lists, else digits stand for them."""

    name: str
    first_heading: Literal["demote", "drop", "keep"] = "demote"
    faithful: bool = False
    letters: bool = True


STYLES = {
    "corpus": Style("corpus"),
    "princeton": Style("princeton", "drop", faithful=True),
    # corpus, but as the curated texts that readers are measured by: the page's own title stays in the body, and
    # lettered items are numbered ones
    "whole": Style("whole", "keep", letters=False),
}


SCHEMES = ("http", "https", "mailto")  # a reader of the text can do nothing else by following a link
LONGEST = 2000
EMPTY_SEGMENT = "%3A//"  # of a quoted original inside a replay address; urljoin would drop it
PLACEHOLDER = "%3A/\ue000/"


def absolute(base: str, href: str) -> str:
    """The address a link leads to; empty for a place on the page, a script, or what cannot be an address."""
    href = href.strip().replace("\n", "").replace("\r", "").replace("\t", "")
    if not href or href.startswith("#") or len(href) > LONGEST:
        return ""
    return _absolute(base, href)


@lru_cache(LINES)
def _absolute(base: str, href: str) -> str:
    try:
        url = urljoin(base.replace(EMPTY_SEGMENT, PLACEHOLDER), href).replace(PLACEHOLDER, EMPTY_SEGMENT)
        parts = urlsplit(url)
    except ValueError:
        return ""
    if parts.scheme not in SCHEMES:
        return ""
    bare = parts.scheme in ("http", "https") and parts.netloc and not (parts.path or parts.query or parts.fragment)
    return f"{url}/" if bare else url


Kind = Literal["text", "break", "image", "strong", "em", "strike", "link"]
MARKS = {"strong": "**", "em": "_", "strike": "~~"}
SPACES = re.compile(r"[ \t\n\r\f\v]+")
MANY_SPACES = re.compile(" {2,}")
BREAKS = re.compile(r" *\n *")
MARKUP = re.compile(r"[\\<>\[\]&!*_~`]|" + UNREADABLE.pattern)
SAFE = re.compile(r"(?:https?|mailto):", re.IGNORECASE)
AUTOLINK = re.compile(r"https?:[^\s<>\\]+", re.IGNORECASE)
BRACKETS = re.compile(r"\\.|[\[\]]")
LINE_START_DASH = re.compile(r"(^|\n)([ \t\r\n]*)([-+])(?=\s)")


class Token(Struct, frozen=True, gc=False):
    """`opens` and `ends` mark the two sides of strong, em and link; `value` is the text or the address."""

    kind: Kind
    value: str = ""
    title: str = ""
    opens: bool = False
    ends: bool = False


@dataclass(slots=True)
class _Open:
    """A piece of markup whose end has not come yet."""

    token: Token
    parts: list[str | Piece] = field(default_factory=list)


@dataclass(eq=False, slots=True)
class Told:
    """What is told of the tokens of a block or a cell, each once: most are met again (see `told_of`)."""

    tokens: tuple[Token, ...]
    paragraphs: list[str] | None = None  # the Markdown of a block of them, where it was asked for
    _words: str | None = None
    _lower: str | None = None
    _markdown: str | None = None

    @property
    def words(self) -> str:
        """The words, white space collapsed."""
        if self._words is None:
            self._words = " ".join(words(self.tokens).split())
        return self._words

    @property
    def lower(self) -> str:
        """The words in lower case."""
        if self._lower is None:
            self._lower = self.words.lower()
        return self._lower

    @property
    def markdown(self) -> str:
        """As one line, but for its breaks; not as the published texts have it."""
        if self._markdown is None:
            plain = _plain_words(self.tokens)
            self._markdown = _line(list(self.tokens), STYLES["corpus"]) if plain is None else plain
        return self._markdown


def told_of(tokens: list[Token]) -> Told:
    """What is told of tokens, remembered for those of a usual length."""
    known = tuple(tokens)
    return _known(known) if sum([len(one.value) + len(one.title) for one in known]) <= LONGEST_LINE else Told(known)


_known = lru_cache(LINES)(Told)


def inline(tokens: list[Token], style: Style) -> str:
    """The text of a block; a break is two spaces and a newline. Unbalanced tokens are closed at the end."""
    return _line(tokens, style) if style.faithful else told_of(tokens).markdown


def _line(tokens: list[Token], style: Style) -> str:
    stack = [_Open(Token("text"))]
    tokens = tokens if style.faithful else joined(tokens)
    texts = [token.value if token.kind == "text" else "" for token in tokens]
    if not _is_plain("".join(texts)):
        texts = inert_pieces(texts if style.faithful else without_line_ends(texts))
        if not style.faithful:
            texts = without_emphasis(texts, {MARKS[token.kind] for token in tokens if token.kind in MARKS})
    for token, text in zip(tokens, texts, strict=True):
        if token.opens:
            stack.append(_Open(token))
        elif token.ends:
            _close(stack, style)
        else:
            stack[-1].parts.append("\n" if token.kind == "break" else _plain(text, style))
    while len(stack) > 1:
        _close(stack, style)
    line = _single_spaced(settled(stack[0].parts))
    return BREAKS.sub("  \n", line) if "\n" in line else line


def _plain_words(tokens: Sequence[Token]) -> str | None:
    """The text of tokens without markup, links and signs that Markdown might take for any: most paragraphs are so."""
    if any(token.kind != "text" for token in tokens):
        return None
    text = "".join([token.value for token in tokens])
    if not _is_plain(text):
        return None
    return text if "  " not in text and text.isprintable() else SPACES.sub(" ", text)


def _is_plain(text: str) -> bool:
    """Whether a text stands in Markdown as it is, but for its white space."""
    return not (MARKUP.search(text) or ("\n" in text and not text.isascii() and UNSPACED.search(text)))


def words(tokens: Sequence[Token]) -> str:
    """The text of inline tokens."""
    return "".join([t.value if t.kind == "text" else " " for t in tokens if t.kind == "text" or t.kind == "break"])


def joined(tokens: list[Token]) -> list[Token]:
    """Emphasis that ends only to begin again is one piece."""
    kept: list[Token] = []
    for token in tokens:
        if token.opens and token.kind in MARKS and kept and kept[-1].ends and kept[-1].kind == token.kind:
            kept.pop()
        else:
            kept.append(token)
    return kept


def _plain(text: str, style: Style) -> str:
    value = LINE_START_DASH.sub(r"\1\2\\\3", text) if style.faithful else text
    return value if value.isprintable() and "  " not in value else SPACES.sub(" ", value)


def _single_spaced(text: str) -> str:
    return MANY_SPACES.sub(" ", text) if "  " in text else text


def _close(stack: list[_Open], style: Style) -> None:
    if len(stack) == 1:
        return
    done = stack.pop()
    inner = _single_spaced(settled(done.parts))
    parts = stack[-1].parts
    before = parts[-1] if parts and isinstance(parts[-1], str) else ""
    if done.token.kind == "link":
        if before.endswith("!"):  # else it were an image
            parts[-1] = before[:-1] + r"\!"
        parts.append(_link(done.token, inner, style))
    else:
        parts.append((_as_published if style.faithful else _emphasis)(done.token, inner, before))


def _emphasis(token: Token, inner: str, before: str) -> str | Piece:
    core = inner.strip()
    start, end = _edges(inner)
    return Piece(start, MARKS[token.kind], core, end) if core else inner


def _as_published(token: Token, inner: str, before: str) -> str:
    mark, core = MARKS[token.kind], inner.strip(" ")
    if token.kind == "strike":
        return inner
    if not core:
        return mark * 2 + inner if token.kind == "strong" else inner
    end = inner[len(inner.rstrip(" ")) :]
    start = " " if inner[0] == " " or before[-1:] not in ("", " ", "\n") else ""
    return f"{start}{mark}{core}{mark}{end}"


def _link(token: Token, inner: str, style: Style) -> str:
    text = inner.replace("\n", " ") if style.faithful else inner.strip().replace("\n", " ")
    if not SAFE.match(token.value):
        return inner
    if not text.strip():
        return f"[]({address(token.value)})" if style.faithful else inner
    around = ("", "") if style.faithful else _edges(inner)
    if text == token.value and AUTOLINK.fullmatch(text):
        return f"{around[0]}<{text}>{around[1]}"
    if not style.faithful:
        text = BRACKETS.sub(lambda found: found[0] if found[0][0] == "\\" else f"\\{found[0]}", text)
    title = inert(SPACES.sub(" ", token.title).strip()).replace('"', r"\"")
    return f"{around[0]}[{text}]({address(token.value)}" + (f' "{title}")' if title else ")") + around[1]


def _edges(text: str) -> tuple[str, str]:
    core = text.strip()
    start = text.index(core)
    return text[:start], text[start + len(core) :]


def address(url: str) -> str:
    """A link's target as Markdown takes it: no spaces or angle brackets, parentheses escaped."""
    url = UNREADABLE.sub("", url).replace(" ", "%20").replace("<", "%3C").replace(">", "%3E")
    url = url.replace("\\", "%5C").replace("(", r"\(").replace(")", r"\)")
    return re.sub(REFERENCE, r"\&", url)
