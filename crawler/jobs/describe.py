"""A corpus in figures: what `describe` counts and says, put together from the store and the analysis."""

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from pipelines.analysis.description.against import Against, Pair, against_sections, alike
from pipelines.analysis.description.figures import Figures, describe
from pipelines.analysis.description.methods import Made, citation, methods
from pipelines.analysis.description.report import Section, sections
from pipelines.analysis.description.svg import plots
from pipelines.exceptions import RecordingFailed, WrongUse
from pipelines.export.selection import Selection, asked_for
from pipelines.formats import atomic
from pipelines.formats.release import __version__
from pipelines.formats.terminal import counted
from pipelines.store import imported
from pipelines.store import selection as stored
from pipelines.store.corpus_names import is_sample
from pipelines.store.database import open_for_reading
from pipelines.store.families import Family, families, least_of, unsorted_texts
from pipelines.store.imported import Dated, sources

FAMILIES = 10  # that are named


@dataclass(frozen=True, slots=True)
class Description:
    """All that is told of a corpus."""

    figures: Figures
    made: Made
    families: list[Family]
    in_families: int
    unsorted: int
    least: str
    against: Against | None = None

    @property
    def methods(self) -> str:
        return methods(self.figures, self.made) + self._of_families

    @property
    def _of_families(self) -> str:
        if not self.families:
            return ""
        return (
            f" {self._with_kin} a text that nearly equals one of another site (Jaccard index of at "
            f"least {self.least} over shingles of five words)."
        )

    @property
    def _with_kin(self) -> str:
        return f"{counted(self.in_families, 'document')} {'has' if self.in_families == 1 else 'have'}"

    def sections(self) -> list[Section]:
        """All tables, in the order in which they are read."""
        return [*sections(self.figures), *self._families(), *(against_sections(self.against) if self.against else ())]

    def _families(self) -> Iterator[Section]:
        if not self.families and self.unsorted:
            yield Section("Families", [("", "")], "No texts were compared yet: policy-corpus families does it.")
        elif self.families:
            rows = [(f"{one.sites:,}", f"{one.documents:,}", f"{one.texts:,}", _oldest(one)) for one in self.families]
            note = f"{self.unsorted:,} texts were not compared yet: policy-corpus families." if self.unsorted else ""
            yield Section("Families over sites", [("sites", "documents", "texts", "oldest"), *rows[:FAMILIES]], note)

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        named = [asdict(one) for one in self.families[:FAMILIES]]
        told = {"count": len(self.families), "documents": self.in_families, "unsorted": self.unsorted, "largest": named}
        return {
            **asdict(self.figures),
            "families": told,
            "against": asdict(self.against) if self.against else None,
            "made": asdict(self.made),
            "methods": self.methods,
            "citation": citation(self.made),
        }


def _oldest(family: Family) -> str:
    first = family.members[0]
    return " ".join(filter(None, (first.site, first.kind, first.variant, first.first_timestamp[:4])))


def describe_corpus(db: Database, selection: Selection, gap_days: int) -> Description:
    """Count the selected part of a corpus. Raises WrongUse where nothing is selected."""
    figures = describe(
        (dict(zip(stored.VERSION_COLUMNS, row, strict=True)) for row in stored.versions(db, selection)),
        _rows(db, "captures", selection),
        _rows(db, "targets", selection),
        _rows(db, "changes", selection),
        gap_days,
    )
    if not figures.versions:
        said = ", ".join(f"{name} {value}" for name, value in asked_for(selection).items())
        raise WrongUse(
            f"No version fits {said}: `policy-corpus status` tells what the corpus holds."
            if said
            else "The corpus has no versions to describe yet: crawl first."
        )
    found = [one for one in families(db) if _is_selected(one, selection)]
    documents = sum(one.documents for one in found)
    return Description(figures, made(db, selection), found, documents, unsorted_texts(db), least_of(db))


def _is_selected(family: Family, selection: Selection) -> bool:
    return any(
        (not selection.sites or one.site in selection.sites) and (not selection.kinds or one.kind in selection.kinds)
        for one in family.members
    )


def _rows(db: Database, view: str, selection: Selection) -> Iterator[dict[str, Any]]:
    names = [name for name, _ in stored.columns_of(db, view)]
    return (dict(zip(names, row, strict=True)) for row in stored.rows_of(db, view, selection))


def made(db: Database, selection: Selection) -> Made:
    """What the runs of a corpus noted of how it was made."""
    crawls = [row for row in _rows(db, "runs", Selection()) if row["command"].startswith("crawl")]
    settings = [json.loads(row["settings"] or "{}") for row in crawls]
    libraries = [json.loads(row["libraries"] or "{}") for row in crawls]
    newest: dict[str, Any] = next((one for one in reversed(libraries) if one), {})
    return Made(
        f"policy-corpus {newest.get('policy-corpus', __version__)}",
        tuple(sorted({str(one["SELECT"]) for one in settings if one.get("SELECT")})),
        tuple(sorted({(str(one.get("FROM", "")), str(one.get("TO", ""))) for one in settings})),
        max((row["finished_at"] for row in crawls), default=""),
        {str(name): str(version) for name, version in newest.items()},
        sources=sources(db),
        selected=", ".join(f"{name} {value}" for name, value in asked_for(selection).items()),
        is_sample=bool(is_sample(db)),
    )


def write_plots(figures: Figures, folder: Path) -> list[str]:
    """Write the plots to a folder, which is made; their names. Raises RecordingFailed."""
    drawn = plots(figures)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in drawn.items():
            atomic.write_whole(folder / name, [content.encode()])
    except OSError as error:
        raise RecordingFailed(f"Cannot write plots to {folder}: {error.strerror}. Choose another folder.") from error
    return list(drawn)


def compared(db: Database, selection: Selection, folder: Path) -> Against:
    """Hold the selected part of a corpus against the one in `folder`, document by document: each version there against
    the text that was in force here at its time. Raises WrongUse where there is no such corpus, or none in common."""
    with closing(open_for_reading(folder)) as other:
        here = imported.documents(db, replace(selection, include_open=True))
        there = imported.documents(other, replace(selection, include_open=True))
        both = sorted(here.keys() & there.keys())
        if not both:
            raise WrongUse(f"{folder} has no document in common with this corpus: sites and kinds must be the same.")
        found = Against(str(folder), len(here) - len(both), len(there) - len(both), len(both))
        for key in both:
            _compare(found, key, imported.versions(db, here[key]), imported.versions(other, there[key]), db, other)
    found.finish()
    return found


def _compare(
    found: Against, key: tuple[str, str, str], here: list[Dated], there: list[Dated], db: Database, other: Database
) -> None:
    found.versions_here += len(here)
    found.versions_there += len(there)
    for theirs, ours in _in_force(here, there):
        if ours is None:
            found.before_ours += 1
            continue
        same = theirs.reading_key == ours.reading_key
        index = 1.0 if same else alike(imported.text(db, ours), imported.text(other, theirs))
        pair = Pair(key[0], key[1], theirs.held_timestamp, ours.held_timestamp, index, ours.words, theirs.words)
        found.add(pair, same=same)


def _in_force(here: list[Dated], there: list[Dated]) -> Iterator[tuple[Dated, Dated | None]]:
    """Each version there, and the latest here that had begun by then; both come in the order of time."""
    place = -1
    for theirs in there:
        while place + 1 < len(here) and here[place + 1].first_timestamp <= theirs.held_timestamp:
            place += 1
        yield theirs, here[place] if place >= 0 else None
