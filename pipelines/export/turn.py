"""The turn of an export: its new files take their places, and those that are no more go, all of it or nothing.

New files wait under the names of parts, with a new manifest beside the old one. One rename of that manifest is the
turn; from then on whoever writes in the folder next brings to an end what is left to do.
"""

import os
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path, PurePosixPath

from pipelines.export.manifest import MANIFEST, OldManifest, entries
from pipelines.export.paths import is_version_name, part_of, prune, remove_parts
from pipelines.formats import atomic
from pipelines.warc.lock import in_turn

FRESH = "manifest.new"
DECIDED = "manifest.turn"


def decide(folder: Path) -> None:
    """From here on the new manifest counts, and all that it names."""
    os.sync()  # one for all files: what the manifest names must outlast a power cut
    atomic.put_in_place(folder / FRESH, folder / DECIDED)


def take_turn(folder: Path) -> int:
    """Let all that was decided on take its place. Returns how many files were removed."""
    removed = 0
    with OldManifest(folder / MANIFEST) as before:
        for place, wanted in _places(folder / DECIDED):
            before.take(place)
            removed += _settle(folder / place, wanted)
        for left in before.left():
            removed += _settle(folder / left, set())
    os.sync()
    atomic.put_in_place(folder / DECIDED, folder / MANIFEST)
    return removed


def finish(folder: Path) -> None:
    """Bring a turn to its end that another process has begun, and take away what it left of one that it has not."""
    if (folder / DECIDED).is_file():
        take_turn(folder)
    _take_back(folder)


def settle(folder: Path) -> None:
    """The same, for one who only looks. Raises OSError."""
    if folder.is_dir():
        with in_turn(folder):
            finish(folder)


def _take_back(folder: Path) -> None:
    """Leave nothing of an export that is not to be."""
    (folder / FRESH).unlink(missing_ok=True)
    remove_parts(folder)


def _places(manifest: Path) -> Iterator[tuple[str, set[str]]]:
    """Each folder with the names of its files."""
    paths = (PurePosixPath(entry["path"]) for entry in entries(manifest))
    for place, files in groupby(paths, key=lambda path: str(path.parent)):
        yield place, {path.name for path in files}


def _settle(place: Path, wanted: set[str]) -> int:
    """Bring a document's folder to what is wanted; what is not ours stays. Returns how many files were removed."""
    if not place.is_dir():
        return 0
    names = set(os.listdir(place))
    for name in sorted(wanted):
        if part_of(place / name).name in names:
            part_of(place / name).replace(place / name)
    others = sorted(name for name in names - wanted if is_version_name(name))
    for name in others:
        (place / name).unlink()
    if not wanted:
        prune(place)
    return len(others)
