r"""A lexicon of terms: a TOML file of a name and patterns for each language, and how often a text mentions each.

    [[term]]
    name = "cookies"
    [term.patterns]
    any = ['\bcookies?\b']          # in every language
    fi = ['\bevästeet\b']           # ISO 639-1

Patterns are regular expressions as the library regex takes them; case does not count. They are matched against what is
read: without link addresses, marks and unseen characters, with plain apostrophes and single spaces.
"""

import hashlib
import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import regex

from pipelines.analysis.comparison.tokens import AUTOLINK, LINK_END
from pipelines.exceptions import WrongUse

SHIPPED = Path(__file__).with_name("privacy.toml")
ANY = "any"
MOST_BYTES = 1 << 20
MOST_TERMS = 1_000
MOST_SECONDS = 5.0
"""For all matches of one pattern in one text."""

_LANGUAGE = re.compile(r"[a-z]{2,3}")
_TOML_LINE = re.compile(r"\(at line (\d+), column \d+\)")
_UNSEEN = re.compile("[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff]")
_MARKS = re.compile(
    r"\*\*|~~|(?<!\w)_|_(?!\w)|\\(?=[!-/:-@\[-`{-~])|[\[\]]|^[ \t]*(?:#{1,6}|[*+-]|>)[ \t]+", re.MULTILINE
)
_APOSTROPHES = re.compile("[‘’‛′´ʼ]")


