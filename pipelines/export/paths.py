"""Names of exported files: `{site}/{kind}[-{variant}]/{date}.txt`, safe whatever the site calls itself; and what lies
in an export's folder."""

import hashlib
import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path, PurePosixPath

from pipelines.export.manifest import MANIFEST, entries
from pipelines.items.captures import DocumentKey

_UNSAFE = re.compile(r"[^a-z0-9._-]+")
_LONGEST = 100  # characters; file systems take 255 bytes a name
_DATE = re.compile(r"\d{4}-\d\d-\d\d(T\d{6})?(-\d+)?\.txt")


def document_folder(document: DocumentKey) -> PurePosixPath:
    """The folder of a document, relative to the export: two names of `[a-z0-9._-]`, never hidden, never empty."""
    kind = _safe(document.kind.replace(" ", "-"))
    variant = f"-{_safe(document.variant)}" if document.variant else ""
    return PurePosixPath(_safe(document.site)) / f"{kind}{variant}"


def unused(folder: PurePosixPath, document: DocumentKey, taken: Collection[str]) -> str:
    """That folder, or where another document has it (a kind may be called like a kind and a variant) one beside it."""
    if str(folder) not in taken:
        return str(folder)
    told = repr((document.site, document.kind, document.variant)).encode("utf-8", "surrogatepass")
    return f"{folder}-{hashlib.sha256(told).hexdigest()[:8]}"


def _safe(name: str) -> str:
    """The name itself where it is harmless; else what is harmless of it and a digest that keeps it apart."""
    harmless = _UNSAFE.sub("-", name.lower()).strip("-.")[:_LONGEST]
    if harmless == name and harmless:
        return harmless
    return f"{harmless or 'x'}-{hashlib.sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"


def version_names(timestamps: Sequence[str]) -> list[str]:
    """File names for versions first held at these 14-digit times, in order: the date; with the time of day where two
    fall on one day, and a number where even that is the same."""
    days = Counter(timestamp[:8] for timestamp in timestamps)
    seen: Counter[str] = Counter()
    names = []
    for timestamp in timestamps:
        name = f"{timestamp[:4]}-{timestamp[4:6]}-{timestamp[6:8]}"
        if days[timestamp[:8]] > 1:
            name += f"T{timestamp[8:]}"
        seen[name] += 1
        names.append(f"{name}-{seen[name]}.txt" if seen[name] > 1 else f"{name}.txt")
    return names


def is_version_name(name: str) -> bool:
    """Whether a file of that name was written by an export."""
    return bool(_DATE.fullmatch(name))


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
