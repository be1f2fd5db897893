"""Archive files of others written anew as `.warc.gz` with a gzip member a record, whatever form they came in.

WARC records stay byte for byte; ARC records get the head of a WARC record. The same file gives the same bytes, so that
one brought in again is known, and one that has grown begins with what it was.
"""

import gzip
import hashlib
import json
import logging
import re
import tempfile
import uuid
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecord

from pipelines.warc import forms
from pipelines.warc.members import MOST, Damage, members
from pipelines.warc.records import is_page_at

log = logging.getLogger(__name__)

Complain = Callable[[str, str], object]
"""Is told the name of what is not read, and why."""

_ARC = b"filedesc:"
_PIECE = 1 << 20
_LARGEST_NOTE = 64 << 20  # bytes of a datapackage or page list that are read
_TORN = (*forms.BROKEN, ArchiveLoadFailed, AttributeError, OverflowError)


class Adopted(NamedTuple):
    """A file that can be brought in as it lies at `path`, under `name`."""

    name: str
    path: Path


def adopted(path: Path, beside: Path, complain: Complain) -> Iterator[Adopted]:
    """The WARC files that an archive file is or holds; what has to be written anew is written into `beside`."""
    ending = forms.ending_of(path.name)
    try:
        if ending == forms.WACZ:
            yield from _from_wacz(path, beside, complain)
        else:
            yield _from_file(path, path.name, beside, complain)
    except forms.BROKEN as error:
        complain(path.name, f"it cannot be read: {_said(error)}")


def _from_file(path: Path, name: str, beside: Path, complain: Complain) -> Adopted:
    """`name` tells the form, and what the new file is called after."""
    ending = forms.ending_of(name)
    stem = name[: -len(ending)]
    is_packed = ending == forms.ZSTD or not forms.is_parted(path, ending)
    if not is_packed and ending in (".warc", ".warc.gz"):
        return Adopted(stem + ending, path)
    plain = _unpacked(path, ending, beside, name, complain) if is_packed else path
    target = _new_file(beside, ".warc.gz")
    records = _of_arc(plain, name, complain) if _is_arc(plain, ending) else _of_warc(plain, name, complain)
    with target.open("wb") as out:
        for record in records:
            with gzip.GzipFile(filename="", mode="wb", fileobj=out, mtime=0) as packed:
                for piece in record:
                    packed.write(piece)
    return Adopted(stem + ".warc.gz", target)


def _unpacked(path: Path, ending: str, beside: Path, name: str, complain: Complain) -> Path:
    plain = _new_file(beside, ".plain")
    try:
        with path.open("rb") as source:
            forms.unpack(forms.unpacking(source, ending), plain, path.stat().st_size)
    except forms.BROKEN as error:
        complain(name, f"it ends too early or is damaged: {_said(error)}")
    return plain


def _new_file(beside: Path, ending: str) -> Path:
    with tempfile.NamedTemporaryFile(dir=beside, suffix=ending, delete=False) as file:
        return Path(file.name)


def _is_arc(path: Path, ending: str) -> bool:
    with path.open("rb") as file:
        return ending.startswith(".arc") or file.read(len(_ARC)) == _ARC


def _of_warc(path: Path, name: str, complain: Complain) -> Iterator[Iterator[bytes]]:
    for found in members(path, most=0):
        if isinstance(found, Damage):
            complain(name, f"{found.length} bytes of what it unpacks to, at {found.offset}, are {found.reason}")
        else:
            yield _stretch(path, found.offset, found.length)


