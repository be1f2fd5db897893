from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.formats.digests import warc_digest
from pipelines.items.captures import WarcLocation
from pipelines.warc.members import Damage, Member
from pipelines.warc.records import Record, parse


def a_member(http: bytes, kind: bytes = b"response", about: bytes = b"") -> Member:
    data = (
        b"WARC/1.0\r\nWARC-Type: %s\r\nWARC-Target-URI: http://shop.example/\r\n%sContent-Length: %d\r\n\r\n%s\r\n\r\n"
        % (kind, about, len(http), http)
    )
    return Member(7, 99, BytesIO(data), len(data))


def a_record(http: bytes, kind: bytes = b"response", about: bytes = b"") -> Record:
    record = parse(a_member(http, kind, about), "x.warc.gz")
    assert isinstance(record, Record)
    return record


def test_a_record_in_plain_values() -> None:
    record = a_record(b"HTTP/1.1 404 Not Found\r\nX-A: 1\r\nx-a: 2\r\n\r\nbody", about=b"WARC-Date: 2004\r\n")
    assert (record.kind, record.status, record.body) == ("response", 404, b"body")
    assert (record.location.file, record.location.offset, record.location.length) == ("x.warc.gz", 7, 99)
    assert record.headers == (("X-A", "1"), ("x-a", "2"))
    assert (record.header("x-A"), record.header("b")) == ("1", "")
    assert (record.named("warc-DATE"), record.named("b")) == ("2004", "")


@pytest.mark.parametrize("line", [b"HTTP/1.1 OK", b"HTTP/1.1 2000 OK", b"HTTP/1.1 -20 OK", b"HTTP/1.1"])
def test_a_status_that_is_none_is_0(line: bytes) -> None:
    assert a_record(line + b"\r\nA: b\r\n\r\nbody").status == 0


@pytest.mark.parametrize(
    ("body", "joined"),
    [(b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", b"abcde"), (b"not chunked", b"not chunked"), (b"3\r\nabc\r\n", b"abc")],
)
def test_chunks_are_joined_where_there_are_any(body: bytes, joined: bytes) -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n"
    assert a_record(head + body).unchunked == joined
    assert a_record(head.replace(b"Chunked", b"none") + body).unchunked == body


def test_what_was_not_read_whole_is_damage() -> None:
    member = a_member(b"HTTP/1.1 200 OK\r\n\r\n")
    assert parse(member._replace(size=member.size + 1), "x") == Damage(7, 99, "record too large to be read")


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        (b"4", "record longer than it says"),
        (b"6", ""),
        (b"many", "record longer than it says"),
        (b"-1", "record longer than it says"),
        (b"60", "record shorter than it says"),
    ],
)
def test_a_record_is_as_long_as_it_says(told: bytes, reason: str) -> None:
    data = b"WARC/1.0\r\nWARC-Type: resource\r\nContent-Length: %s\r\n\r\n123456\r\n\r\n" % told
    found = parse(Member(0, 1, BytesIO(data), len(data)), "x")
    assert (found.reason if isinstance(found, Damage) else "") == reason


@given(st.binary(max_size=200), st.sampled_from([b"response", b"revisit", b"metadata", b"request", b"\xff", b""]))
def test_no_bytes_end_in_an_error(http: bytes, kind: bytes) -> None:
    found = parse(a_member(http, kind), "x")
    if isinstance(found, Damage):
        assert (found.offset, found.length, bool(found.reason)) == (7, 99, True)
    else:
        assert (found.kind, found.location) == (kind.decode("latin-1"), WarcLocation("x", 7, 99))
        assert found.body in http or not http, "what is read stands there"


@given(st.binary(max_size=200))
def test_what_is_no_record_is_damage(data: bytes) -> None:
    assert parse(Member(0, 1, BytesIO(data), len(data)), "x") == Damage(0, 1, "not a WARC record")


def test_a_digest_is_written_as_the_archive_writes_it() -> None:
    assert warc_digest(b"") == "sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ"
