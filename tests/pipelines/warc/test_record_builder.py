"""Our records beside those that warcio's own writer makes of the same: equal bytes, but for the packing."""

import zlib
from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from pipelines.formats.digests import warc_digest
from pipelines.items.captures import HttpAnswer, Memento
from pipelines.warc import sidecar
from pipelines.warc.record_builder import RecordBuilder
from tests.pipelines.store.samples import a_listing, a_memento, redirecting

NOTES = b'{"kind": "memento"}'


def unpacked(data: bytes) -> list[bytes]:
    """The records in gzip members."""
    found = []
    while data:
        member = zlib.decompressobj(31)
        found.append(member.decompress(data))
        assert member.eof
        data = member.unused_data
    return found


def by_warcio(ours: bytes, kind: str, target: str, http: StatusAndHeaders | None, block: bytes, **named: Any) -> bytes:
    """The record that warcio makes, with the names and dates that ours has."""
    about = [line.partition(b": ") for line in ours.partition(b"\r\n\r\n")[0].split(b"\r\n")[1:]]
    headers = {name.decode(): value.decode() for name, _, value in about}
    left_out = {"WARC-Type", "WARC-Target-URI", "Content-Type", "Content-Length"}
    first = {
        name: value
        for name, value in headers.items()
        if name not in left_out and "Digest" not in name and not name.startswith(("WARC-Refers", "WARC-Profile"))
    }
    out = BytesIO()
    writer = WARCWriter(out, gzip=False, warc_version="WARC/1.1")
    identity = first.pop("WARC-Record-ID")
    writer._make_warc_id = lambda: identity  # type: ignore[method-assign]
    make = writer.create_warc_record
    record: ArcWarcRecord = (
        writer.create_revisit_record(target, http_headers=http, warc_headers_dict=first, **named)
        if kind == "revisit"
        else make(target, kind, BytesIO(block), len(block), http_headers=http, warc_headers_dict=first, **named)
    )
    writer.write_record(record)
    return out.getvalue()


def http_of(memento: Memento) -> StatusAndHeaders:
    line = sidecar.status_line(memento.answer.status)
    return StatusAndHeaders(line, sidecar.archived_headers(memento), protocol="HTTP/1.1")


values = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
headers = st.lists(st.tuples(st.sampled_from(["X-Archive-Orig-A", "Content-Type", "Link"]), values)).map(tuple)


@given(headers, st.integers(100, 999), st.binary(max_size=50), st.sampled_from(["", "length", "x"]))
def test_a_memento_is_the_record_that_warcio_makes(
    pairs: tuple[tuple[str, str], ...], status: int, body: bytes, truncated: str
) -> None:
    memento = a_memento()
    answer = HttpAnswer(memento.answer.request_url, status, pairs, body, memento.answer.fetched_at)
    memento = replace(memento, answer=answer, truncated=truncated)
    builder = RecordBuilder()
    digest = builder.memento(memento, None)
    response, notes = unpacked(builder.with_notes(NOTES))
    target = memento.capture.original
    assert response == by_warcio(response, "response", target, http_of(memento), body)
    about = sidecar_target(response)
    assert notes == by_warcio(notes, "metadata", about, None, NOTES, warc_content_type="application/json")
    assert digest == warc_digest(body)


def sidecar_target(response: bytes) -> str:
    return response.partition(b"WARC-Record-ID: <")[2].partition(b">")[0].decode()


@pytest.mark.parametrize("body", [b"", b"<p>one"])
def test_a_revisit_is_too(body: bytes) -> None:
    memento = redirecting(a_memento(body), "http://shop.example/b")
    refers = ("http://shop.example/a", "2004-01-01T00:00:00Z")
    builder = RecordBuilder()
    digest = builder.memento(memento, refers)
    (revisit,) = unpacked(builder.data)
    named = dict(zip(("digest", "refers_to_uri", "refers_to_date"), (digest, *refers), strict=True))
    assert revisit == by_warcio(revisit, "revisit", memento.capture.original, http_of(memento), b"", **named)
    assert builder.first_length == len(builder.data)


def test_listings_resources_and_what_a_file_says_of_itself_are_too() -> None:
    page, builder = a_listing(), RecordBuilder()
    builder.listing(page)
    builder.resource("urn:x:journal", "line é\n", "application/x-ndjson")
    builder.resource("urn:x:targets", "a\n", "text/plain", date="2026-01-01T00:00:00Z")
    builder.warcinfo("run-00001.warc.gz", "run", "policy-corpus", {"operator": "", "x": "é"})
    listing, journal, targets, info = unpacked(builder.data)
    answer = page.answer
    http = StatusAndHeaders(sidecar.status_line(answer.status), sidecar.listing_headers(answer), protocol="HTTP/1.1")
    assert listing == by_warcio(listing, "response", answer.request_url, http, answer.body)
    for record, uri, text, kind in (
        (journal, "urn:x:journal", "line é\n", "application/x-ndjson"),
        (targets, "urn:x:targets", "a\n", "text/plain"),
    ):
        theirs = by_warcio(record, "resource", uri, None, text.encode(), warc_content_type=kind)
        assert sorted(theirs.split(b"\r\n")) == sorted(record.split(b"\r\n"))
    block = "software: policy-corpus\r\nformat: WARC File Format 1.1\r\nisPartOf: run\r\nx: é\r\n".encode()
    assert info.endswith(b"\r\n\r\n" + block + b"\r\n\r\n")
    assert b"WARC-Filename: run-00001.warc.gz\r\n" in info
