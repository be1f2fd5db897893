"""The rows of an index: one sorted file, searched by halving, as the real archive keeps its own.

A line is `urlkey timestamp original mimetype statuscode digest length offset filename redirect truncated`, sorted by
its bytes. The file is mapped, so a million rows cost no memory; building sorts in runs of bounded size.
"""

import heapq
import itertools
import mmap
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from typing import IO, NamedTuple

_RUN = 100_000  # lines sorted in memory at a time
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
