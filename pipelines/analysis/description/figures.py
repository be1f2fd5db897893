"""What a corpus holds, in figures: counted once over its rows, whatever keeps them. Times are 14 digits."""

from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from pipelines.analysis.description.readability import reading_ease
from pipelines.formats.timestamps import as_datetime, distance

Row = Mapping[str, Any]
Document = tuple[str, str, str]  # site, kind, variant

SHOWN = frozenset(("read", "duplicate", "passed over", "selected"))
"""States of captures that show a page, fetched or not."""
LOST = frozenset(("failed", "unplayable", "blocked"))
LEAST_AGREEMENT = 0.9
LONGEST = 10  # gaps that are named
_YEAR = 365.25


@dataclass(frozen=True, slots=True)
class Year:
    """One year: versions that began in it, documents seen in it, and medians over those versions. `ease` is the reading
    ease by language, where its formula says anything."""

    year: int
    versions: int
    documents: int
    words: float | None
    ease: dict[str, float]
    changes: int
    changes_in_words: int
    share_changed: float | None


@dataclass(frozen=True, slots=True)
class Gap:
    """A time without any capture of a document that shows a page, between two that do."""

    site: str
    kind: str
    variant: str
    since: str
    until: str
    days: int


@dataclass(slots=True)
class Figures:
    """All figures. Counters are by name; `targets` and `failures` count lines of lists and captures, as `status` does.
    A line that names the document of another (`same`) has none of its own."""

    sites: int = 0
    documents: int = 0
    versions: int = 0
    texts: int = 0
    words: int = 0
    first: str = ""
    last: str = ""
    versions_a_document: float | None = None
    kinds: dict[str, int] = field(default_factory=dict)
    languages: dict[str, int] = field(default_factory=dict)
    verdicts: dict[str, int] = field(default_factory=dict)
    archives: dict[str, int] = field(default_factory=dict)
    readers: dict[str, int] = field(default_factory=dict)
    years: list[Year] = field(default_factory=list)
    targets: dict[str, int] = field(default_factory=dict)
    targets_with_document: int = 0
    targets_with_version: int = 0
    gap_days: int = 0
    gaps: int = 0
    documents_with_gaps: int = 0
    longest_gaps: list[Gap] = field(default_factory=list)
    captures: dict[str, int] = field(default_factory=dict)
    failures: dict[str, int] = field(default_factory=dict)
    document_years: float = 0.0
    changes: int = 0
    changes_in_words: int = 0
    changes_a_year: float | None = None
    agreement: dict[str, float] = field(default_factory=dict)
    ease_languages: list[str] = field(default_factory=list)

    @property
    def targeted(self) -> int:
        """How many documents the targets name: lines without those that name that of another."""
        return sum(self.targets.values()) - self.targets.get("same", 0)


class _Years:
    """What is gathered by year until medians can be taken."""

    def __init__(self) -> None:
        self.words: dict[int, array[int]] = defaultdict(lambda: array("q"))
        self.ease: dict[tuple[int, str], array[float]] = defaultdict(lambda: array("d"))
        self.seen: Counter[int] = Counter()
        self.changes: Counter[int] = Counter()
        self.in_words: Counter[int] = Counter()
        self.shares: dict[int, array[float]] = defaultdict(lambda: array("d"))

    def rows(self) -> list[Year]:
        found = sorted({*self.words, *self.seen, *self.changes})
        return [self._row(year) for year in found]

    def _row(self, year: int) -> Year:
        languages = sorted(language for at, language in self.ease if at == year)
        return Year(
            year,
            len(self.words.get(year, ())),
            self.seen[year],
            median(self.words[year]) if year in self.words else None,
            {language: round(median(self.ease[year, language]), 1) for language in languages},
            self.changes[year],
            self.in_words[year],
            round(median(self.shares[year]), 4) if year in self.shares else None,
        )


def describe(
    versions: Iterable[Row], captures: Iterable[Row], targets: Iterable[Row], changes: Iterable[Row], gap_days: int
) -> Figures:
    """Count the rows of the views of these names: versions with texts and captures by site, all of one selection."""
    figures, years = Figures(gap_days=gap_days), _Years()
    documents = _count_versions(figures, years, versions)
    _count_captures(figures, captures, documents)
    _count_targets(figures, targets)
    _count_changes(figures, years, changes, documents)
    figures.years = years.rows()
    figures.ease_languages = sorted({language for _, language in years.ease})
    return figures


def key_of(row: Row) -> Document:
    """The document of a row."""
    return row["site"], row["kind"], row["variant"]


# -- versions


