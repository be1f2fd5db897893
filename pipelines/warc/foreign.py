"""Records of other programs, as far as they tell: their bodies may still be encoded, which a `decode` that is passed in
undoes."""

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from urllib.parse import urljoin

from pipelines.exceptions import CaptureFailed
from pipelines.formats.digests import warc_digest
from pipelines.items.captures import ArchivedRedirect, Capture, HttpAnswer, Memento, Snapshot
from pipelines.warc import sidecar as warc_notes
from pipelines.warc.held import Foreign, ForeignRevisit, Held, PassedOver, Sent
from pipelines.warc.members import Damage
from pipelines.warc.records import Record, named_digest, payload_digest_holds
from pipelines.warc.replayed import OWN_PAGE, Replayed, as_archived, is_of_archive, location_as_archived, replayed
from pipelines.warc.sidecar import Headers

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
Decode = Callable[[bytes, Headers], bytes]


def beside(record: Record, decode: Decode | None) -> Iterator[Held]:
    """Pages that were recorded without the answer that brought them, and requests that sent something."""
    if record.kind == "resource" and record.named("WARC-Target-URI").strip("<>").lower().startswith(
        ("http:", "https:")
    ):
        yield from dated(record, decode)
    elif record.kind == "request" and record.method not in ("", "GET", "HEAD"):
        yield Sent(record.location, _names(record))


def _names(record: Record) -> tuple[str, ...]:
    """The record's own name and those it stands beside; without any, its date and address."""
    named = (record.named("WARC-Record-ID"), *record.concurrent)
    return tuple(name for name in named if name) or (f"{record.named('WARC-Date')} {record.named('WARC-Target-URI')}",)


def another(record: Record, decode: Decode | None) -> Iterator[Held]:
    """A record without notes: one of another program, or one of ours that has lost them."""
    if record.named(warc_notes.FOLLOW):
        yield damage(record, "its notes are missing")
    else:
        yield from dated(record, decode)


def dated(record: Record, decode: Decode | None) -> Iterator[Held]:
    """An answer or a revisit of another program; nothing of a record that is neither."""
    target = record.named("WARC-Target-URI").strip("<>")
    timestamp = warc_notes.timestamp_of(record.named("WARC-Date"))
    if (of := replayed(target, record.headers)) and record.kind == "response":
        yield _foreign(record, of.timestamp, decode, of)
    elif record.kind == "response" and is_of_archive(target):
        yield PassedOver(record.location, OWN_PAGE)
    elif not timestamp:
        yield damage(record, "it has no date")
    elif record.kind == "revisit":
        yield _foreign_revisit(record, timestamp)
    elif record.status:
        yield _foreign(record, timestamp, decode)


def _foreign(record: Record, timestamp: str, decode: Decode | None, of: Replayed | None = None) -> Foreign | Damage:
    """An answer; `of` what it is a capture of, where an archive gave it."""
    try:
        body, cut = _body(record, decode)
    except CaptureFailed as failure:
        return damage(record, failure.reason)
    if not cut and not payload_digest_holds(record, body):
        return damage(record, "payload digest does not hold")
    body = as_archived(body, of.base) if of and of.base else body
    capture = _foreign_capture(record, timestamp, body)
    capture = replace(capture, original=of.original) if of else capture
    memento = Memento(capture, timestamp, _foreign_answer(record, body), truncated=cut)
    if leads_to := _leads_to(record, capture, of):
        memento = ArchivedRedirect(capture, timestamp, memento.answer, truncated=cut, redirect_to=leads_to)
    algorithm, told = named_digest(record.named("WARC-Payload-Digest"))
    digest = f"{algorithm}:{told}" if algorithm not in ("", "sha1") else ""
    return Foreign(Snapshot(memento, record.location, hashlib.sha256(body).hexdigest()), _names(record), digest)


def held_body(record: Record, decode: Decode) -> bytes:
    """The bytes of a response of another program, as its row tells of them. Raises CaptureFailed."""
    body, _ = _body(record, decode)
    of = replayed(record.named("WARC-Target-URI").strip("<>"), record.headers) if record.kind == "response" else None
    return as_archived(body, of.base) if of and of.base else body


def _leads_to(record: Record, capture: Capture, of: Replayed | None) -> str:
    """Where an archived redirect leads, as an address; empty for what is none, or leads to nothing on the web."""
    location = record.header("Location").strip() if record.status in _REDIRECTS else ""
    location = location_as_archived(location, of.base) if of else location
    try:
        target = urljoin(capture.original, location) if location else ""
    except ValueError:
        return ""
    return target if re.match(r"https?://[^/?#\s]", target, re.IGNORECASE) else ""


def _body(record: Record, decode: Decode | None) -> tuple[bytes, str]:
    """The decoded body, as far as it goes, and why it is not whole, if it is not. Raises CaptureFailed."""
    try:
        return decode(record.unchunked, record.headers) if decode else record.unchunked, record.truncated
    except CaptureFailed as failure:
        if not failure.so_far:
            raise
        return failure.so_far, record.truncated or "its compressed form has no end"


def _foreign_revisit(record: Record, timestamp: str) -> ForeignRevisit:
    refers_to = record.named("WARC-Refers-To-Target-URI"), record.named("WARC-Refers-To-Date")
    return ForeignRevisit(
        record.location,
        replace(_foreign_capture(record, timestamp, b""), mimetype="warc/revisit"),
        _foreign_answer(record, b""),
        refers_to[0],
        warc_notes.timestamp_of(refers_to[1]),
        _names(record),
        _refers_to(record),
        "server-not-modified" in record.named("WARC-Profile"),
    )


def _refers_to(record: Record) -> tuple[str, ...]:
    algorithm, told = named_digest(record.named("WARC-Payload-Digest"))
    digest = f"{algorithm}:{told}" if algorithm not in ("", "sha1") else ""
    return tuple(name for name in (record.named("WARC-Refers-To"), digest) if name)


def _foreign_capture(record: Record, timestamp: str, body: bytes) -> Capture:
    algorithm, digest = named_digest(record.named("WARC-Payload-Digest"))
    if record.kind == "response" and record.named("WARC-Truncated"):
        algorithm = ""  # it is that of what was not kept
    if algorithm != "sha1":
        digest = "-" if record.kind == "revisit" else warc_digest(body).partition(":")[2]
    return Capture(
        urlkey="",
        timestamp=timestamp,
        original=record.named("WARC-Target-URI").strip("<>"),
        mimetype=record.header("Content-Type").partition(";")[0].strip().lower() or "unk",
        statuscode=str(record.status or "-"),
        digest=digest,
        length=str(record.location.length),
        archive="",  # which it is, whoever reads the file knows
    )


def _foreign_answer(record: Record, body: bytes) -> HttpAnswer:
    return HttpAnswer(record.named("WARC-Target-URI"), record.status, record.headers, body, record.named("WARC-Date"))


def damage(record: Record, reason: str) -> Damage:
    """What of a record cannot be used, and why."""
    return Damage(record.location.offset, record.location.length, reason)
