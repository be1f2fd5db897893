"""A body -> what is compared: words and punctuation, and between them the glue of spaces and marks."""

import codecs
import re
import unicodedata
from collections.abc import Sequence
from itertools import chain, compress, count
from operator import ne

from msgspec import Struct

INVISIBLE = re.compile("[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff]")
_APOSTROPHES = re.compile("[‘’‚‛′´ʼ＇‹›]")
_QUOTES = re.compile("[“”„‟″«»＂]")
_DASHES = re.compile("[‐‑‒–—―−﹘﹣－]")

# written without spaces between words: each letter is a word, with the signs above and below it
_UNSPACED = (
    "\u0e01-\u0e30\u0e32\u0e33\u0e40-\u0e46\u0e81-\u0eb0\u1000-\u1020\u1780-\u17b3"
    "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
)
_ABOVE = "\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ecd\u102b-\u103e\u17b4-\u17d3\u3099\u309a"
_PUNCTUATION = (
    r"!-/:-@\[-`{-~\u00a1\u00a7\u00ab\u00b6\u00b7\u00bb\u00bf"
    r"\u2010-\u2027\u2030-\u205e\u3000-\u3020\u30fb\uff01-\uff0f\uff1a-\uff20"
)
_SPACES = r"\t-\r\x1c- \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"  # \s, which is slow in a class
_LETTER = rf"[^{_SPACES}{_PUNCTUATION}{_UNSPACED}]"
_WORD = rf"{_LETTER}++(?:(?:[.@'’_&‑-](?={_LETTER})|,(?=\d)(?<=\d,)){_LETTER}++)*+"
_AUTOLINK = r"<(?:https?|ftp)://[^<>\s]+>"
_COUNTED = rf"{_WORD}|[{_UNSPACED}][{_ABOVE}]*|{_AUTOLINK}"
_LINK_END = r'\]\((?:\\.|[^()\s\\])*(?:\s+"(?:\\.|[^"\\])*")?\)'
_MARK = rf"\*\*|~~|\[(?=(?:\\.|[^\[\]\\])*\]\()|{_LINK_END}|_(?!\w)|(?<!\w)_|(?<=\n)> ?"
_TEXT = rf"{_COUNTED}|\\[!-/:-@\[-`{{-~]|\S"
_TOKEN = re.compile(rf"((?:\s++|{_MARK})*+)({_TEXT}|\Z)")
_PLAIN_TOKEN = re.compile(rf"({_TEXT})")
_MAY_HAVE_MARKS = re.compile(r"[*~\[\]_]|\n>")
_COUNTED_ONLY = re.compile(_COUNTED)
_TYPOGRAPHIC = (("’", "'"), ("‑", "-"), *((sign, " ") for sign in "“”„–—•…‘"))
_WITHIN = ((b"1,1", b"111"), (b"1,1", b"111"), (b"1", b"a"), (b"a-a", b"aaa"), (b"a-a", b"aaa"))
_WORD_OR_NOT = bytes(ord("a") if code == ord("a") else ord(" ") for code in range(256))
_IS_COUNTED = re.compile(rf"[{_UNSPACED}]|{_LETTER}|{_AUTOLINK}")
SEAM = '\n)"\n'  # between bodies: no link goes on behind it
_IS_UNSPACED = re.compile(f"[{_UNSPACED}]")
_IS_LETTER = re.compile(_LETTER)
AUTOLINK = re.compile(_AUTOLINK)
LINK_END = re.compile(_LINK_END)
_ESCAPE_OR_LINK_END = re.compile(rf"(\\[!-/:-@\[-`{{-~])|{_LINK_END}")


class Tokens(Struct, frozen=True):
    """`raw[i]` with `glue[i]` before it; the last glue stands behind all. `keys` is what is compared.

    `parts` is all of it in turn: glue, text, glue, ... glue.
    """

    parts: list[str]
    glue: list[str]
    raw: list[str]
    keys: list[str]

    def text(self, start: int, end: int) -> str:
        """What stands at the tokens from `start` to `end`, with the glue before each."""
        return "".join(self.parts[2 * start : 2 * end])

    def words(self, start: int, end: int) -> int:
        return sum(map(is_word, self.raw[start:end]))


