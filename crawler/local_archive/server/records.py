"""The records of an embedded archive: read from their files, with the bytes of a revisit found where they are held."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from warcio.archiveiterator import ArchiveIterator
from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders

from crawler.local_archive.server.cdxindex import CdxIndex
from crawler.local_archive.server.rows import Row
from pipelines.exceptions import CaptureFailed
from pipelines.formats.content_encoding import LIMIT, decode
from pipelines.formats.surt import urlkey
from pipelines.items.captures import EMPTY_DIGEST
from pipelines.warc.records import give_head
from pipelines.warc.replayed import as_archived, replayed

MOST = 700 << 20  # bytes of one record; the real archive gives up at about as many
_LONGEST_HEADER = 16_384  # characters; clients give up on lines of 65,536 bytes
_OF_THE_VIEW = ("content-encoding", "content-length")
_CODINGS = frozenset({"gzip", "x-gzip", "deflate", "br", "zstd"})


class TooLarge(Exception):
    """A record that is not read into memory."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A record of a WARC file: its own headers, those of HTTP, and the payload without chunks, encoded as it was."""

    about: StatusAndHeaders
    headers: StatusAndHeaders
    payload: bytes

    @property
    def status(self) -> int:
        code = self.headers.get_statuscode()
        return int(code) if re.fullmatch(r"[1-9][0-9][0-9]", code) else 200

    @property
    def reason(self) -> str:
        return str(self.headers.statusline).partition(" ")[2]

    @property
    def coding(self) -> str:
        """The content coding of the payload by its header, empty for none."""
        return str(self.headers.get_header("content-encoding") or "").strip().lower()

    def decoded(self) -> bytes | None:
        """The payload without its coding; None where it has one that is not known here or leads beyond 64 MB."""
        if self.coding in ("", "identity"):
            return self.payload
        if self.coding not in _CODINGS:
            return None
        try:
            return decode(
                self.payload, [("X-Archive-Orig-Content-Encoding", self.coding)], limit=LIMIT, wire_limit=MOST
            )
        except CaptureFailed as failure:
            return None if failure.reason == "body too large" else self.payload


class Records:
    """Reads the records that `index` knows."""

    def __init__(self, index: CdxIndex) -> None:
        self._index = index

    def read(self, row: Row) -> Stored:
        """The record of a row that is playable. Raises TooLarge."""
        with self._index.files.path(row.filename).open("rb") as file:
            file.seek(int(row.offset))
            record = next(iter(ArchiveIterator(file, no_record_parse=True, arc2warc=True)))
            read = give_head(record)
            payload = _payload(record, read)
        record.http_headers.headers = [pair for pair in record.http_headers.headers if len(pair[1]) <= _LONGEST_HEADER]
        return _as_archived(Stored(record.rec_headers, record.http_headers, payload))

    def found(self, row: Row, rows: list[Row]) -> tuple[Stored, Stored | None]:
        """The record of a playable row, and the one that holds its bytes: itself, another one for a revisit, or none.

        `rows` are those of its urlkey. Raises TooLarge.
        """
        record = self.read(row)
        if not row.is_revisit:
            return record, record
        for other in self._candidates(row, rows, record):
            if other.is_playable and not other.is_revisit:
                return record, self.read(other)
        return record, None

    def _candidates(self, row: Row, rows: list[Row], record: Stored) -> Iterator[Row]:
        """By the revisit's own reference, else by digest, of this address first. Nothing is joined by the digest of no
        bytes but within one address; a 304 says that the address was as before."""
        yield from self._referred(record)
        if "server-not-modified" in (record.about.get_header("WARC-Profile") or ""):
            yield from (other for other in reversed(rows) if other.timestamp <= row.timestamp)
        yield from (other for other in rows if other.digest == row.digest)
        if row.digest not in (EMPTY_DIGEST, "-"):
            yield from self._index.rows_with_digest(row.digest)

    def _referred(self, record: Stored) -> list[Row]:
        uri = record.about.get_header("WARC-Refers-To-Target-URI") or ""
        date = re.sub(r"\D", "", record.about.get_header("WARC-Refers-To-Date") or "")[:14]
        return [row for row in self._index.rows_of(urlkey(uri)) if row.timestamp == date] if uri and date else []


def _as_archived(stored: Stored) -> Stored:
    """A record; of a page that came from a web archive's view, the page without what that put into it."""
    target = str(stored.about.get_header("WARC-Target-URI") or "").strip("<>")
    of = replayed(target, tuple(stored.headers.headers))
    body = stored.decoded() if of and of.base else None
    if of is None or body is None:
        return stored
    stored.headers.headers = [pair for pair in stored.headers.headers if pair[0].lower() not in _OF_THE_VIEW]
    return Stored(stored.about, stored.headers, as_archived(body, of.base))


def _payload(record: ArcWarcRecord, read: bytes) -> bytes:
    """All bytes of the body, of which some were read; warcio takes chunks apart, and is kept from decoding."""
    coding = record.http_headers.get_header("content-encoding")
    if coding:
        record.http_headers.remove_header("content-encoding")
    stream, pieces, size = record.content_stream(), [read], len(read)
    while size <= MOST and (piece := stream.read(1 << 20)):
        pieces.append(bytes(piece))
        size += len(piece)
    if coding:
        record.http_headers.add_header("Content-Encoding", coding)
    if size > MOST:
        raise TooLarge
    return b"".join(pieces)
