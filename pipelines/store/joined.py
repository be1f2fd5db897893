"""One corpus, or several that are read as one: their rows come in the order in which one corpus would give them.

A site is in one shard alone, so what stands in the order of sites is put together row by row, with one row of each
shard in memory. Ids of rows never leave a database: here each tells of its shard, too (`id * shards + shard`).
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from heapq import merge
from itertools import pairwise
from operator import itemgetter
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from pipelines.exceptions import WrongUse
from pipelines.items.captures import DocumentKey, WarcLocation
from pipelines.store import selection as store
from pipelines.store.catalogue import is_catalogue, missing_shards, shards_in
from pipelines.store.corpus_names import own_name
from pipelines.store.database import open_for_reading
from pipelines.store.readings import latest_reader
from pipelines.store.selection import Row, Selection

log = logging.getLogger(__name__)

_NUL = ""  # stands for NULL, which sorts first


@dataclass(frozen=True, slots=True)
class Shard:
    """A corpus: its database, opened, and its folder."""

    db: Database
    folder: Path


class Joined:
    """Some corpora as one. Reading only; whoever opened the databases closes them."""

    def __init__(self, shards: Sequence[Shard]) -> None:
        self.shards = tuple(shards)

    @property
    def dbs(self) -> list[Database]:
        return [shard.db for shard in self.shards]

    def versions(self, selection: Selection, *, texts: bool = True) -> Iterator[Row]:
        """As `selection.versions`."""
        rows = [store.versions(db, selection, texts=texts) for db in self.dbs]
        return self._in_order(map(self._numbered_last, range(len(rows)), rows), itemgetter(0))

    def versions_by_document(self, selection: Selection) -> Iterator[Row]:
        """As `selection.versions_by_document`."""
        rows = [store.versions_by_document(db, selection) for db in self.dbs]
        return self._in_order(map(self._numbered_last, range(len(rows)), rows), itemgetter(0))

    def rows_of(self, view: str, selection: Selection) -> Iterator[Row]:
        """As `selection.rows_of`."""
        names = [name for name, _ in self.columns_of(view)]
        places = itemgetter(*map(names.index, store.order_of(view)))

        def key(row: Row) -> tuple[object, ...]:
            return tuple(_NUL if value is None else value for value in places(row))

        return self._in_order((store.rows_of(db, view, selection) for db in self.dbs), key)

    def columns_of(self, view: str) -> list[tuple[str, str]]:
        """As `selection.columns_of`."""
        return store.columns_of(self.dbs[0], view)

    def timeline(self, selection: Selection) -> Iterator[Row]:
        """As `selection.timeline`."""
        rows = [store.timeline(db, selection) for db in self.dbs]
        return self._in_order(map(self._numbered_first, range(len(rows)), rows), itemgetter(5, 1, 2, 3, 4))

    def one_version(self, document_id: int, number: int) -> Row:
        """As `selection.one_version`, of a document that the timeline named."""
        own_id, shard = divmod(document_id, len(self.shards))
        row = store.one_version(self.dbs[shard], own_id, number)
        return (*row[:-1], self._numbered(row[-1], shard))

    def location(self, capture_id: int) -> tuple[Path, WarcLocation]:
        """The `warc` folder in which the bytes of a capture lie, and where. Raises RecordingFailed."""
        own_id, shard = divmod(capture_id, len(self.shards))
        return self.shards[shard].folder / "warc", store.location(self.dbs[shard], own_id)

    def open_documents(self) -> Iterator[DocumentKey]:
        """As `selection.open_documents`, shard by shard."""
        return (document for db in self.dbs for document in store.open_documents(db))

    def urlkey_of(self, capture_id: int) -> str:
        """As `selection.urlkey_of`."""
        own_id, shard = divmod(capture_id, len(self.shards))
        return store.urlkey_of(self.dbs[shard], own_id)

    def close(self) -> None:
        """Let go of all databases."""
        for shard in self.shards:
            shard.db.close()

    def _in_order(self, rows: Any, key: Callable[[Row], Any]) -> Iterator[Row]:
        every = [*rows]
        return every[0] if len(every) == 1 else merge(*every, key=key)

    def _numbered(self, own_id: int, shard: int) -> int:
        return own_id * len(self.shards) + shard

    def _numbered_last(self, shard: int, rows: Iterator[Row]) -> Iterator[Row]:
        return rows if len(self.shards) == 1 else ((*row[:-1], self._numbered(row[-1], shard)) for row in rows)

    def _numbered_first(self, shard: int, rows: Iterator[Row]) -> Iterator[Row]:
        return rows if len(self.shards) == 1 else ((self._numbered(row[0], shard), *row[1:]) for row in rows)


def alone(db: Database, folder: Path = Path()) -> Joined:
    """One corpus."""
    return Joined([Shard(db, folder)])


def folders_of(path: Path) -> list[Path]:
    """The corpora that a CORPUS_DIR names: itself, or the shards of a catalogue. Raises WrongUse where one of these
    holds no corpus."""
    if not is_catalogue(path):
        return [path]
    folders = shards_in(path)
    if missing := missing_shards(folders):
        raise WrongUse(
            f"{path} names {missing[0]}, where there is no corpus{_more(missing)}: crawl or rebuild that shard, "
            "or mount its disk."
        )
    return folders


def _more(missing: Sequence[Path]) -> str:
    return f" (nor in {len(missing) - 1} more)" if len(missing) > 1 else ""


def open_joined(path: Path, open_one: Callable[[Path], Database] = open_for_reading) -> Joined:
    """Open the corpus in a folder, or the shards of a catalogue, for reading. Raises WrongUse where one is none or of
    another layout, or two hold the same site; RecordingFailed."""
    folders = folders_of(path)
    with ExitStack() as opened:
        shards = [Shard(opened.enter_context(closing(open_one(folder))), folder) for folder in folders]
        joined = Joined(shards)
        if len(shards) > 1:
            refuse_unlike(joined)
        opened.pop_all()
    return joined


def refuse_unlike(joined: Joined) -> None:
    """Raises WrongUse where shards are copies of one corpus, or hold the same site: its versions would stand side by
    side. That they were read by different readers is told."""
    _refuse_copies(joined.shards)
    sites = merge(*map(_sites, range(len(joined.shards)), joined.dbs))
    for (site, first), (other, second) in pairwise(sites):
        if site == other:
            a, b = joined.shards[first].folder, joined.shards[second].folder
            raise WrongUse(f"{site} is in two shards, {a} and {b}: make these one with `policy-corpus merge`.")
    readers = {latest_reader(db) for db in joined.dbs} - {""}
    if len(readers) > 1:
        log.warning("These shards were read by %d different readers: `rebuild --only-changed` on each.", len(readers))


def _sites(shard: int, db: Database) -> Iterator[tuple[str, int]]:
    return ((site, shard) for site in store.sites(db))


def _refuse_copies(shards: Sequence[Shard]) -> None:
    seen: dict[str, Path] = {}
    for shard in shards:
        if (name := own_name(shard.db)) in seen:
            raise WrongUse(f"{seen[name]} and {shard.folder} are copies of one corpus: name one of them.")
        seen[name] = shard.folder
