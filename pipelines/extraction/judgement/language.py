"""The language of a text, by py3langid: offline, any of its 97."""

from functools import cache

from py3langid.langid import LanguageIdentifier

from pipelines.extraction.judgement.languagemodel import identifier

ENOUGH_LETTERS = 40
SAMPLE = 600  # characters from the start, and as many from the middle: a model sees no more in ten times as much


def language_of(text: str) -> tuple[str, float]:
    """ISO 639-1 code and its probability with 2 decimals; ("", 0.0) where there is too little text to tell."""
    middle = len(text) // 2
    sample = text[:SAMPLE] + (text[middle : middle + SAMPLE] if middle > SAMPLE else text[SAMPLE : 2 * SAMPLE])
    if sum(map(str.isalpha, sample)) < ENOUGH_LETTERS:
        return "", 0.0
    language, probability = _identifier().classify(sample)
    return str(language), round(float(probability), 2)


@cache
def _identifier() -> LanguageIdentifier:
    return identifier()
