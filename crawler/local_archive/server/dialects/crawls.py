"""The crawls of a Common Crawl of one's own: the captures of a folder, one crawl for each year in which there are any.

A record is one gzip member there: files that are not packed so are packed anew while an index is made.
"""

import gzip
import tempfile
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from crawler.local_archive.server.blocks import Blocks, Paging
from crawler.local_archive.server.dialects.holdings import Holdings
from crawler.local_archive.server.held_files import HeldFiles
from crawler.local_archive.server.playback import joined
from crawler.local_archive.server.queries import iso, seconds
from crawler.local_archive.server.row_forms import Fields, fields_of
from crawler.local_archive.server.rows import Row, SortedLines
from pipelines.items.captures import EMPTY_DIGEST

PAGING = Paging(blocks=5)
_SEGMENT = "segments/1"
_FIRST_WEEKLY = "2013"  # before, a crawl was named after its year


class Crawl:
    """One crawl: its name, its first and last second as ISO 8601, and its index."""

    def __init__(self, lines: Iterable[bytes], paging: Paging) -> None:
        self.index = SortedLines(lines)
        self.blocks = Blocks(self.index, paging)
        times = [line.split(b" ", 2)[1].decode() for _, line in self.index.lines(0, self.index.size)]
        first, last = min(times), max(times)
        self.first, self.last, self.name = iso(first), iso(last), _name(first)

    def fields(self, row: Row) -> Fields:
        """A row as Common Crawl shows it. A revisit without the digest of a body is one of a 304."""
        fields: Fields = {}
        for name, text in fields_of(row).items():
            fields[name] = text
            if name == "mime":
                fields["mime-detected"] = "application/octet-stream" if row.is_revisit else text
        if row.is_revisit and row.digest in (EMPTY_DIGEST, "-"):
            fields = {name: text for name, text in fields.items() if name != "digest"} | {"status": "304"}
        fields["filename"] = f"crawl-data/{self.name}/{_SEGMENT}/{_subset(row)}/{row.filename}"
        if row.redirect != "-":
            fields["redirect"] = joined(row.original, row.redirect)
        return fields | ({"truncated": row.truncated} if row.truncated != "-" else {})


class Crawls:
    """All crawls of `held`, newest first, and the files their records lie in."""

    def __init__(self, held: Holdings) -> None:
        self._packed = tempfile.TemporaryDirectory(prefix="crawls-")
        self._files: dict[str, Path] = {}
        by_year = SortedLines(self._lines(held))
        years = sorted({line[:4] for _, line in by_year.lines(0, by_year.size)}, reverse=True)
        crawls = [Crawl(_of_year(by_year, year), held.paging or PAGING) for year in years]
        by_year.close()
        self.all = {crawl.name: crawl for crawl in crawls}

    def _lines(self, held: Holdings) -> Iterator[bytes]:
        """The lines of all rows that a crawl may hold, each behind its year."""
        with _Packer(held.index.files, Path(self._packed.name)) as packer:
            for row in _held_rows(held):
                stored = packer.stored(row)
                self._files.setdefault(stored.filename, packer.path(stored))
                yield row.timestamp[:4].encode() + b" " + stored.line

    def file(self, path: str) -> Path | None:
        """The file behind a path of the form `crawl-data/...`; None where there is none."""
        parts = path.split("/", 5)
        if len(parts) != 6 or parts[1] not in self.all or "/".join(parts[2:4]) != _SEGMENT:
            return None
        return self._files.get(parts[5])

    def close(self) -> None:
        """Gives back what was packed."""
        for crawl in self.all.values():
            crawl.index.close()
        self._packed.cleanup()


class _Packer:
    """Puts the records of files that are no gzip members into files that are."""

    def __init__(self, files: HeldFiles, target: Path) -> None:
        self._files = files
        self._target = target
        self._open: dict[str, tuple[IO[bytes], IO[bytes] | None]] = {}

    def __enter__(self) -> "_Packer":
        return self

    def __exit__(self, *_: object) -> None:
        for source, packed in self._open.values():
            source.close()
            if packed:
                packed.close()

    def stored(self, row: Row) -> Row:
        """The row with the place of its gzip member."""
        source, packed = self._opened(row.filename)
        if packed is None:
            return row
        source.seek(int(row.offset))
        member = gzip.compress(source.read(int(row.length)), 1, mtime=0)
        offset = packed.tell()
        packed.write(member)
        return row._replace(filename=f"{row.filename}.gz", offset=str(offset), length=str(len(member)))

    def path(self, row: Row) -> Path:
        """Where the member of a row that `stored` gave lies."""
        packed = self._target / row.filename.replace("/", "%2F")
        return packed if packed.exists() else self._files.path(row.filename)

    def _opened(self, name: str) -> tuple[IO[bytes], IO[bytes] | None]:
        if name not in self._open:
            source = self._files.path(name).open("rb")
            is_packed = source.read(2) == b"\x1f\x8b"
            packed = None if is_packed else (self._target / f"{name.replace('/', '%2F')}.gz").open("wb")
            self._open[name] = (source, packed)
        return self._open[name]


def _held_rows(held: Holdings) -> Iterator[Row]:
    for _, line in held.index.lines(0, held.index.size):
        row = Row.parse(line)
        if row.is_playable and not held.is_blocked(row.urlkey):
            yield row


def _of_year(by_year: SortedLines, year: bytes) -> Iterator[bytes]:
    start, stop = by_year.find(year + b" "), by_year.find(year + b"!")
    return (line[len(year) + 1 :] for _, line in by_year.lines(start, stop))


def _name(first: str) -> str:
    week = datetime.fromtimestamp(seconds(first), UTC).strftime("%V")
    return f"CC-MAIN-{first[:4]}-{week}" if first[:4] >= _FIRST_WEEKLY else f"CC-MAIN-{first[:4]}"


def _subset(row: Row) -> str:
    if row.urlkey.endswith(")/robots.txt"):
        return "robotstxt"
    return "warc" if row.statuscode == "200" else "crawldiagnostics"
