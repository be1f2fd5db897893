"""What a WARC record cannot say of a memento or a listing: its notes, a `metadata` record in JSON beside it.

    {"kind": "memento", "capture": {...}, "asked": {...} or null, "requested": "2004...", "digest_check": "decoded",
     "redirect_to": "", "evidence": [...], "is_home": false, "truncated": "",
     "payload_digest": "<SHA-256>", "payload": {"file", "offset", "length"} or null,
     "request_url": "...", "status": 200, "fetched_at": "...", "headers": [["name", "value"], ...]}

    {"kind": "listing", "query": {...}, "outcome": "rows", "resume_key": "",
     "dialect": "wayback", and the same last four}

`headers` are the archive's own, all but those that tell of the client. `payload` is where a revisit's bytes lie.
"""

import dataclasses
import json
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import msgspec
from msgspec.structs import asdict, astuple

from pipelines.formats.records import AnswerNotes, CaptureNote, ListingNotes, MementoNotes
from pipelines.formats.timestamps import utc
from pipelines.items.captures import (
    ArchivedRedirect,
    Capture,
    Evidence,
    HomePage,
    HttpAnswer,
    ListingPage,
    Memento,
    Query,
    WarcLocation,
)

Headers = tuple[tuple[str, str], ...]
Notes = dict[str, Any]

FOLLOW = "Notes-Follow"
"""The WARC header of a record that was written together with its notes, and is not whole without them."""

_ORIGINAL = "x-archive-orig-"
_OF_THE_CLIENT = frozenset(
    {"set-cookie", "x-nid", "x-as", "x-na", "x-rl", "x-client-ip", "x-real-ip", "x-forwarded-for", "via"}
)
_OF_THE_WIRE = frozenset({"content-encoding", "transfer-encoding", "content-length", "connection", "keep-alive"})
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
_PLAIN = bytes(range(0x20, 0x7F))


def of_memento(memento: Memento, payload_digest: str, payload: WarcLocation | None) -> bytes:
    """The notes of a memento; `payload` where its bytes lie elsewhere."""
    return _json(
        kind="memento",
        capture=dataclasses.asdict(memento.capture),
        asked=dataclasses.asdict(memento.asked) if memento.asked else None,
        requested=memento.requested,
        digest_check=memento.digest_check,
        redirect_to=memento.redirect_to if isinstance(memento, ArchivedRedirect) else "",
        evidence=[dataclasses.asdict(one) for one in memento.evidence],
        is_home=isinstance(memento, HomePage),
        truncated=memento.truncated,
        payload_digest=payload_digest,
        payload=dataclasses.asdict(payload) if payload else None,
        **_of_answer(memento.answer),
    )


def of_listing(page: ListingPage) -> bytes:
    """The notes of a CDX answer: what was asked, and how it goes on."""
    query = dataclasses.asdict(page.query)
    return _json(
        kind="listing",
        query=query,
        outcome=page.outcome,
        resume_key=page.resume_key,
        dialect=page.dialect,
        **_of_answer(page.answer),
    )


def _of_answer(answer: HttpAnswer) -> Notes:
    return {
        "request_url": answer.request_url,
        "status": answer.status,
        "fetched_at": answer.fetched_at,
        "headers": [list(pair) for pair in kept(answer.headers)],
    }


def _json(**notes: Any) -> bytes:
    return json.dumps(notes).encode("ascii")


def read(block: bytes) -> MementoNotes | ListingNotes | None:
    """The notes in a metadata record; None where it is another program's. Raises ValueError where ours do not fit."""
    try:
        return _NOTES.decode(block)
    except (ValueError, RecursionError):  # also what is not UTF-8, is nested or has numbers without end
        if are_notes(block):
            raise
    return None


_NOTES: msgspec.json.Decoder[MementoNotes | ListingNotes] = msgspec.json.Decoder(MementoNotes | ListingNotes)


def are_notes(block: bytes) -> bool:
    """Whether a block says that it is notes, sound or not."""
    try:
        notes = msgspec.json.decode(block)
    except (ValueError, RecursionError):
        return False
    return isinstance(notes, dict) and notes.get("kind") in ("memento", "listing")


def memento_of(notes: MementoNotes, body: bytes) -> Memento:
    """The memento that was written, headers of the client excepted."""
    kind = ArchivedRedirect if notes.redirect_to else HomePage if notes.is_home else Memento
    leads_to = {"redirect_to": notes.redirect_to} if notes.redirect_to else {}
    return kind(
        capture=_capture(notes.capture),
        requested=notes.requested,
        answer=answer_of(notes, body),
        digest_check=notes.digest_check,
        asked=_capture(notes.asked) if notes.asked else None,
        evidence=tuple(Evidence(**asdict(one)) for one in notes.evidence),
        truncated=notes.truncated,
        **leads_to,
    )


