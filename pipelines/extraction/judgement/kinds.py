"""The words by which a text shows what it is, and of which kind. They lie in languages.toml and words.toml.

Texts are compared `folded`: lower case, without accents, invisible characters and forms of quotes.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

TEXTS = 64  # whose words are remembered: captures of a document begin with the same ones
SAMPLE = 5000  # characters: the words of a policy are all over it
DISTINCT = 3  # how many different words of a kind a text must use to show it without a title
UNSEEN = re.compile("[\u0300-\u036f\u064b-\u0655\u0591-\u05c7\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060\ufeff]")
NAMES = {"privacy": "privacy policy", "terms": "terms of service", "guidelines": "community guidelines"}
NOTICES = {
    "notfound": ("not found", 1),
    "login": ("login", 2),
    "parked": ("parked domain", 2),
}  # how many words show it
PAGES = {"news": "news article", "shop": "product page", "forum": "forum thread", "help": "help article"}
RELATED = (  # languages that are taken for each other in short texts
    {"da", "no", "nb", "nn", "sv"}, {"cs", "sk"}, {"hr", "sr", "bs", "sl"}, {"ru", "uk", "bg", "sr", "mk", "be"},
    {"id", "ms", "jv"}, {"es", "pt", "gl"}, {"ar", "fa", "ur"}, {"hi", "mr", "ne"}, {"fi", "et"}, {"is", "fo"},
)  # fmt: skip

PLAIN = 8  # letters
Names = tuple[tuple[str, tuple[str, ...]], ...]  # kinds and their names


def folded(text: str) -> str:
    """The text as words are looked up in it."""
    text = text.lower()
    if not text.isascii():
        text = UNSEEN.sub("", unicodedata.normalize("NFKD", text)).replace("’", "'").replace("ı", "i")
    return text


def _load(name: str) -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name(name).read_text(encoding="utf-8"))


def _stems(words: str) -> tuple[str, ...]:
    """The stems of a list, less those that a longer one repeats; a blank behind one ends the word there."""
    stems = [folded(word).lstrip() for word in words.split(",")]
    return tuple(dict.fromkeys(stem for stem in stems if stem.strip()))


def _tables() -> dict[str, dict[str, tuple[str, ...]]]:
    tables = {}
    for language, lists in _load("languages.toml").items():
        titles = lists.pop("title")
        tables[language] = {name: _stems(words) for name, words in lists.items()}
        tables[language] |= {f"title.{name}": _stems(words) for name, words in titles.items()}
    return tables


WORDS = _load("words.toml")
TABLES = _tables()
LANGUAGES = frozenset({*TABLES, "nb", "nn"})
COOKIES = _stems(WORDS["cookies"])
KINDS: dict[str, tuple[str, ...]] = {kind: _stems(words) for kind, words in WORDS["kinds"].items()}


MATTER: dict[str, tuple[str, ...]] = {kind: _stems(words) for kind, words in WORDS["matter"].items()}


@dataclass(frozen=True, slots=True)
class Shown:
    """How many different words of policies a text uses, those that speak of their matter and others, and how often."""

    strong: int
    weak: int
    times: int

    @property
    def score(self) -> int:
        """One figure: words of the matter count twice."""
        return 2 * self.strong + self.weak


@cache
def words_of(name: str, language: str) -> tuple[str, ...]:
    """The stems of a list in a language, those it is taken for, and English; in all where the language is unknown."""
    related: set[str] = {language, "en"}.union(*(group for group in RELATED if language in group))
    chosen = [table for code, table in TABLES.items() if not language or code in related]
    return tuple(dict.fromkeys(stem for table in chosen for stem in table.get(name, ())))


@lru_cache(TEXTS)
def legal_words(text: str, language: str = "", kind: str = "") -> Shown:
    """The words of policies in a folded text; of one that is called a kind, those of its matter, too."""
    of_all = (stem for name in NAMES for stem in words_of(name, language))
    matter = dict.fromkeys((*COOKIES, *of_all, *MATTER.get(kind, ())))
    strong = [count for stem in matter if (count := text.count(stem))]
    weak = [count for stem in words_of("any", language) if stem not in matter and (count := text.count(stem))]
    return Shown(len(strong), len(weak), sum(strong) + sum(weak))


def notices(text: str, language: str = "") -> Iterable[str]:
    """What only such a notice says, in a folded text."""
    return (reason for name, (reason, least) in NOTICES.items() if _different(name, text, language) >= least)


@lru_cache(TEXTS)
def other_page(text: str, language: str = "") -> tuple[int, str]:
    """How many words of another kind of page a folded text uses, and which kind that is."""
    return max((_different(name, text, language), reason) for name, reason in PAGES.items())


def _different(name: str, text: str, language: str) -> int:
    return sum(stem in text for stem in words_of(name, language))


def named_kind(title: str, headings: str, language: str = "") -> str:
    """The kind that the title names, or else the first headings; empty where they name none. All folded."""
    return _named(title, _names(language)) or _named(headings, _names(language)) or _named(title, _plain_names())


def _named(name: str, lists: Names) -> str:
    """The kind whose word comes first: "Terms and Privacy" is taken for the terms; of two there, the longer word."""
    found = [(place, -len(word), kind) for kind, words in lists for word in words if (place := name.find(word)) >= 0]
    return min(found, default=(0, 0, ""))[2]


@cache
def _plain_names() -> Names:
    """The names of all languages that are long enough to be no part of another word."""
    return tuple((kind, tuple(word for word in words if len(word) >= PLAIN)) for kind, words in _names(""))


@cache
def _names(language: str) -> Names:
    own = tuple((kind, words_of(f"title.{name}", language)) for name, kind in NAMES.items())
    return own + tuple(KINDS.items())


@lru_cache(TEXTS)
def kind_by_words(text: str, language: str = "") -> str:
    """The kind whose words a folded text uses most; empty where it uses too few."""
    lists = {kind: words_of(name, language) for name, kind in NAMES.items()} | {"cookie policy": COOKIES}
    counts = {kind: [text.count(word, 0, SAMPLE) for word in words] for kind, words in lists.items()}
    shown = {kind: sum(found) for kind, found in counts.items() if sum(map(bool, found)) >= DISTINCT}
    return max(shown, key=shown.__getitem__, default="")
