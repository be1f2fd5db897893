"""One WARC record as a range of a file gives it: a gzip member, read into the answer that a replay would have been.

Common Crawl keeps bodies decoded: the masked names `X-Crawler-Content-Encoding` and the like say what once was, and
nothing is decoded by them.
"""

import re
import zlib
from dataclasses import replace
from typing import NamedTuple

from crawler.archives.memento import TRUNCATED
from pipelines.exceptions import ReplayFailed
from pipelines.formats.content_encoding import decode
from pipelines.formats.timestamps import as_datetime
from pipelines.items.captures import HttpAnswer

LARGEST = 64 << 20
"""Bytes of a record, unpacked."""

_LIMITS = (512_000, 1 << 20, 5 << 20)  # bytes at which Common Crawl cuts, and did not always say so

_PLACE = re.compile(r"([A-Za-z0-9._/-]{1,500})\?([0-9]{1,15})\+([0-9]{1,10})(?:~.{0,100})?")
_STATUS = re.compile(rb"HTTP/[0-9.]+ ([0-9]{3})(?: |\Z)")
_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})")
_MASKED = ("x-crawler-content-encoding", "x-crawler-content-length", "x-crawler-transfer-encoding")


class Place(NamedTuple):
    """Where a record lies: a path below the archive's address, and the bytes of its gzip member."""

    file: str
    offset: int
    length: int


def place_in(record_at: str) -> Place | None:
    """The place that a row's `record_at` names, FILE?OFFSET+LENGTH~CUT; None where none that could be asked for."""
    found = _PLACE.fullmatch(record_at)
    if found is None or ".." in found[1] or found[1].startswith("/") or not 0 < int(found[3]) <= LARGEST:
        return None
    return Place(found[1], int(found[2]), int(found[3]))


def as_replayed(answer: HttpAnswer) -> tuple[HttpAnswer, bytes]:
    """The answer that a record holds, in a replay's form: `Memento-Datetime`, `X-Archive-Orig-...`, `rel=original`.

    Also its body as it was stored. Raises ReplayFailed for what is no whole record of an answer.
    """
    head, block = _parted(_unpacked(answer.body), "the record")
    fields = dict(_headers(head))
    kind = fields.get("warc-type", "")
    if kind != "response":
        raise ReplayFailed("no page in the record", detail=f"a record of type {kind[:40]!r}")
    length = fields.get("content-length", "")
    slack = 2  # one crawl wrote a line end too much, and counted too few
    if not length.isdecimal() or len(block) < int(length[:15]):
        raise ReplayFailed("body cut short", transient=True, detail=f"{len(block)} of {length[:15]!r} bytes")
    start, body = _parted(block[: int(length[:15]) + slack].removesuffix(b"\r\n"), "the answer")
    return _answer(answer, fields, start, body)


def _answer(answer: HttpAnswer, fields: dict[str, str], start: bytes, body: bytes) -> tuple[HttpAnswer, bytes]:
    status = _STATUS.match(start)
    if status is None:
        raise ReplayFailed("no page in the record", detail=repr(start[:60]))
    originals = list(_headers(start))
    body = _stored(body, originals)
    kept = [pair for pair in originals if pair[0] not in _MASKED]
    plain = tuple(pair for pair in kept if pair[0] in ("content-encoding", "transfer-encoding"))
    decoded = decode(body, plain, error=ReplayFailed) if plain else body
    headers = [
        ("Memento-Datetime", _http_date(fields.get("warc-date", ""))),
        ("Link", f'<{fields.get("warc-target-uri", "").strip("<>")}>; rel="original"'),
        *((f"X-Archive-Orig-{name}", value) for name, value in kept),
        *((name.title(), value) for name, value in kept if name in ("content-type", "location")),
        *((TRUNCATED, why) for why in (_why_cut(fields, body),) if why),
    ]
    return replace(answer, status=int(status[1]), headers=tuple(headers), body=decoded), body


def _why_cut(fields: dict[str, str], body: bytes) -> str:
    return fields.get("warc-truncated", "") or ("length" if len(body) in _LIMITS else "")


def _stored(body: bytes, originals: list[tuple[str, str]]) -> bytes:
    """The body as far as its own length says; a shorter one stays as it is."""
    length = next((value for name, value in originals if name == "content-length"), "")
    return body[: int(length[:15])] if length.isdecimal() else body


def _unpacked(data: bytes) -> bytes:
    unpacking = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        unpacked = unpacking.decompress(data, LARGEST)
    except zlib.error as error:
        raise ReplayFailed("no record at that place", transient=True, detail=str(error)) from error
    if unpacking.unconsumed_tail:
        raise ReplayFailed("body too large", detail=f"more than {LARGEST} bytes")
    if not unpacking.eof:
        raise ReplayFailed("body cut short", transient=True, detail="the gzip member has no end")
    return unpacked


def _parted(data: bytes, what: str) -> tuple[bytes, bytes]:
    head, end, rest = data.partition(b"\r\n\r\n")
    if not end:
        raise ReplayFailed("no page in the record", detail=f"{what} has no end of its head")
    return head, rest


def _headers(head: bytes) -> list[tuple[str, str]]:
    """Names in small letters, and values; folded and strange lines are left out."""
    lines = head.decode("utf-8", "replace").split("\r\n")[1:]
    pairs = (line.partition(":") for line in lines if ":" in line and line[:1] not in (" ", "\t"))
    return [(name.strip().lower(), value.strip()) for name, _, value in pairs]


def _http_date(date: str) -> str:
    found = _DATE.match(date)
    moment = as_datetime("".join(found.groups())) if found else None
    if moment is None:
        raise ReplayFailed("no page in the record", detail=f"WARC-Date {date[:40]!r}")
    return moment.strftime("%a, %d %b %Y %H:%M:%S GMT")
