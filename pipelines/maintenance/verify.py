"""Whether a corpus holds together: bytes, rows, readings, versions and files, each against what it is made of.

Nothing is changed here. Each finding says what is wrong, where, and what mends it.
"""

import hashlib
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from sqlite_utils import Database

from pipelines.exceptions import ListingFailed, ReadingFailed, RecordingFailed, WrongUse
from pipelines.executors.process_pool import Readers
from pipelines.executors.read_all import behind
from pipelines.export.manifest import MANIFEST, entries
from pipelines.export.paths import exported_files
from pipelines.formats.terminal import counted
from pipelines.items.captures import HttpAnswer, ListingPage, Query
from pipelines.items.readings import Page, Reading
from pipelines.store import checks, readings
from pipelines.warc import journal
from pipelines.warc.files import odd_files, warc_files
from pipelines.warc.foreign import Decode
from pipelines.warc.held import Foreign, HeldJournal, HeldListing, HeldMemento
from pipelines.warc.identity import own_of
from pipelines.warc.members import Damage
from pipelines.warc.reader import read_memento, scan

SAMPLE = 25  # snapshots that are read once more, where not all are


class Mend(StrEnum):
    """What puts a finding right."""

    FETCH = "fetch again"  # the bytes are gone: let them be fetched, write the rest of the file anew
    REBUILD = "rebuild"  # the bytes are there: make the rows of them again
    EXPORT = "export"  # the rows are there: remove the file, and write it again where there is to be one
    REREAD = "rebuild --only-changed"
    NOTHING = "nothing"


