"""Parquet: each table in files of bounded size, sorted, typed and described.

A row group holds so many bytes, not so many rows: one text may be a megabyte. zstd, level 3.
"""

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.export.base import Order, Report
from pipelines.export.selection import CorpusView
from pipelines.export.staged import Staged, staged
from pipelines.export.tables import Kind, Table

SHARD = 500_000_000
"""The most bytes of a file."""

_GROUP = 16_000_000  # bytes of texts and all in a row group, before they are compressed
_ROWS = 20_000  # the most rows of one
_EACH = 200  # bytes that a row takes beside its texts, roughly
_LAYOUT = 1  # of what is written: a new number has everybody's export written again
_TYPES = {
    Kind.TEXT: pa.string(),
    Kind.WHOLE: pa.int64(),
    Kind.REAL: pa.float64(),
    Kind.FLAG: pa.bool_(),
    Kind.MOMENT: pa.timestamp("ms", tz="UTC"),
    Kind.LIST: pa.list_(pa.string()),
}
_LONG = {"text", "title", "stated_in"}  # whose values repeat too seldom for a dictionary, and need no statistics
_SORTED = {
    "versions": ("site", "first_timestamp"),
    "captures": ("site", "timestamp"),
    "changes": ("site", "to_version"),
    "documents": ("site",),
}


def export_parquet(corpus: CorpusView, order: Order) -> Report:
    """Write all tables to a folder. Raises WrongUse, RecordingFailed."""
    with staged(order.to, "parquet") as files:
        fingerprint = corpus.fingerprint("parquet", _LAYOUT, pa.__version__)
        if files.has(fingerprint):
            return Report(files=files.count)
        for table in corpus.tables:
            write_table(corpus, table, files, "")
        return files.take_places(fingerprint)


def write_table(corpus: CorpusView, table: Table, files: Staged, folder: str, shard: int = SHARD) -> list[str]:
    """Write one table below `folder` (empty, or with a slash at its end). Returns the names of its files."""
    shards = _Shards(table, files, folder, shard)
    try:
        for rows in _groups(corpus, table):
            shards.write(rows)
    finally:
        shards.close()
    return shards.names


def _groups(corpus: CorpusView, table: Table) -> Iterator[list[list[Any]]]:
    """The rows of a table in groups of bounded size; one group without rows where there are none."""
    group: list[list[Any]] = []
    size, is_empty = 0, True
    for row in corpus.rows(table):
        group.append(table.values(row))
        size += _EACH + sum(len(value) for value in row if isinstance(value, str))
        if size >= _GROUP or len(group) >= _ROWS:
            yield group
            group, size, is_empty = [], 0, False
    if group or is_empty:
        yield group


def schema_of(table: Table) -> pa.Schema:
    """The schema, with what the table and each column is as metadata."""
    fields = [
        pa.field(column.name, _TYPES[column.kind], metadata={"description": column.description})
        for column in table.columns
    ]
    about = {column.name: column.description for column in table.columns}
    return pa.schema(fields, metadata={"description": table.description, "columns": json.dumps(about)})


class _Shards:
    """Files of one table; a new one is begun before one would grow too large."""

    def __init__(self, table: Table, files: Staged, folder: str, shard: int) -> None:
        self.names: list[str] = []
        self._table = table
        self._schema = schema_of(table)
        self._files = files
        self._folder = folder
        self._shard = shard
        self._sink: pa.NativeFile | None = None
        self._writer: pq.ParquetWriter | None = None

    def write(self, rows: list[list[Any]]) -> None:
        columns = zip(*rows, strict=True) if rows else ([] for _ in self._schema)
        arrays = [pa.array(values, field.type) for values, field in zip(columns, self._schema, strict=True)]
        batch = pa.Table.from_arrays(arrays, schema=self._schema)
        if self._sink and self._sink.tell() + batch.nbytes > self._shard:
            self.close()
        writer = self._writer or self._begin()
        writer.write_table(batch, row_group_size=max(len(rows), 1))

    def _begin(self) -> pq.ParquetWriter:
        name = f"{self._folder}{self._table.name}-{len(self.names):05}.parquet"
        self.names.append(name)
        path: Path = self._files.part(name)
        self._sink = pa.OSFile(str(path), "wb")
        short = [column.name for column in self._table.columns if column.name not in _LONG]
        self._writer = pq.ParquetWriter(
            self._sink,
            self._schema,
            compression="zstd",
            compression_level=3,
            use_dictionary=[name for name in short if self._schema.field(name).type == pa.string()],
            write_statistics=short,
            sorting_columns=pq.SortingColumn.from_ordering(
                self._schema, [(name, "ascending") for name in _SORTED.get(self._table.name, ())]
            ),
            write_page_index=True,
        )
        return self._writer

    def close(self) -> None:
        writer, sink, self._writer, self._sink = self._writer, self._sink, None, None
        try:
            if writer:
                writer.close()
        finally:
            if sink:
                with suppress(OSError):  # where the disk is full it says so once more
                    sink.close()