def _capture(told: CaptureNote) -> Capture:
    return Capture(*astuple(told))  # they have the same fields


def answer_of(notes: AnswerNotes, body: bytes) -> HttpAnswer:
    return HttpAnswer(notes.request_url, notes.status, tuple(notes.headers), body, notes.fetched_at)


def query_of(notes: ListingNotes) -> Query:
    return Query(**asdict(notes.query))


def payload_of(notes: MementoNotes) -> WarcLocation | None:
    return WarcLocation(**asdict(notes.payload)) if notes.payload else None


def kept(headers: Iterable[tuple[str, str]]) -> Headers:
    """The headers of an answer without those that tell of the client that asked."""
    return tuple((name, value) for name, value in headers if name.lower() not in _OF_THE_CLIENT)


def archived_headers(memento: Memento) -> Headers:
    """The headers as they were archived, for a body that is decoded: encodings left out, the length new.

    An archived redirect leads to the address it was captured with, not to the archive's form of it.
    """
    answer = memento.answer
    originals = [
        (name[len(_ORIGINAL) :], value) for name, value in answer.headers if name.lower().startswith(_ORIGINAL)
    ]
    left_out = _OF_THE_WIRE | {"content-type", "location"}
    headers = [pair for pair in originals if pair[0].lower() not in left_out]
    if content_type := answer.header("Content-Type"):
        headers.append(("Content-Type", content_type))
    if isinstance(memento, ArchivedRedirect):
        headers.append(("Location", memento.redirect_to))
    return clean([*headers, ("Content-Length", str(len(answer.body)))])


def listing_headers(answer: HttpAnswer) -> Headers:
    """The headers of a CDX answer, for its decoded body."""
    headers = [pair for pair in kept(answer.headers) if pair[0].lower() not in _OF_THE_WIRE]
    return clean([*headers, ("Content-Length", str(len(answer.body)))])


def clean(headers: Iterable[tuple[str, str]]) -> Headers:
    """Only what can stand in a header block; the notes hold the rest as it came. Letters beyond ASCII are escaped here:
    warcio, which does so too, fails where some stand beside parameters (`Café; version=2`)."""
    return tuple((name, _ascii(_CONTROL.sub(" ", value).strip())) for name, value in headers if _TOKEN.fullmatch(name))


def _ascii(value: str) -> str:
    return value if value.isascii() else quote(value, safe=_PLAIN, errors="replace")


def status_line(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"{status} Unknown"


def warc_date(memento: Memento) -> str:
    """When the capture was made, ISO 8601 in UTC: as the archive dates it, else its timestamp, else when fetched."""
    try:
        moment = parsedate_to_datetime(memento.answer.header("Memento-Datetime"))
        return utc(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    except (ValueError, TypeError, IndexError, OverflowError):
        return iso_of(memento.capture.timestamp) or memento.answer.fetched_at


def truncation(reason: str) -> str:
    """Why a body was cut, in a word of the standard."""
    return reason if reason in ("length", "time", "disconnect") else "unspecified"


def iso_of(timestamp: str) -> str:
    """14 digits as ISO 8601, or "" where they are no date."""
    try:
        return utc(datetime.strptime(timestamp, "%Y%m%d%H%M%S").replace(tzinfo=UTC))
    except ValueError:
        return ""


def timestamp_of(date: str) -> str:
    """A WARC-Date, of any precision from the year to the nanosecond, as 14 digits in UTC; "" where it is none."""
    found = _DATE.fullmatch(date.strip())
    if not found:
        return ""
    year, month, day, *clock, zone = found.groups()
    timestamp = "".join((year, month or "01", day or "01", *(part or "00" for part in clock)))
    if not zone or not zone.strip("+-:0"):
        return timestamp
    try:
        return datetime.strptime(timestamp + zone, "%Y%m%d%H%M%S%z").astimezone(UTC).strftime("%Y%m%d%H%M%S")
    except (ValueError, OverflowError):
        return ""


_DATE = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,]\d+)?)?)?)?)? ?(?:Z|UTC|GMT|([+-]\d\d:?\d\d))?",
    re.ASCII | re.IGNORECASE,
)


def uri(url: str) -> str:
    """An address as a header can hold it: scheme in small letters (readers go by it), spaces and controls escaped."""
    url = re.sub(r"^https?:", lambda found: found[0].lower(), url, count=1, flags=re.IGNORECASE)
    escaped = re.sub(r"[\x00-\x20\x7f]", lambda found: f"%{ord(found[0]):02X}", url)
    return escaped.encode("utf-8", "replace").decode("utf-8")
