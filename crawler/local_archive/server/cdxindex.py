"""The index of an embedded archive: every capture in the files of a folder."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

from crawler.local_archive.server.held_files import HeldFiles
from crawler.local_archive.server.rows import NO_FILE, Row, SortedLines
from crawler.local_archive.server.warc_rows import WarcRows
from pipelines.formats.surt import urlkey


class CdxIndex(SortedLines):
    """Every capture in the archive files of a folder, and in its index files (`*.cdx`, `*.cdxj`) those of absent ones.

    The latter are listed but cannot be replayed. `skipped` counts the lines of index files that are no rows,
    and the archive files with a damaged end; `posted` the answers to forms, which are left out; `left_out` names the
    files that are not read, below `folder`. `files` leads from the name in a row to the file.
    """

    def __init__(self, folder: Path) -> None:
        os.listdir(folder)  # a folder that is not there or closed to us looks empty below
        self.skipped = 0
        self.files = HeldFiles(folder)
        self._warcs = WarcRows()
        try:
            super().__init__(self._lines())
        except BaseException:
            self.files.close()
            raise
        self.left_out = self.files.left_out
        self.skipped += self._warcs.torn + self.files.torn
        self.posted = self._warcs.posted

    def close(self) -> None:
        super().close()
        self.files.close()

    def _lines(self) -> Iterator[bytes]:
        for name, path in self.files.warcs():
            for row in self._warcs.read(name, path):
                yield row.line
        for path in self.files.indexes():
            yield from self._lines_of_index(path)

    def _lines_of_index(self, path: Path) -> Iterator[bytes]:
        read = _from_cdxj if path.suffix == ".cdxj" else _from_cdx
        with path.open(encoding="utf-8", errors="replace") as lines:
            for line in lines:
                row = read(line)
                if row is None:
                    self.skipped += 0 if line.isspace() or line.startswith((" CDX", "!")) else 1
                elif row.filename not in self.files.base_names:
                    yield row._replace(offset="-", filename=NO_FILE).line


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
    except (ValueError, KeyError, AttributeError, TypeError, RecursionError):
        return None
