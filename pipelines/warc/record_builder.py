"""The bytes of WARC records as we write them: responses, revisits, listings, resources, and the notes behind them."""

from io import BytesIO
from typing import Any

from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter
from zlib_ng import zlib_ng

from pipelines.formats.digests import warc_digest
from pipelines.items.captures import ListingPage, Memento
from pipelines.warc import sidecar as warc_notes

_LEVEL = 3  # of zlib-ng: the bytes of zlib's 4 in under half of its time, and 6 % more than zlib's 6 in a quarter
_GZIP = 31  # with the head and the tail of a gzip member


class _Records(WARCWriter):  # type: ignore[misc]
    """warcio's writer, less eager: its level 9 takes two and a half times as long for 5 % of the bytes."""

    def _write_warc_record(self, out: Any, record: ArcWarcRecord) -> None:
        packed = BytesIO()
        super()._write_warc_record(packed, record)
        out.write(zlib_ng.compress(packed.getvalue(), _LEVEL, _GZIP))


class RecordBuilder:
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
        if memento.truncated:
            named["WARC-Truncated"] = warc_notes.truncation(memento.truncated)
        target = warc_notes.uri(memento.capture.original)
        if refers_to is None:
            return self._response(target, http, answer.body, named)
        digest = warc_digest(answer.body)
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
