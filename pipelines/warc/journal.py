"""The journal: what became of captures, listings and documents, kept in WARC so that a rebuild finds it again.

Bytes do not tell that a capture was refused, passed over or found to be the same as another. Whatever changes in those
rows of the ledger is marked by triggers (schema.py) in `unwritten`, in the transaction that changes it. Before the next
record goes to WARC the marked rows are written there as they stand, one JSON object a line:

    {"capture": [timestamp, original, digest, statuscode], "archive", "urlkey", "mimetype", "length",
     "state", "stage", "reason", "same_as": [...] or null, "transient", "attempts", "next_try"}
    {"query": [url, match, filters, since, until], "archive", "urlkey", "state", "reason", ...}
    {"document": [site, kind, variant], "url", "discover", "found", "active", "open",
     "same_as": [...] or null, "addresses": [[urlkey, first_timestamp, last_timestamp, url, evidence], ...]}
    {"evidence": [site, kind, timestamp, source, address, via, score]}
    {"target": [digest of the list, number], "list", "line", "address", "document": [...] or null, "problem"}
    {"archive": name, "title", "replay": template of links to its captures}
    {"saved": [address, asked_at], "archive", "job", "state", "timestamp", "original", "reason"}
    {"forgotten": site, "since", "corpus": the name of the one that forgot}

Lines are rows, not steps: to apply one twice changes nothing, and the last one of a row is the one that holds.
"""

import json
from collections.abc import Callable, Iterator
from typing import NamedTuple

from sqlite_utils import Database

from pipelines.formats import records as typed
from pipelines.store import unwritten
from pipelines.store.journal_rows import Line


class BadLine(NamedTuple):
    """A line of a journal that is none: its number within the record, and why."""

    number: int
    reason: str


_AT_ONCE = 2000  # rows a record; as many lines are in memory


def write_out(db: Database, write: Callable[[str], object]) -> int:
    """Give all rows that are not in WARC yet to `write`, in records of lines, and take their marks off.

    Returns how many rows. A crash between the two writes them a second time, which does no harm.
    """
    count = 0
    while marked := unwritten.some(db, _AT_ONCE):
        if text := "".join(as_text(line) for mark in marked for line in unwritten.lines(db, mark)):
            write(text)
        unwritten.take_off(db, marked)
        count += len(marked)
    return count


def as_text(line: Line) -> str:
    return json.dumps(line, separators=(",", ":")) + "\n"


def lines_in(text: str) -> Iterator[Line]:
    """The lines of a journal record; what is none is passed over: see `checked_lines`."""
    return (line for line in checked_lines(text) if not isinstance(line, BadLine))


def checked_lines(text: str) -> Iterator[Line | BadLine]:
    """The lines of a journal record, and those that are none."""
    for number, data in enumerate(text.split("\n"), start=1):
        try:
            if data.strip():
                yield typed.line(data)
        except (ValueError, RecursionError) as error:
            yield BadLine(number, str(error) or "nested too deep")
