"""Writing WARC 1.1 (ISO 28500:2017): every byte that came from outside, before any row tells of it.

A memento is a `response` record: payload = decoded bytes, headers as archived, WARC-Date = when it was captured. A
CDX answer is one too, its target being the query. Each is followed by its notes, and the two are written as one. A
target list and the journal are `resource` records.
"""

import gzip
import hashlib
import os
from collections.abc import Callable
from contextlib import suppress
from glob import escape
from io import BytesIO
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from pipelines.exceptions import RecordingFailed
from pipelines.formats import atomic
from pipelines.items import ListingPage, Memento, Snapshot, WarcLocation
from pipelines.warc import cdxj
from pipelines.warc import sidecar as warc_notes
from pipelines.warc.files import serial_of
from pipelines.warc.held import HeldMemento
from pipelines.warc.identity import as_info, writing_in
from pipelines.warc.members import recover
from pipelines.warc.own_files import Book
from pipelines.warc.reader import JOURNAL_TYPE, TARGETS_TYPE, full_record, read_memento, scan
from pipelines.warc.records import sha1

__all__ = ["WarcWriter", "read_memento", "recover", "scan"]

FindTwin = Callable[[str], WarcLocation | None]

_SERIAL_DIGITS = 5
_LEVEL = 4  # of compression: half the time of 6 for 5 % more bytes of real pages


class WarcWriter:
    """Appends records to `folder/RUN-SERIAL.warc.gz`; a new file is begun when one has reached `max_size` bytes.

    Nothing is created before the first record. A record is on the disk's side when a method returns; where one
    cannot be written, the file is cut back to its last whole record and RecordingFailed raised. Files that are `part`
    of a turn (warc_turn.py) lie under their part's names until then; `files` names all that were begun. What is not in
    the `book` of a corpus is none of its own files.
    """

    def __init__(
        self,
        folder: Path,
        run: str,
        *,
        max_size: int = 1 << 30,
        software: str = "policy-corpus",
        part: bool = False,
        book: Book | None = None,
    ) -> None:
        self._book = book
        self._digest = hashlib.sha256()
        self.files: list[str] = []
        self._ending = atomic.PART if part else ""
        self._folder = folder
        self._run = run
        self._max_size = max_size
        self._software = software
        self._serial = 0
        self._path: Path | None = None
        self._file = -1
        self._end = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def write_memento(self, memento: Memento, *, find_twin: FindTwin | None = None) -> tuple[WarcLocation, str]:
        """Keep a memento. Returns where its record lies and the SHA-256 of its body, in hex.

        `find_twin` is asked for the location of a full record with that digest, if one is held: then a `revisit`
        record is written that refers to it, once it has shown that it can be read. Empty bodies are never revisits.
        """
        body = memento.answer.body
        payload_digest = hashlib.sha256(body).hexdigest()
        twin = find_twin(payload_digest) if find_twin and body else None
        refers_to = full_record(self._folder, twin, payload_digest) if twin else None
        builder = _Builder()
        digest = builder.memento(memento, refers_to)
        payload = twin if refers_to else None
        notes = warc_notes.of_memento(memento, payload_digest, payload)
        location = self._append(builder.with_notes(notes), builder.first_length)
        self._index(HeldMemento(Snapshot(memento, location, payload_digest), digest, payload))
        return location, payload_digest

    def write_listing(self, page: ListingPage) -> WarcLocation:
        """Keep a CDX answer, with what was asked."""
        builder = _Builder()
        builder.listing(page)
        return self._append(builder.with_notes(warc_notes.of_listing(page)), builder.first_length)

    def write_targets(self, uri: str, text: str, date: str = "") -> WarcLocation:
        """Keep a run's target list. `uri` names where it came from, `date` (ISO 8601) is when it was given: now."""
        builder = _Builder()
        builder.resource(uri, text, TARGETS_TYPE, date)
        return self._append(builder.data, builder.first_length)

    def write_journal(self, text: str) -> WarcLocation:
        """Keep rows of the ledger, one JSON object a line."""
        builder = _Builder()
        builder.resource("urn:policy-corpus:journal", text, JOURNAL_TYPE)
        return self._append(builder.data, builder.first_length)

    def close(self) -> None:
        """Sort the index, and be sure that all is on the disk. The next record begins a new file."""
        if self._path is None:
            return
        path, file, self._path, self._file = self._path, self._file, None, -1
        try:
            try:
                os.fsync(file)
            finally:
                os.close(file)
            cdxj.sort_file(self._index_of(path))
        except OSError as error:
            raise _not_written(path, error) from error
        if self._book:
            self._book.close(path.name, self._end, self._digest.hexdigest())

    def _append(self, data: bytes, first_length: int) -> WarcLocation:
        if self._path and self._end >= self._max_size:
            self.close()
        path = self._path or self._begin()
        offset = self._end
        self._write(path, data)
        return WarcLocation(path.name, offset, first_length)

    def _begin(self) -> Path:
        """Create a file of a name that none had before, and say in it who writes."""
        path = self._next_path()
        told = self._book.to_tell() if self._book else []
        builder = _Builder()
        builder.warcinfo(path.name, self._run, self._software, as_info(writing_in(self._folder), told))
        if self._book:
            self._book.begin(path.name, builder.data)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            place = path.with_name(path.name + self._ending)
            self._file = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise _not_written(self._folder, error) from error
        self._path, self._end, self._digest = path, 0, hashlib.sha256()
        self.files.append(path.name)
        self._write(path, builder.data)
        if self._book:
            self._book.told(told)
        return path

    def _next_path(self) -> Path:
        """The number behind the highest that was given, whether that file is still there or not."""
        if not self._serial:
            there = (serial_of(self._run, path.name) for path in self._folder.glob(escape(f"{self._run}-") + "*"))
            self._serial = max(self._book.last_serial(self._run) if self._book else 0, *there, 0)
        while True:
            self._serial += 1
            path = self._folder / f"{self._run}-{self._serial:0{_SERIAL_DIGITS}}.warc.gz"
            if not path.exists() and not atomic.part_of(path).exists():
                return path

    def _write(self, path: Path, data: bytes) -> None:
        try:
            atomic.write(self._file, data)
        except OSError as error:
            with suppress(OSError):  # where even that fails, the next start cuts
                os.ftruncate(self._file, self._end)
                os.lseek(self._file, self._end, os.SEEK_SET)
            raise _not_written(path, error) from error
        self._end += len(data)
        self._digest.update(data)

    def _index(self, held: HeldMemento) -> None:
        assert self._path is not None
        path = self._index_of(self._path)
        try:
            cdxj.append(path, held)
        except OSError as error:
            raise _not_written(path, error) from error

    def _index_of(self, path: Path) -> Path:
        index = cdxj.cdxj_path(path)
        return index.with_name(index.name + self._ending)


