"""Two corpora side by side, for `describe --against`."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from sqlite_utils import Database

from pipelines.analysis.description.against import Against, Pair, alike
from pipelines.exceptions import WrongUse
from pipelines.export.selection import Selection
from pipelines.store import pairing
from pipelines.store.database import open_for_reading
from pipelines.store.pairing import Dated


def compared(db: Database, selection: Selection, folder: Path) -> Against:
    """Hold the selected part of a corpus against the one in `folder`, document by document: each version there against
    the text that was in force here at its time. Raises WrongUse where there is no such corpus, or none in common."""
    with closing(open_for_reading(folder)) as other:
        here = pairing.documents(db, replace(selection, include_open=True))
        there = pairing.documents(other, replace(selection, include_open=True))
        both = sorted(here.keys() & there.keys())
        if not both:
            raise WrongUse(f"{folder} has no document in common with this corpus: sites and kinds must be the same.")
        found = Against(str(folder), len(here) - len(both), len(there) - len(both), len(both))
        for key in both:
            _compare(found, key, pairing.versions(db, here[key]), pairing.versions(other, there[key]), db, other)
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
        index = 1.0 if same else alike(pairing.text(db, ours), pairing.text(other, theirs))
        pair = Pair(key[0], key[1], theirs.held_timestamp, ours.held_timestamp, index, ours.words, theirs.words)
        found.add(pair, same=same)


def _in_force(here: list[Dated], there: list[Dated]) -> Iterator[tuple[Dated, Dated | None]]:
    """Each version there, and the latest here that had begun by then; both come in the order of time."""
    place = -1
    for theirs in there:
        while place + 1 < len(here) and here[place + 1].first_timestamp <= theirs.held_timestamp:
            place += 1
        yield theirs, here[place] if place >= 0 else None
