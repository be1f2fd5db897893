"""The rows of an archive file: one for each response, resource and revisit of an HTTP address."""

import base64
import binascii
import hashlib
import re
import zlib
from dataclasses import dataclass, field
from pathlib import Path

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecord

from crawler.local_archive.server.rows import Row
from pipelines.formats.surt import urlkey
from pipelines.warc.records import give_head
from pipelines.warc.replayed import is_of_archive, replayed
from pipelines.warc.sidecar import timestamp_of

_KINDS = ("response", "revisit", "resource")
_NAMES = ("warc-record-id", "warc-concurrent-to")
_BASE32 = re.compile(r"[A-Z2-7]{32}")
_TORN = (ArchiveLoadFailed, AttributeError, ValueError, EOFError, OverflowError, zlib.error)


@dataclass(slots=True)
class _Forms:
    """The requests of one file that sent a form, and the rows beside them, by the names of their records."""

    sent: set[str] = field(default_factory=set)
    rows: list[tuple[set[str], Row]] = field(default_factory=list)

    def request(self, record: ArcWarcRecord) -> None:
        method = record.raw_stream.readline().split(b" ", 1)[0]
        if method.strip() not in (b"", b"GET", b"HEAD"):
            self.sent |= _names(record) or {_place(record)}

    def answers(self) -> list[Row]:
        """The rows that answer no form."""
        return [row for names, row in self.rows if not names & self.sent]


class WarcRows:
    """Reads archive files one after the other. `torn` counts those that end too early, `posted` answers to forms."""

    def __init__(self) -> None:
        self.torn = 0
        self.posted = 0
        self._digests: dict[str, str] = {}  # of records whose digest is no SHA-1: its name or theirs, and what it is

    def read(self, name: str, path: Path) -> list[Row]:
        """The rows of one file, up to where it breaks; `name` is what stands in them."""
        forms = _Forms()
        with path.open("rb") as file:
            records = ArchiveIterator(file, no_record_parse=True, arc2warc=True)
            try:
                for record in records:
                    if record.rec_type == "request":
                        forms.request(record)
                    elif record.rec_type in _KINDS and self._is_page(record):
                        row = self._row(record, name)  # first, since asking for the place reads the record to its end
                        if row is None:
                            continue
                        place, length = records.get_record_offset(), records.get_record_length()
                        row = row._replace(offset=str(place), length=str(length))
                        forms.rows.append(({*_names(record), _place(record)}, row))
            except _TORN:  # what came before is whole
                self.torn += 1
        found = forms.answers()
        self.posted += len(forms.rows) - len(found)
        return found

    def _is_page(self, record: ArcWarcRecord) -> bool:
        """Whether a record is of an HTTP address; without address or date its head broke off."""
        target = _target(record)
        is_told = bool(target and _timestamp(record))
        self.torn += not is_told
        return is_told and target.lower().startswith(("http:", "https:"))

    def _row(self, record: ArcWarcRecord, name: str) -> Row | None:
        """The row of a record; none of what a web archive answered for itself."""
        read, revisit = give_head(record), record.rec_type == "revisit"
        head, target = record.http_headers, _target(record)
        of = replayed(target, tuple(head.headers)) if record.rec_type == "response" else None
        if record.rec_type == "response" and not of and is_of_archive(target):
            return None
        original = of.original if of else target
        mimetype = (head.get_header("Content-Type") or "unk").partition(";")[0].strip()
        return Row(
            urlkey=urlkey(original),
            timestamp=of.timestamp if of else _timestamp(record),
            original=original,
            mimetype="warc/revisit" if revisit else mimetype,
            statuscode="-" if revisit else head.get_statuscode(),
            digest=self._digest(record, read),
            length="-",
            offset="-",
            filename=name,
            redirect=head.get_header("Location") or "-",
            truncated=record.rec_headers.get_header("WARC-Truncated") or "-",
        )

    def _digest(self, record: ArcWarcRecord, read: bytes) -> str:
        """The SHA-1 of the payload in base 32: as it is named, else computed, or for a revisit that of its original."""
        headers = record.rec_headers
        named = headers.get_header("WARC-Payload-Digest") or ""
        is_cut = record.rec_type == "response" and headers.get_header("WARC-Truncated")
        if (sha1 := _sha1(named)) and not is_cut:  # of a cut one it is that of what was not kept
            return sha1
        if record.rec_type == "revisit":
            refers = headers.get_header("WARC-Refers-To") or ""
            return self._digests.get(named.lower()) or self._digests.get(refers) or "-"
        computed = _computed(record, read)
        for name in (named.lower(), headers.get_header("WARC-Record-ID") or ""):
            if name:
                self._digests.setdefault(name, computed)
        return computed


def _target(record: ArcWarcRecord) -> str:
    return (record.rec_headers.get_header("WARC-Target-URI") or "").strip("<>")


def _names(record: ArcWarcRecord) -> set[str]:
    """The record's own name and those of the records beside it."""
    return {value for name, value in record.rec_headers.headers if name.lower() in _NAMES}


def _place(record: ArcWarcRecord) -> str:
    """What a record without a name is known by."""
    return f"{record.rec_headers.get_header('WARC-Date')} {_target(record)}"


def _timestamp(record: ArcWarcRecord) -> str:
    return timestamp_of(record.rec_headers.get_header("WARC-Date") or "")


def _sha1(named: str) -> str:
    """A SHA-1 in base 32, however it was spelled; empty for other digests."""
    algorithm, _, text = named.strip().partition(":")
    if algorithm.lower() != "sha1":
        return ""
    if _BASE32.fullmatch(text.upper()):
        return text.upper()
    try:
        raw = binascii.unhexlify(text)
    except ValueError:
        return ""
    return base64.b32encode(raw).decode() if len(raw) == 20 else ""


def _computed(record: ArcWarcRecord, read: bytes) -> str:
    digest = hashlib.sha1(read, usedforsecurity=False)
    while piece := record.raw_stream.read(1 << 16):
        digest.update(piece)
    return base64.b32encode(digest.digest()).decode()
