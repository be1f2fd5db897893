"""Files of an export that take their places together, or none does.

New ones wait under the names of parts. `export.json` in the folder says of what it is an export and which files it
has; a new one beside it, once it is called `export.turn`, is the turn: whoever writes in the folder next ends it.
"""

import hashlib
import json
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import Any

import msgspec
from msgspec import Struct

from pipelines.exceptions import RecordingFailed, WrongUse
from pipelines.export.base import Report
from pipelines.formats import atomic
from pipelines.warc.lock import in_turn

MARK = "export.json"
_TURN = "export.turn"
_OURS = re.compile(
    r"(versions|captures|changes|documents|runs|pages)(-\d{5})?\.(parquet|csv|jsonl|jsonl\.zst|warc\.gz)\.part"
    r"|(corpus\.wacz|README\.md|CITATION\.cff|croissant\.json|datapackage\.json|SHA256SUMS|export\.turn)\.part"
)
"""Names of parts that an export may leave where it is killed; all others are somebody else's."""


class _File(Struct):
    sha256: str
    bytes: int


class _Mark(Struct):
    """What `export.json` says. It may have been edited, or come from a stranger."""

    format: str
    fingerprint: str
    files: dict[str, _File]

    def __post_init__(self) -> None:
        for name in self.files:
            path = PurePosixPath(name)
            if path.is_absolute() or ".." in path.parts or "\0" in name or name in ("", ".", MARK, _TURN):
                raise ValueError(f"{name!r} is no file of an export")


class Staged:
    """The files of one export, written beside those that are there."""

    def __init__(self, folder: Path, format: str) -> None:
        self.folder = folder
        self._format = format
        self._mark = _read(folder / MARK)
        self._parts: dict[str, Path] = {}

    def has(self, fingerprint: str) -> bool:
        """Whether all of it is there already."""
        mark = self._mark
        return bool(mark and mark.fingerprint == fingerprint and all(map(self._is_there, mark.files)))

    def _is_there(self, name: str) -> bool:
        assert self._mark
        path = self.folder / name
        return path.is_file() and path.stat().st_size == self._mark.files[name].bytes

    @property
    def count(self) -> int:
        """How many files the export has that is there."""
        return len(self._mark.files) if self._mark else 0

    def part(self, name: str) -> Path:
        """Where to write the file of that name, relative to the folder."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        self._parts[name] = atomic.part_of(path)
        return self._parts[name]

    def digests(self) -> dict[str, tuple[str, int]]:
        """SHA-256, in hex, and bytes of what is written so far, by name."""
        return {name: _digest(part) for name, part in sorted(self._parts.items())}

    def take_places(self, fingerprint: str) -> Report:
        """Let all files take their places. Those that are the same as before are left as they are."""
        files = {name: _File(*found) for name, found in self.digests().items()}
        report = Report(files=len(files))
        for name, file in files.items():
            if self._mark and self._mark.files.get(name) == file and self._is_there(name):
                self._parts.pop(name).unlink()
        report.written = len(self._parts)
        report.removed = len(set(self._mark.files if self._mark else ()) - set(files))
        for part in self._parts.values():
            atomic.sync(part)
        mark = _Mark(self._format, fingerprint, files)
        atomic.write_whole(self.folder / _TURN, [_to_json(mark)])
        _take_turn(self.folder)
        return report

    def discard(self) -> None:
        """Leave nothing of what was begun."""
        for part in self._parts.values():
            with suppress(OSError):
                part.unlink(missing_ok=True)
        with suppress(OSError):
            _drop_empty(self.folder)


@contextmanager
def staged(folder: Path, format: str) -> Iterator[Staged]:
    """The files of an export to `folder`. Raises WrongUse where it holds something else, RecordingFailed."""
    is_new = not folder.exists()
    try:
        _refuse_others(folder, format)
        folder.mkdir(parents=True, exist_ok=True)
        with in_turn(folder):
            _finish(folder)
            files = Staged(folder, format)
            try:
                yield files
            except BaseException:
                if not (folder / _TURN).exists():
                    files.discard()
                raise
    except OSError as error:
        raise not_written(folder, error) from error
    finally:
        if is_new:
            with suppress(OSError):
                folder.rmdir()  # only where nothing came of it


@contextmanager
def staged_file(path: Path, is_ours: Callable[[Path], bool]) -> Iterator[tuple[Path, Report]]:
    """One file: where to write it, and a report to be filled in. It takes the place of one that `is_ours`, unless that
    has the same bytes. Raises WrongUse where something else is there, RecordingFailed."""
    part, report = atomic.part_of(path), Report(files=1)
    if path.exists() and not (path.is_file() and is_ours(path)):
        raise WrongUse(f"{path} is something else than such an export: give --to another name.")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with in_turn(path.parent):
            yield part, report
            if path.is_file() and _digest(part) == _digest(path):
                part.unlink()
                return
            report.written = 1
            atomic.sync(part)
            atomic.put_in_place(part, path)
    except OSError as error:
        raise not_written(path, error) from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def not_written(place: Path, error: OSError) -> RecordingFailed:
    why = error.strerror or str(error).splitlines()[0]
    return RecordingFailed(f"Cannot export to {place}: {why}. Free space, then export again.")


def _refuse_others(folder: Path, format: str) -> None:
    if folder.exists() and not folder.is_dir():
        raise WrongUse(f"{folder} is no folder: give --to another one.")
    mark = _read(folder / MARK)
    if mark and mark.format != format:
        raise WrongUse(f"{folder} holds an export of the format {mark.format}: give --to a folder of its own.")
    if not mark and folder.is_dir() and not (folder / _TURN).exists():
        others = [name for name in sorted(os.listdir(folder)) if not _is_left(folder / name)]
        if others:
            raise WrongUse(f"{folder} holds something else ({others[0]}): give --to a folder of its own.")


def _is_left(path: Path) -> bool:
    """Whether it is what an export left that was killed: a part, or a folder of parts."""
    if path.is_dir() and not path.is_symlink():
        return all(_OURS.fullmatch(one.name) for one in path.iterdir())
    return _OURS.fullmatch(path.name) is not None


def _finish(folder: Path) -> None:
    """Bring to an end what another process has begun, and take away what it left of what it had not."""
    if (folder / _TURN).exists():
        _take_turn(folder)
    for part in [*folder.glob("*" + atomic.PART), *folder.glob("*/*" + atomic.PART)]:
        if _OURS.fullmatch(part.name):
            part.unlink()


def _take_turn(folder: Path) -> None:
    mark, before = _read(folder / _TURN), _read(folder / MARK)
    if mark is None:  # cut off by a power cut, or edited: there is nothing to go on with
        (folder / _TURN).unlink()
        return
    for name in mark.files:
        with suppress(FileNotFoundError):
            atomic.part_of(folder / name).replace(folder / name)
    for name in set(before.files if before else ()) - set(mark.files):
        (folder / name).unlink(missing_ok=True)
    _drop_empty(folder)
    os.sync()
    atomic.put_in_place(folder / _TURN, folder / MARK)


def _drop_empty(folder: Path) -> None:
    for place in folder.iterdir():
        if place.is_dir() and not place.is_symlink() and not any(place.iterdir()):
            place.rmdir()


def _read(path: Path) -> _Mark | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=_Mark)
    except (OSError, ValueError, RecursionError):
        return None


def _to_json(mark: _Mark) -> bytes:
    told: dict[str, Any] = msgspec.to_builtins(mark)
    return json.dumps(told, indent=1, sort_keys=True).encode() + b"\n"


def _digest(path: Path) -> tuple[str, int]:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest(), path.stat().st_size
