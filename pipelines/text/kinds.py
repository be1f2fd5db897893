"""The words by which a text shows that it is a policy, and of which kind. The words lie in words.toml."""

import tomllib
from pathlib import Path

WORDS = tomllib.loads(Path(__file__).with_name("words.toml").read_text(encoding="utf-8"))
LEGAL: tuple[str, ...] = tuple(word for words in WORDS["policy"].values() for word in words)
KINDS: dict[str, list[str]] = WORDS["kinds"]
LANGUAGES = frozenset(WORDS["languages"])
BY_TEXT: dict[str, list[str]] = {
    "privacy policy": WORDS["policy"]["privacy"],
    "terms of service": WORDS["policy"]["terms"],
    "cookie policy": WORDS["policy"]["cookies"],
}
SAMPLE = 8000  # characters
DISTINCT = 3  # how many different words of a kind a text must use to show it without a title


def named_kind(title: str, headings: str) -> str:
    """The kind that the title names, or else the first headings; empty where they name none. All lower case."""
    return _named(title) or _named(headings)


def legal_words(text: str) -> tuple[int, int]:
    """How many different words of a policy a lower case text uses, and how often in all."""
    counts = [text.count(word) for word in LEGAL]
    return sum(map(bool, counts)), sum(counts)


def _named(name: str) -> str:
    """The kind whose word comes first: "Terms and Privacy" is taken for the terms."""
    found = [(place, kind) for kind, words in KINDS.items() if (place := _first(name, words)) >= 0]
    return min(found, default=(0, ""))[1]


def _first(name: str, words: list[str]) -> int:
    return min((place for word in words if (place := name.find(word)) >= 0), default=-1)


def kind_by_words(text: str) -> str:
    """The kind whose words a lower case text uses most; empty where it uses too few."""
    counts = {kind: [text.count(word, 0, SAMPLE) for word in words] for kind, words in BY_TEXT.items()}
    shown = {kind: sum(found) for kind, found in counts.items() if sum(map(bool, found)) >= DISTINCT}
    return max(shown, key=shown.__getitem__, default="")
