"""Reading WARC files, ours and those of others: one memento back, or all that a file holds.

Ours are known by the notes beside each record. Of others, `response` and `revisit` records are given as far as they
tell; their bodies may still be encoded, which a `decode` that is passed in undoes.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

from pipelines.exceptions import CaptureFailed, RecordingFailed
from pipelines.formats.records import ListingNotes, MementoNotes
from pipelines.items.captures import Memento, Snapshot, WarcLocation
from pipelines.warc import cdxj
from pipelines.warc import sidecar as warc_notes
from pipelines.warc.files import is_imported, place_of
from pipelines.warc.foreign import Decode, another, beside, damage, dated, held_body
from pipelines.warc.forms import is_packed
from pipelines.warc.held import (
    Foreign,
    Held,
    HeldJournal,
    HeldListing,
    HeldMemento,
    HeldTargets,
    LeftOut,
    PassedOver,
)
from pipelines.warc.members import Damage, Member, members
from pipelines.warc.records import Record, parse

_PACKED = "gzipped as a whole, and so read from a file made of it, in `imported`"
TARGETS_TYPE = "text/plain; charset=utf-8; profile=targets"
JOURNAL_TYPE = "application/x-ndjson; profile=journal"


def scan(
    path: Path, *, start: int = 0, decode: Decode | None = None, name: str = "", own: bool | None = None
) -> Iterator[Held]:
    """All that a WARC file holds, in order, few records in memory at a time; damage and a torn tail as such.

    Digests are checked on the way. Other records (requests, dns, screenshots) are left out. `start` is a record's
    offset; locations call the file `name`, by default as in its folder. A file that cannot be read is damage. What is
    not the corpus's `own` is a stranger's: by default what was brought in.
    """
    is_own = not is_imported(name) if own is None else own
    if not is_own and not start and is_packed(path):
        return iter([PassedOver(WarcLocation(name or path.name, 0, path.stat().st_size), _PACKED)])
    records = _readable(path, start, name)
    return _held(records, decode) if is_own else _strangers(records, decode)


def _readable(path: Path, start: int, name: str) -> Iterator[Record | PassedOver | Damage]:
    try:
        yield from _records(path, start, name)
    except OSError as error:
        yield Damage(start, 0, f"the file cannot be read: {error.strerror}")


def read_memento(folder: Path, location: WarcLocation, *, decode: Decode | None = None) -> Memento:
    """The memento whose record lies there, a revisit with the bytes it refers to.

    Raises RecordingFailed where the file or the record is missing, damaged or no memento.
    """
    held = _held_at(folder, location, decode)
    if isinstance(held, Foreign):
        return held.snapshot.memento
    if not isinstance(held, HeldMemento):
        raise _unreadable(location, held.reason if isinstance(held, Damage) else "it is no memento")
    memento = held.snapshot.memento
    if held.payload is None:
        return memento
    body = _body_at(folder, held.payload, held.snapshot.payload_digest)
    return replace(memento, answer=replace(memento.answer, body=body))


def payload_at(folder: Path, location: WarcLocation, payload_digest: str, *, decode: Decode) -> bytes:
    """The same memento's bytes alone, which a row says are those: its notes are not read again.

    Raises RecordingFailed where the record is missing, damaged or holds other bytes.
    """
    record = _record_at(folder, location)
    if record.kind == "revisit":
        return read_memento(folder, location, decode=decode).answer.body
    body = record.body
    if is_imported(location.file) or not record.named(warc_notes.FOLLOW):
        try:
            body = held_body(record, decode)
        except CaptureFailed as failure:
            raise _unreadable(location, failure.reason) from failure
    if hashlib.sha256(body).hexdigest() != payload_digest:
        raise _unreadable(location, "it holds other bytes than its row says")
    return body


def full_record(folder: Path, location: WarcLocation, payload_digest: str) -> tuple[str, str] | None:
    """Target address and WARC-Date of a full record that holds this payload; None where it does not, or is gone."""
    try:
        record = _record_at(folder, location)
    except RecordingFailed:
        return None
    if hashlib.sha256(record.body).hexdigest() != payload_digest:
        return None
    return record.named("WARC-Target-URI"), record.named("WARC-Date")


def write_index(path: Path) -> None:
    """Make the CDXJ file of one of our WARC files again. Raises RecordingFailed where it cannot be written."""
    mementos = (held for held in scan(path) if isinstance(held, HeldMemento))
    try:
        cdxj.write(cdxj.cdxj_path(path), [cdxj.line(held).encode("utf-8", "replace") for held in mementos])
    except OSError as error:
        raise RecordingFailed(f"The index of {path} cannot be written: {error.strerror}.") from error


def _records(path: Path, start: int = 0, name: str = "") -> Iterator[Record | PassedOver | Damage]:
    for member in members(path, start):
        yield parse(member, name or path.name) if isinstance(member, Member) else member


def _held_at(folder: Path, location: WarcLocation, decode: Decode | None) -> Held | None:
    records = _records(_path(folder, location), location.offset, location.file)
    try:
        first = list(islice(records, 1))
        has_notes = any(isinstance(record, Record) and record.named(warc_notes.FOLLOW) for record in first)
        if is_imported(location.file):
            return next(_strangers(first, decode), None)
        return next(_held(first + list(islice(records, int(has_notes))), decode), None)
    except OSError as error:
        raise _unreadable(location, str(error.strerror)) from error


def _record_at(folder: Path, location: WarcLocation) -> Record:
    try:
        record = next(_records(_path(folder, location), location.offset, location.file), None)
    except OSError as error:
        raise _unreadable(location, str(error.strerror)) from error
    if not isinstance(record, Record):
        raise _unreadable(location, record.reason if isinstance(record, Damage) else "the file ends before it")
    return record


def _body_at(folder: Path, location: WarcLocation, payload_digest: str) -> bytes:
    body = _record_at(folder, location).body
    if hashlib.sha256(body).hexdigest() != payload_digest:
        raise _unreadable(location, "it holds other bytes than its revisits say")
    return body


def _path(folder: Path, location: WarcLocation) -> Path:
    path = folder / location.file
    if ".." in path.parts[len(folder.parts) :] or not path.is_relative_to(folder):
        raise _unreadable(location, "it lies outside of the corpus")
    return place_of(folder, location.file)


def _unreadable(location: WarcLocation, why: str) -> RecordingFailed:
    return RecordingFailed(
        f"The record at byte {location.offset} of {location.file} cannot be read: {why}. "
        "`policy-corpus verify` tells what is damaged and what mends it."
    )


def _held(records: Iterable[Record | PassedOver | Damage], decode: Decode | None) -> Iterator[Held]:
    """Join each answer with the notes behind it."""
    waiting: Record | None = None
    for record in records:
        if waiting:
            yield from _with_notes(waiting, _beside(waiting, record), decode)
            waiting = None
        if isinstance(record, Damage | PassedOver):
            yield record
        elif record.kind in ("response", "revisit"):
            waiting = record
        elif record.kind == "resource" and record.named("Content-Type") == TARGETS_TYPE:
            yield _targets(record)
        elif record.kind == "resource" and record.named("Content-Type") == JOURNAL_TYPE:
            yield HeldJournal(record.location, record.body.decode("utf-8", "replace"))
        else:
            yield from beside(record, decode)
    if waiting:
        yield from another(waiting, decode)


def _strangers(records: Iterable[Record | PassedOver | Damage], decode: Decode | None) -> Iterator[Held]:
    """What a stranger's file holds: answers of sites. What it says in the form of ours is no more than data."""
    for record in records:
        if isinstance(record, Damage | PassedOver):
            yield record
        elif record.kind in ("response", "revisit") and record.named(warc_notes.FOLLOW):
            listing = "/cdx/search/cdx" in record.named("WARC-Target-URI")
            yield from [LeftOut(record.location, "listing")] if listing else dated(record, decode)
        elif record.kind in ("response", "revisit"):
            yield from another(record, decode)
        elif record.kind == "resource" and record.named("Content-Type") in (TARGETS_TYPE, JOURNAL_TYPE):
            yield LeftOut(record.location, "journal or target list")
        elif record.kind == "metadata" and warc_notes.are_notes(record.body):
            yield LeftOut(record.location, "notes")
        else:
            yield from beside(record, decode)


