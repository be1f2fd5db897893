"""A target list once read, in a file: gone through as often as needed, whatever its length, in little memory.

One JSON array a line: address, kind, variant, site, whether the documents are to be discovered, where it stands in
the list, and why it is passed over, if it is.
"""

import csv
import hashlib
import json
from collections.abc import Iterable, Iterator
from io import StringIO
from itertools import chain, islice
from pathlib import Path
from typing import Any

from pipelines.exceptions import RecordingFailed
from pipelines.items import DocumentKey, Target

_COLUMNS = ("target", "kind", "variant")
_LINES_A_RECORD = 10_000


class TargetFile:
    """The targets kept in the file at `path`, in their order."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, targets: Iterable[Target]) -> str:
        """Keep targets, in the place of any before. Returns a digest of them, "" where there is none to be followed.

        Raises RecordingFailed.
        """
        digest, is_empty = hashlib.sha256(), True
        try:
            with self.path.open("w", encoding="ascii") as file:
                for target in targets:
                    is_empty = is_empty and bool(target.problem)
                    row = _row(target)
                    digest.update(row.encode())
                    file.write(row)
        except OSError as error:
            raise RecordingFailed(
                f"Cannot write to {self.path}: {error.strerror}. Make room, or set TMPDIR."
            ) from error
        return "" if is_empty else digest.hexdigest()

    def __iter__(self) -> Iterator[Target]:
        """All lines of the list, those that are passed over, too."""
        for url, kind, variant, site, discover, source, problem in self._rows():
            yield Target(url, DocumentKey(site, kind, variant), discover, source, problem)

    def texts(self) -> Iterator[str]:
        """The list as CSV that can be read again, every target named whole, in pieces fit for one record each."""
        rows = (row[: len(_COLUMNS)] for row in self._rows() if not row[-1])
        for first in rows:
            text = StringIO()
            lines = chain((_COLUMNS, first), islice(rows, _LINES_A_RECORD - 1))
            csv.writer(text, lineterminator="\n").writerows(lines)
            yield text.getvalue()

    def _rows(self) -> Iterator[list[Any]]:
        with self.path.open(encoding="ascii") as file:
            yield from map(json.loads, file)


def _row(target: Target) -> str:
    key = target.document
    row = [target.url, key.kind, key.variant, key.site, target.discover, target.source, target.problem]
    return json.dumps(row) + "\n"
