"""The short way gives what the long one gives, or nothing."""

import base64
import hashlib
from io import BytesIO

from hypothesis import given
from hypothesis import strategies as st

from pipelines.warc.members import Member
from pipelines.warc.plain_records import plain
from pipelines.warc.records import Record, _parsed

NAMES = [
    "WARC-Record-ID",
    "WARC-Date",
    "WARC-Concurrent-To",
    "warc-type",
    "Notes-Follow",
    "X",
    "Content-Type",
    " Odd",
    "Né",
]
VALUES = [
    "<urn:uuid:1>",
    "2026-01-01T00:00:00Z",
    "yes",
    "a: b",
    "",
    " two  spaces ",
    "é",
    "tab\there",
    "x\r\n folded",
    "x\ny",
]
PAIR = st.tuples(st.sampled_from(NAMES), st.sampled_from(VALUES))
HEADS = [
    "HTTP/1.1 200 OK\r\n",
    "HTTP/1.0 404\r\n",
    "HTTP/1.1 100 Continue\r\n",
    "HTTP/2 200\r\n",
    "",
    "GET / HTTP/1.1\r\n",
]
URIS = [
    "http://a.example/",
    "https://a.example/x y",
    "<http://a.example/>",
    "urn:policy-corpus:journal",
    "dns:a.example",
]
KINDS = ["response", "revisit", "metadata", "resource", "warcinfo", "request", "response", "other"]


def digest_of(block: bytes) -> str:
    return "sha1:" + base64.b32encode(hashlib.sha1(block, usedforsecurity=False).digest()).decode()


@st.composite
def members(draw: st.DrawFn) -> Member:
    """Records as programs write them, and as they should not be."""
    fields = "".join(f"{name}: {value}\r\n" for name, value in draw(st.lists(PAIR, max_size=3)))
    head = draw(st.sampled_from(HEADS))
    body = draw(st.sampled_from([b"", b"<p>Text</p>", b"\r\n\r\nx", b"\xff\r\n"]))
    block = f"{head}{fields if head else ''}\r\n".encode() + body
    about = "".join(f"{name}: {value}\r\n" for name, value in draw(st.lists(PAIR, max_size=3)))
    told = draw(st.sampled_from([digest_of(block), digest_of(block).lower(), digest_of(b"other"), "sha256:00", ""]))
    length = len(block) + draw(st.sampled_from([0, 0, 0, 1, -1]))
    start = draw(st.sampled_from(["WARC/1.0\r\n", "WARC/1.1\r\n", "WARC/0.18\r\n", "WARC/1.1\n"]))
    lines = f"{start}WARC-Type: {draw(st.sampled_from(KINDS))}\r\nWARC-Target-URI: {draw(st.sampled_from(URIS))}\r\n"
    digest = f"WARC-Block-Digest: {told}\r\n" if told else ""
    end = draw(st.sampled_from([b"\r\n\r\n", b"\r\n", b"", b"\r\n\r\nmore"]))
    whole = f"{lines}{about}{digest}Content-Length: {length}\r\n\r\n".encode() + block + end
    return Member(0, len(whole), BytesIO(whole), len(whole))


@given(member=members())
def test_what_is_plain_is_what_the_long_way_finds(member: Member) -> None:
    found = plain(member, "file")
    assert found is None or Record(*found) == _parsed(member, "file")


def record(kind: str, uri: str, block: bytes, **about: str) -> Member:
    named = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in about.items())
    head = (
        f"WARC/1.1\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {uri}\r\nWARC-Block-Digest: {digest_of(block)}\r\n{named}"
    )
    whole = f"{head}Content-Length: {len(block)}\r\n\r\n".encode() + block + b"\r\n\r\n"
    return Member(7, 9, BytesIO(whole), len(whole))


def test_answers_and_notes_are_plain() -> None:
    page = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nX-Empty:\r\n\r\n<p>Text</p>\r\n"
    answer = plain(record("response", "http://a.example/", page, Notes_Follow="yes"), "f")
    assert answer is not None
    found = Record(*answer)
    assert (found.status, found.body, found.header("content-type"), found.header("x-empty")) == (
        (200, b"<p>Text</p>\r\n", "text/html", "")
    )  # fmt: skip
    assert plain(record("metadata", "urn:x", b'{"kind": "memento"}', WARC_Concurrent_To="<urn:uuid:1>"), "f")


def test_bytes_that_do_not_fit_their_digest_are_not_plain() -> None:
    member = record("metadata", "urn:x", b"true")
    damaged = member._replace(data=BytesIO(member.data.getvalue().replace(b"true", b"trve")))
    assert plain(member, "f")
    assert plain(damaged, "f") is None
