"""A target list split by site: one list for each shard, and the catalogue that joins them. What `shard` calls.

A site's shard follows from its name and the number of shards alone: a list that has changed is split anew, and no site
changes its shard, in which its captures lie.
"""

import csv
import hashlib
import io
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from crawler.targets.target_list import COLUMNS, BadLine, read_targets
from pipelines.exceptions import RecordingFailed, WrongUse
from pipelines.formats import atomic
from pipelines.items.captures import Target
from pipelines.store.catalogue import shards_in, write_catalogue

CATALOGUE = "catalogue.toml"
MOST = 500  # shards: each list is open while the whole is read


@dataclass(frozen=True, slots=True)
class Split:
    """What came of it: targets in each shard's list, lines that are no targets, and the catalogue's path."""

    counts: tuple[int, ...]
    unusable: int
    catalogue: Path


def shard_of(site: str, shards: int) -> int:
    """The number of the shard to which a site belongs, from 0."""
    return int.from_bytes(hashlib.sha256(site.encode()).digest()[:8], "big") % shards


def names_of(shards: int) -> list[str]:
    """The names of the shards' folders, and of their lists but for `.csv`, in order."""
    return [f"shard-{number:0{len(str(shards))}}" for number in range(1, shards + 1)]


def split(source: str, shards: int, folder: Path, *, kind: str, complain: Callable[[str], object]) -> Split:
    """Split a list, or several with commas between, into as many lists in `folder`, and write their catalogue.

    A line that repeats another is left out. One that is no target is told to `complain` and stands in the first list,
    whose crawl keeps it as unusable. Raises WrongUse, also where the folder is split in another number; RecordingFailed
    where it cannot be written.
    """
    if not 1 <= shards <= MOST:
        raise WrongUse(f"--into {shards} is not possible: give a number of shards from 1 to {MOST}.")
    catalogue, names = folder / CATALOGUE, names_of(shards)
    _refuse_other_split(catalogue, names)
    targets = read_targets(source, kind=kind)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        counts, unusable = _write_lists(targets, [folder / f"{name}.csv" for name in names], complain)
    except OSError as error:
        raise RecordingFailed(f"Cannot write in {folder}: {error.strerror}. Make room, then start again.") from error
    if not catalogue.exists():
        write_catalogue(catalogue, names)
    return Split(tuple(counts), unusable, catalogue)


def _refuse_other_split(catalogue: Path, names: list[str]) -> None:
    if catalogue.exists() and (there := shards_in(catalogue)) != [catalogue.parent / name for name in names]:
        raise WrongUse(
            f"{catalogue} is of {len(there)} shards, and sites stay in theirs: split with --into {len(there)}, "
            "or give another folder with --to."
        )


def _write_lists(
    targets: Iterator[Target | BadLine], paths: list[Path], complain: Callable[[str], object]
) -> tuple[list[int], int]:
    counts, unusable = [0] * len(paths), 0
    try:
        with ExitStack() as opened:
            lists = [_List(opened.enter_context(atomic.part_of(path).open("wb"))) for path in paths]
            for target in targets:
                if isinstance(target, BadLine):
                    unusable += 1
                    complain(str(target))
                    lists[0].add(target.text, "", "")
                    continue
                shard = shard_of(target.document.site, len(paths))
                lists[shard].add(target.url, target.document.kind, target.document.variant)
                counts[shard] += 1
            for one in lists:
                one.keep()
    except BaseException:
        for path in paths:
            atomic.part_of(path).unlink(missing_ok=True)
        raise
    for path in paths:
        atomic.put_in_place(atomic.part_of(path), path)
    return counts, unusable


class _List:
    """The list of a shard, as it is written."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.add(*COLUMNS)

    def add(self, *cells: str) -> None:
        line = io.StringIO()
        csv.writer(line, lineterminator="\n").writerow(cells)
        self._file.write(line.getvalue().encode())

    def keep(self) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())
