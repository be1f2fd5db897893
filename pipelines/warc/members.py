"""The records of a WARC file as stretches of bytes, whatever stands in them: whole ones, damaged ones, a torn tail.

A `.warc.gz` is a row of gzip members, one a record. Whether a member is whole shows by its checksum, which also
finds every flipped bit. Memory is bounded by `most`, whatever a member claims to hold.
"""

import os
import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, NamedTuple

from zlib_ng import zlib_ng

from pipelines.exceptions import RecordingFailed
from pipelines.warc.sidecar import FOLLOW

MOST = 80 << 20
"""Bytes of one record that are read; a body may have 64 MiB by default."""

_CHUNK = 1 << 14
_PIECE = 1 << 20
_GZIP = b"\x1f\x8b\x08"
_WARC = b"WARC/"
_Damaged: type[Exception] = zlib_ng.error  # type: ignore[assignment]  # which its stub calls one of them
_GZIP_BITS = 16 + zlib_ng.MAX_WBITS
_HEAD = 1 << 16  # bytes within which the headers of a record end
_LENGTH = re.compile(rb"\r?\nContent-Length:[ \t]*([0-9]{1,18})[ \t]*\r?\n", re.IGNORECASE)
_PLAIN_START = re.compile(rb"\n(WARC/[0-9]\.[0-9]{1,2}\r?\n)(?=[A-Za-z])")
_LONGEST_START = 14  # bytes that this takes
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")


class Member(NamedTuple):
    """One record: where it lies in the file, and its bytes decompressed; `size` tells where these are not all."""

    offset: int
    length: int
    data: BytesIO
    size: int

    @property
    def is_complete(self) -> bool:
        return self.size == self.data.getbuffer().nbytes


class Damage(NamedTuple):
    """A stretch of a file that cannot be read as a record, and why."""

    offset: int
    length: int
    reason: str


class Tail(NamedTuple):
    """What `recover` did: where the file ends now, and how many bytes it cut off."""

    end: int
    cut: int


def members(path: Path, start: int = 0, most: int = MOST) -> Iterator[Member | Damage]:
    """The records of a file, compressed or not, from a known record's offset on."""
    with path.open("rb") as file:
        file.seek(start)
        first = file.read(len(_WARC))
        file.seek(start)
        yield from _plain(file, start, most) if first == _WARC else _gzipped(file, start, most)


def _gzipped(file: BinaryIO, offset: int, most: int) -> Iterator[Member | Damage]:
    end = os.fstat(file.fileno()).st_size
    file.seek(offset)
    unread = b""
    while offset < end:
        found, unread = _inflated(file, offset, unread, most)
        if isinstance(found, Damage):
            found = found._replace(length=_next_start(file, offset + 1, end) - offset)
            file.seek(offset + found.length)
        yield found
        offset += found.length


def _inflated(file: BinaryIO, offset: int, unread: bytes, most: int) -> tuple[Member | Damage, bytes]:
    """The member at an offset, of which some bytes are `unread` yet, and what was read behind it."""
    inflater, data, size, length = zlib_ng.decompressobj(_GZIP_BITS), BytesIO(), 0, 0
    ended = False
    while not ended:
        chunk = unread or file.read(_CHUNK)
        if not chunk:
            return Damage(offset, length, "cut short"), b""
        try:
            piece = inflater.decompress(chunk, _PIECE)
        except _Damaged:
            return Damage(offset, length, "damaged"), b""
        unread, ended = inflater.unused_data or inflater.unconsumed_tail, inflater.eof  # at the end both may be set
        length += len(chunk) - len(unread)
        if size:
            data.write(piece[: max(most - size, 0)])
        else:  # of most records the only one: it need not be copied
            data = BytesIO(piece[:most])
            data.seek(0, os.SEEK_END)
        size += len(piece)
    data.seek(0)
    return Member(offset, length, data, size), unread


def _next_start(file: BinaryIO, offset: int, end: int) -> int:
    """Where the next readable record begins behind a damaged one, or the end of the file."""
    while offset < end:
        file.seek(offset)
        chunk = file.read(_CHUNK + len(_GZIP))
        at = chunk.find(_GZIP)
        if at < 0:
            offset += max(len(chunk) - len(_GZIP), 1)
        elif _begins_record(file, offset + at):
            return offset + at
        else:
            offset += at + 1
    return end


def _begins_record(file: BinaryIO, offset: int) -> bool:
    file.seek(offset)
    try:
        return bytes(zlib_ng.decompressobj(_GZIP_BITS).decompress(file.read(1024), len(_WARC))) == _WARC
    except _Damaged:
        return False


def _plain(file: BinaryIO, offset: int, most: int) -> Iterator[Member | Damage]:
    """Records that are not compressed, by their Content-Length."""
    end = os.fstat(file.fileno()).st_size
    while offset < end:
        file.seek(offset)
        length = _plain_length(file.read(_HEAD))
        if length is None:
            found = _next_plain(file, offset + 1, end)
            yield Damage(offset, found - offset, "damaged")
            offset = found
            continue
        if offset + length > end:
            yield Damage(offset, end - offset, "cut short")
            return
        file.seek(offset)
        yield Member(offset, length, BytesIO(file.read(min(length, most))), length)
        offset += length
        file.seek(offset)
        offset += len(_leading_blank(file.read(64)))


def _plain_length(head: bytes) -> int | None:
    """The bytes of a record that begins here, as its head says; None where none does."""
    blank, told = _BLANK_LINE.search(head), _LENGTH.search(head)
    if not head.startswith(_WARC) or blank is None or told is None or told.start() > blank.start():
        return None
    return blank.end() + int(told[1])


def _next_plain(file: BinaryIO, offset: int, end: int) -> int:
    """Where the next record begins behind what is none, at the start of a line; or the end of the file."""
    while offset < end:
        file.seek(offset)
        chunk = file.read(_PIECE)
        for found in _PLAIN_START.finditer(chunk):
            file.seek(offset + found.end())
            if _plain_length(found[1] + file.read(_HEAD)) is not None:
                return offset + found.start(1)
        offset += max(len(chunk) - _LONGEST_START, 1)
    return end


def _leading_blank(data: bytes) -> bytes:
    return data[: len(data) - len(data.lstrip(b"\r\n"))]


def recover(path: Path, start: int = 0) -> Tail:
    """Cut off what a killed or full-disk run left behind the last whole record, and say how much that was.

    A memento or listing without its notes is not whole. Damage that is followed by whole records is left alone.
    `start`, the offset of a record known to be there, saves reading what lies before it. Raises RecordingFailed
    where the file cannot be read or cut.
    """
    try:
        size = path.stat().st_size
        end = whole_end(path, start)
        if end < size:
            os.truncate(path, end)
    except OSError as error:
        raise RecordingFailed(f"The WARC file {path} cannot be mended: {error.strerror}.") from error
    return Tail(end, size - end)


def whole_end(path: Path, start: int = 0) -> int:
    """Where the last whole record of one of our own files ends."""
    end = start
    for member in members(path, start, most=_HEAD):
        if isinstance(member, Member) and not _awaits_notes(member.data.getvalue()):
            end = member.offset + member.length
    return end


def _awaits_notes(record: bytes) -> bool:
    """Whether this is the first record of two that were written together."""
    head = _BLANK_LINE.split(record, maxsplit=1)[0]
    return f"\r\n{FOLLOW}: ".encode() in head
