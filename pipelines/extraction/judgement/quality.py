"""Is it the policy? Rules over what was read: a verdict, the reasons for it, and the kind the text shows.

Nothing is thrown away for a verdict. A text of some length that uses the words of a policy is a policy, whatever else
stands on the page; the other rules look only at short texts and at those without such words.
"""

import re
from dataclasses import dataclass

from pipelines.extraction.judgement.kinds import (
    LANGUAGES,
    SAMPLE,
    WORDS,
    Shown,
    folded,
    kind_by_words,
    legal_words,
    named_kind,
    notices,
    other_page,
)
from pipelines.items.readings import Verdict

NEAR_EMPTY = 30  # words
SHORT = 250  # words: notices and walls are shorter, nearly all policies longer
ENOUGH = 7  # score of a text's words that makes it a policy
NAMED_ENOUGH = 4  # of a text that is called so
DENSE = 0.6  # words of a policy in 100 words: policies have 0.8 to 12, home pages up to 0.3
OTHER = 3  # different words of another kind of page: fewer show nothing
MANY = 6  # of those, on a page that is called a policy
SURE = 6  # different words of the matter of policies: no other page uses so many
LONG = 1500  # words: other pages are shorter
NOTICE = 100  # words
MANY_LINKS = 0.5  # share of the page's text that is link

