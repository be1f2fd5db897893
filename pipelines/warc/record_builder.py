"""The bytes of WARC records as we write them: responses, revisits, listings, resources, and the notes behind them.

They are put together here as warcio's writer would (tests/pipelines/warc/test_record_builder.py compares the two), but
without its checks of what we know, which took four times as long.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from uuid import uuid4

from warcio.statusandheaders import StatusAndHeaders
from zlib_ng import zlib_ng

from pipelines.formats.digests import warc_digest
from pipelines.items.captures import ListingPage, Memento
from pipelines.warc import sidecar as warc_notes

_LEVEL = 3  # of zlib-ng: the bytes of zlib's 4 in under half of its time, and 6 % more than zlib's 6 in a quarter
_GZIP = 31  # with the head and the tail of a gzip member
_HTTP = "application/http; msgtype=response"
_REVISIT = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"

Named = dict[str, str]
"""WARC headers, in their order."""


class RecordBuilder:
    """The bytes of records that belong together."""

    def __init__(self) -> None:
        self._members: list[bytes] = []
        self._first_id = self._first_date = ""
        self.first_length = 0

    @property
    def data(self) -> bytes:
        return b"".join(self._members)

    def warcinfo(self, name: str, run: str, software: str, whose: Named) -> None:
        info = {"software": software, "format": "WARC File Format 1.1", "isPartOf": run, **whose}
        block = "".join(f"{name}: {value}\r\n" for name, value in info.items() if value).encode()
        named = {"WARC-Type": "warcinfo", "WARC-Record-ID": _new_id(), "WARC-Filename": name, "WARC-Date": _now()}
        self._add(named, "application/warc-fields", block)

    def memento(self, memento: Memento, refers_to: tuple[str, str] | None) -> str:
        """A response, or a revisit of the record with this address and WARC-Date. Returns the payload's SHA-1."""
        answer = memento.answer
        named = {
            "WARC-Date": warc_notes.warc_date(memento),
            "WARC-Creation-Date": answer.fetched_at,
            "WARC-Source-URI": warc_notes.uri(answer.request_url),
            warc_notes.FOLLOW: "yes",
        }
        if memento.truncated:
            named["WARC-Truncated"] = warc_notes.truncation(memento.truncated)
        named |= _identified("revisit" if refers_to else "response", warc_notes.uri(memento.capture.original))
        if refers_to:
            uri, date = refers_to
            named |= {"WARC-Profile": _REVISIT, "WARC-Refers-To-Target-URI": uri, "WARC-Refers-To-Date": date}
        head = _head(answer.status, warc_notes.archived_headers(memento))
        digest = named["WARC-Payload-Digest"] = warc_digest(answer.body)
        self._add(named, _HTTP, head if refers_to else head + answer.body)
        return digest

    def listing(self, page: ListingPage) -> None:
        answer = page.answer
        named = {"WARC-Date": answer.fetched_at, warc_notes.FOLLOW: "yes"}
        named |= _identified("response", warc_notes.uri(answer.request_url))
        named["WARC-Payload-Digest"] = warc_digest(answer.body)
        self._add(named, _HTTP, _head(answer.status, warc_notes.listing_headers(answer)) + answer.body)

    def resource(self, uri: str, text: str, content_type: str, date: str = "") -> None:
        body = text.encode("utf-8", "replace")
        named = {"WARC-Date": date} if date else {}
        named |= _identified("resource", warc_notes.uri(uri))
        self._add_plain(named if date else named | {"WARC-Date": _now()}, content_type, body)

    def with_notes(self, notes: bytes) -> bytes:
        """All bytes, with notes on the first record behind it. Their target is that record, not its address: players
        would play them in its place."""
        named = {"WARC-Date": self._first_date, "WARC-Concurrent-To": self._first_id}
        self._add_plain(named | _identified("metadata", self._first_id.strip("<>")), "application/json", notes)
        return self.data

    def _add_plain(self, named: Named, content_type: str, body: bytes) -> None:
        """A record whose block is its payload."""
        self._add(named | {"WARC-Payload-Digest": warc_digest(body)}, content_type, body)

    def _add(self, named: Named, content_type: str, block: bytes) -> None:
        named |= {
            "WARC-Block-Digest": warc_digest(block),
            "Content-Type": content_type,
            "Content-Length": str(len(block)),
        }
        head = "".join(f"{name}: {value}\r\n" for name, value in named.items())
        member = zlib_ng.compress(b"WARC/1.1\r\n%b\r\n%b\r\n\r\n" % (head.encode(), block), _LEVEL, _GZIP)
        if not self._members:
            self._first_id, self._first_date = named["WARC-Record-ID"], named["WARC-Date"]
            self.first_length = len(member)
        self._members.append(member)


def _identified(kind: str, target: str) -> Named:
    return {"WARC-Type": kind, "WARC-Record-ID": _new_id(), "WARC-Target-URI": target}


def _new_id() -> str:
    return f"<urn:uuid:{uuid4()}>"


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _head(status: int, headers: Iterable[tuple[str, str]]) -> bytes:
    """The head of an answer. In values that are not ASCII, warcio escapes what stands for it."""
    line = warc_notes.status_line(status)
    text = f"HTTP/1.1 {line}\r\n" + "".join(f"{name}: {value}\r\n" for name, value in headers) + "\r\n"
    if text.isascii():
        return text.encode("ascii")
    return bytes(StatusAndHeaders(line, headers, protocol="HTTP/1.1").to_ascii_bytes())
