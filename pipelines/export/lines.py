"""JSON lines and CSV: each table in one file, as text.

In JSON a moment is ISO 8601 in UTC, a list a list. In CSV (RFC 4180, with the line ends of Unix) a list is JSON, yes
and no are 1 and 0, and what is not known is empty, as an empty text is. Values stand as they are: a title may begin
with `=`, so let a spreadsheet take all columns as text.
"""

import csv
import io
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from pipelines.export.base import Order, Report
from pipelines.export.selection import CorpusView
from pipelines.export.staged import staged
from pipelines.export.tables import Kind, Table, iso
from pipelines.formats import atomic

if sys.version_info >= (3, 14):
    from compression.zstd import ZstdCompressor
else:
    from backports.zstd import ZstdCompressor

_LEVEL = 3


def packed(part: Path, blocks: Iterable[bytes], *, zstd: bool) -> None:
    """Write all blocks to a part, which the caller syncs. Raises OSError."""
    atomic.write_part(part, _compressed(blocks) if zstd else blocks, durable=False)


def _compressed(blocks: Iterable[bytes]) -> Iterator[bytes]:
    compressor = ZstdCompressor(level=_LEVEL)
    for block in blocks:
        yield compressor.compress(block)
    yield compressor.flush()


_LAYOUT = 1
_BLOCK = 1 << 20  # bytes that are written at once


def export_jsonl(corpus: CorpusView, order: Order) -> Report:
    """Write all tables to a folder, compressed by zstd unless they are to be plain."""
    ending = ".jsonl" if order.plain else ".jsonl.zst"
    return _export(corpus, order, "jsonl", ending, _json_lines)


def export_csv(corpus: CorpusView, order: Order) -> Report:
    """Write all tables to a folder."""
    return _export(corpus, order, "csv", ".csv", _csv_lines)


_Lines = Callable[[CorpusView, Table], Iterator[str]]


def _export(corpus: CorpusView, order: Order, name: str, ending: str, lines: _Lines) -> Report:
    with staged(order.to, name) as files:
        fingerprint = corpus.fingerprint(name, ending, _LAYOUT)
        if files.has(fingerprint):
            return Report(files=files.count)
        for table in corpus.tables:
            blocks = _blocks(lines(corpus, table))
            packed(files.part(table.name + ending), blocks, zstd=ending.endswith(".zst"))
        return files.take_places(fingerprint)


def _blocks(lines: Iterator[str]) -> Iterator[bytes]:
    waiting: list[bytes] = []
    size = 0
    for line in lines:
        waiting.append(line.encode())
        size += len(waiting[-1])
        if size >= _BLOCK:
            yield b"".join(waiting)
            waiting, size = [], 0
    yield b"".join(waiting)


def _json_lines(corpus: CorpusView, table: Table) -> Iterator[str]:
    encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
    for row in corpus.rows(table):
        yield encode(dict(zip(table.names, _plain(table, row), strict=True))) + "\n"


def _plain(table: Table, row: tuple[Any, ...]) -> list[Any]:
    values = table.values(row)
    return [
        iso(row[column.place]) if column.kind is Kind.MOMENT else value
        for column, value in zip(table.columns, values, strict=True)
    ]


def _csv_lines(corpus: CorpusView, table: Table) -> Iterator[str]:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(table.names)
    for row in corpus.rows(table):
        writer.writerow(
            [_cell(column.kind, value) for column, value in zip(table.columns, _plain(table, row), strict=True)]
        )
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue()


def _cell(kind: Kind, value: Any) -> Any:
    if kind is Kind.FLAG and value is not None:
        return int(value)
    return json.dumps(value, ensure_ascii=False) if kind is Kind.LIST else value
