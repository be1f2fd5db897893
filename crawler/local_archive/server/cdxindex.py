"""The index of an embedded archive: one sorted CDX file, searched by halving, as the real archive keeps its own.

A line is `urlkey timestamp original mimetype statuscode digest length offset filename redirect truncated`, sorted by
its bytes. The file is mapped, so a million rows cost no memory; building sorts in runs of bounded size.
"""

import base64
import hashlib
import heapq
import itertools
import json
import mmap
import os
import tempfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import IO, NamedTuple
from urllib.parse import quote

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecord

from pipelines.formats.surt import urlkey

_RUN = 100_000  # lines sorted in memory at a time
_WARC_ENDINGS = (".warc", ".warc.gz")
_BESIDE = ("blocked.txt", "targets.txt", "targets.csv")  # what a sample archive has beside its WARC files
NO_FILE = "-"


class Row(NamedTuple):
    """One line of the index, all text. `filename` is `-` where there is no record to replay.

    `redirect` is the Location of a redirect and `truncated` the reason that a record was cut for, `-` elsewhere.
    """

    urlkey: str
    timestamp: str
    original: str
    mimetype: str
    statuscode: str
    digest: str
    length: str
    offset: str
    filename: str
    redirect: str = "-"
    truncated: str = "-"

    @property
    def line(self) -> bytes:
        """The line of this row; `parse` is the way back."""
        fields = [field.replace(" ", "%20").replace("\n", "").replace("\r", "") or "-" for field in self]
        return " ".join(fields).encode("utf-8", "replace") + b"\n"

    @classmethod
    def parse(cls, line: bytes) -> "Row":
        return cls(*line.decode("utf-8", "replace").rstrip("\n").split(" "))

    @property
    def is_playable(self) -> bool:
        return self.filename != NO_FILE

    @property
    def is_revisit(self) -> bool:
        return self.mimetype == "warc/revisit"


