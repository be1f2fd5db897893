"""The date that a document states itself: "Last updated: 3 March 2023", "Stand: 3.3.2023", "2023年3月3日施行".

Only a line that says so is read, at the start or the end of a text, and only where it can mean one day. The names of
months are those of dateparser, whose parser itself is slow and guesses.
"""

import re
import tomllib
from collections.abc import Iterator
from datetime import date
from functools import cache, lru_cache
from importlib import import_module
from pathlib import Path

from pipelines.extraction.judgement.kinds import folded
from pipelines.extraction.memory import LINES

EDGE = 25  # lines at either end of a text
LONGEST = 300  # characters of a line that states a date
NEAR = 60  # characters between the words that say so and the date
YEARS = range(1990, 2101)
BUDDHIST = 543  # years that Thai dates are ahead
MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
LETTER = "[a-zа-яёєіїґα-ω]"  # that may not stand beside a month's name
MARKS = re.compile(r"\\(?=[^\w\s])|[*_`#>|]+")
LABELS = {
    language: tuple(folded(word).strip() for word in words.split(","))
    for language, words in tomllib.loads(Path(__file__).with_name("dates.toml").read_text("utf-8")).items()
}
YEAR_FIRST = re.compile(
    r"(?<!\d)(\d{4})(?: ?[-/.] ?| ?年 ?|\s?\u1102\u1167\u11ab ?)(\d{1,2})"  # the Hangul year and month, decomposed
    r"(?: ?[-/.] ?| ?月 ?|\s?\u110b\u116f\u11af ?)(\d{1,2})(?!\d)"
)
DAY_FIRST = re.compile(r"(?<!\d)(\d{1,2}) ?([-/.]) ?(\d{1,2}) ?\2 ?(\d{4})(?!\d)")
VIETNAMESE = re.compile(r"(\d{1,2}) thang (\d{1,2}),? (?:nam )?(\d{4})")
WORD_FORMS = (
    re.compile(r"(?<!\d)(?P<d>\d{1,2})(?:st|nd|rd|th|er|ος|η|-?го)?[\s.,-]*(?:\w{1,3}[\s.]+){0,2}m(?P<m>\d{1,2})m"
               r"[\s.,-]*(?:\w{1,4}[\s.]+){0,2}(?P<y>\d{4})(?!\d)"),
    re.compile(r"m(?P<m>\d{1,2})m[\s.,-]*(?P<d>\d{1,2})(?:st|nd|rd|th)?[\s.,]+(?:\w{1,3}[\s.]+)?(?P<y>\d{4})(?!\d)"),
    re.compile(r"(?<!\d)(?P<y>\d{4})[\s.,-]*(?:[a-z]{1,4}[\s.]+)?m(?P<m>\d{1,2})m[\s.,-]*(?P<d>\d{1,2})(?!\d)"),
    re.compile(r"(?<!\d)(?P<y>\d{4})[\s.]*(?:gada)[\s.]*(?P<d>\d{1,2})[\s.]*m(?P<m>\d{1,2})m"),
)  # fmt: skip
BYLINE = re.compile(r"[.|·•–—]\s+|\s-\s")  # behind who wrote it
AGO = re.compile(
    r"\bago\b|\bil y a\b|\bvor (?:\S+ ){1,4}(?:tag|woche|monat|jahr)|\bhace\b|\bha (?:\S+ ){1,3}(?:dia|mes|semana|ano)"
    r"|\b(?:giorn|mes|ann|settiman|or)[aeio] fa\b|\bgeleden\b|\btemu\b|\bsedan\b|\bsiden\b|\bназад\b|\bтому\b|\bonce\b"
    r"|\d ?(?:か月|ヶ月|日|年|週間|时|小时|天|个月|個月|周|週)前|\d ?(?:개월|일|년|주) 전|\btruoc\b|\blalu\b"
    r"|\bπριν\b"
    r"|\bsitten\b|\bezelott\b|\bpred (?:\d|par|nekolik)|\bprije\b|\bпреди\b|\bпре\b|\bacum (?:\d|o |un )|\bלפני\b|منذ"
    r"|\byesterday\b|\btoday\b"
)


def stated_date(body: str, language: str) -> tuple[str, str]:
    """The date a Markdown text states (ISO 8601) and the line it stands in; two empty strings where none is clear."""
    for line in _edges(body):
        if len(line) <= LONGEST and (found := _date_of(line, language)):
            return found.isoformat(), " ".join(MARKS.sub("", line).split())
    return "", ""


