"""One line of Markdown from the inline tokens of a block: words, breaks, emphasis, links."""

import re
from dataclasses import dataclass, field
from typing import Literal

from pipelines.text.inert import REFERENCE, inert, inert_pieces
from pipelines.text.parse import UNREADABLE
from pipelines.text.styles import Style

Kind = Literal["text", "break", "image", "strong", "em", "link"]
MARKS = {"strong": "**", "em": "_"}
SPACES = re.compile(r"[ \t\n\r\f\v]+")
MANY_SPACES = re.compile(" {2,}")
BREAKS = re.compile(r" *\n *")
SAFE = re.compile(r"(?:https?|mailto):", re.IGNORECASE)
AUTOLINK = re.compile(r"https?:[^\s<>\\]+", re.IGNORECASE)
BRACKETS = re.compile(r"\\.|[\[\]]")
LINE_START_DASH = re.compile(r"(^|\n)([ \t\r\n]*)([-+])(?=\s)")


@dataclass(slots=True)
class Token:
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
    parts: list[str] = field(default_factory=list)


def inline(tokens: list[Token], style: Style) -> str:
    """The text of a block; a break is two spaces and a newline. Unbalanced tokens are closed at the end."""
    stack = [_Open(Token("text"))]
    tokens = tokens if style.faithful else joined(tokens)
    texts = inert_pieces([token.value if token.kind == "text" else "" for token in tokens])
    for token, text in zip(tokens, texts, strict=True):
        if token.opens:
            stack.append(_Open(token))
        elif token.ends:
            _close(stack, style)
        else:
            stack[-1].parts.append("\n" if token.kind == "break" else _plain(text, style))
    while len(stack) > 1:
        _close(stack, style)
    line = _single_spaced("".join(stack[0].parts))
    return BREAKS.sub("  \n", line) if "\n" in line else line


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
    inner = _single_spaced("".join(done.parts))
    before = "".join(stack[-1].parts[-1:])
    if done.token.kind == "link" and before.endswith("!"):  # else it were an image
        stack[-1].parts[-1] = before[:-1] + r"\!"
    make = _link if done.token.kind == "link" else _emphasis
    stack[-1].parts.append(make(done.token, inner, before, style))


def _emphasis(token: Token, inner: str, before: str, style: Style) -> str:
    mark = MARKS[token.kind]
    core = inner.strip(" ") if style.faithful else inner.strip()
    if not core:
        return mark * 2 + inner if style.faithful and token.kind == "strong" else inner
    start, end = _edges(inner)
    if style.faithful:
        end = inner[len(inner.rstrip(" ")) :]
        start = " " if inner[0] == " " or before[-1:] not in ("", " ", "\n") else ""
    elif token.kind == "em" and before[-1:].isalnum() and not start:
        return inner  # Markdown knows no underscore inside a word
    return f"{start}{mark}{core}{mark}{end}"


def _link(token: Token, inner: str, before: str, style: Style) -> str:
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
