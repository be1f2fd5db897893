"""From the bytes on the wire to the bytes of the page: one decoder, bounded, that trusts no header.

The archive sends two `Content-Encoding` lines where one was meant, announces gzip over plain bodies and sends gzip
unannounced; what was archived may have been encoded once more. So bytes are looked at first and headers second.
"""

import re
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

import brotli  # type: ignore[import-untyped]

from pipelines.exceptions import CaptureFailed, ReplayFailed

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

LIMIT = 64 << 20
"""Bytes; both for what comes over the wire and for what it decodes to."""

Headers = Iterable[tuple[str, str]]

_CHUNK = 1 << 16
_ROUNDS = 2  # what was archived encoded is encoded once more for the wire; never more
_MEMBERS = 1000  # of one gzip body: a million empty ones would keep a decoder busy for minutes
_GZIP_BITS = 16 + zlib.MAX_WBITS
_GZIP = b"\x1f\x8b\x08"
_ZSTD = b"\x28\xb5\x2f\xfd"
_ZLIB = (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")
_COMPRESSED_TYPE = re.compile(r"\s*application/(x-)?(gzip|gunzip|gzip-compressed|zip|zip-compressed)\b", re.I)
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_PLAIN_WITH_CONTROLS = (b"\xff\xfe", b"\xfe\xff", b"%PDF-")  # UTF-16 by its mark, and PDF


class _Coding(NamedTuple):
    name: str
    sure: bool  # told by the wire or by the bytes themselves, not just by the headers of the archived answer


class _Broken(Exception):
    """These bytes are not in the coding they were tried for."""


class _Short(Exception):
    """The coding is right, and its end is missing."""

    so_far = b""


class _TooLarge(Exception):
    """More comes out than is allowed."""


def decode(
    body: bytes,
    headers: Headers,
    *,
    limit: int = LIMIT,
    wire_limit: int = LIMIT,
    error: type[CaptureFailed] = ReplayFailed,
) -> bytes:
    """The decoded bytes of an answer. `headers` as they came, repeats included; limits in bytes.

    Raises `error` with reason "body too large", "body cut short" or "undecodable body" (both transient: the wire
    may have been at fault); what came before a missing end is its `so_far`. Memory stays within `limit` and a few
    chunks, whatever the body claims. Never opens what is a compressed file by its type.
    """
    headers = tuple(headers)
    if len(body) > wire_limit:
        raise error("body too large", detail=f"{len(body)} bytes on the wire, {wire_limit} allowed")
    try:
        return _bounded(body, limit) if _is_compressed_file(headers) else _decoded(body, headers, limit)
    except _TooLarge:
        raise error("body too large", detail=f"more than {limit} bytes decoded") from None
    except _Short as short:
        failure = error("body cut short", transient=True, detail="its compressed form has no end")
        failure.so_far = short.so_far
        raise failure from None
    except _Broken:
        raise error(
            "undecodable body", transient=True, detail=f"{len(body)} bytes beginning with {body[:8].hex()}"
        ) from None


def _is_compressed_file(headers: Headers) -> bool:
    return any(name.lower() == "content-type" and _COMPRESSED_TYPE.match(value) for name, value in headers)


def _decoded(body: bytes, headers: Headers, limit: int) -> bytes:
    codings = _announced(headers)
    for _ in range(_ROUNDS):
        coding = _next(body, codings)
        if coding is None:
            break
        body = _opened(body, coding, limit)
    return _bounded(body, limit)


def _bounded(body: bytes, limit: int) -> bytes:
    if len(body) > limit:
        raise _TooLarge
    return body


def _announced(headers: Headers) -> list[_Coding]:
    """What the headers say, innermost first: the archived answer's own coding, then that of the wire."""
    found = []
    for wanted, sure in (("x-archive-orig-content-encoding", False), ("content-encoding", True)):
        values = ",".join(value for name, value in headers if name.lower() == wanted)
        found += [_Coding(name.strip().lower(), sure) for name in values.split(",")]
    return [coding for coding in found if coding.name in _OPENERS]


def _next(body: bytes, codings: list[_Coding]) -> _Coding | None:
    """The coding to undo now. gzip shows by its first bytes, so its announcement alone means nothing."""
    if body.startswith(_GZIP):
        return _Coding("gzip", sure=True)
    if codings:
        return codings.pop()
    return _Coding("deflate", sure=True) if body.startswith(_ZLIB) else None


def _opened(body: bytes, coding: _Coding, limit: int) -> bytes:
    if coding.name == "gzip":
        return _joined(_inflated(body, _GZIP_BITS), limit)
    failure: Exception = _Broken()
    for opener in _OPENERS[coding.name]:
        try:
            opened = _joined(opener(body), limit)
            if opened or body.startswith(_ZLIB):  # nothing out of something: it was another thing
                return opened
        except (_Broken, _Short) as problem:
            failure = problem if isinstance(problem, _Short) else failure
    if _is_plain(body) or not coding.sure:
        return body
    raise failure


def _is_plain(body: bytes) -> bool:
    """Whether this looks like a page that was announced as encoded and is not."""
    return body.startswith(_PLAIN_WITH_CONTROLS) or not _CONTROL.search(body[:1024])


def _joined(pieces: Iterator[bytes], limit: int) -> bytes:
    held, size = [], 0
    try:
        for piece in pieces:
            held.append(piece)
            size += len(piece)
            if size > limit:
                raise _TooLarge
    except _Short as short:
        short.so_far = b"".join(held)
        raise
    return b"".join(held)


def _inflated(body: bytes, window_bits: int) -> Iterator[bytes]:
    """gzip, zlib or raw deflate in pieces. Several gzip members are one body; what else follows one is padding."""
    inflater, at, members, ended = zlib.decompressobj(window_bits), 0, 1, False
    try:
        while at < len(body) and not ended:
            piece = body[at : at + _CHUNK]
            yield inflater.decompress(piece, _CHUNK)
            at += len(piece) - len(inflater.unused_data or inflater.unconsumed_tail)
            ended = inflater.eof
            if ended and body.startswith(_GZIP, at) and members < _MEMBERS:
                inflater, members, ended = zlib.decompressobj(window_bits), members + 1, False
        while piece := inflater.decompress(b"", _CHUNK):
            yield piece
    except zlib.error:
        raise _Broken from None
    if not inflater.eof:
        raise _Short
    if at < len(body) and (window_bits != _GZIP_BITS or members == _MEMBERS):
        raise _Broken  # too much else follows: it only looked like deflate


def _unbrotlied(body: bytes) -> Iterator[bytes]:
    inflater = brotli.Decompressor()
    try:
        for at in range(0, len(body), _CHUNK):
            piece = inflater.process(body[at : at + _CHUNK], output_buffer_limit=_CHUNK)
            while piece:
                yield piece
                piece = b"" if inflater.is_finished() else inflater.process(b"", output_buffer_limit=_CHUNK)
    except brotli.error:
        raise _Broken from None
    if not inflater.is_finished():
        raise _Short


def _unzstd(body: bytes) -> Iterator[bytes]:
    """One frame or several, in pieces."""
    at, inflater = body, zstd.ZstdDecompressor()
    try:
        while True:
            yield inflater.decompress(at, _CHUNK)
            while not inflater.eof and not inflater.needs_input:
                yield inflater.decompress(b"", _CHUNK)
            if not inflater.eof or not (at := inflater.unused_data).startswith(_ZSTD):
                break
            inflater = zstd.ZstdDecompressor()
    except zstd.ZstdError:
        raise _Broken from None
    if not inflater.eof:
        raise _Short


_OPENERS: dict[str, tuple[Callable[[bytes], Iterator[bytes]], ...]] = {
    "deflate": (lambda body: _inflated(body, zlib.MAX_WBITS), lambda body: _inflated(body, -zlib.MAX_WBITS)),
    "br": (_unbrotlied,),
    "zstd": (_unzstd,),
}
