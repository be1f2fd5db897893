"""WARC files of other programs written anew without some of their records; all others stay byte for byte."""

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from pipelines.formats import atomic
from pipelines.warc.files import stem_of
from pipelines.warc.members import Damage, Member, members

Goes = Callable[[int, str], bool]
"""Whether a record is to go, by its offset and its target address."""

_HEAD = 1 << 16
_CHUNK = 1 << 20
_NAMED = re.compile(rb"^(WARC-[A-Za-z-]+):[ \t]*<?([^\r\n>]*)>?[ \t]*\r?$", re.MULTILINE)
_TIES = ("warc-concurrent-to", "warc-refers-to")


@dataclass(frozen=True, slots=True)
class Sifted:
    """A file written anew, still a part: its name as that of the old one, and where each record of that lies now."""

    name: str
    moved: dict[int, tuple[int, int]]  # old offset -> new offset and length


def holds(path: Path, goes: Goes) -> bool:
    """Whether a file has a record that is to go. Raises OSError."""
    return any(gone for _, gone in _judged(path, goes))


def sift(folder: Path, name: str, path: Path, goes: Goes) -> Sifted:
    """Write the file `name` of a corpus's `warc` folder, which lies at `path`, anew. Raises OSError.

    The new name tells what it holds, so that the same file brought in twice and sifted twice is one.
    """
    moved: dict[int, tuple[int, int]] = {}
    digest = hashlib.sha256()
    part = atomic.part_of(folder / f"{name}.sifted")

    def pieces() -> Iterator[bytes]:
        end = 0
        for offset, length, until in _kept(path, goes):
            moved[offset] = (end, length)
            end += until - offset
            for piece in _bytes(path, offset, until):
                digest.update(piece)
                yield piece

    atomic.write_part(part, pieces())
    new = f"{stem_of(name)}-{digest.hexdigest()[:8]}{name[len(stem_of(name)) :]}"
    part.replace(atomic.part_of(folder / new))
    return Sifted(new, moved)


def _kept(path: Path, goes: Goes) -> Iterator[tuple[int, int, int]]:
    """Offset, length and where the next one begins, of each record that stays."""
    judged = [*((found.offset, found.length, gone) for found, gone in _judged(path, goes))]
    judged.append((path.stat().st_size, 0, True))
    for (offset, length, gone), (until, *_) in pairwise(judged):
        if not gone:
            yield offset, length, until


def _judged(path: Path, goes: Goes) -> Iterator[tuple[Member | Damage, bool]]:
    """Each record, and whether it goes: by itself, or because it tells of one that goes."""
    gone_ids: set[str] = set()
    for found in members(path, most=_HEAD):
        about = _about(found)
        gone = goes(found.offset, about.get("warc-target-uri", ""))
        gone = gone or any(about.get(tie) in gone_ids for tie in _TIES)
        if gone:
            gone_ids.add(about.get("warc-record-id", "none"))
        yield found, gone


def _about(found: Member | Damage) -> dict[str, str]:
    if isinstance(found, Damage):
        return {}
    head = re.split(rb"\r?\n\r?\n", found.data.getvalue(), maxsplit=1)[0]
    return {name.decode().lower(): value.decode("utf-8", "replace") for name, value in _NAMED.findall(head)}


def _bytes(path: Path, start: int, end: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(start)
        while start < end and (piece := file.read(min(_CHUNK, end - start))):
            start += len(piece)
            yield piece