def _beside(waiting: Record, record: Record | PassedOver | Damage) -> bytes:
    """The block of a record that was written beside the one before it; empty where it was not."""
    if not isinstance(record, Record) or record.kind != "metadata":
        return b""
    return record.body if record.named("WARC-Concurrent-To") == waiting.named("WARC-Record-ID") else b""


def _with_notes(record: Record, block: bytes, decode: Decode | None) -> Iterator[Held]:
    held: Held | None = None
    try:
        if notes := warc_notes.read(block):
            held = _memento(record, notes) if isinstance(notes, MementoNotes) else _listing(record, notes)
    except ValueError as error:
        held = damage(record, f"its notes cannot be read: {error}")
    yield from [held] if held else another(record, decode)


def _listing(record: Record, notes: ListingNotes) -> HeldListing:
    answer, query = warc_notes.answer_of(notes, record.body), warc_notes.query_of(notes)
    return HeldListing(record.location, query, answer, notes.outcome, notes.resume_key, notes.dialect)


def _memento(record: Record, notes: MementoNotes) -> HeldMemento | Damage:
    payload = warc_notes.payload_of(notes)
    if payload is None and hashlib.sha256(record.body).hexdigest() != notes.payload_digest:
        return damage(record, "payload digest does not hold")
    snapshot = Snapshot(warc_notes.memento_of(notes, record.body), record.location, notes.payload_digest)
    return HeldMemento(snapshot, record.named("WARC-Payload-Digest"), payload)


def _targets(record: Record) -> HeldTargets:
    text = record.body.decode("utf-8", "replace")
    return HeldTargets(record.location, record.named("WARC-Target-URI"), text, record.named("WARC-Date"))
