"""The book of a corpus's own WARC files: every name ever given, and what the file held when it was closed.

A name is in the book, with what the file begins with, before there is a file: nothing that is found in the folder
later is taken for our own because it says so. No name is given twice, also of files that are gone, since an old copy of
the corpus may still hold another file under it. Each new file tells in its warcinfo the digests of those closed since
the last one, so that the files vouch for each other where the database is lost.
"""

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from pipelines.store.file_book import CLOSED, OPEN, Book, Entry
from pipelines.warc.files import place_of, serial_of


def last_serial(book: Book, run: str) -> int:
    """The highest serial number that a file of `run` ever had."""
    return max((serial_of(run, file) for file in book.names_of(run)), default=0)


def close_left_open(book: Book, folder: Path, cut: str = "") -> None:
    """What a process that is no more has left open is whole now, and so is the file that was `cut`."""
    for file in book.left_open(cut):
        if (folder / file).is_file():
            book.close(file, *sized(folder / file))


def fits(path: Path, entry: Entry) -> bool:
    """Whether a file holds what is known of it: all of it, or, of one that is open, what it begins with."""
    if entry.state != OPEN and _size(path) != entry.size:
        return False
    return sized(path, entry.size) == (entry.size, entry.digest)


def sized(path: Path, most: int = 1 << 62) -> tuple[int, str]:
    """How many bytes a file holds, and their SHA-256; of the first `most`. (0, "") where it cannot be read."""
    digest, size = hashlib.sha256(), 0
    try:
        with path.open("rb") as file:
            for chunk in _chunks(file, most):
                digest.update(chunk)
                size += len(chunk)
    except OSError:
        return 0, ""
    return size, digest.hexdigest()


def _chunks(file: BinaryIO, most: int) -> Iterator[bytes]:
    while most > 0 and (chunk := file.read(min(1 << 20, most))):
        most -= len(chunk)
        yield chunk


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return -1


def closed_now(folder: Path, files: Iterable[str]) -> dict[str, Entry]:
    """Entries of files as they stand."""
    found = {file: sized(place_of(folder, file)) for file in files}
    return {file: Entry(digest, size, CLOSED) for file, (size, digest) in found.items()}


def renamed(folder: Path, files: Iterable[str], entries: dict[str, Entry]) -> dict[str, Entry]:
    """Entries of closed files that lie under another name than theirs: what they hold tells."""
    missing = {(one.size, one.digest): one for file, one in entries.items() if not place_of(folder, file).exists()}
    sizes = {one.size for one in missing.values() if one.state == CLOSED}
    strange = (file for file in files if file not in entries and _size(place_of(folder, file)) in sizes)
    found = {file: missing.get(sized(place_of(folder, file))) for file in strange}
    return {file: entry for file, entry in found.items() if entry}
