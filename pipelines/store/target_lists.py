"""A target list once read, in a file: gone through as often as needed, whatever its length, in little memory; and its
lines in the corpus, each with the document that it stands for.

One JSON array a line: address, kind, variant, site, whether the documents are to be discovered, where it stands in
the list, and why it is passed over, if it is.
"""

import csv
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from io import StringIO
from itertools import chain, islice
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from pipelines.exceptions import RecordingFailed
from pipelines.items.captures import REPEAT, DocumentKey, Target

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


FORGOTTEN = "forgotten"


class GivenLines:
    """The lines of the list with that digest. Nothing is kept of one without, nor of one that is known already."""

    def __init__(self, db: Database, digest: str) -> None:
        self._db = db
        self._digest = digest
        self._number = 0
        known = db.execute("SELECT 1 FROM target WHERE list_digest = ? LIMIT 1", [digest]).fetchone()
        self._is_new = bool(digest) and not known
        db.execute("CREATE TEMP TABLE IF NOT EXISTS line_asked (key TEXT PRIMARY KEY, document_id INTEGER)")
        db.execute("DELETE FROM line_asked")

    def add(self, target: Target, problem: str, document_id: int | None, urlkey: Callable[[str], str]) -> None:
        """Keep the next line. A repeat stands for the document of the line that it repeats."""
        if not self._is_new:
            return
        self._number += 1
        if document_id is not None:
            key = f"{target.document.kind} {urlkey(target.url)}"
            self._db.execute("INSERT OR IGNORE INTO line_asked VALUES (?, ?)", [key, document_id])
        elif problem == REPEAT:
            key = f"{target.document.kind} {urlkey(target.url)}"
            found = self._db.execute("SELECT document_id FROM line_asked WHERE key = ?", [key]).fetchone()
            document_id, problem = (found[0], "") if found else (None, problem)
        name, _, line = target.source.rpartition(":")
        self._db.execute(
            "INSERT INTO target (list_digest, number, list, line, address, document_id, problem) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            [self._digest, self._number, _sound(name) or target.url, int(line or 1), target.url, document_id, problem],
        )


def _sound(name: str) -> str:
    """A file name that is not UTF-8 as it can be kept."""
    return name.encode("utf-8", "replace").decode()