@dataclass(frozen=True, slots=True)
class Term:
    """A name, and its patterns by language, each with the line it stands in."""

    name: str
    patterns: Mapping[str, tuple[tuple[int, "regex.Pattern[str]"], ...]]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Terms in their order; `digest` changes where the terms do."""

    file: str
    terms: tuple[Term, ...]
    digest: str

    def count(self, text: str, language: str) -> dict[str, int]:
        """How often a Markdown text mentions each term that it mentions; matches that overlap count once.

        Raises WrongUse for a pattern that takes more than MOST_SECONDS.
        """
        read = plain(text)
        found = {term.name: self._mentions(term, read, language) for term in self.terms}
        return {name: count for name, count in found.items() if count}

    def _mentions(self, term: Term, text: str, language: str) -> int:
        spans: list[tuple[int, int]] = []
        for line, pattern in (*term.patterns.get(language, ()), *term.patterns.get(ANY, ())):
            try:
                spans += [match.span() for match in pattern.finditer(text, timeout=MOST_SECONDS)]
            except TimeoutError:
                raise WrongUse(
                    f"{self.file}, line {line}: the pattern {pattern.pattern!r} of {term.name!r} takes more than "
                    f"{MOST_SECONDS:g} seconds in one text: make it simpler."
                ) from None
        count, end = 0, -1
        for start, stop in sorted(spans):
            count += start >= end
            end = max(end, stop)
        return count


def plain(text: str) -> str:
    """What is read of a Markdown text, on one line."""
    text = AUTOLINK.sub(" ", LINK_END.sub(" ", text))
    text = _UNSEEN.sub("", unicodedata.normalize("NFC", text))
    return " ".join(_APOSTROPHES.sub("'", _MARKS.sub("", text)).split())


# -- reading one


def read_lexicon(path: Path) -> Lexicon:
    """The lexicon in a file. Raises WrongUse, with file and line, where it cannot be used."""
    try:
        raw = path.read_bytes() if path.stat().st_size <= MOST_BYTES else b""
    except OSError as error:
        raise WrongUse(f"{path} cannot be read: {error.strerror}. Give a file of terms.") from error
    if not raw:
        raise WrongUse(f"{path} is empty or larger than {MOST_BYTES:,} bytes: give a file of terms.")
    try:
        text = raw.decode("utf-8-sig")
        given = tomllib.loads(text)
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise WrongUse(f"{path}, line {line}: save it as UTF-8.") from error
    except tomllib.TOMLDecodeError as error:
        found = _TOML_LINE.search(str(error))
        said = _TOML_LINE.sub("", str(error)).strip()
        raise WrongUse(f"{path}, line {found[1] if found else 'last'}: no TOML: {said}.") from error
    terms = tuple(_terms(given, _Places(str(path), text.splitlines())))
    digest = hashlib.sha256(repr([_told(term) for term in terms]).encode()).hexdigest()[:16]
    return Lexicon(str(path), terms, digest)


def _told(term: Term) -> tuple[str, list[tuple[str, list[str]]]]:
    return term.name, [(code, [one.pattern for _, one in found]) for code, found in term.patterns.items()]


class _Places:
    """Where things stand in a file; terms come in the order of the file, so it is looked for from the last on."""

    def __init__(self, file: str, lines: list[str]) -> None:
        self.file, self._lines, self.line = file, lines, 1

    def move_to(self, text: str) -> None:
        """Go on to the next line that holds a text, in one of the ways in which TOML writes it."""
        ways = (text, text.replace("\\", "\\\\"), text.replace("\\", "\\\\").replace('"', '\\"'))
        for number in range(self.line, len(self._lines) + 1):
            if any(way in self._lines[number - 1] for way in ways):
                self.line = number
                return

    def wrong(self, said: str) -> WrongUse:
        return WrongUse(f"{self.file}, line {self.line}: {said}.")


def _terms(given: dict[str, Any], places: _Places) -> Iterator[Term]:
    terms = given.get("term")
    if not isinstance(terms, list) or not terms or set(given) != {"term"}:
        raise places.wrong("a file of terms has [[term]] tables, each with name and patterns, and nothing else")
    if len(terms) > MOST_TERMS:
        raise places.wrong(f"{len(terms)} terms are too many: {MOST_TERMS} at most")
    names: set[str] = set()
    for one in terms:
        yield _term(one, places, names)


def _term(given: object, places: _Places, names: set[str]) -> Term:
    places.move_to("[[term]]")
    if not isinstance(given, dict) or not isinstance(given.get("name"), str) or not given["name"].strip():
        raise places.wrong("a term has no name")
    places.move_to(given["name"])
    name, patterns = given["name"], given.get("patterns")
    if name in names:
        raise places.wrong(f"the term {name!r} stands here twice")
    names.add(name)
    if not name.isprintable() or len(name) > 100:
        raise places.wrong("a name has at most 100 characters, all of which print")
    if set(given) - {"name", "patterns"}:
        raise places.wrong(
            f"{name!r} has {', '.join(sorted(set(given) - {'name', 'patterns'}))}: only name and patterns"
        )
    if not isinstance(patterns, dict) or not patterns:
        raise places.wrong(f"{name!r} has no patterns: [term.patterns] with lines like en = ['\\bword\\b']")
    return Term(name, {code: _of_language(name, code, found, places) for code, found in patterns.items()})


def _of_language(name: str, code: str, given: object, places: _Places) -> tuple[tuple[int, "regex.Pattern[str]"], ...]:
    if code != ANY and not _LANGUAGE.fullmatch(code):
        raise places.wrong(f"{code!r} of {name!r} is no language: a code like en (ISO 639-1), or {ANY}")
    if not isinstance(given, list) or not given or not all(isinstance(one, str) for one in given):
        raise places.wrong(f"{code} of {name!r} is no list of patterns: write {code} = ['\\bword\\b']")
    return tuple(_compiled(name, one, places) for one in given)


def _compiled(name: str, pattern: str, places: _Places) -> tuple[int, "regex.Pattern[str]"]:
    places.move_to(pattern)
    try:
        compiled = regex.compile(pattern, regex.IGNORECASE)
        matches_nothing = compiled.search("", timeout=MOST_SECONDS) is not None
    except (regex.error, TimeoutError, RecursionError, OverflowError) as error:
        raise places.wrong(f"the pattern {pattern!r} of {name!r} is broken: {error}") from error
    if matches_nothing:
        raise places.wrong(f"the pattern {pattern!r} of {name!r} fits where nothing stands: it would count every place")
    return places.line, compiled
