"""One corpus held against another: which documents both have, and how alike their texts of one time are."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from statistics import median

from pipelines.analysis.description.report import Section
from pipelines.analysis.families.leaders import jaccard, shingles
from pipelines.formats.timestamps import day

LEAST_ALIKE = 10  # pairs that are named, of texts that are not the same
NEAR = 0.9


@dataclass(frozen=True, slots=True)
class Pair:
    """A version of the other corpus, and the text that was in force here by then. `jaccard`: shingles that both have by
    all; `words` of either."""

    site: str
    kind: str
    timestamp: str
    ours: str
    jaccard: float
    words_here: int
    words_there: int


@dataclass(slots=True)
class Against:
    """What a comparison found. `before_ours` counts versions there that are older than anything here."""

    corpus: str
    documents_here_only: int = 0
    documents_there_only: int = 0
    documents_in_both: int = 0
    versions_here: int = 0
    versions_there: int = 0
    before_ours: int = 0
    compared: int = 0
    same: int = 0
    near: int = 0
    median_jaccard: float | None = None
    least_alike: list[Pair] = field(default_factory=list)
    _found: list[float] = field(default_factory=list, repr=False)

    def add(self, pair: Pair, *, same: bool) -> None:
        """Take in a pair; `same` where both have one reading key."""
        self.compared += 1
        self.same += same
        self.near += pair.jaccard >= NEAR
        self._found.append(pair.jaccard)
        if not same:
            worst = sorted([*self.least_alike, pair], key=lambda one: (one.jaccard, one.site, one.timestamp))
            self.least_alike = worst[:LEAST_ALIKE]

    def finish(self) -> None:
        """Take the median, once all pairs are in."""
        self.median_jaccard = round(median(self._found), 4) if self._found else None
        self._found = []


def alike(one: str, other: str) -> float:
    """The Jaccard index of two texts' shingles."""
    return round(jaccard(shingles(one), shingles(other)), 4)


def against_sections(found: Against) -> Iterator[Section]:
    """Tables for people."""
    rows = [
        ("documents in both", f"{found.documents_in_both:,}"),
        ("documents here only, there only", f"{found.documents_here_only:,}, {found.documents_there_only:,}"),
        ("versions of those in both, here and there", f"{found.versions_here:,}, {found.versions_there:,}"),
        ("versions there before any here", f"{found.before_ours:,}"),
        ("versions there with a text in force here", f"{found.compared:,}"),
        ("of these the same text", f"{found.same:,}"),
        (f"of these {NEAR:.0%} alike and more", f"{found.near:,}"),
    ]
    if found.median_jaccard is not None:
        rows.append(("alike, median", f"{found.median_jaccard:.1%}"))
    yield Section(f"Against {found.corpus}", [("", ""), *rows])
    if found.least_alike:
        table = [
            (f"{one.jaccard:.1%}", day(one.timestamp), day(one.ours), f"{one.words_here:,}", f"{one.words_there:,}",
             f"{one.site} {one.kind}")
            for one in found.least_alike
        ]  # fmt: skip
        head = ("alike", "there", "here", "words here", "words there", "document")
        yield Section("Least alike", [head, *table])
