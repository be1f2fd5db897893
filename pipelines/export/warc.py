"""The pages of the selected versions as WARC 1.1, each once: no listings, no journal, nothing of this machine.

The same bytes each time: record ids follow from what a record holds, and the one date of a file is that of its newest
page. A page that another program recorded keeps the headers it came with.
"""

import gzip
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from pipelines.exceptions import RecordingFailed
from pipelines.export.base import Order, Report
from pipelines.export.selection import CorpusView
from pipelines.export.staged import staged, staged_file
from pipelines.extraction.form.lines import snapshot_url
from pipelines.formats import atomic
from pipelines.formats.timestamps import iso
from pipelines.items.captures import Memento
from pipelines.store.selection import SelectedVersion
from pipelines.warc import sidecar as warc_notes
from pipelines.warc.members import Member, members

SOFTWARE = "policy-corpus export"

_LAYOUT = 1
_LEVEL = 4  # of compression, as in the corpus
_SIZE = 1_000_000_000  # bytes of a file, from which on another one is begun
_ENDINGS = (".warc", ".warc.gz")
_DROPPED = frozenset({"content-encoding", "transfer-encoding", "content-length"})


@dataclass(frozen=True, slots=True)
class Packed:
    """One record as a gzip member, and what an index tells of it. `date` is ISO 8601, `timestamp` 14 digits."""

    data: bytes
    urlkey: str
    url: str
    date: str
    fetched_at: str
    mime: str
    status: int
    digest: str

    @property
    def timestamp(self) -> str:
        return warc_notes.timestamp_of(self.date)


def export_warc(corpus: CorpusView, order: Order) -> Report:
    """Write to a folder, or to one file where the name ends in .warc.gz. Raises WrongUse, RecordingFailed."""
    if order.to.name.lower().endswith(_ENDINGS) and not order.to.is_dir():
        with staged_file(order.to, _is_ours) as (part, report):
            is_packed = order.to.name.lower().endswith(".gz")
            data = (one if is_packed else gzip.decompress(one) for one in _file(records(corpus)))
            atomic.write_part(part, data, durable=False)
        return report
    with staged(order.to, "warc") as files:
        fingerprint = corpus.fingerprint("warc", _LAYOUT, only="versions")
        if files.has(fingerprint):
            return Report(files=files.count)
        waiting = Peekable(records(corpus))
        number = 0
        while waiting:
            part = files.part(f"pages-{number:05}.warc.gz")
            atomic.write_part(part, _file(waiting.until(_SIZE)), durable=False)
            number += 1
        return files.take_places(fingerprint)


class Peekable:
    """Records, to be taken by the file."""

    def __init__(self, records: Iterator[Packed]) -> None:
        self._records = records
        self._next = next(records, None)

    def __bool__(self) -> bool:
        return self._next is not None

    def until(self, size: int) -> Iterator[Packed]:
        """One record at least, and more until they have so many bytes."""
        while self._next and size > 0:
            yield self._next
            size -= len(self._next.data)
            self._next = next(self._records, None)


def _file(records: Iterator[Packed]) -> Iterator[bytes]:
    yield info()
    yield from (record.data for record in records)


def records(corpus: CorpusView) -> Iterator[Packed]:
    """The page of each selected version, by site and time; one that several documents share, once."""
    seen: set[int] = set()
    for version in corpus.versions(texts=False):
        if version.capture_id not in seen:
            seen.add(version.capture_id)
            yield _packed(corpus, version)


def _packed(corpus: CorpusView, version: SelectedVersion) -> Packed:
    memento = corpus.memento(version)  # perhaps of another capture, whose bytes this one repeats
    timestamp, original = version.held_timestamp, version.original
    is_own = (memento.capture.timestamp, memento.capture.original) == (timestamp, original)
    date = warc_notes.warc_date(memento) if is_own else iso(timestamp) or memento.answer.fetched_at
    url = warc_notes.uri(original)
    body, headers = memento.answer.body, _headers(memento)
    http = StatusAndHeaders(warc_notes.status_line(memento.answer.status), headers, protocol="HTTP/1.1")
    about = {
        "WARC-Record-ID": _id(version.archive, timestamp, original, *memento.capture.key[2:4]),
        "WARC-Date": date,
        "WARC-Source-URI": warc_notes.uri(snapshot_url(timestamp, original, corpus.links.base(version.archive))),
    }
    writer = _Writer()
    record = writer.create_warc_record(
        url, "response", payload=BytesIO(body), length=len(body), http_headers=http, warc_headers_dict=about
    )
    return Packed(
        data=writer.packed(record),
        urlkey=corpus.urlkey(version),
        url=url,
        date=date,
        fetched_at=memento.answer.fetched_at,
        mime=memento.answer.header("Content-Type").partition(";")[0].strip() or "unk",
        status=memento.answer.status,
        digest=str(record.rec_headers.get_header("WARC-Payload-Digest")),
    )


def _headers(memento: Memento) -> warc_notes.Headers:
    """As archived, for the body as it is held."""
    if memento.answer.header("Memento-Datetime"):
        return warc_notes.archived_headers(memento)
    kept = [pair for pair in memento.answer.headers if pair[0].lower() not in _DROPPED]
    return warc_notes.clean([*kept, ("Content-Length", str(len(memento.answer.body)))])


def info() -> bytes:
    """The first record of a file: who wrote it."""
    writer = _Writer()
    record = writer.create_warcinfo_record("", {"software": SOFTWARE, "format": "WARC File Format 1.1"})
    record.rec_headers.replace_header("WARC-Record-ID", _id("warcinfo"))
    record.rec_headers.replace_header("WARC-Date", "1996-01-01T00:00:00Z")  # the same each time
    record.rec_headers.remove_header("WARC-Filename")
    return writer.packed(record)


def _id(*parts: str) -> str:
    return f"<urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, repr(('policy-corpus', *parts)))}>"


class _Writer(WARCWriter):  # type: ignore[misc]
    """warcio's writer, for one record."""

    def __init__(self) -> None:
        self._buffer = BytesIO()
        super().__init__(self._buffer, gzip=False, warc_version="WARC/1.1")

    def packed(self, record: ArcWarcRecord) -> bytes:
        self.write_record(record)
        return gzip.compress(self._buffer.getvalue(), compresslevel=_LEVEL, mtime=0)


def _is_ours(path: Path) -> bool:
    try:
        first: Any = next(members(path), None)
    except (OSError, RecordingFailed):
        return False
    return isinstance(first, Member) and SOFTWARE.encode() in first.data.getvalue()
