"""The date that a document states itself: "Last updated: 3 March 2023", "Stand: 3.3.2023", "2023年3月3日施行".

Only a line that says so is read, at the start or the end of a text, and only where it can mean one day. The names of
months are those of dateparser, whose parser itself is slow and guesses.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterator
from datetime import date
from functools import cache, lru_cache
from importlib import import_module
from pathlib import Path

from pipelines.extraction.judgement.kinds import folded
from pipelines.formats.memory import LINES

EDGE = 25  # lines at either end of a text
LONGEST = 300  # characters of a line that states a date
NEAR = 60  # characters between the words that say so and the date
YEARS = range(1990, 2101)
BUDDHIST = 543  # years that Thai dates are ahead
MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
SAME_MONTHS = {
    "no": ("nb",), "nn": ("nb",), "tl": ("fil",), "sr": ("sr", "sr-Latn", "hr"), "hr": ("hr", "sr-Latn"),
    "bs": ("bs-Latn", "hr", "sr-Latn"),
}  # fmt: skip
CASES = {"et": ("il", "l", "ist", "st"), "sl": ("a", "ja"), "sr-Latn": ("a",)}  # endings that months take in a date
OTHER_MONTHS = {
    "ar": (
        "كانون الثاني, شباط, آذار, نيسان, أيار, حزيران, تموز, آب, أيلول, تشرين الأول, تشرين الثاني, كانون الأول",
        "جانفي, فيفري, مارس, أفريل, ماي, جوان, جويلية, أوت, سبتمبر, أكتوبر, نوفمبر, ديسمبر",
    ),
    "sl": (
        "januarja, februarja, marca, aprila, maja, junija, julija, avgusta, septembra, oktobra, novembra, decembra",
    ),
    "mt": ("Jannar, Frar, Marzu, April, Mejju, Ġunju, Lulju, Awwissu, Settembru, Ottubru, Novembru, Diċembru",),
}
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
DAY_FIRST = re.compile(r"(?<!\d)(\d{1,2}) ?([-/.]) ?(\d{1,2}) ?\2 ?(\d{4}|9\d)(?!\d)")
ERA = re.compile(r"(平成|令和|民[國国])(元|\d{1,3})(?=年)")
ERAS = {"平成": 1988, "令和": 2018, "民國": 1911, "民国": 1911}  # years before the first of each
HAN_DATE = re.compile(r"([〇零一二三四五六七八九]{4})年([一二三四五六七八九十]{1,2})月([一二三四五六七八九十]{1,3})日")
NUMERAL = re.compile("\\d|[〇零一二三四五六七八九]年")
HAN_DIGITS = str.maketrans("〇零一二三四五六七八九", "00123456789")
VIETNAMESE = re.compile(r"(\d{1,2}) thang (\d{1,2}),? (?:nam )?(\d{4})")
WORD_FORMS = (
    re.compile(r"(?<!\d)(?P<d>\d{1,2})(?:st|nd|rd|th|er|ος|η|-?го|°)?[\s.,-]*(?:\w{1,3}[\s.']+){0,2}m(?P<m>\d{1,2})m"
               r"[\s.,-]*(?:\w{1,4}[\s.]+){0,2}(?P<y>\d{4})(?!\d)"),
    re.compile(r"m(?P<m>\d{1,2})m[\s.,-]*(?P<d>\d{1,2})(?:st|nd|rd|th)?[\s.,]+(?:\w{1,3}[\s.]+)?(?P<y>\d{4})(?!\d)"),
    re.compile(r"(?<!\d)(?P<y>\d{4})[\s.,-]*(?:[a-z]{1,4}[\s.]+)?m(?P<m>\d{1,2})m[\s.,-]*(?P<d>\d{1,2})(?!\d)"),
    re.compile(r"(?<!\d)(?P<y>\d{4})[\s.]*(?:gada)[\s.]*(?P<d>\d{1,2})[\s.]*m(?P<m>\d{1,2})m"),
)  # fmt: skip
BYLINE = re.compile(r"[.|·•–—]\s+|\s-\s")  # behind who wrote it
AGO = re.compile(
    r"\bago\b|\bil y a\b|\bvor (?:\S+ ){1,4}(?:tag|woche|monat|jahr)|\bhace\b|\bha (?:\S+ ){1,3}(?:dia|mes|semana|ano)"
    r"|\b(?:giorn|mes|ann|settiman|or)[aeio] fa\b|\bgeleden\b|\btemu\b|\bsedan\b|\bsiden\b|\bназад\b|\bтому\b|\bonce\b"
    r"|\d ?(?:か月|ヶ月|カ月|日|年|週間|時間?)(?:以上)?前"
    r"|\d ?[个個]?多?(?:小时|小時|天|月|年|周|週|星期)多?[以之]?前|\d ?(?:개월|일|년|주) 전|\btruoc\b|\blalu\b"
    r"|\bπριν\b"
    r"|\bsitten\b|\bezelott\b|\bpred (?:\d|par|nekolik|vice nez|viac ako)"
    r"|\bprije\b|\bпреди\b|\bпре\b|\bacum (?:\d|o |un )|\bלפני\b|منذ"
    r"|\b(?:honap|nap|het|ev|ora)j?a?e?\b|ที่แล้ว|ที่ผ่านมา|पहले|আগে|\bpre \d|\btagasi\b|\bpirms\b|\bpries\b"
    r"|\bfyrir \d|\bo shin\b|پیش|قبل|\bnakalipas\b|\bnakaraan\b|\blepas\b"
    + unicodedata.normalize("NFD", r"|\d ?(?:개월|일|년|주|시간)(?: 이상)? 전")
)
AGO_ALONE = re.compile(r"(?:about |over |almost )?(?:\d{1,3}|an?|one) ?[a-z]{1,7}\.? ago|\d{1,3}\D{1,4}前")
TODAY = re.compile(
    r"\btoday\b|\byesterday\b|\bjust now\b|\b(?:this|last) (?:week|month|year)\b|\bheute\b|\bgestern\b|\bayer\b|\bhoy\b"
    r"|\baujourd.hui\b|\bhier\b|\boggi\b|\bieri\b|\bhoje\b|\bontem\b|\bvandaag\b|\bgisteren\b|\bсегодня\b|\bвчера\b"
    r"|今日|昨日|今天|昨天"
)
LABEL_ALONE = 60  # characters of a line that says so and leaves the date to the next line, and of that one
FEW_WORDS = 4
EARLY, LATE = 20, 25  # characters from the start and the end of a line within which it says that something was changed


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
    return len(line) <= LONGEST / 2 and NUMERAL.search(line) is not None and _states_a_date(line)


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
    few = len(text.split()) <= FEW_WORDS
    if AGO.search(text) is None and not (few and TODAY.search(text)):
        return False
    if few and AGO_ALONE.fullmatch(text):
        return True
    ends = (BYLINE.split(text)[-1][: EARLY + LATE], text[:EARLY], text[-LATE:])
    return any(
        ends[0].startswith(label) or any(label in end for end in ends[1:])
        for labels in LABELS.values()
        for label in labels
    )


def _edges(body: str) -> Iterator[str]:
    """The first and the last lines, and a short one without a number together with the next: a label over its date."""
    lines = [line for line in body.split("\n") if line.strip()]
    for place in (*range(min(EDGE, len(lines))), *reversed(range(max(EDGE, len(lines) - EDGE), len(lines)))):
        line, after = lines[place], lines[place + 1] if place + 1 < len(lines) else ""
        yield line
        if max(len(line), len(after)) <= LABEL_ALONE and not NUMERAL.search(line) and NUMERAL.search(after):
            yield f"{line} {after}"


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
    if not text.isascii():
        text = HAN_DATE.sub(_in_digits, ERA.sub(_in_common_years, text))
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


def _in_common_years(match: re.Match[str]) -> str:
    era, year = match.groups()
    return str(ERAS[era] + (1 if year == "元" else int(year)))


def _in_digits(match: re.Match[str]) -> str:
    """A date in Chinese numerals, in digits of the same places."""
    year, *others = match.groups()
    return "{}年{}月{}日".format(year.translate(HAN_DIGITS), *map(_number, others))


def _number(numerals: str) -> int:
    tens, ten, ones = numerals.rpartition("十")
    digits = [int(part.translate(HAN_DIGITS)) if part else 0 for part in (tens, ones)]
    return 10 * (digits[0] or 1) + digits[1] if ten else digits[1]


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
    number = int(year) if len(year) > 2 else 1900 + int(year)
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
    for code in ("en", *SAME_MONTHS.get(language, (language,))):
        try:
            info = import_module(f"dateparser.data.date_translation_data.{code}").info
        except ImportError:
            info = {}
        for number, month in enumerate(MONTHS, start=1):
            forms = [folded(name).rstrip(".") for name in info.get(month, ()) if len(name) > 2]
            forms += [form[:-1] + "a" for form in forms if code in ("lv", "sl") and len(form) > 3]  # in March: martā
            forms += [form + end for form in forms for end in CASES.get(code, ()) if len(form) > 2]
            names |= dict.fromkeys(forms, number)
    for row in OTHER_MONTHS.get(language, ()):
        names |= {folded(name).strip(): number for number, name in enumerate(row.split(","), start=1)}
    return names


@cache
def _month_names(language: str) -> re.Pattern[str]:
    names = sorted(_months(language), key=len, reverse=True)
    prefix = "[בל]?-?" if language == "he" else ""
    return re.compile(f"(?<!{LETTER}){prefix}({'|'.join(map(re.escape, names))})(?!{LETTER})")
