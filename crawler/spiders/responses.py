"""From Scrapy's responses and exceptions to ours: decoded answers, failures with a stable reason, and whether the
archive is there at all."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
)
from scrapy.http import Response

from crawler.archives.asked import is_short_form
from crawler.archives.book import Archive
from crawler.archives.memento import CUT_SHORT, FITS, TRUNCATED, digest_check
from pipelines.exceptions import CaptureFailed, ReplayFailed
from pipelines.formats.content_encoding import decode
from pipelines.items.captures import HttpAnswer
from pipelines.items.readings import Failure

_LOG = logging.getLogger(__name__)
_REASONS: tuple[tuple[type[Exception], str, bool], ...] = (
    (DownloadConnectionRefusedError, "connection refused", True),
    (DownloadTimeoutError, "no answer in time", True),
    (ResponseDataLossError, "body cut short", True),
    (DownloadCancelledError, "body too large", False),
    (CannotResolveHostError, "host name not found", True),
    (DownloadFailedError, "connection lost", True),
    (IgnoreRequest, "led out of the archive", False),
)

UNREACHED = (DownloadConnectionRefusedError, CannotResolveHostError)
_UNHEARD = (*UNREACHED, DownloadTimeoutError, DownloadFailedError)


def http_answer(response: Response, error: type[CaptureFailed]) -> HttpAnswer:
    """The answer with its body decoded; a part of a file (206) as it came. Raises `error` where the body cannot be."""
    headers = _headers(response)
    body = response.body if response.status == 206 else decode(response.body, headers, error=error)
    return _answer(response, headers, body)


def replayed_answer(response: Response, digest: str) -> HttpAnswer:
    """The same of a replay. A body that breaks off is let through where `digest`, the archive's of the capture, shows
    that it was archived so: then a header says that it was cut. Raises ReplayFailed."""
    cut = CUT_SHORT if "dataloss" in response.flags else ""
    try:
        answer = http_answer(response, ReplayFailed)
    except ReplayFailed as failure:
        if not failure.so_far:
            raise
        cut, broken = failure.detail, failure
        answer = _answer(response, _headers(response), failure.so_far)
    else:
        broken = ReplayFailed("body cut short", transient=True, detail=f"{len(response.body)} bytes came")
    if not cut:
        return answer
    if digest_check(digest, response.body, answer.body) not in FITS:
        raise broken
    return replace(answer, headers=(*answer.headers, (TRUNCATED, cut)))


def _headers(response: Response) -> tuple[tuple[str, str], ...]:
    return tuple(
        (name.decode("latin-1"), _text(value)) for name, values in response.headers.items() for value in values
    )


def _answer(response: Response, headers: tuple[tuple[str, str], ...], body: bytes) -> HttpAnswer:
    return HttpAnswer(
        request_url=response.request.url if response.request else response.url,
        status=response.status,
        headers=headers,
        body=body,
        fetched_at=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    )


def _text(value: bytes) -> str:
    """A header's value: UTF-8 where it is, as servers write it today, else what RFC 9110 (5.5) takes it for."""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")


def failure_of(error: CaptureFailed) -> Failure:
    """What becomes a row of an error."""
    return Failure(error.stage, error.reason, error.transient, error.detail)


def why_no_answer(error: BaseException | None, stage: str) -> Failure:
    """The failure that an exception of the download stands for."""
    for cause in getattr(getattr(error, "__cause__", None), "reasons", None) or ():
        if isinstance(found := cause.value, CaptureFailed):
            return Failure(stage, found.reason, found.transient, found.detail)
    for kind, reason, transient in _REASONS:
        if isinstance(error, kind):
            return Failure(stage, reason, transient, str(error)[:300])
    return Failure(stage, "no answer", True, repr(error)[:300])


@dataclass(slots=True)
class Reach:
    """Whether the archive is there: tells when a run had better stop than go on asking.

    A first request that is refused means a wrong address or a block, and waiting will not help; nonsense instead of
    the first listings means that this is no archive. Once it has answered well, pauses are the breaker's matter, and
    only a long row of requests without any answer ends the run: hours, as the breaker lets one go an hour at last.
    """

    url: str
    setting: str = "WAYBACK_URL"  # that says where it is
    longest_row: int = 12
    nonsense_at_first: int = 3
    _well: bool = field(default=False, init=False)
    _row: int = field(default=0, init=False)
    _nonsense: int = field(default=0, init=False)

    def answered(self) -> None:
        self._well, self._row = True, 0

    def refused(self, error: BaseException | None) -> str:
        """Why to stop, or "": no connection was made, or nothing came through it."""
        if not isinstance(error, _UNHEARD):
            return ""
        self._row += 1
        if self._row < self.longest_row and (self._well or not isinstance(error, UNREACHED)):
            return ""
        if not isinstance(error, UNREACHED):
            return (
                f"The archive at {self.url} left {self._row} requests in a row without an answer, the last: "
                f"{why_no_answer(error, '').reason}. Nothing is lost: wait, then start the same command again."
            )
        why = "its host name is not known" if isinstance(error, CannotResolveHostError) else "connection refused"
        return (
            f"Cannot reach the archive at {self.url}: {why}. Check {self.setting}; if it is right, this address may be "
            "blocked for up to an hour: wait, then start the same command again."
        )

    def babbled(self, status: int, reason: str, hint: str = "") -> str:
        """Why to stop, or "": a listing was answered with something that is none. `hint` says what it may be."""
        if status == 429 or status >= 500:  # an archive that has too much to do
            return ""
        self._nonsense += 1
        if self._well or self._nonsense < self.nonsense_at_first:
            if not self._well and self._nonsense == 1:  # what follows is a wait, and whoever looks on should know
                _LOG.warning(
                    "%s answered a listing with status %d, %s; it is asked again, but check %s",
                    self.url,
                    status,
                    reason,
                    self.setting,
                )
            return ""
        guess = f"; {hint}" if "this looks like" in hint else ""
        return f"What answers at {self.url} is no CDX server ({reason}{guess}). Check {self.setting}, then start again."


class Hearing:
    """Which archives a run still hears; those that it does not are left out, with the reason."""

    def __init__(self, archives: Mapping[str, Archive]) -> None:
        self._reach = {name: Reach(archive.address, _setting_of(archive)) for name, archive in archives.items()}
        self.left_out: dict[str, str] = {}

    def of(self, archive: str) -> Reach:
        return self._reach[archive]

    def leave_out(self, archive: str, reason: str) -> bool:
        """Hear an archive no more, where there is a reason. Whether that is news."""
        if not reason or archive in self.left_out:
            return False
        self.left_out[archive] = reason
        return True

    @property
    def is_nobody_left(self) -> bool:
        return len(self.left_out) == len(self._reach)


def _setting_of(archive: Archive) -> str:
    """The setting, or the entry of the book, that says where an archive is."""
    return "WAYBACK_URL" if is_short_form(archive) else f"the address of {archive.name}"
