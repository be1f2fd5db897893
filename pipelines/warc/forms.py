"""The forms in which archive files come, and how each is opened: for what is brought in, and for what is served.

WARC and ARC files, plain or with a gzip member a record, can be read where they lie. What is packed in another way (one
gzip member for all, zstd, WACZ) has to be unpacked first.
"""

import re
import sys
import zipfile
import zlib
from collections.abc import Iterator
from functools import partial
from gzip import GzipFile
from itertools import chain
from pathlib import Path
from typing import IO

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

GZIPPED = (".warc.gz", ".arc.gz")
IN_PLACE = (".warc", ".arc", *GZIPPED)
ARC, ZSTD, WACZ = ".arc", ".warc.zst", ".wacz"
BESIDE = ("blocked.txt", "targets.txt", "targets.csv")  # what a sample archive has beside its WARC files
BROKEN = (EOFError, OSError, ValueError, RuntimeError, zlib.error, zstd.ZstdError, zipfile.BadZipFile)
"""What is raised where an archive file cannot be unpacked, or ends too early. zipfile raises RuntimeError, where a WACZ
is encrypted or packed in a way that it does not know."""

_LONGEST_NUMBER = 16
_ARC_START = b"filedesc:"
_ZSTD_DICTIONARY = b"\x5d\x2a\x4d\x18"  # a frame that is skipped, and holds what the others were packed with
_ZSTD_FRAME = b"\x28\xb5\x2f\xfd"
_WARC_LENGTH = re.compile(rb"(?i)\r\nContent-Length: *(\d{1,18})\r\n")
_SLACK = 8  # bytes: records are parted by up to two empty lines
_UNKNOWN = 1 << 63
_LARGEST_DICTIONARY = 64 << 20  # bytes
_GZIP_BITS = 16 + zlib.MAX_WBITS
_PIECE = 1 << 20
_LEAST_ROOM = 256 << 20  # bytes that any file may unpack to
_MOST_TIMES = 300  # its size; pages pack to a tenth, rows of zeros to a thousandth


def ending_of(name: str) -> str:
    """What an archive file is by the end of its name, in any case; empty for others."""
    return next((ending for ending in (*IN_PLACE, ZSTD, WACZ) if name.lower().endswith(ending)), "")


def is_companion(path: Path) -> bool:
    """Whether a file lies beside archive files without being one: an index of theirs, or what a sample has."""
    return path.suffix.lower() in (".cdx", ".cdxj") or path.name in BESIDE


def is_packed(path: Path) -> bool:
    """Whether an archive file is in a form in which no record can be read where it lies: all but a WARC file, plain or
    with a gzip member a record. False where it cannot be looked at."""
    ending = ending_of(path.name)
    try:
        return ending not in ("", ".warc") and (ending != ".warc.gz" or is_one_member(path))
    except OSError:
        return False


def is_parted(path: Path, ending: str) -> bool:
    """Whether the records of a WARC or ARC file lie where readers look for them."""
    if ending != ARC:
        return not (ending in GZIPPED and is_one_member(path))
    with path.open("rb") as file:
        return not _runs_on(file.read(_PIECE))


def is_one_member(path: Path) -> bool:
    """Whether the first gzip member is not one record, so that none can be read by its offset: several share it, it has
    no end, or the next one goes on with the same record."""
    member, head, size, most = zlib.decompressobj(_GZIP_BITS), b"", 0, _UNKNOWN
    with path.open("rb") as file:
        while not member.eof and size <= most:
            packed = file.read(1 << 14)
            if not packed:
                return True
            try:
                plain = member.decompress(packed)
            except zlib.error:
                return False
            size += len(plain)
            if most == _UNKNOWN:
                head += plain
                most = _length_of_first(head)
        is_short = head.startswith(b"WARC/") and (most == _UNKNOWN or size < most - 2 * _SLACK)
        return size > most or (is_short and _goes_on(member.unused_data + file.read(1 << 10)))


