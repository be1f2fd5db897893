"""What lies in an export's folder, and what of it an export that was killed has left there."""

from collections.abc import Iterator
from pathlib import Path

from pipelines.export.manifest import MANIFEST, entries
from pipelines.export.paths import is_version_name


def exported_files(folder: Path) -> Iterator[str]:
    """The paths of all files below `folder` that look like exported ones."""
    for path in sorted(folder.glob("*/*/*.txt")):
        if is_version_name(path.name) and _is_file(path):
            yield path.relative_to(folder).as_posix()


def _is_file(path: Path) -> bool:
    """Whether it can be one of ours: no folder, and of a name that can be told."""
    try:
        str(path).encode()
    except UnicodeEncodeError:
        return False
    return path.is_symlink() or path.is_file()


def part_of(path: Path) -> Path:
    """Where a file is written before it is whole."""
    return path.with_name(f".{path.name}.part")


def parts(folder: Path) -> Iterator[str]:
    """The paths of files below `folder` whose writing was begun and not ended."""
    for path in sorted(folder.glob("*/*/.*.txt.part")):
        if is_version_name(path.name[1:].removesuffix(".part")) and _is_file(path):
            yield path.relative_to(folder).as_posix()


def remove_parts(folder: Path) -> None:
    for name in parts(folder):
        (folder / name).unlink()
        prune((folder / name).parent)


def remove_unknown(folder: Path) -> None:
    """Remove what looks exported and is not in the manifest. For a corpus's own folder, where nobody else writes."""
    known = {entry["path"] for entry in entries(folder / MANIFEST)}
    for name in exported_files(folder):
        if name not in known:
            (folder / name).unlink()
            prune((folder / name).parent)


def prune(folder: Path) -> None:
    """Remove a document's folder where it is empty, and then that of its site."""
    for place in (folder, folder.parent):
        if any(place.iterdir()):
            return
        place.rmdir()
