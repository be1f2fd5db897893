"""The archive files of a folder, each in a form whose records can be read by their offset.

WARC and ARC files, plain or with a gzip member a record, are read where they lie. What is packed in another way (one
gzip member for all, zstd, WACZ) is unpacked beside, for as long as it is served.
"""

import re
import shutil
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from gzip import GzipFile
from pathlib import Path
from typing import IO
from urllib.parse import quote, unquote

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

_PACKED = (".warc.gz", ".arc.gz")
_READ = (".warc", ".arc", *_PACKED)
_BESIDE = ("blocked.txt", "targets.txt", "targets.csv")  # what a sample archive has beside its WARC files
_ZSTD_DICTIONARY = b"\x5d\x2a\x4d\x18"  # a frame that is skipped, and holds what the others were packed with
_ZSTD_FRAME = b"\x28\xb5\x2f\xfd"
_WARC_LENGTH = re.compile(rb"(?i)\r\nContent-Length: *(\d{1,18})\r\n")
_SLACK = 8  # bytes: records are parted by up to two empty lines
_UNKNOWN = 1 << 63
_LARGEST_DICTIONARY = 64 << 20  # bytes
_BROKEN = (EOFError, OSError, ValueError, zlib.error, zstd.ZstdError, zipfile.BadZipFile, NotImplementedError)


class HeldFiles:
    """The files below `folder`. `left_out` names those that are not read, `torn` counts those that end too early.

    `base_names` are the names of archive files without their folders.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._beside = tempfile.TemporaryDirectory(prefix="archive-")
        self._unpacked: dict[str, Path] = {}
        self._files = sorted(path for path in folder.rglob("*") if path.is_file())
        self.base_names = {path.name for path in self._files if _ending(path)}
        self.left_out = [self._below(path) for path in self._files if not _ending(path) and _is_other(path)]
        self.torn = 0

    def close(self) -> None:
        """Gives back what was unpacked."""
        self._beside.cleanup()

    def warcs(self) -> Iterator[tuple[str, Path]]:
        """Each archive file, by the name that `path` knows it by."""
        for path in self._files:
            name, ending = quote(self._below(path), errors="surrogateescape"), _ending(path)
            if ending in _READ and not (ending in _PACKED and _is_one_member(path)):
                yield name, path
            elif ending:
                yield from self._opened(name, path, ending)

    def indexes(self) -> Iterator[Path]:
        """Each index file."""
        return (path for path in self._files if path.suffix in (".cdx", ".cdxj"))

    def path(self, name: str) -> Path:
        """Where an archive file lies."""
        return self._unpacked.get(name) or self._folder / unquote(name, errors="surrogateescape")

    def _below(self, path: Path) -> str:
        return str(path.relative_to(self._folder))

    def _opened(self, name: str, path: Path, ending: str) -> Iterator[tuple[str, Path]]:
        before = len(self._unpacked)
        try:
            with path.open("rb") as source:
                if ending == ".wacz":
                    self._unzip(name, source)
                else:
                    self._unpack(name, GzipFile(fileobj=source) if ending in _PACKED else _unzstd(source))  # type: ignore[arg-type]
        except _BROKEN:
            self.torn += 1
        yield from list(self._unpacked.items())[before:]

    def _unzip(self, name: str, source: IO[bytes]) -> None:
        with zipfile.ZipFile(source) as packed:
            for member in sorted(packed.namelist()):
                if member.lower().endswith(_READ):
                    with packed.open(member) as opened:
                        self._unpack(f"{name}!{quote(member)}", opened)

    def _unpack(self, name: str, source: IO[bytes]) -> None:
        """What comes before a break is kept. The new file says by its ending whether it is packed itself."""
        ending = next((ending for ending in _PACKED if "!" in name and name.lower().endswith(ending)), ".warc")
        target = Path(self._beside.name) / f"{len(self._unpacked)}{ending}"
        self._unpacked[name] = target
        with source, target.open("wb") as out:
            shutil.copyfileobj(source, out)


def _ending(path: Path) -> str:
    """What an archive file is by the end of its name, in any case; empty for others."""
    return next((ending for ending in (*_READ, ".warc.zst", ".wacz") if path.name.lower().endswith(ending)), "")


def _is_other(path: Path) -> bool:
    return path.suffix not in (".cdx", ".cdxj") and path.name not in _BESIDE


def _is_one_member(path: Path) -> bool:
    """Whether several records share the first gzip member, so that none can be read by its offset, or it has no end."""
    member, head, size, most = zlib.decompressobj(16 + zlib.MAX_WBITS), b"", 0, _UNKNOWN
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
    return size > most


def _length_of_first(start: bytes) -> int:
    """The bytes of the first record with what may follow it, from the start of a file; _UNKNOWN as yet."""
    if start.startswith(b"WARC/"):
        end, named = start.find(b"\r\n\r\n"), _WARC_LENGTH.search(start)
        return end + 4 + int(named[1]) + _SLACK if end >= 0 and named else _UNKNOWN
    line, newline, _ = start.partition(b"\n")
    length = line.rpartition(b" ")[2].strip()
    return len(line) + int(length) + _SLACK if newline and length.isdigit() else _UNKNOWN


def _unzstd(source: IO[bytes]) -> IO[bytes]:
    """The bytes of a `.warc.zst`, which may begin with the dictionary of its records."""
    mark, size = source.read(4), int.from_bytes(source.read(4), "little")
    if mark != _ZSTD_DICTIONARY or size > _LARGEST_DICTIONARY:
        source.seek(0)
        return zstd.ZstdFile(source)  # type: ignore[return-value]
    words = source.read(size)
    if words.startswith(_ZSTD_FRAME):
        words = zstd.ZstdDecompressor().decompress(words, _LARGEST_DICTIONARY)
    return zstd.ZstdFile(source, zstd_dict=zstd.ZstdDict(words))  # type: ignore[return-value]