def _count_versions(figures: Figures, years: _Years, versions: Iterable[Row]) -> dict[Document, int]:
    counts: dict[Document, int] = {}
    spans: dict[Document, tuple[str, str]] = {}
    counted = {name: Counter[str]() for name in ("kind", "language", "verdict", "archive", "reader")}
    digests: set[bytes] = set()
    agreement: array[float] = array("d")
    for row in versions:
        key = key_of(row)
        counts[key] = counts.get(key, 0) + 1
        first, last = spans.get(key, (row["first_timestamp"], ""))
        spans[key] = min(first, row["first_timestamp"]), max(last, row["last_timestamp"])
        for name, counter in counted.items():
            counter[row[name]] += 1
        digests.add(bytes.fromhex(row["text_digest"]))
        figures.words += row["words"]
        if (second := row.get("second_in_text")) is not None:
            agreement.append(second)
        _note_year(years, row)
    _note_spans(figures, years, spans)
    figures.sites, figures.documents = len({site for site, _, _ in counts}), len(counts)
    figures.versions, figures.texts = sum(counts.values()), len(digests)
    figures.versions_a_document = median(counts.values()) if counts else None
    figures.kinds, figures.languages, figures.verdicts, figures.archives, figures.readers = (
        in_order(counter) for counter in counted.values()
    )
    figures.agreement = _agreement(agreement)
    return counts


def _note_year(years: _Years, row: Row) -> None:
    year = _year(row["first_timestamp"])
    years.words[year].append(row["words"])
    ease = reading_ease(row["text"], row["language"])
    if ease is not None:
        years.ease[year, row["language"]].append(ease)


def _note_spans(figures: Figures, years: _Years, spans: Mapping[Document, tuple[str, str]]) -> None:
    for first, last in spans.values():
        years.seen.update(range(_year(first), _year(last) + 1))
        apart = distance(first, last)
        figures.document_years += apart.days / _YEAR if apart else 0
    figures.first = min((first for first, _ in spans.values()), default="")
    figures.last = max((last for _, last in spans.values()), default="")
    figures.document_years = round(figures.document_years, 2)


def _agreement(found: "array[float]") -> dict[str, float]:
    if not found:
        return {}
    low = sum(one < LEAST_AGREEMENT for one in found)
    return {"versions": len(found), "median": round(median(found), 3), "below_0.9": low}


# -- captures


def _count_captures(figures: Figures, captures: Iterable[Row], documents: Mapping[Document, int]) -> None:
    states, failures = Counter[str](), Counter[str]()
    last: dict[Document, str] = {}
    gaps: list[Gap] = []
    with_gaps: set[Document] = set()
    for row in captures:
        states[row["state"]] += 1
        if row["state"] in LOST:
            failures[f"{row['stage']}: {row['reason']}"] += 1
        key = key_of(row)
        if row["state"] not in SHOWN or key not in documents or as_datetime(row["timestamp"]) is None:
            continue
        apart = distance(last.get(key) or row["timestamp"], row["timestamp"])
        if apart and apart.days > figures.gap_days:
            figures.gaps += 1
            with_gaps.add(key)
            gaps.append(Gap(*key, last[key], row["timestamp"], apart.days))
            gaps = _longest(gaps) if len(gaps) > 10 * LONGEST else gaps
        last[key] = row["timestamp"]
    figures.captures, figures.failures = in_order(states), in_order(failures)
    figures.longest_gaps, figures.documents_with_gaps = _longest(gaps), len(with_gaps)


def _longest(gaps: list[Gap]) -> list[Gap]:
    return sorted(gaps, key=lambda gap: (-gap.days, gap.site, gap.kind, gap.variant, gap.since))[:LONGEST]


# -- targets and changes


def _count_targets(figures: Figures, targets: Iterable[Row]) -> None:
    outcomes = Counter[str]()
    for row in targets:
        outcomes[row["outcome"]] += 1
        figures.targets_with_document += bool(row["captures"])
        figures.targets_with_version += bool(row["versions"])
    figures.targets = in_order(outcomes)


def _count_changes(figures: Figures, years: _Years, changes: Iterable[Row], documents: Mapping[Document, int]) -> None:
    for row in changes:
        if key_of(row) not in documents:
            continue
        year = _year(row["to_version"])
        years.changes[year] += 1
        figures.changes += 1
        if row["cosmetic"] == 0:
            years.in_words[year] += 1
            figures.changes_in_words += 1
            years.shares[year].append(row["share"])
    if figures.document_years:
        figures.changes_a_year = round(figures.changes / figures.document_years, 2)


def _year(timestamp: str) -> int:
    return int(timestamp[:4])


def in_order(counter: Counter[str]) -> dict[str, int]:
    """The most first, and by name where they are as many."""
    return dict(sorted(counter.items(), key=lambda item: (-item[1], item[0])))
