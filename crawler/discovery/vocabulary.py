"""How sites name their policies: the words lie in words.toml, here is what a text or an address makes of them. Pure.

A text is taken apart into words (Chinese, Japanese and Korean into characters), and from left to right the longest run
that is known is taken, whatever spaces or hyphens stand in it.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final

LONGEST: Final = 300
"""Characters of a text that are looked at."""

_RUN: Final = 24  # the longest run of words or characters that is looked up
_WIDE = re.compile("([\u3040-\u30ff\u31f0-\u31ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff])")
_JOINT = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Za-z])(?=\d)|(?<=\d)(?=[A-Za-z])")

FILLER: Final = ""
OTHER: Final = "other"


@dataclass(frozen=True, slots=True)
class Naming:
    """What a text names. `kinds` is true where it is the document's name, false where only its topic.

    `rest` counts the words that say something else, `other` is true where they name another document or no document.
    """

    kinds: Mapping[str, bool]
    rest: float = 0.0
    other: bool = False
    languages: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Word:
    meaning: str  # a kind, OTHER or FILLER
    is_name: bool
    language: str


@cache
def table() -> dict[str, Any]:
    """The data file as it stands."""
    return tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))


@cache
def languages() -> tuple[str, ...]:
    """The languages whose words are known, as ISO 639-1."""
    return tuple(name for name in table() if len(name) == 2)


@lru_cache(maxsize=20_000)
def naming(text: str) -> Naming:
    """What a text names: the words of a link, or a part of an address."""
    return _named(_words(text))


@lru_cache(maxsize=20_000)
def address_naming(part: str) -> Naming:
    """What a part of an address names: words may be written together, and there are more words without meaning."""
    pieces = [piece for word in _words(_JOINT.sub(" ", part)) for piece in _apart(word)]
    told = [piece for piece in pieces if not piece.isdigit()]
    short = {piece for piece in told if len(piece) <= 2 and piece.isascii()}  # languages, countries, sizes
    return _named(told, _address_fillers() | short)


def folded(text: str) -> str:
    """In lower case, without accents and marks, any width."""
    plain = unicodedata.normalize("NFKD", text[:LONGEST].casefold())
    return unicodedata.normalize("NFC", "".join(char for char in plain if unicodedata.category(char) != "Mn"))


def _words(text: str) -> list[str]:
    text = folded(text).replace("'", " ").replace("’", " ")
    return re.findall(r"[^\W_]+", _WIDE.sub(r" \1 ", _without_marks(text)))


def _without_marks(text: str) -> str:
    # vowel signs of Indian scripts are no letters to \w, but they are parts of words
    return "".join(char for char in text if unicodedata.category(char) != "Mc")


def _named(words: list[str], fillers: Set[str] = frozenset()) -> Naming:
    kinds: dict[str, bool] = {}
    found: set[str] = set()
    rest, other = 0.0, False
    for run, meanings in _runs(words):
        if not meanings and run not in fillers:
            rest += 0.5 if _WIDE.match(run) else 1.0
        for word in meanings:
            if word.meaning == OTHER:
                other = True
            elif word.meaning:
                kinds[word.meaning] = kinds.get(word.meaning, False) or word.is_name
                found.add(word.language)
    return Naming(kinds, rest, other, frozenset(found))


def _runs(words: list[str]) -> Iterator[tuple[str, tuple[_Word, ...]]]:
    """The longest known runs, from left to right; a word that is not known stands alone, without meanings."""
    known, start = _dictionary(), 0
    while start < len(words):
        for end in range(min(len(words), start + _RUN), start, -1):
            run = "".join(words[start:end])
            if run in known or end == start + 1:
                yield run, known.get(run, ())
                start = end
                break


@cache
def _dictionary() -> dict[str, tuple[_Word, ...]]:
    found: dict[str, dict[str, _Word]] = {}
    for text, word in _entries():
        meanings = found.setdefault("".join(_words(text)), {})
        before = meanings.get(word.meaning)
        if before is None or (word.is_name and not before.is_name):
            meanings[word.meaning] = word
    return {text: _strongest(meanings) for text, meanings in found.items() if text}


def _strongest(meanings: Mapping[str, _Word]) -> tuple[_Word, ...]:
    """A word that is a kind in one language is no filler in another."""
    kinds = tuple(word for meaning, word in meanings.items() if meaning not in (OTHER, FILLER))
    return kinds or tuple(word for word in meanings.values() if word.meaning == OTHER) or tuple(meanings.values())


def _entries() -> Iterator[tuple[str, _Word]]:
    for language in languages():
        for key, value in table()[language].items():
            if key in ("others", "fillers"):
                yield from ((text, _Word(OTHER if key == "others" else FILLER, False, language)) for text in value)
            else:
                yield from ((text, _Word(key, True, language)) for text in value["names"])
                yield from ((text, _Word(key, False, language)) for text in value["topics"])


@cache
def _address_fillers() -> frozenset[str]:
    return frozenset(table()["elsewhere"]["fillers"]) | frozenset(languages())


def _apart(word: str) -> list[str]:
    """`ourprivacypolicyen` as `our`, `privacypolicy`, `en`; the word itself where it does not come apart so."""
    if len(word) < 8 or len(word) > 40 or word in _dictionary():
        return [word]
    return _pieces(word, 4) or [word]


def _pieces(word: str, most: int) -> list[str]:
    if not word or most == 0:
        return []
    for end in range(len(word), 1, -1):
        head, tail = word[:end], word[end:]
        if head in _dictionary() or head in _address_fillers():
            if not tail:
                return [head]
            if behind := _pieces(tail, most - 1):
                return [head, *behind]
    return []
