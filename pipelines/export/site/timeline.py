"""The time line of a document as SVG: versions as bars, gaps between them, the size of each change, failures.

Plain data for a template; lengths are in units of a picture that is WIDTH wide.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pipelines.formats.timestamps import as_datetime
from pipelines.store.publishing import PublishedVersion

WIDTH = 1000.0
MARGIN = 20.0
TALLEST = 48.0  # of the bar of a text that changed altogether
LEAST = 3.0  # wide: what was captured once is seen too
_LABELS = 12  # years named, at most


@dataclass(frozen=True, slots=True)
class Bar:
    """Something that lasts, or a moment with a size."""

    x: float
    width: float
    height: float = 0.0
    label: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Timeline:
    """What the picture shows. `gaps`: the change lies somewhere in there."""

    versions: tuple[Bar, ...]
    gaps: tuple[Bar, ...]
    changes: tuple[Bar, ...]
    failures: tuple[Bar, ...]
    years: tuple[tuple[float, str], ...]


@dataclass(frozen=True, slots=True)
class _Scale:
    start: datetime
    seconds: float

    def at(self, moment: datetime) -> float:
        share = (moment - self.start).total_seconds() / self.seconds
        return round(MARGIN + share * (WIDTH - 2 * MARGIN), 1)


def timeline(versions: Sequence[PublishedVersion], failures: Sequence[tuple[str, int]]) -> Timeline | None:
    """Lay out the versions of a document and the days of its failures. None where nothing has a date."""
    moments = [as_datetime(at) for version in versions for at in (version.first_timestamp, version.last_timestamp)]
    failed = [(as_datetime(day + "000000"), count) for day, count in failures]
    known = [moment for moment in (*moments, *(moment for moment, _ in failed)) if moment]
    if not known:
        return None
    start = min(known)
    scale = _Scale(start, max((max(known) - start).total_seconds(), timedelta(days=1).total_seconds()))
    return Timeline(
        versions=tuple(_bar(scale, each) for each in versions if as_datetime(each.first_timestamp)),
        gaps=tuple(_gaps(scale, versions)),
        changes=tuple(_changes(scale, versions)),
        failures=tuple(
            Bar(scale.at(day), LEAST, label=f"{day:%Y-%m-%d}: {count} failed") for day, count in failed if day
        ),
        years=tuple(_years(scale, start, max(known))),
    )


def _bar(scale: _Scale, version: PublishedVersion) -> Bar:
    first = as_datetime(version.first_timestamp)
    last = as_datetime(version.last_timestamp) or first
    assert first is not None
    assert last is not None
    x = scale.at(first)
    label = f"Version {version.number}: {first:%Y-%m-%d} to {last:%Y-%m-%d}, {version.words:,} words"
    return Bar(x, max(LEAST, round(scale.at(last) - x, 1)), label=label, name=version.name)


def _gaps(scale: _Scale, versions: Sequence[PublishedVersion]) -> list[Bar]:
    found = []
    for version in versions:
        after, before = as_datetime(version.changed_after), as_datetime(version.changed_before)
        if after and before and after < before:
            x = scale.at(after)
            label = f"Changed between {after:%Y-%m-%d} and {before:%Y-%m-%d}"
            found.append(Bar(x, max(LEAST, round(scale.at(before) - x, 1)), label=label))
    return found


def _changes(scale: _Scale, versions: Sequence[PublishedVersion]) -> list[Bar]:
    found = []
    for version in versions:
        first = as_datetime(version.first_timestamp)
        if first and version.share is not None:
            height = round(max(2.0, TALLEST * min(1.0, version.share) ** 0.5), 1)
            label = f"{first:%Y-%m-%d}: {version.words_added:,} words added, {version.words_removed:,} removed"
            found.append(Bar(scale.at(first), LEAST, height, label, version.name))
    return found


def _years(scale: _Scale, start: datetime, end: datetime) -> list[tuple[float, str]]:
    years = range(start.year + 1, end.year + 1)
    step = max(1, -(-len(years) // _LABELS))
    return [(scale.at(start.replace(year=year, month=1, day=1, hour=0, minute=0, second=0)), str(year))
            for year in years[::step]]  # fmt: skip