def _stretch(path: Path, offset: int, length: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(offset)
        while length and (piece := file.read(min(_PIECE, length))):
            length -= len(piece)
            yield piece
    yield b"\r\n\r\n"


def _of_arc(path: Path, name: str, complain: Complain) -> Iterator[Iterator[bytes]]:
    with path.open("rb") as file:
        try:
            for number, record in enumerate(ArchiveIterator(file, no_record_parse=True, arc2warc=True)):
                if record.rec_type == "response":
                    yield from _answer(record, f"{name}: record {number}", complain)
        except _TORN as error:
            complain(name, f"it ends too early or is damaged: {_said(error)}")


def _answer(record: ArcWarcRecord, name: str, complain: Complain) -> Iterator[Iterator[bytes]]:
    told, body = record.length, record.raw_stream.read(MOST + 1)
    if len(body) > MOST:
        head = _head(record, b"")
        if is_page_at(head + body[:_PIECE]):
            complain(name, "it is too large")
        else:
            log.warning("%s is passed over: too large to be read, and by its type no page", name)
    elif told is not None and len(body) < int(told):
        complain(name, f"it is cut short: {len(body)} of {told} bytes")
    else:
        yield iter((_head(record, body), body, b"\r\n\r\n"))


def _head(record: ArcWarcRecord, body: bytes) -> bytes:
    about = record.rec_headers
    uri, date = about.get_header("WARC-Target-URI") or "", about.get_header("WARC-Date") or ""
    number = uuid.UUID(bytes=hashlib.sha256(repr((uri, date)).encode() + body).digest()[:16], version=4)
    lines = (
        "WARC/1.0",
        "WARC-Type: response",
        f"WARC-Record-ID: <urn:uuid:{number}>",
        f"WARC-Target-URI: {uri}",
        f"WARC-Date: {date}",
        "Content-Type: application/http; msgtype=response",
        f"Content-Length: {len(body)}",
    )
    return ("\r\n".join(re.sub(r"[\r\n]", "", line) for line in lines) + "\r\n\r\n").encode("utf-8", "replace")


# -- WACZ


def _from_wacz(path: Path, beside: Path, complain: Complain) -> Iterator[Adopted]:
    stem = path.name[: -len(forms.WACZ)]
    with zipfile.ZipFile(path) as packed:
        hashes = _hashes(packed, path.name, complain)
        held = forms.warcs_in(packed)
        if not held:
            complain(path.name, "it holds no archive file")
        for member in held:
            label = f"{path.name}: {member}"
            plain = _unzipped(packed, member, beside, label, complain)
            if hashes.get(member, "") not in ("", digest := _digest(plain)):
                complain(label, f"its digest is {digest}, and not what datapackage.json says")
            base = f"{stem}-{re.sub(r'[^A-Za-z0-9._-]', '_', PurePosixPath(member).name)}"
            yield _from_file(plain, base, beside, complain)
        for missing in sorted(
            {name for name in hashes if name.lower().endswith(forms.IN_PLACE)} - {*packed.namelist()}
        ):
            complain(f"{path.name}: {missing}", "datapackage.json names it, and it is not there")


def _unzipped(packed: zipfile.ZipFile, member: str, beside: Path, label: str, complain: Complain) -> Path:
    target = _new_file(beside, ".member")
    try:
        with packed.open(member) as source:
            forms.unpack(source, target, packed.getinfo(member).compress_size)
    except forms.BROKEN as error:
        complain(label, f"it ends too early or is damaged: {_said(error)}")
    return target


def _hashes(packed: zipfile.ZipFile, name: str, complain: Complain) -> dict[str, str]:
    """What datapackage.json says of each file, that one checked by its own digest; `pages` and other notes are checked
    here."""
    try:
        package = _note(packed, "datapackage.json")
        told = json.loads(_note(packed, "datapackage-digest.json") or b"{}").get("hash", "")
        if told and told != f"sha256:{hashlib.sha256(package).hexdigest()}":
            complain(f"{name}: datapackage.json", "it is not what datapackage-digest.json says")
        resources = json.loads(package or b"{}").get("resources", [])
        found = {str(one["path"]): str(one.get("hash", "")) for one in resources}
    except (*forms.BROKEN, AttributeError, TypeError, KeyError) as error:
        complain(f"{name}: datapackage.json", f"it cannot be read: {_said(error)}")
        return {}
    hashes = {path: told for path, told in found.items() if told.startswith("sha256:")}
    for path in sorted({path for path in hashes if not path.lower().endswith(forms.IN_PLACE)} & {*packed.namelist()}):
        if f"sha256:{hashlib.sha256(_note(packed, path)).hexdigest()}" != hashes[path]:
            complain(f"{name}: {path}", "its digest is not what datapackage.json says")
    return hashes


def _note(packed: zipfile.ZipFile, member: str) -> bytes:
    """Empty where it is not there. Raises ValueError where it is too large."""
    if member not in packed.namelist():
        return b""
    with packed.open(member) as source:
        data = source.read(_LARGEST_NOTE + 1)
    if len(data) > _LARGEST_NOTE:
        raise ValueError(f"{member} is too large")
    return data


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"


def _said(error: Exception) -> str:
    return ascii(str(error))[1:-1][:200] or type(error).__name__
