"""Is it the policy? Rules over what was read: a verdict, the reasons for it, and the kind the text shows.

Nothing is thrown away for a verdict. A text of some length that uses the words of a policy is a policy, whatever else
stands on the page; the other rules look only at short texts and at those without such words.
"""

import re
from dataclasses import dataclass

from crawler.items import Verdict
from pipelines.text.kinds import WORDS, kind_by_words, legal_words, named_kind

NEAR_EMPTY = 30  # words
SHORT = 250  # words: notices and walls are shorter, nearly all policies longer
FEW = 3  # different words of a policy: fewer show nothing
DENSE = 0.6  # words of a policy in 100 words: policies have 0.8 to 12, home pages up to 0.3
SAMPLE = 5000  # characters: the words of a policy are all over it
NOTICE = 100  # words
MANY_LINKS = 0.5  # share of the page's text that is link

SIGNS = {reason: re.compile("|".join(signs)) for reason, signs in WORDS["signs"].items()}
UNSPACED = re.compile("[\u3040-\u9fff\uac00-\ud7af]")
LISTING = re.compile(r"\s*(?:index of /|directory listing (?:for|of)|parent directory\b)")


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the rules look at, lower case. `links` is the share of the whole page's text that is link; `found` is
    whether trafilatura saw a text in the page, `known_language` whether the word lists have words of its language."""

    title: str
    headings: str
    text: str
    scripts: str = ""  # what the page says to a browser without scripts
    links: float = 0.0
    found: bool = True
    known_language: bool = True


@dataclass(frozen=True, slots=True)
class Judgement:
    verdict: Verdict
    reasons: tuple[str, ...]
    looks_like: str


def judged(evidence: Evidence) -> Judgement:
    """The verdict over a text."""
    words = count_words(evidence.text)
    kind = named_kind(evidence.title, evidence.headings)
    if any(LISTING.match(text) for text in (evidence.title, evidence.headings, evidence.text)):
        return Judgement(Verdict.NOT_A_POLICY, ("directory listing",), "")
    if not _uses_the_words(evidence.text[:SAMPLE], kind):
        verdict, reasons = _of_another_text(evidence, words, kind)
    elif words < SHORT:
        verdict, reasons = _of_a_short_policy(evidence, words)
    else:
        verdict, reasons = Verdict.POLICY, ()
    if verdict == Verdict.NOT_A_POLICY:
        return Judgement(verdict, reasons, "")
    return Judgement(verdict, reasons, kind or kind_by_words(evidence.text))


def _uses_the_words(text: str, kind: str) -> bool:
    """Whether a text speaks as a policy does; one that is called so needs to less."""
    different, times = legal_words(text)
    per_hundred = 100 * times / max(1, count_words(text))
    if different >= FEW and per_hundred >= DENSE:
        return True
    return bool(kind) and different > 1 and per_hundred >= 2 * DENSE


def _of_a_short_policy(evidence: Evidence, words: int) -> tuple[Verdict, tuple[str, ...]]:
    """Notices and walls name the policies they lead to, and policies of few words are real."""
    signs = _signs(evidence, words)
    if signs:
        return Verdict.NOT_A_POLICY if words < NOTICE else Verdict.DOUBTFUL, signs
    return (Verdict.DOUBTFUL, ("near-empty text",)) if words < NEAR_EMPTY else (Verdict.POLICY, ())


def _of_another_text(evidence: Evidence, words: int, kind: str) -> tuple[Verdict, tuple[str, ...]]:
    """For texts that do not use the words of a policy."""
    signs = _signs(evidence, words)
    if words < NEAR_EMPTY:
        return Verdict.NOT_A_POLICY, (*signs, "near-empty text")
    if signs and words < SHORT:
        return Verdict.NOT_A_POLICY, signs
    if evidence.links >= MANY_LINKS:
        return Verdict.NOT_A_POLICY, (*signs, "home page or list of links")
    if kind or not evidence.known_language:
        return Verdict.DOUBTFUL, (*signs, "few words of a policy")
    return Verdict.NOT_A_POLICY, (*signs, "no words of a policy")


def _signs(evidence: Evidence, words: int) -> tuple[str, ...]:
    """The reasons that the words of a short text give."""
    text = f"{evidence.title}\n{evidence.headings}\n{evidence.text}" if words < SHORT else evidence.title
    if words < NEAR_EMPTY:
        text += f"\n{evidence.scripts}"
    return tuple(reason for reason, sign in SIGNS.items() if sign.search(text))


def count_words(text: str) -> int:
    """Words; where a script puts no spaces between them, two characters count as one."""
    return len(text.split()) + (0 if text.isascii() else len(UNSPACED.findall(text)) // 2)
