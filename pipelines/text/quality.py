"""Is it the policy? Rules over what was read: a verdict, the reasons for it, and the kind the text shows.

Nothing is thrown away for a verdict. A text of some length that uses the words of a policy is a policy, whatever else
stands on the page; the other rules look only at short texts and at those without such words.
"""

import re
from dataclasses import dataclass

from crawler.items import Verdict
from pipelines.text.kinds import WORDS, kind_of, legal_words

NEAR_EMPTY = 30  # words
SHORT = 250  # words: notices and walls are shorter, nearly all policies longer
FEW = 3  # different words of a policy: fewer show nothing
DENSE = 1.0  # words of a policy in 100 words: policies have 3 to 12, home pages below 1
SAMPLE = 8000  # characters: the words of a policy are all over it
NO_REASONS: tuple[str, ...] = ()
MANY_LINKS = 0.5  # share of the page's text that is link

SIGNS = {reason: re.compile("|".join(signs)) for reason, signs in WORDS["signs"].items()}
UNSPACED = re.compile("[\u3040-\u9fff\uac00-\ud7af]")
LISTING = re.compile(r"\s*(?:index of /|directory listing (?:for|of)|parent directory\b)")


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the rules look at, lower case. `links` is the share of the whole page's text that is link; `found` is
    whether trafilatura saw a text in the page."""

    title: str
    headings: str
    text: str
    scripts: str = ""  # what the page says to a browser without scripts
    links: float = 0.0
    found: bool = True


@dataclass(frozen=True, slots=True)
class Judgement:
    verdict: Verdict
    reasons: tuple[str, ...]
    looks_like: str


def judged(evidence: Evidence) -> Judgement:
    """The verdict over a text."""
    words = count_words(evidence.text)
    different, times = legal_words(evidence.text[:SAMPLE])
    per_hundred = 100 * times / max(1, count_words(evidence.text[:SAMPLE]))
    is_legal = different >= FEW and per_hundred >= DENSE
    verdict, reasons = Verdict.POLICY, NO_REASONS
    if is_legal and words >= SHORT:
        pass
    elif LISTING.match(evidence.title) or LISTING.match(evidence.headings) or LISTING.match(evidence.text):
        verdict, reasons = Verdict.NOT_A_POLICY, ("directory listing",)
    else:
        verdict, reasons = _of_a_short_text(evidence, words, is_legal, times)
    kind = kind_of(evidence.title, evidence.headings, evidence.text) if verdict != Verdict.NOT_A_POLICY else ""
    return Judgement(verdict, reasons, kind)


def _of_a_short_text(evidence: Evidence, words: int, is_legal: bool, times: int) -> tuple[Verdict, tuple[str, ...]]:
    """For texts that are short, or do not use the words of a policy."""
    signs = _signs(evidence, words)
    if is_legal:
        doubts = signs + (("near-empty text",) if words < NEAR_EMPTY else ())
        return (Verdict.DOUBTFUL, doubts) if doubts else (Verdict.POLICY, ())
    if words < NEAR_EMPTY:
        return Verdict.NOT_A_POLICY, (*signs, "near-empty text")
    if signs and words < SHORT:
        return Verdict.NOT_A_POLICY, signs
    if evidence.links >= MANY_LINKS:
        return Verdict.NOT_A_POLICY, (*signs, "home page or list of links")
    if not times:
        return Verdict.NOT_A_POLICY, (*signs, "no words of a policy")
    return Verdict.DOUBTFUL, (*signs, "few words of a policy")


def _signs(evidence: Evidence, words: int) -> tuple[str, ...]:
    """The reasons that the words of a short text give."""
    text = f"{evidence.title}\n{evidence.headings}\n{evidence.text}" if words < SHORT else evidence.title
    if words < NEAR_EMPTY:
        text += f"\n{evidence.scripts}"
    return tuple(reason for reason, sign in SIGNS.items() if sign.search(text))


def count_words(text: str) -> int:
    """Words; where a script puts no spaces between them, two characters count as one."""
    return len(text.split()) + (0 if text.isascii() else len(UNSPACED.findall(text)) // 2)
