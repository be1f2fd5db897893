"""A catalogue: a small file that names shards, corpora that are read together as one.

    catalogue = 1
    shards = ["shard-1", "shard-2"]

in TOML, or the same as a JSON object. Folders are named from where the catalogue lies, so that all of it can be moved.
A catalogue is somebody's word about other folders: it is checked, and nothing is ever written through it.
"""

import json
import tomllib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from pipelines.exceptions import RecordingFailed, WrongUse
from pipelines.formats import atomic
from pipelines.store.database import DATABASE

FORM = 1
LARGEST = 1 << 20  # bytes of a catalogue

_Folder = Annotated[str, Meta(pattern=r"\A[^\x00-\x1f\x7f]+\Z", max_length=4096)]


class _Catalogue(Struct, forbid_unknown_fields=True):
    catalogue: int
    shards: Annotated[list[_Folder], Meta(min_length=1, max_length=10_000)]


def is_catalogue(path: Path) -> bool:
    """Whether a CORPUS_DIR names a file, which then is to be a catalogue, and no folder."""
    return path.is_file()


def refuse_catalogue(path: Path) -> None:
    """Raises WrongUse where a catalogue is named for something that only one corpus can do."""
    if is_catalogue(path):
        raise WrongUse(f"{path} is a file: a catalogue is only read; to write, name the folder of one of its shards.")


def shards_in(path: Path) -> list[Path]:
    """The folders that a catalogue names, in its order. Raises WrongUse where it cannot be used, or names one twice."""
    try:
        with path.open("rb") as file:
            read = file.read(LARGEST + 1)
        if len(read) > LARGEST:
            raise WrongUse(f"{path} is no catalogue of shards: it is larger than {LARGEST} bytes.")
        found = msgspec.convert(_parsed(read), _Catalogue)
    except (OSError, ValueError, RecursionError) as error:  # of msgspec, tomllib, json and UTF-8, too
        raise WrongUse(f"{path} is no catalogue of shards ({_said(error)}): see docs/operations.md.") from error
    if found.catalogue != FORM:
        raise WrongUse(
            f"{path} is a catalogue of form {found.catalogue}, which this release does not know: upgrade it."
        )
    folders = [path.parent / name for name in found.shards]
    _refuse_repeats(path, folders)
    return folders


def _parsed(read: bytes) -> object:
    text = read.decode()
    return json.loads(text) if text.lstrip().startswith("{") else tomllib.loads(text)


def _said(error: Exception) -> str:
    return ascii(str(error.strerror if isinstance(error, OSError) else error))[1:-1][:200]


def _refuse_repeats(path: Path, folders: Sequence[Path]) -> None:
    seen: set[Path] = set()
    for folder in folders:
        if (place := folder.resolve()) in seen:
            raise WrongUse(f"{path} names {folder} twice: name each shard once, or its versions would count twice.")
        seen.add(place)


def missing_shards(folders: Iterable[Path]) -> list[Path]:
    """Those of the shards that hold no corpus yet."""
    return [folder for folder in folders if not (folder / DATABASE).is_file()]


def write_catalogue(path: Path, names: Sequence[str]) -> None:
    """Write a catalogue of shards, named from where it lies. Raises RecordingFailed."""
    lines = [f"catalogue = {FORM}", "shards = [", *(f"    {json.dumps(name)}," for name in names), "]", ""]
    try:
        atomic.write_whole(path, ["\n".join(lines).encode()])
    except OSError as error:
        raise RecordingFailed(f"Cannot write {path}: {error.strerror}. Make room, then start again.") from error
