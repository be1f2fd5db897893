"""Writing WARC 1.1 (ISO 28500:2017): every byte that came from outside, before any row tells of it.

A memento is a `response` record: payload = decoded bytes, headers as archived, WARC-Date = when it was captured. A
CDX answer is one too, its target being the query. Each is followed by its notes, and the two are written as one. A
target list and the journal are `resource` records.
"""

import hashlib
import os
from collections.abc import Callable
from contextlib import suppress
from glob import escape
from pathlib import Path
from types import TracebackType
from typing import Self

from pipelines.exceptions import RecordingFailed
from pipelines.formats import atomic
from pipelines.items.captures import ListingPage, Memento, Snapshot, WarcLocation
from pipelines.store.file_book import Book
from pipelines.warc import cdxj
from pipelines.warc import sidecar as warc_notes
from pipelines.warc.files import serial_of
from pipelines.warc.held import HeldMemento
from pipelines.warc.identity import as_info, writing_in
from pipelines.warc.own_files import last_serial
from pipelines.warc.reader import JOURNAL_TYPE, TARGETS_TYPE, full_record
from pipelines.warc.record_builder import RecordBuilder

FindTwin = Callable[[str], WarcLocation | None]

_SERIAL_DIGITS = 5


class WarcWriter:
    """Appends records to `folder/RUN-SERIAL.warc.gz`; a new file is begun when one has reached `max_size` bytes.

    Nothing is created before the first record. A record is on the disk's side when a method returns; where one
    cannot be written, the file is cut back to its last whole record and RecordingFailed raised. Files that are `part`
    of a turn (turn.py) lie under their part's names until then; `files` names all that were begun. What is not in
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
        builder = RecordBuilder()
        digest = builder.memento(memento, refers_to)
        payload = twin if refers_to else None
        notes = warc_notes.of_memento(memento, payload_digest, payload)
        location = self._append(builder.with_notes(notes), builder.first_length)
        self._index(HeldMemento(Snapshot(memento, location, payload_digest), digest, payload))
        return location, payload_digest

    def write_listing(self, page: ListingPage) -> WarcLocation:
        """Keep a CDX answer, with what was asked."""
        builder = RecordBuilder()
        builder.listing(page)
        return self._append(builder.with_notes(warc_notes.of_listing(page)), builder.first_length)

    def write_targets(self, uri: str, text: str, date: str = "") -> WarcLocation:
        """Keep a run's target list. `uri` names where it came from, `date` (ISO 8601) is when it was given: now."""
        builder = RecordBuilder()
        builder.resource(uri, text, TARGETS_TYPE, date)
        return self._append(builder.data, builder.first_length)

    def write_journal(self, text: str) -> WarcLocation:
        """Keep rows of the ledger, one JSON object a line."""
        builder = RecordBuilder()
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
        builder = RecordBuilder()
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
            self._serial = max(last_serial(self._book, self._run) if self._book else 0, *there, 0)
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
