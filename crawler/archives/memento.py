"""What a replay answer is. One rule above all: a memento if and only if it has `Memento-Datetime` (RFC 7089).

A status decides nothing: archived 404s and 429s come back as they were, and the archive's own pages come with 200.
"""

import re
import time
from collections.abc import Iterable
from dataclasses import dataclass

from crawler.archives.addresses import WEB, is_playable, location_in_archive
from crawler.archives.answers import why_closed
from crawler.archives.cdx import printable
from crawler.politeness.circuit_breaker import asked_pause
from pipelines.exceptions import ReplayFailed
from pipelines.formats.digests import cdx_digest
from pipelines.formats.timestamps import as_datetime, from_http_date
from pipelines.items.captures import ArchivedRedirect, Capture, HttpAnswer, Memento, State
from pipelines.items.readings import Failure

_ORIGINAL_HEADER = "X-Archive-Orig-"
TRUNCATED = "WARC-Truncated"
"""The header of an answer that says why its body was cut when it was captured."""
CUT_SHORT = "shorter than its Content-Length"
FITS = ("raw", "decoded")
REDIRECTS = frozenset({301, 302, 303, 307, 308})
_CDX_DIGEST = re.compile(r"[A-Z2-7]{32}")
_ORIGINAL_LINK = re.compile(r"<([^<>]*)>\s*;\s*rel=\"?original\"?", re.IGNORECASE)
_OWN_PAGE = re.compile(rb"Got an HTTP 30\d response at crawl time")
_IMPATIENT = b"Impatient?"
_HOP_TEXT = re.compile(rb"\s*found capture at [0-9]{1,14}\s*")


@dataclass(frozen=True, slots=True)
class Played:
    """A memento: when and from where it was captured (`timestamp` is "" where the archive gives no usable date)."""

    timestamp: str
    original: str
    redirect_to: str = ""  # for an archived redirect: the original address it leads to


@dataclass(frozen=True, slots=True)
class Hop:
    """The archive's own redirect to the nearest capture it can play."""

    timestamp: str
    original: str


@dataclass(frozen=True, slots=True)
class Limited:
    """429: this client asks too much. Seconds to wait, where the archive says so."""

    retry_after: float | None


@dataclass(frozen=True, slots=True)
class Refused:
    """No memento, and what that makes of the capture."""

    state: State
    failure: Failure


def read_answer(
    answer: HttpAnswer, base: str, now: float | None = None, *, below: str = WEB
) -> Played | Hop | Limited | Refused:
    """Tell what a replay answer is. `base` is the archive's address, `below` what stands between it and a timestamp;
    `now`, in Unix seconds, is for a Retry-After."""
    if answer.header("Memento-Datetime"):
        return _played(answer, base, below)
    if answer.status == 429:
        return Limited(asked_pause(answer.header("Retry-After"), time.time() if now is None else now))
    if answer.status in REDIRECTS:
        return _hop(answer, base, below)
    if reason := why_closed(answer, answer.body):
        return _refused(State.BLOCKED, reason)
    if answer.status == 404:
        return _refused(State.UNPLAYABLE, "not archived")
    if answer.status == 200:
        return _trouble("not a memento", "status 200 without Memento-Datetime")
    return _trouble("archive trouble", f"status {answer.status}")


def _refused(state: State, reason: str, detail: str = "", *, transient: bool = False) -> Refused:
    return Refused(state, Failure(ReplayFailed.stage, reason, transient, detail))


def _trouble(reason: str, detail: str) -> Refused:
    return _refused(State.FAILED, reason, detail, transient=True)


def _hop(answer: HttpAnswer, base: str, below: str) -> Hop | Refused:
    target = location_in_archive(answer.header("Location"), answer.request_url, base, below)
    if target is None:
        return _trouble("led out of the archive", answer.header("Location")[:200])
    return Hop(target.timestamp, target.original)


def _played(answer: HttpAnswer, base: str, below: str) -> Played | Refused:
    if _HOP_TEXT.fullmatch(answer.body[:100]) or _is_redirect_page(answer.body):
        return _trouble("a page of the archive instead of the capture", "")
    redirect_to = ""
    if answer.status in REDIRECTS:
        target = location_in_archive(answer.header("Location"), answer.request_url, base, below)
        if target is None:
            return _refused(State.FAILED, "redirect leads nowhere", answer.header("Location")[:200])
        redirect_to = target.original
    return Played(from_http_date(answer.header("Memento-Datetime")) or "", original_of(answer), redirect_to)


def _is_redirect_page(body: bytes) -> bool:
    """The page that view mode shows for an archived redirect, with status 200 and a script that jumps."""
    return _IMPATIENT in body and _OWN_PAGE.search(body) is not None


def original_of(answer: HttpAnswer) -> str:
    """The true address from `Link: <...>; rel="original"`, or "". The archive writes `&` as `&amp;` there."""
    links = ",".join(value for name, value in answer.headers if name.lower() == "link")
    found = _ORIGINAL_LINK.search(links)
    original = found[1].replace("&amp;", "&").partition("#")[0] if found else ""
    return original if is_playable(original) else ""