@lru_cache(LINES)
def _date_of(line: str, language: str) -> date | None:
    return _date_in(folded(MARKS.sub("", line)), language)


def states_a_date(line: str) -> bool:
    """Whether a line by itself states a date, in any language."""
    return len(line) <= LONGEST / 2 and re.search(r"\d", line) is not None and _states_a_date(line)


@lru_cache(LINES)
def _states_a_date(line: str) -> bool:
    text = folded(line)
    return any(_date_in(text, language) for language in LABELS if any(label in text for label in LABELS[language]))


def is_relative(line: str) -> bool:
    """Whether a line only says how long ago the page was changed: it differs each day and is no part of the text."""
    return len(line) <= 80 and len(line.split()) <= 10 and _is_relative(line)


@lru_cache(LINES)
def _is_relative(line: str) -> bool:
    text = folded(MARKS.sub("", line)).strip()
    if AGO.search(text) is None:
        return False
    last = BYLINE.split(text)[-1]
    return any(
        last.startswith(label) or text.startswith(label) or text.endswith(label)
        for labels in LABELS.values()
        for label in labels
    )


def _edges(body: str) -> Iterator[str]:
    lines = [line for line in body.split("\n") if line.strip()]
    yield from lines[:EDGE]
    yield from reversed(lines[max(EDGE, len(lines) - EDGE) :])


def _date_in(text: str, language: str) -> date | None:
    """The first date behind words that say so, or before them where none follows; none where it is ambiguous."""
    labels = dict.fromkeys((*LABELS.get("no" if language in ("nb", "nn") else language, ()), *LABELS["en"]))
    ends = [place + len(label) for label in labels if (place := text.find(label)) >= 0]
    if not ends:
        return None
    dates = sorted(_dates(text, language))
    behind = [found for place, found in dates if place >= min(ends) and place - min(ends) <= NEAR]
    if behind:
        return behind[0]
    before = [found for place, found in dates if place < min(ends) and min(ends) - place <= NEAR]
    return before[-1] if before else None


def _dates(text: str, language: str) -> Iterator[tuple[int, date]]:
    for match in YEAR_FIRST.finditer(text):
        yield from _day(match.start(), *match.group(1, 2, 3))
    for match in VIETNAMESE.finditer(text):
        yield from _day(match.start(), *match.group(3, 2, 1))
    for match in DAY_FIRST.finditer(text):
        yield from _numeric(match, language)
    marked = _month_names(language).sub(lambda match: f" m{_months(language)[match[1]]}m ", text)
    for form in WORD_FORMS:
        for match in form.finditer(marked):
            yield from _day(match.start(), *match.group("y", "m", "d"))


def _numeric(match: re.Match[str], language: str) -> Iterator[tuple[int, date]]:
    """Day first, but in English with slashes or hyphens either may be: only what one reading allows is read."""
    first, mark, second, year = match.groups()
    if language in ("en", "tl", "") and mark != ".":
        if int(first) <= 12 and int(second) <= 12 and int(first) != int(second):
            return
        if int(second) > 12:
            first, second = second, first
    yield from _day(match.start(), year, second, first)


def _day(place: int, year: str, month: str, day: str) -> Iterator[tuple[int, date]]:
    number = int(year)
    number -= BUDDHIST if number - BUDDHIST in YEARS else 0
    if number in YEARS:
        try:
            yield place, date(number, int(month), int(day))
        except ValueError:
            return


@cache
def _months(language: str) -> dict[str, int]:
    """The number of each month by its folded names, in a language and English."""
    names: dict[str, int] = {}
    for code in ("en", {"no": "nb", "tl": "fil", "nn": "nb"}.get(language, language)):
        try:
            info = import_module(f"dateparser.data.date_translation_data.{code}").info
        except ImportError:
            continue
        for number, month in enumerate(MONTHS, start=1):
            forms = [folded(name).rstrip(".") for name in info.get(month, ()) if len(name) > 2]
            forms += [form[:-1] + "a" for form in forms if code == "lv" and len(form) > 3]  # in March: martā
            names |= dict.fromkeys(forms, number)
    return names


@cache
def _month_names(language: str) -> re.Pattern[str]:
    names = sorted(_months(language), key=len, reverse=True)
    prefix = "[בל]?-?" if language == "he" else ""
    return re.compile(f"(?<!{LETTER}){prefix}({'|'.join(map(re.escape, names))})(?!{LETTER})")