def _goes_on(packed: bytes) -> bool:
    """Whether a gzip member begins here, and with something else than a record."""
    try:
        plain = zlib.decompressobj(_GZIP_BITS).decompress(packed, 64).lstrip()
    except zlib.error:
        return False
    return bool(plain) and not plain.startswith(b"WARC/")


def _length_of_first(start: bytes) -> int:
    """The bytes of the first record with what may follow it, from the start of a file; _UNKNOWN as yet."""
    if start.startswith(b"WARC/"):
        end, named = start.find(b"\r\n\r\n"), _WARC_LENGTH.search(start)
        return end + 4 + int(named[1]) + _SLACK if end >= 0 and named else _UNKNOWN
    line, newline, _ = start.partition(b"\n")
    length = line.rpartition(b" ")[2].strip()
    return len(line) + int(length) + _SLACK if newline and length.isdigit() else _UNKNOWN


def unpacking(source: IO[bytes], ending: str) -> IO[bytes]:
    """The bytes of a file that is packed as a whole, as they are read. What is raised is in BROKEN."""
    if ending == ZSTD:
        return unzstd(source)
    return source if ending == ARC else GzipFile(fileobj=source)  # type: ignore[return-value]


def _runs_on(start: bytes) -> bool:
    """Whether a file is an ARC whose first record, the one about the file, ends without a line break of its own: some
    versions of Heritrix put none between records."""
    line, _, _ = start.partition(b"\n")
    end = len(line) + 1 + _told_length(line)
    return start.startswith(_ARC_START) and start[end : end + 1] not in (b"\n", b"\r", b"")


def _told_length(line: bytes) -> int:
    """The bytes of the ARC record that this line begins; 0 where it tells none."""
    told = line.rpartition(b" ")[2].strip()
    return int(told) if told.isdigit() and len(told) < _LONGEST_NUMBER else 0


def _parted(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """An ARC file with a line break behind each record."""
    left, line = 0, b""
    for whole in pieces:
        piece = whole
        while piece:
            if left:
                taken, piece = piece[:left], piece[left:]
                left -= len(taken)
                yield taken if left else taken + b"\n"
                continue
            part, newline, piece = piece.partition(b"\n")
            line += part + newline
            if newline or len(line) > _PIECE:
                yield line
                left, line = _told_length(line), b""
    yield line


def unzstd(source: IO[bytes]) -> IO[bytes]:
    """The bytes of a `.warc.zst`, which may begin with the dictionary of its records."""
    mark, size = source.read(4), int.from_bytes(source.read(4), "little")
    if mark != _ZSTD_DICTIONARY or size > _LARGEST_DICTIONARY:
        source.seek(0)
        return zstd.ZstdFile(source)  # type: ignore[return-value]
    words = source.read(size)
    if words.startswith(_ZSTD_FRAME):
        words = zstd.ZstdDecompressor().decompress(words, _LARGEST_DICTIONARY)
    return zstd.ZstdFile(source, zstd_dict=zstd.ZstdDict(words))  # type: ignore[return-value]


def unpack(source: IO[bytes], target: Path, packed: int) -> None:
    """Write what `source` gives, of a file of `packed` bytes. What comes before a break is kept.

    Raises what is in BROKEN; ValueError where more comes out than a file of that size can honestly hold.
    """
    left = max(_LEAST_ROOM, packed * _MOST_TIMES)
    with source, target.open("wb") as out:
        start = source.read(_PIECE)
        pieces = chain((start,), iter(partial(source.read, _PIECE), b""))
        for piece in _parted(pieces) if _runs_on(start) else pieces:
            left -= len(piece)
            if left < 0:
                raise ValueError("it unpacks to far more than its size")
            out.write(piece)


def warcs_in(packed: zipfile.ZipFile) -> list[str]:
    """The names of the archive files in a WACZ."""
    return [name for name in sorted(packed.namelist()) if name.lower().endswith(IN_PLACE)]