def tokens_of(body: str) -> Tokens:
    """The tokens of a body; their glue and texts joined are `body`."""
    parts = _parts_with_marks(body) if _MAY_HAVE_MARKS.search(body) else _PLAIN_TOKEN.split(body)
    raw = parts[1::2]
    keys = [t if t.isalnum() else _KEYS.get(t) or _key(t) for t in raw] if _is_folded(body) else raw
    return Tokens(parts, parts[::2], raw, keys)


def _parts_with_marks(body: str) -> list[str]:
    """Glue and texts in turn where some of the glue is marks, which are no texts."""
    found = _TOKEN.findall(body)
    while len(found) > 1 and not found[-1][1] and not found[-2][1]:  # an empty match at the very end
        found.pop()
    parts = list(chain.from_iterable(found))
    parts.pop()
    return parts


def _is_folded(body: str) -> bool:
    return not body.isascii() or "\\" in body or "`" in body or "<" in body


def _key(token: str) -> str:
    """A token without escape and the variants of quotes, dashes and the ellipsis that the reading key folds, too."""
    if token[0] == "\\" and len(token) > 1:
        token = token[1:]
    elif token[0] == "<" and token[-1] == ">":
        token = token[1:-1]
    if token.isascii():
        return token.replace("`", "'")
    token = INVISIBLE.sub("", unicodedata.normalize("NFC", token)).replace("…", "...")
    return _DASHES.sub("-", _QUOTES.sub('"', _APOSTROPHES.sub("'", token)))


_KEYS = {sign: _key(sign) for sign in "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~‘’“”«»–—…•·"}
"""The keys of the signs that texts are full of."""


def is_word(token: str) -> bool:
    """Whether a token counts as a word: no punctuation."""
    return _IS_COUNTED.match(token) is not None


def count_words(body: str) -> int:
    """How many words are read in a body, or in several joined by SEAM: none of link targets."""
    if "](" in body:
        body = _ESCAPE_OR_LINK_END.sub(r"\1]", body) if "\\]" in body else LINK_END.sub("]", body)
    if "://" in body:
        body = AUTOLINK.sub(" a ", body)
    if not body.isascii():
        for sign, plain in _TYPOGRAPHIC:
            body = body.replace(sign, plain)
    return _count(body)


def _count(text: str) -> int:
    try:
        return _count_western((" " + text).encode("latin-1", _AS_SIGNS))
    except UnicodeEncodeError:  # letters that are each a word
        return len(_COUNTED_ONLY.findall(text))


def _as_signs(error: UnicodeError) -> tuple[str, int]:
    """What stands for letters beyond Latin-1 where words are counted by signs."""
    assert isinstance(error, UnicodeEncodeError)
    letters = error.object[error.start : error.end]
    if _IS_UNSPACED.search(letters):
        raise error
    return "".join(map(_sign, letters)), error.end


_AS_SIGNS = "policy-corpus.signs"
codecs.register_error(_AS_SIGNS, _as_signs)


def _sign(letter: str) -> str:
    """What a letter of Latin-1 is to a count: 1 a digit, a of a word, - may join words, a comma may join digits."""
    if _IS_LETTER.match(letter):
        return "1" if letter.isdecimal() else "a"
    return "-" if letter in ".@'_&-" else "," if letter == "," else " "


_SIGNS = "".join(_sign(chr(code)) for code in range(256)).encode()


def _count_western(signs: bytes) -> int:
    """The same as the pattern finds, by signs: a word begins where a letter or digit stands behind a blank."""
    signs = signs.translate(_SIGNS)
    for within, joined in _WITHIN:
        signs = signs.replace(within, joined)
    return signs.translate(_WORD_OR_NOT).count(b" a")


def shared_start(one: Sequence[object], other: Sequence[object]) -> int:
    """How many items two sequences have in common at their beginning."""
    return next(compress(count(), map(ne, one, other)), min(len(one), len(other)))