def played_capture(
    requested: Capture, played: Played, answer: HttpAnswer, raw: bytes, listed: Iterable[Capture] = ()
) -> Memento:
    """The memento that an answer holds, under the capture that was truly played.

    `raw` is the body as it came over the wire. `listed` are the rows known for the address, or just those of the
    played timestamp: a hop leads to one of them, and of two captures of one second only one is ever played, which
    the digest tells. Where none fits, a capture is made from the answer itself.

    Raises ReplayFailed "body cut short" (transient), or "empty body" (transient unless it was archived empty).
    """
    capture = _best(_candidates(requested, played, listed), played, answer, raw)
    check = digest_check(capture.digest, raw, answer.body) if capture else "unknown"
    capture = capture or _unlisted(requested, played, answer)
    cut = _cut_at_capture(capture, answer, raw, check)
    memento = Memento(capture, requested.timestamp, answer, check, truncated=cut)
    if played.redirect_to:
        memento = ArchivedRedirect(
            capture, requested.timestamp, answer, check, truncated=cut, redirect_to=played.redirect_to
        )
    _check_body(memento, raw)
    return memento


def _candidates(requested: Capture, played: Played, listed: Iterable[Capture]) -> list[Capture]:
    """The captures this may be, the one asked for first. Impossible timestamps are compared as the dates they mean."""
    asked = as_datetime(requested.timestamp)
    moment = as_datetime(played.timestamp) or asked
    rows = [requested] if asked in (moment, None) else []
    return rows + [row for row in listed if row != requested and as_datetime(row.timestamp) == moment]


def _best(candidates: Iterable[Capture], played: Played, answer: HttpAnswer, raw: bytes) -> Capture | None:
    def likeness(row: Capture) -> tuple[bool, bool, bool, bool, bool]:
        return (
            row.statuscode == "-" or row.statuscode.startswith("3") == bool(played.redirect_to),
            digest_check(row.digest, raw, answer.body) in ("raw", "decoded"),
            _same_address(row.original, played.original),
            row.statuscode in (str(answer.status), "-"),
            row.digest != "-",
        )

    return max(candidates, key=likeness, default=None)  # of equals the first, which is the one asked for


def _unlisted(requested: Capture, played: Played, answer: HttpAnswer) -> Capture:
    return Capture(
        urlkey=requested.urlkey,
        timestamp=played.timestamp,
        original=played.original or requested.original,
        mimetype=answer.header("Content-Type").partition(";")[0].strip().lower()[:100] or "unk",
        statuscode=str(answer.status),
        digest=cdx_digest(answer.body),
        archive=requested.archive,
    )


def _check_body(memento: Memento, raw: bytes) -> None:
    if missing := _missing(memento, raw):
        raise ReplayFailed("body cut short", transient=True, detail=missing)
    if memento.answer.status == 200 and not memento.answer.body:
        raise ReplayFailed("empty body", transient=not _was_empty(memento))


def _was_empty(memento: Memento) -> bool:
    """Whether it was archived empty: by its digest, or by the length that it was sent with then."""
    original = memento.answer.header(_ORIGINAL_HEADER + "Content-Length").strip()
    return memento.digest_check == "decoded" or original == "0"


def _missing(memento: Memento, raw: bytes) -> str:
    """Which length the body falls short of. The original length counts only where no encoding was involved."""
    answer = memento.answer
    sent, original = (_length(answer.header(name)) for name in ("Content-Length", _ORIGINAL_HEADER + "Content-Length"))
    if len(raw) < sent and memento.digest_check not in FITS:
        return f"{len(raw)} of {sent} bytes sent"
    encoded = raw != answer.body or answer.header(_ORIGINAL_HEADER + "Content-Encoding")
    if answer.status != 200 or encoded or memento.digest_check == "decoded" or len(raw) >= original:
        return ""
    return f"{len(raw)} of {original} bytes archived"


def _cut_at_capture(capture: Capture, answer: HttpAnswer, raw: bytes, check: str) -> str:
    """Why the bytes that were archived are not whole; empty where nothing shows it. That they are as they were archived
    shows by their digest: without it, the way here may be at fault."""
    if said := answer.header(TRUNCATED) or capture.record_at.partition("~")[2]:
        return printable(said.encode("utf-8", "replace"))[:100]
    if check not in FITS or answer.status != 200 or answer.header(_ORIGINAL_HEADER + "Transfer-Encoding"):
        return ""
    if check != "raw" and answer.header(_ORIGINAL_HEADER + "Content-Encoding"):
        return ""  # the length is that of other bytes
    stored = raw if check == "raw" else answer.body
    return CUT_SHORT if len(stored) < _length(answer.header(_ORIGINAL_HEADER + "Content-Length")) else ""


def _length(value: str) -> int:
    return int(value) if re.fullmatch(r" *[0-9]{1,15} *", value) else 0


def _same_address(one: str, other: str) -> bool:
    return _loose(one) == _loose(other)


def _loose(url: str) -> str:
    """What playback ignores: scheme, `www`, default port, letter case; and percent escapes doubled in Link."""
    without_scheme = re.sub(r"^https?://(www\d*\.)?", "", url.lower().replace("%25", "%"))
    return re.sub(r"^([^/?]*?)(?::(?:80|443))?(?=[/?]|$)", r"\1", without_scheme).rstrip("/")


def digest_check(digest: str, raw: bytes, decoded: bytes) -> str:
    """Where a CDX digest fits: "decoded", "raw" (as sent over the wire), "neither", or "unknown" if it is none.

    A soft sign: the archive hashes the record as stored, which may have been gzip or chunks.
    """
    if not _CDX_DIGEST.fullmatch(digest):
        return "unknown"
    if digest == cdx_digest(decoded):
        return "decoded"
    return "raw" if raw is not decoded and digest == cdx_digest(raw) else "neither"