class SortedLines:
    """Lines of an index, sorted by their bytes and mapped from a file that has no name. Each ends with a newline."""

    def __init__(self, lines: Iterable[bytes]) -> None:
        self._data: mmap.mmap | bytes = b""
        with tempfile.TemporaryFile(prefix="cdx-") as file:
            _write_sorted(iter(lines), file)
            self.size = file.tell()
            if self.size:  # the map outlives the file
                self._data = mmap.mmap(file.fileno(), self.size, access=mmap.ACCESS_READ)

    def close(self) -> None:
        if isinstance(self._data, mmap.mmap):
            self._data.close()

    def find(self, key: bytes) -> int:
        """The offset of the first line that is not less than `key`."""
        low, high = 0, self.size
        while low < high:
            start = self._data.rfind(b"\n", 0, (low + high) // 2) + 1
            end = self._data.find(b"\n", start) + 1
            if self._data[start:end] < key:
                low = end
            else:
                high = start
        return low

    def lines(self, start: int, stop: int) -> Iterator[tuple[int, bytes]]:
        """Offset and bytes of each line that begins in [start, stop)."""
        while start < stop:
            end = self._data.find(b"\n", start) + 1
            yield start, self._data[start:end]
            start = end

    def lines_back(self, start: int, stop: int) -> Iterator[tuple[int, bytes]]:
        """The same from the last to the first."""
        while start < stop:
            begin = self._data.rfind(b"\n", 0, stop - 1) + 1
            yield begin, self._data[begin:stop]
            stop = begin

    def rows_of(self, key: str) -> list[Row]:
        """All rows of one urlkey, by time."""
        head = key.encode()
        return [Row.parse(line) for _, line in self.lines(self.find(head + b" "), self.find(head + b"!"))]

    def rows_with_digest(self, digest: str) -> Iterator[Row]:
        """All rows anywhere that carry this digest."""
        needle, at = f" {digest} ".encode(), -1
        while (at := self._data.find(needle, at + 1)) >= 0:
            start = self._data.rfind(b"\n", 0, at) + 1
            yield Row.parse(self._data[start : self._data.find(b"\n", at)])


class CdxIndex(SortedLines):
    """Every capture in a folder of `*.warc`, `*.warc.gz`, `*.cdx` and `*.cdxj` files.

    Index files are read for WARC files that are not there: such rows are listed but cannot be replayed.
    `skipped` counts the lines of index files that are no rows, and the WARC files with a damaged end; `left_out` names
    the files of other kinds, below `folder`.
    """

    def __init__(self, folder: Path) -> None:
        self.skipped = 0
        self.left_out: list[str] = []
        super().__init__(self._lines_of(folder))

    def _lines_of(self, folder: Path) -> Iterator[bytes]:
        os.listdir(folder)  # rglob passes over a folder that is not there or closed to us
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        warcs = {path.name for path in files if path.name.lower().endswith(_WARC_ENDINGS)}
        for path in files:
            if path.name in warcs:
                yield from self._rows_of_warc(path, quote(str(path.relative_to(folder)), errors="surrogateescape"))
            elif path.suffix in (".cdx", ".cdxj"):
                yield from self._rows_of_index(path, warcs)
            elif path.name not in _BESIDE:
                self.left_out.append(str(path.relative_to(folder)))

    def _rows_of_warc(self, path: Path, name: str) -> Iterator[bytes]:
        with path.open("rb") as file:
            records = ArchiveIterator(file)
            try:
                for record in records:
                    if record.rec_type in ("response", "revisit") and record.http_headers is not None:
                        row = _from_record(record, name, records.get_record_offset())
                        yield row._replace(length=str(records.get_record_length())).line
            except (ArchiveLoadFailed, AttributeError, ValueError, zlib.error):  # torn: what came before is whole
                self.skipped += 1

    def _rows_of_index(self, path: Path, warcs: set[str]) -> Iterator[bytes]:
        read = _from_cdxj if path.suffix == ".cdxj" else _from_cdx
        with path.open(encoding="utf-8", errors="replace") as lines:
            for line in lines:
                row = read(line)
                if row is None:
                    self.skipped += 0 if line.isspace() or line.startswith((" CDX", "!")) else 1
                elif row.filename not in warcs:
                    yield row._replace(offset="-", filename=NO_FILE).line


def _write_sorted(lines: Iterator[bytes], target: IO[bytes]) -> None:
    """Sorts any number of lines with the memory of one run."""
    with ExitStack() as stack:
        runs: list[IO[bytes]] = []
        while run := sorted(itertools.islice(lines, _RUN)):
            file = stack.enter_context(tempfile.TemporaryFile(prefix="cdx-run-"))
            file.writelines(run)
            file.seek(0)
            runs.append(file)
        target.writelines(heapq.merge(*runs))
    target.flush()


def _from_record(record: ArcWarcRecord, filename: str, offset: int) -> Row:
    headers, revisit = record.rec_headers, record.rec_type == "revisit"
    original = headers.get_header("WARC-Target-URI").strip("<>")
    mimetype = (record.http_headers.get_header("Content-Type") or "unk").partition(";")[0].strip()
    return Row(
        urlkey=urlkey(original),
        timestamp=_timestamp(headers.get_header("WARC-Date")),
        original=original,
        mimetype="warc/revisit" if revisit else mimetype,
        statuscode="-" if revisit else record.http_headers.get_statuscode(),
        digest=_digest(record),
        length="-",
        offset=str(offset),
        filename=filename,
        redirect=record.http_headers.get_header("Location") or "-",
        truncated=headers.get_header("WARC-Truncated") or "-",
    )


def _timestamp(date: str) -> str:
    return datetime.fromisoformat(date).strftime("%Y%m%d%H%M%S")


def _digest(record: ArcWarcRecord) -> str:
    named: str = record.rec_headers.get_header("WARC-Payload-Digest") or ""
    if named.lower().startswith("sha1:"):
        return named[5:]
    return base64.b32encode(hashlib.sha1(record.raw_stream.read(), usedforsecurity=False).digest()).decode()


def _from_cdx(line: str) -> Row | None:
    """A line of 7 columns, as the CDX server prints them, or of 9 or 11 as index tools do."""
    columns = line.split()
    if len(columns) not in (7, 9, 11) or not columns[1].isdigit():
        return None
    length = {7: columns[6], 9: "-", 11: columns[-3]}[len(columns)]
    filename = "-" if len(columns) == 7 else columns[-1]
    return Row._make([*columns[:6], length, "-", filename, "-", "-"])


def _from_cdxj(line: str) -> Row | None:
    try:
        _, timestamp, text = line.split(" ", 2)
        values = json.loads(text)
        url, mime = str(values["url"]), str(values.get("mime", "unk"))
        status = "-" if mime == "warc/revisit" else str(values.get("status", "-"))
        digest = str(values.get("digest", "-")).removeprefix("sha1:")
        length, filename = str(values.get("length", "-")), str(values.get("filename", "-"))
        return Row(urlkey(url), timestamp, url, mime, status, digest, length, "-", filename)
    except (ValueError, KeyError, AttributeError):
        return None