_AHEAD = 12  # pages in hand


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong. `captures` are those whose bytes are gone, `file` the WARC or text file it lies in."""

    what: str
    mend: Mend
    file: str = ""
    captures: tuple[int, ...] = ()

    def __str__(self) -> str:
        return f"{self.file}: {self.what}" if self.file else self.what


@dataclass(frozen=True, slots=True)
class Checking:
    """With what a corpus is checked: its folder, how listings are parsed and bodies decoded, and the reader."""

    folder: Path
    parse_page: Callable[[str, Query, HttpAnswer], ListingPage]
    decode: Decode
    reader: str
    readers: Readers
    full: bool = False


def verify(db: Database, checking: Checking) -> Iterator[Finding]:
    """All that is wrong with a corpus, one finding after the other."""
    broken = [Finding(line, Mend.REBUILD, "corpus.sqlite") for line in checks.broken_file(db)]
    yield from broken
    yield from _warc(db, checking)
    if not broken:  # else what follows would only say it again, or not be readable
        yield from _rows(db)
        yield from _readings(db, checking)
    yield from _files(db, checking.folder / "text")


def _rows(db: Database) -> Iterator[Finding]:
    for line in checks.dangling(db):
        yield Finding(line, Mend.REBUILD, "corpus.sqlite")
    for timestamp, original in checks.mistaken_keys(db):
        what = f"the row of {original} at {timestamp} cannot be found by its key"
        yield Finding(what, Mend.REBUILD, "corpus.sqlite")
    for digest in checks.edited_texts(db):
        yield Finding(f"text {digest[:16]} is not what its digest says", Mend.REBUILD, "corpus.sqlite")
    for timestamp, original, failure in checks.read_and_failed(db):
        what = f"the capture of {original} at {timestamp} has a text, and {failure!r} as well"
        yield Finding(what, Mend.REBUILD, "corpus.sqlite")
    for site, kind, variant in checks.versions_not_as_derived(db):
        name = " ".join(filter(None, (site, kind, variant)))
        yield Finding(f"the versions of {name} are not those of its readings", Mend.REBUILD, "corpus.sqlite")


# -- bytes


def _warc(db: Database, checking: Checking) -> Iterator[Finding]:
    folder = checking.folder / "warc"
    for name, why in odd_files(folder):
        yield Finding(why, Mend.NOTHING, f"warc/{name}")
    found, own = warc_files(folder), own_of(db, folder)
    for file in sorted({*found, *checks.files_of_rows(db)}):
        rows = checks.rows_of_file(db, file)
        if file not in found:
            yield Finding("the file is missing", Mend.FETCH, file, tuple(rows.values()))
        else:
            broken = [*_warc_file(db, checking, file, rows, own.owns(file))]
            yield from broken
            if own.is_changed(file) and not any(finding.mend is Mend.FETCH for finding in broken):
                yield Finding("it is not what it was when it was closed", Mend.FETCH, file)


def _warc_file(db: Database, checking: Checking, file: str, rows: dict[int, int], own: bool) -> Iterator[Finding]:
    """Each record against its row, and the rows that have none."""
    for held in scan(checking.folder / "warc" / file, decode=checking.decode, name=file, own=own):
        if isinstance(held, Damage):
            yield _damage(held, file, rows, own)
        elif isinstance(held, HeldJournal):
            yield from _journal(held, file)
        elif isinstance(held, HeldListing):
            yield from _listing(db, checking, held, file)
        elif isinstance(held, HeldMemento | Foreign):
            yield from _memento(db, checking, held, file, rows)
    if rows:
        what = f"{len(rows)} rows point to records that are not there"
        yield Finding(what, Mend.FETCH if own else Mend.REBUILD, file, tuple(rows.values()))


def _journal(held: HeldJournal, file: str) -> Iterator[Finding]:
    for line in journal.checked_lines(held.text):
        if isinstance(line, journal.BadLine):
            what = f"line {line.number} of the journal at {held.location.offset} cannot be used: {line.reason}"
            yield Finding(what, Mend.NOTHING, file)


def _damage(held: Damage, file: str, rows: dict[int, int], own: bool) -> Finding:
    end = held.offset + held.length
    lost = [rows.pop(offset) for offset in list(rows) if held.offset <= offset < end]
    mend = Mend.FETCH if own else Mend.NOTHING
    return Finding(f"{held.length} bytes at {held.offset}: {held.reason}", mend, file, tuple(lost))


def _memento(
    db: Database, checking: Checking, held: HeldMemento | Foreign, file: str, rows: dict[int, int]
) -> Iterator[Finding]:
    place = held.snapshot.location
    capture_id = rows.pop(place.offset, None)
    capture = held.snapshot.memento.capture
    if capture_id is not None and checks.payload_of(db, capture_id) != held.snapshot.payload_digest:
        what = f"the record at {place.offset} holds other bytes than its row says"
        yield Finding(what, Mend.FETCH if isinstance(held, HeldMemento) else Mend.REBUILD, file, (capture_id,))
    elif capture_id is None:
        if not checks.file_holding(db, capture.key):
            yield Finding(f"the record at {place.offset} has no row: {capture.original}", Mend.REBUILD, file)
    elif isinstance(held, HeldMemento) and held.payload:
        try:
            read_memento(checking.folder / "warc", place)
        except RecordingFailed as error:
            yield Finding(f"the revisit at {place.offset} leads nowhere: {error}", Mend.FETCH, file, (capture_id,))


def _listing(db: Database, checking: Checking, held: HeldListing, file: str) -> Iterator[Finding]:
    try:
        rows = checking.parse_page(held.dialect, held.query, held.answer).rows
    except (ListingFailed, WrongUse, ValueError):  # of what a file says was asked, too
        return
    missing = sum(not checks.is_listed(db, row) for row in rows)
    if missing:
        yield Finding(f"{missing} rows of the listing at {held.location.offset} are lost", Mend.REBUILD, file)


# -- readings


def _readings(db: Database, checking: Checking) -> Iterator[Finding]:
    count = readings.count_unread(db, checking.reader)
    if count:
        yield Finding(f"{counted(count, 'snapshot')} not read by the present reader", Mend.REREAD)
    chosen = checks.some_read(db, checking.reader, -1 if checking.full else SAMPLE)
    for capture_id, future in behind(_submitted(db, checking, chosen), _AHEAD):
        held = checks.reading_of(db, capture_id, checking.reader)
        if held != _found(future):
            yield Finding(f"capture {capture_id} reads otherwise than its row says", Mend.REBUILD, "corpus.sqlite")


def _submitted(db: Database, checking: Checking, capture_ids: list[int]) -> Iterator[tuple[int, "Future[Reading]"]]:
    for capture_id in capture_ids:
        snapshot = readings.held(db, capture_id)
        try:
            body = read_memento(checking.folder / "warc", snapshot.location, decode=checking.decode).answer.body
        except RecordingFailed:
            continue  # told of with the file
        page = Page(body, snapshot.capture.original, snapshot.capture.timestamp, snapshot.content_type)
        yield capture_id, checking.readers.submit(page)


def _found(future: "Future[Reading]") -> tuple[str, str]:
    try:
        reading = future.result()
    except ReadingFailed as error:
        return error.reason, ""
    return hashlib.sha256(reading.body.encode()).hexdigest(), reading.reading_key


# -- files


def _files(db: Database, folder: Path) -> Iterator[Finding]:
    """The exported files against the manifest, both ways."""
    if not (folder / MANIFEST).is_file():
        if checks.holds_versions(db):
            yield Finding("the manifest is missing", Mend.EXPORT, f"text/{MANIFEST}")
        return
    known = set()
    for entry in entries(folder / MANIFEST):
        path = folder / entry["path"]
        known.add(entry["path"])
        if not path.is_file():
            yield Finding("the file is missing", Mend.EXPORT, f"text/{entry['path']}")
        elif hashlib.sha256(path.read_bytes()).hexdigest() != entry.get("sha256"):
            yield Finding("the file was changed", Mend.EXPORT, f"text/{entry['path']}")
    for path in exported_files(folder):
        if path not in known:
            yield Finding("the manifest does not know the file", Mend.EXPORT, f"text/{path}")