SIGNS = {reason: re.compile("|".join(signs)) for reason, signs in WORDS["signs"].items()}
# what no letter of Thai, Lao, Burmese, Khmer, Chinese, Japanese and Korean begins with in UTF-8
BYTES_OF_OTHERS = bytes(set(range(256)) - {0xE0, 0xE1, *range(0xE3, 0xEE), 0xEF})
UNSPACED = re.compile("[\u0e00-\u0e7f\u3040-\u9fff\uac00-\ud7af]")
LISTING = re.compile(r"\s*(?:index of /|directory listing (?:for|of)|parent directory\b)")


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the rules look at, lower case. `links` is the share of the whole page's text that is link;
    `language` is an ISO 639-1 code, empty where it is not known."""

    title: str
    headings: str
    text: str
    scripts: str = ""  # what the page says to a browser without scripts
    links: float = 0.0
    language: str = ""
    shell: str = ""  # why the page is empty until something else has run
    spaced: int | None = None  # the parts of the text between white space, where they were counted


@dataclass(frozen=True, slots=True)
class Judgement:
    verdict: Verdict
    reasons: tuple[str, ...]
    looks_like: str
    words: int  # of the text


def judged(evidence: Evidence) -> Judgement:
    """The verdict over a text. Where its language has no list of words it is doubtful at worst."""
    words = count_words(evidence.text, evidence.spaced)
    if any(LISTING.match(text) for text in (evidence.title, evidence.headings, evidence.text)):
        return Judgement(Verdict.NOT_A_POLICY, ("directory listing",), "", words)
    language = evidence.language
    kind = named_kind(folded(evidence.title), folded(evidence.headings), language)
    text = folded(evidence.text[:SAMPLE])
    verdict, reasons = _verdict(evidence, text, kind, words)
    if verdict == Verdict.NOT_A_POLICY and language and language not in LANGUAGES:
        verdict, reasons = Verdict.DOUBTFUL, (*reasons, "language without a list of words")
    if verdict == Verdict.NOT_A_POLICY:
        return Judgement(verdict, reasons, "", words)
    return Judgement(verdict, reasons, kind or kind_by_words(text, language), words)


def _verdict(evidence: Evidence, text: str, kind: str, words: int) -> tuple[Verdict, tuple[str, ...]]:
    """By the words of policies first, then by what speaks against: never by the lack of words alone."""
    shown = legal_words(text, evidence.language, kind)
    signs = _signs(evidence, text, words)
    if kind and signs and words >= NEAR_EMPTY and not set(signs) & _named_signs(evidence):
        return _of_a_named_text(shown, evidence, signs)
    count, other = (0, "") if shown.strong >= SURE or words >= LONG else other_page(text, evidence.language)
    if count >= OTHER and 2 * count > shown.score and (not kind or count >= max(MANY, shown.score)):
        return Verdict.NOT_A_POLICY, (*signs, other)
    if not _uses_the_words(shown, count_words(evidence.text[:SAMPLE]), kind):
        return _of_another_text(evidence, words, kind, signs)
    if words < NEAR_EMPTY and not signs:
        return Verdict.DOUBTFUL, ("near-empty text",)
    if not signs or words >= SHORT or (kind and words >= NOTICE):
        return Verdict.POLICY, ()
    return Verdict.NOT_A_POLICY if words < NOTICE else Verdict.DOUBTFUL, signs


def _of_a_named_text(shown: Shown, evidence: Evidence, signs: tuple[str, ...]) -> tuple[Verdict, tuple[str, ...]]:
    """For a text that is called a policy, and says in its midst what notices say: a policy may say so, too."""
    sure = _uses_the_words(shown, count_words(evidence.text[:SAMPLE]), "named") and shown.strong > 1
    return (Verdict.POLICY, ()) if sure else (Verdict.DOUBTFUL, signs)


def _named_signs(evidence: Evidence) -> frozenset[str]:
    """The signs in a text's title and first headings, and those that go by more than words: an empty page, and a wall,
    which is hardly ever called a policy in its title."""
    named = f"{evidence.title}\n{evidence.headings}"
    found = (reason for reason, sign in SIGNS.items() if sign.search(named))
    wall = "" if named_kind(folded(evidence.title), "", evidence.language) else "consent wall"
    return frozenset((*found, *notices(folded(named), evidence.language), evidence.shell, wall))


def _uses_the_words(shown: Shown, words: int, kind: str) -> bool:
    """Whether a text speaks as a policy does; one that is called so needs to less."""
    if 100 * shown.times < DENSE * words:
        return False
    return shown.score >= NAMED_ENOUGH if kind else shown.score >= ENOUGH and (shown.strong > 1 or shown.weak > ENOUGH)


def _of_another_text(
    evidence: Evidence, words: int, kind: str, signs: tuple[str, ...]
) -> tuple[Verdict, tuple[str, ...]]:
    """For texts that do not use the words of a policy: what speaks against, or doubt."""
    if words < NEAR_EMPTY:
        return Verdict.NOT_A_POLICY, (*signs, "near-empty text")
    if signs and words < SHORT:
        return Verdict.NOT_A_POLICY, signs
    if evidence.links >= MANY_LINKS:
        return Verdict.NOT_A_POLICY, (*signs, "home page or list of links")
    return Verdict.DOUBTFUL, (*signs, "few words of a policy")


def _signs(evidence: Evidence, text: str, words: int) -> tuple[str, ...]:
    """What a short text says that only notices and walls say."""
    if words >= SHORT:
        return tuple(reason for reason, sign in SIGNS.items() if sign.search(evidence.title))
    named = f"{evidence.title}\n{evidence.headings}"
    said = f"{named}\n{evidence.text}" + (f"\n{evidence.scripts}" if words < NEAR_EMPTY else "")
    found = [reason for reason, sign in SIGNS.items() if sign.search(said)]
    if evidence.shell and words < NEAR_EMPTY:
        found.append(evidence.shell)
    return tuple(dict.fromkeys((*found, *notices(f"{folded(named)}\n{text}", evidence.language))))


def count_words(text: str, spaced: int | None = None) -> int:
    """Words; where a script puts no spaces between them, two characters count as one. `spaced`: see `Evidence`."""
    spaced = len(text.split()) if spaced is None else spaced
    return spaced + (len(UNSPACED.findall(text)) // 2 if may_be_unspaced(text) else 0)


def may_be_unspaced(text: str) -> bool:
    """Whether there may be a letter of a script without spaces in a text: most have none, which their bytes tell."""
    return not text.isascii() and bool(text.encode("utf-8", "replace").translate(None, BYTES_OF_OTHERS))
