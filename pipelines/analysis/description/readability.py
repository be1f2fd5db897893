"""Reading ease of a text, by the formula that was made for its language; of other languages there is none.

Each is a relative of Flesch's: about 0 for the hardest and 100 for the easiest texts, and fit to compare texts of one
language. Syllables are counted by vowels, as all programs do, which is right for nine words in ten.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from pipelines.analysis.comparison.tokens import AUTOLINK, LINK_END

LEAST_WORDS = 100
"""Of fewer words the formulas say nothing."""

# constant, weight of words a sentence, weight of syllables a word
_FORMULAS = {
    "en": (206.835, 1.015, 84.6),  # Flesch 1948
    "de": (180.0, 1.0, 58.5),  # Amstad 1978
    "fr": (207.0, 1.015, 73.6),  # Kandel and Moles 1958
    "es": (206.84, 1.02, 60.0),  # Fernández Huerta 1959
    "it": (206.0, 1.0, 65.0),  # Franchina and Vacca 1972
    "nl": (206.84, 0.93, 77.0),  # Douma 1960
}
NAMES = {
    "en": "Flesch",
    "de": "Amstad",
    "fr": "Kandel and Moles",
    "es": "Fernández Huerta",
    "it": "Franchina and Vacca",
    "nl": "Douma",
}
"""The formula of each language that has one, by who made it."""

_VOWELS = {
    "en": re.compile("[aeiouy]+"),
    "de": re.compile("aa|ee|oo|ie|ei|ai|au|eu|äu|[aeiouyäöü]"),
    "fr": re.compile("[aeiouyàâäéèêëîïôöùûüœ]+"),
    "es": re.compile("[iuü]?[aeoáéó](?:[iuy](?![aeoáéó]))?|[iuüy]+|[íú]"),
    "it": re.compile("[iu]?[aeoàèéò](?:[iu](?![aeoàèéò]))?|[iu]+|[ìù]"),
    "nl": re.compile("aa|ee|oo|uu|ie|oe|eu|ui|ij|ei|au|ou|[aeiouyëïéè]"),
}
_MUTE = {
    "en": re.compile(r"[^aeiouy](?:e|(?<![td])ed|(?<![sxzcg])(?<!ch)(?<!sh)es)$"),
    "fr": re.compile(r"[^aeiouyàâäéèêëîïôöùûüœ]es?$"),
}
_SOUNDED = {"en": re.compile(r"[^aeiouy]le$")}  # ta-ble: not mute after all

_NO_PROSE = re.compile(r"\s*(?:#{1,6}\s|\*\s\*\s\*\s*$|\|)|.*\|.*\|")
_MARKER = re.compile(r"^[ \t]*(?:> ?)*[ \t]*(?:[*+-]|\d{1,9}[.)])[ \t]+")
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_END = re.compile(r"(?<=[.!?…])[\"”»’)]{0,3}\s+(?=[\"“„«‘(]{0,3}[^\W_a-zäöüß])")
_SHORT = re.compile(
    r"e\.g|i\.e|etc|inc|ltd|co|corp|no|vs|mrs?|ms|dr|st|u\.s|u\.k|e\.u|cf|art|sec|z\.b|u\.a|d\.h|bzw|abs|nr|ca|ggf|gem|usw"
    r"|p\.ej|núm|ej|sra?|mme|p\.ex|dott|sig|ecc|bijv|o\.a|d\.w\.z|[^\W\d_]"
)


@dataclass(frozen=True, slots=True)
class Prose:
    """What the formulas are made of: each item of a list is a sentence, headings and tables are none."""

    words: int
    sentences: int
    syllables: int


def reading_ease(text: str, language: str) -> float | None:
    """The reading ease of a Markdown text; None where there is no formula for its language, or too little prose."""
    formula = _FORMULAS.get(language)
    if formula is None:
        return None
    prose = prose_of(text, language)
    if prose.words < LEAST_WORDS:
        return None
    constant, by_sentence, by_syllable = formula
    return constant - by_sentence * prose.words / prose.sentences - by_syllable * prose.syllables / prose.words


def prose_of(text: str, language: str) -> Prose:
    """Count words, sentences and syllables of the prose in a Markdown text."""
    words = sentences = syllables = 0
    syllables_in = _counting(language)
    for line in AUTOLINK.sub(" ", LINK_END.sub("]", text)).split("\n"):
        if _NO_PROSE.match(line):
            continue
        for sentence in sentences_of(_MARKER.sub("", line)):
            found = _WORD.findall(sentence.lower())
            words += len(found)
            sentences += bool(found)
            syllables += sum(map(syllables_in, found))
    return Prose(words, sentences, syllables)


def sentences_of(line: str) -> list[str]:
    """The sentences of a line; a point behind an abbreviation or an initial ends none."""
    parts: list[str] = []
    for part in _END.split(line):
        before = parts[-1].split()[-1:] if parts else []
        if before and _is_short(before[0]):
            parts[-1] = f"{parts[-1]} {part}"
        else:
            parts.append(part)
    return [part for part in parts if part.strip()]


def _is_short(word: str) -> bool:
    return word.endswith(".") and _SHORT.fullmatch(word.lstrip('"“„«‘([')[:-1].lower()) is not None


@lru_cache(maxsize=1 << 16)
def syllables(word: str, language: str) -> int:
    """How many syllables a word in lower case has, by its vowels; at least one."""
    count = len(_VOWELS[language].findall(word))
    mute, sounded = _MUTE.get(language), _SOUNDED.get(language)
    if count > 1 and mute and mute.search(word) and not (sounded and sounded.search(word)):
        count -= 1
    return max(1, count)


def _counting(language: str) -> Callable[[str], int]:
    return lambda word: syllables(word, language)
