"""The one way in which a file is written that others read: whole or not at all, and for good once it is there.

What is not whole yet lies under a name that ends in `.part`; it takes its own name in one rename, and is taken away
where the writing fails. Every byte that does not go through SQLite goes through `write`. All raise OSError.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

PART = ".part"

_CHUNK = 1 << 20


def part_of(path: Path) -> Path:
    """Where a file lies before it takes its name."""
    return path.with_name(path.name + PART)


def write_whole(path: Path, pieces: Iterable[bytes], *, durable: bool = True) -> None:
    """Write a file in the place of any before. It outlasts a power cut when this returns, unless not `durable`."""
    part = part_of(path)
    write_part(part, pieces, durable=durable)
    try:
        put_in_place(part, path, durable=durable)
    except OSError:
        _remove(part)
        raise


def copy_whole(source: Path, path: Path) -> None:
    """The same, of what another file holds. The folder is made where there is none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, _chunks(source))


def _chunks(source: Path) -> Iterator[bytes]:
    with source.open("rb") as file:
        while chunk := file.read(_CHUNK):
            yield chunk


def write_part(part: Path, pieces: Iterable[bytes], *, durable: bool = True) -> None:
    """Write a file that is still to take its name. Not `durable`: the caller waits for the disk once for many."""
    try:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o644)
        try:
            for piece in pieces:
                write(descriptor, piece)
            if durable:
                os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except BaseException:
        _remove(part)
        raise


def _remove(part: Path) -> None:
    with suppress(OSError):
        part.unlink(missing_ok=True)


def write(descriptor: int, data: bytes) -> None:
    """Write all of it, however little the system takes at a time."""
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def put_in_place(part: Path, path: Path, *, durable: bool = True) -> None:
    """Let a whole file take its name; it stays where that fails."""
    os.replace(part, path)
    if durable:
        sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Be sure that names that are new, and that others are gone, outlast a power cut, too."""
    sync(folder)


def sync(path: Path) -> None:
    """Be sure that what a file or a folder holds outlasts a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
