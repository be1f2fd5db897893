"""The manifest of an export: one JSON object a line for each file, those of a document together.

Read and written as a stream: of the old one only where each folder's lines lie is held in memory.
"""

import json
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, Self

import msgspec
from msgspec import Meta, Struct

MANIFEST = "manifest.jsonl"

Entry = dict[str, Any]

_LONGEST = 255  # bytes of a file's name


class _Line(Struct):
    """What is used of an old manifest's line, which may have been edited, or damaged."""

    path: Annotated[str, Meta(pattern=r"\A[^\x00]+\Z", max_length=1000)]
    first_timestamp: str = ""
    held_timestamp: str = ""
    sha256: str = ""
    style: str = ""
    replaces: list[str] = []


class OldManifest:
    """The manifest an earlier export left; empty where there is none. Lines it cannot use are passed over."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb") if path.is_file() else None
        self._lines: dict[str, list[int]] = {}
        for offset, entry in self._entries():
            self._lines.setdefault(_folder_of(entry), []).append(offset)

    def _entries(self) -> Iterator[tuple[int, Entry]]:
        if self._file is None:
            return
        offset = 0
        for line in self._file:
            if entry := _entry(line):
                yield offset, entry
            offset += len(line)

    def take(self, folder: str) -> list[Entry]:
        """The entries of a folder, which is then no longer left."""
        entries = []
        for offset in self._lines.pop(folder, []):
            assert self._file is not None
            self._file.seek(offset)
            if entry := _entry(self._file.readline()):
                entries.append(entry)
        return entries

    def left(self) -> list[str]:
        """Folders nobody took: their documents have no versions any more."""
        return sorted(self._lines)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()


def entries(path: Path) -> Iterator[Entry]:
    """All entries of a manifest; lines that are none are passed over."""
    with path.open("rb") as file:
        yield from (entry for line in file if (entry := _entry(line)))


def _entry(line: bytes) -> Entry | None:
    try:
        entry = msgspec.json.decode(line, type=Entry)
        msgspec.convert(entry, _Line)
    except (ValueError, RecursionError):
        return None
    return entry if _is_inside(entry["path"]) else None


def _is_inside(path: str) -> bool:
    """Whether a path leads below the export and can be that of a file: an export removes files that an old manifest
    names."""
    parts = PurePosixPath(path).parts
    return not path.startswith("/") and ".." not in parts and all(len(part.encode()) <= _LONGEST for part in parts)


def _folder_of(entry: Entry) -> str:
    return str(PurePosixPath(entry["path"]).parent)


def to_line(entry: Entry) -> str:
    return json.dumps(entry, ensure_ascii=False, sort_keys=True) + "\n"
