"""Versions: runs of consecutive readings of a document with one reading_key. Pure.

What a document's versions are depends on the readings alone, never on the order in which they were made, so crashes,
reruns and several workers cannot change history.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from pipelines.items.readings import Verdict


@dataclass(frozen=True, slots=True)
class DatedReading:
    """A text a document showed at one capture. `held`: the capture's own bytes are held, not only its twin's."""

    timestamp: str
    original: str
    capture_id: int
    held: bool
    text_digest: str
    reading_key: str
    title: str
    language: str
    words: int
    verdict: str
    is_cut: bool = False  # its bytes were cut when they were captured


@dataclass(frozen=True, slots=True)
class Version:
    """A run of readings. `shown`, whose text is exported, is the earliest that is held; of twins alone, the first."""

    number: int
    first_timestamp: str
    last_timestamp: str
    changed_after: str  # the last capture known to have had another text; empty for the first version
    captures: int
    captures_listed: int
    shown: DatedReading


def derive_versions(readings: Iterable[DatedReading], listed: Sequence[str]) -> list[Version]:
    """The versions of one document. `readings` in time order; `listed`: sorted timestamps of all its captures."""
    policies = [reading for reading in readings if reading.verdict != Verdict.NOT_A_POLICY]
    runs = _without_blips(_runs(_whole(policies)))
    return [
        _version(number, run, runs[number - 2][-1].timestamp if number > 1 else "", listed)
        for number, run in enumerate(runs, start=1)
    ]


def _whole(readings: Sequence[DatedReading]) -> list[DatedReading]:
    """What was cut when it was captured tells of no change: where nothing whole is there, the longest text alone
    counts."""
    whole = [reading for reading in readings if not reading.is_cut]
    if whole or not readings:
        return whole
    longest = max(readings, key=lambda reading: reading.words)
    return [reading for reading in readings if reading.reading_key == longest.reading_key]


def _runs(readings: Iterable[DatedReading]) -> list[list[DatedReading]]:
    return [list(run) for _, run in groupby(readings, key=lambda reading: reading.reading_key)]


def _without_blips(runs: list[list[DatedReading]]) -> list[list[DatedReading]]:
    """Drop what was seen once between two equal texts, unless it is surely the policy: a real revert stays."""
    kept: list[list[DatedReading]] = []
    for run, following in zip(runs, [*runs[1:], []], strict=False):
        if kept and kept[-1][0].reading_key == run[0].reading_key:
            kept[-1].extend(run)  # what lay between was dropped
        elif not (kept and following and _is_blip(kept[-1], run, following)):
            kept.append(run)
    return kept


def _is_blip(before: list[DatedReading], run: list[DatedReading], after: list[DatedReading]) -> bool:
    is_sure = len(run) > 1 or run[0].verdict == Verdict.POLICY
    return not is_sure and before[0].reading_key == after[0].reading_key


def _version(number: int, run: list[DatedReading], changed_after: str, listed: Sequence[str]) -> Version:
    first, last = run[0].timestamp, run[-1].timestamp
    return Version(
        number=number,
        first_timestamp=first,
        last_timestamp=last,
        changed_after=changed_after,
        captures=len(run),
        captures_listed=bisect_right(listed, last) - bisect_left(listed, first),
        shown=next((reading for reading in run if reading.held), run[0]),
    )
