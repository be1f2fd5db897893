"""What the last export of a corpus to its own `text` folder left, so that one with nothing new reads neither texts nor
manifest.

It is kept beside that folder. Where it is missing, damaged or does not fit, an export is done as if there were none.
"""

import hashlib
import os
from contextlib import suppress
from pathlib import Path

import msgspec
from msgspec import Struct

from pipelines.export.files import Counts
from pipelines.export.manifest import MANIFEST
from pipelines.formats import atomic
from pipelines.store.selection import VERSION_COLUMNS

STATE = ".exported"


class _Left(Struct):
    """What was exported, and what lay in the folder afterwards."""

    standing: str
    folder: str
    files: int
    stay: int


class LastExport:
    """The last export to `folder`, kept in `place`; `standing` tells what is to be exported now, and how."""

    def __init__(self, place: Path, folder: Path, standing: str) -> None:
        self._state = place / STATE
        self._folder = folder
        told = f"{standing} {' '.join(VERSION_COLUMNS)}"
        self._standing = hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()

    def counts(self) -> Counts | None:
        """What an export would count, where it would change nothing; else None."""
        try:
            left = msgspec.json.decode(self._state.read_bytes(), type=_Left)
            if left.standing == self._standing and left.folder == _seen_in(self._folder):
                return Counts(files=left.files, stay=left.stay)
        except (OSError, ValueError):
            return None
        return None

    def keep(self, counts: Counts) -> None:
        """Remember an export that has just been done. It only spares work: where it cannot be kept, nothing is lost."""
        with suppress(OSError):
            left = _Left(self._standing, _seen_in(self._folder), counts.files, counts.stay)
            atomic.write_whole(self._state, [msgspec.json.encode(left)], durable=False)


def _seen_in(folder: Path) -> str:
    """A digest of the manifest's size and time, and of all names in the folder: files that were taken away, parts that
    were left behind. Raises OSError."""
    manifest = (folder / MANIFEST).stat()
    seen = hashlib.sha256(f"{manifest.st_size} {manifest.st_mtime_ns} {manifest.st_ino}\n".encode())
    for place, folders, files in os.walk(folder):
        folders.sort()
        seen.update(f"{place.removeprefix(str(folder))!r} {sorted(files)!r}\n".encode("utf-8", "surrogatepass"))
    return seen.hexdigest()
