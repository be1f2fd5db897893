"""How a corpus was made, as a paragraph for a paper: what its runs noted, never what a default would have been."""

import re
from dataclasses import dataclass, field

from pipelines.analysis.description.figures import Figures
from pipelines.analysis.description.readability import NAMES
from pipelines.formats.timestamps import day

_SELECTS = {
    "changes": (
        "looking for every change of a text by halving the time between captures that differ",
        "every change of a text was looked for by halving the time between captures that differ; a text that was "
        "changed and changed back between two captures that were looked at is not seen",
    ),
    "all": ("fetching every capture of different bytes", "every capture of different bytes was fetched"),
    "first-last": ("fetching the first and the last capture", "the first and the last capture were fetched"),
}


def selecting(strategy: str) -> str:
    """What a crawl with this SELECT did, as it stands after "by"."""
    return _SELECTS[strategy][0] if strategy in _SELECTS else f"fetching at most one capture a {strategy}"


def selected(strategy: str) -> str:
    """The same as a sentence of its own, with what it misses."""
    every = "of each span of that length at most one capture was fetched, and the last one"
    return _SELECTS[strategy][1] if strategy in _SELECTS else every


@dataclass(frozen=True, slots=True)
class Made:
    """What the runs of a corpus noted. `selects` and `spans` are the settings SELECT, FROM and TO of its crawls,
    `ended` when the last of them did (ISO 8601), `selected` the options that chose a part of it."""

    program: str
    selects: tuple[str, ...] = ()
    spans: tuple[tuple[str, str], ...] = ()
    ended: str = ""
    libraries: dict[str, str] = field(default_factory=dict)
    sources: tuple[str, ...] = ()
    selected: str = ""
    is_sample: bool = False


def methods(figures: Figures, made: Made) -> str:
    """The paragraph: sources, selection, size, coverage, measures."""
    said = [_origin(figures, made), _size(figures), *_coverage(figures), *_measures(figures)]
    if made.is_sample:
        said.append("All sites of this corpus are invented: it is the sample of the program.")
    return " ".join(said)


def _origin(figures: Figures, made: Made) -> str:
    if made.sources:
        return f"The texts were published by others and imported with {made.program} from {_and(made.sources)}."
    archives = _and(figures.archives) or "a web archive"
    ended = f"; the last crawl ended on {made.ended[:10]}" if made.ended else ""
    how = [selecting(name) for name in made.selects]
    spans = [_span(*span) for span in made.spans if any(span)]
    limits = f" Captures were limited to those {_and(spans)}." if spans else ""
    readers = f" Texts were read by {_and([_library(made, 'trafilatura'), *_readers(figures)])}."
    selected = f" What follows is of the part selected by {made.selected}." if made.selected else ""
    chosen = f", {'; in other runs '.join(how)}" if how else ""
    return (
        f"Captures were listed and fetched from {archives} with {made.program}{chosen}{ended}.{limits}{readers}"
        f"{selected}"
    )


def _span(since: str, until: str) -> str:
    return " ".join(filter(None, (since and f"from {since}", until and f"to {until}")))


def _library(made: Made, name: str) -> str:
    return f"{name} {made.libraries.get(name, '')}".strip()


def _readers(figures: Figures) -> list[str]:
    names = [name for name in figures.readers if name]
    return [f"reader {'and '.join(names)}"] if len(names) == 1 else [f"readers {', '.join(names)}"] if names else []


def _size(figures: Figures) -> str:
    if not figures.versions:
        return "No version fits."
    return (
        f"The corpus holds {_many(figures.versions, 'version')} of {_many(figures.documents, 'document')} "
        f"({', '.join(f'{count:,} of kind {name}' for name, count in figures.kinds.items())}) of "
        f"{_many(figures.sites, 'site')}, {figures.words:,} words, seen from {day(figures.first)} to "
        f"{day(figures.last)}. A version is a run of captures of one document that show one text."
    )


def _coverage(figures: Figures) -> list[str]:
    said = []
    if figures.targeted:
        share = figures.targets_with_version / figures.targeted
        named = _many(figures.targeted, "document")
        said.append(f"Of {named} that targets name, {figures.targets_with_version:,} ({share:.0%}) have a version.")
    if figures.gaps:
        said.append(
            f"In {_many(figures.documents_with_gaps, 'document')} there are {_many(figures.gaps, 'gap')} of more than "
            f"{figures.gap_days:,} days without a capture, in which changes cannot be dated."
        )
    lost = sum(figures.failures.values())
    if lost:
        said.append(f"{_many(lost, 'capture')} could not be played or read.")
    return said


def _measures(figures: Figures) -> list[str]:
    if not figures.ease_languages:
        return []
    formulas = [f"{NAMES[code]} ({code})" for code in figures.ease_languages]
    return [f"Reading ease is by the formulas of {_and(formulas)}, with each item of a list as a sentence."]


def citation(made: Made) -> str:
    """The program as a BibTeX entry, with the version that made the corpus."""
    version = re.sub(r"[^0-9A-Za-z.+-]", "", made.program.partition(" ")[2])
    return (
        "@software{policy-corpus,\n  title = {policy-corpus: a versioned corpus of policies from web archives},\n"
        f"  version = {{{version}}},\n  year = {{{made.ended[:4] or 'n.d.'}}}\n}}"
    )


def _many(count: int, name: str) -> str:
    return f"{count:,} {name}{'' if count == 1 else 's'}"


def _and(names: "list[str] | tuple[str, ...] | dict[str, int]") -> str:
    *most, last = list(names) or [""]
    return f"{', '.join(most)} and {last}" if most else last