def _not_written(path: Path, error: OSError) -> RecordingFailed:
    return RecordingFailed(
        f"Cannot write to {path}: {error.strerror}. Make room or permit writing, then start again; "
        "what was recorded before is kept."
    )


class _Records(WARCWriter):  # type: ignore[misc]
    """warcio's writer, less eager: its level 9 takes two and a half times as long for 5 % of the bytes."""

    def _write_warc_record(self, out: Any, record: ArcWarcRecord) -> None:
        packed = BytesIO()
        super()._write_warc_record(packed, record)
        out.write(gzip.compress(packed.getvalue(), compresslevel=_LEVEL, mtime=0))


class _Builder:
    """The bytes of records that belong together."""

    def __init__(self) -> None:
        self._buffer = BytesIO()
        self._writer = _Records(self._buffer, gzip=False, warc_version="WARC/1.1")
        self._first: ArcWarcRecord | None = None
        self.first_length = 0

    @property
    def data(self) -> bytes:
        return self._buffer.getvalue()

    def warcinfo(self, name: str, run: str, software: str, whose: dict[str, str]) -> None:
        info = {"software": software, "format": "WARC File Format 1.1", "isPartOf": run, **whose}
        self._add(self._writer.create_warcinfo_record(name, info))

    def memento(self, memento: Memento, refers_to: tuple[str, str] | None) -> str:
        """A response, or a revisit of the record with this address and WARC-Date. Returns the payload's SHA-1."""
        answer = memento.answer
        http = StatusAndHeaders(
            warc_notes.status_line(answer.status), warc_notes.archived_headers(memento), protocol="HTTP/1.1"
        )
        named = {
            "WARC-Date": warc_notes.warc_date(memento),
            "WARC-Creation-Date": answer.fetched_at,
            "WARC-Source-URI": warc_notes.uri(answer.request_url),
            warc_notes.FOLLOW: "yes",
        }
        target = warc_notes.uri(memento.capture.original)
        if refers_to is None:
            return self._response(target, http, answer.body, named)
        digest = sha1(answer.body)
        record = self._writer.create_revisit_record(
            target, digest, *refers_to, http_headers=http, warc_headers_dict=named
        )
        self._add(record)
        return digest

    def listing(self, page: ListingPage) -> None:
        answer = page.answer
        http = StatusAndHeaders(
            warc_notes.status_line(answer.status), warc_notes.listing_headers(answer), protocol="HTTP/1.1"
        )
        target = warc_notes.uri(answer.request_url)
        self._response(target, http, answer.body, {"WARC-Date": answer.fetched_at, warc_notes.FOLLOW: "yes"})

    def resource(self, uri: str, text: str, content_type: str, date: str = "") -> None:
        body = text.encode("utf-8", "replace")
        self._add(
            self._writer.create_warc_record(
                warc_notes.uri(uri),
                "resource",
                payload=BytesIO(body),
                length=len(body),
                warc_content_type=content_type,
                warc_headers_dict={"WARC-Date": date} if date else None,
            )
        )

    def _response(self, target: str, http: StatusAndHeaders, body: bytes, named: dict[str, str]) -> str:
        record = self._writer.create_warc_record(
            target, "response", payload=BytesIO(body), length=len(body), http_headers=http, warc_headers_dict=named
        )
        self._add(record)
        return str(record.rec_headers.get_header("WARC-Payload-Digest"))

    def with_notes(self, notes: bytes) -> bytes:
        """All bytes, with notes on the first record behind it. Their target is that record, not its address: players
        would play them in its place."""
        assert self._first is not None
        about: Any = self._first.rec_headers
        record = self._writer.create_warc_record(
            about.get_header("WARC-Record-ID").strip("<>"),
            "metadata",
            payload=BytesIO(notes),
            length=len(notes),
            warc_content_type="application/json",
            warc_headers_dict={
                "WARC-Date": about.get_header("WARC-Date"),
                "WARC-Concurrent-To": about.get_header("WARC-Record-ID"),
            },
        )
        self._add(record)
        return self.data

    def _add(self, record: ArcWarcRecord) -> None:
        self._writer.write_record(record)
        if self._first is None:
            self._first, self.first_length = record, self._buffer.tell()
