"""From Scrapy's responses and exceptions to ours: decoded answers, failures with a stable reason, and whether the
archive is there at all."""

import logging
from dataclasses import dataclass, field
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

from pipelines.exceptions import CaptureFailed
from pipelines.formats.content_encoding import decode
from pipelines.items import Failure, HttpAnswer

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


def http_answer(response: Response, error: type[CaptureFailed]) -> HttpAnswer:
    """The answer with its body decoded. Raises `error` where the body cannot be."""
    headers = tuple(
        (name.decode("latin-1"), _text(value)) for name, values in response.headers.items() for value in values
    )
    return HttpAnswer(
        request_url=response.request.url if response.request else response.url,
        status=response.status,
        headers=headers,
        body=decode(response.body, headers, error=error),
        fetched_at=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    )


def _text(value: bytes) -> str:
    """A header's value: UTF-8 where it is, as servers write it today, else what RFC 9110 (5.5) takes it for."""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")


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
    only a long row of refusals ends the run.
    """

    url: str
    longest_row: int = 12
    nonsense_at_first: int = 3
    _well: bool = field(default=False, init=False)
    _row: int = field(default=0, init=False)
    _nonsense: int = field(default=0, init=False)

    def answered(self) -> None:
        self._well, self._row = True, 0

    def refused(self, error: BaseException | None) -> str:
        """Why to stop, or "": no connection was made."""
        if not isinstance(error, UNREACHED):
            return ""
        self._row += 1
        if self._well and self._row < self.longest_row:
            return ""
        why = "its host name is not known" if isinstance(error, CannotResolveHostError) else "connection refused"
        return (
            f"Cannot reach the archive at {self.url}: {why}. Check WAYBACK_URL; if it is right, this address may be "
            "blocked for up to an hour: wait, then start the same command again."
        )

    def babbled(self, status: int, reason: str) -> str:
        """Why to stop, or "": a listing was answered with something that is none."""
        if status == 429 or status >= 500:  # an archive that has too much to do
            return ""
        self._nonsense += 1
        if self._well or self._nonsense < self.nonsense_at_first:
            if not self._well and self._nonsense == 1:  # what follows is a wait, and whoever looks on should know
                _LOG.warning(
                    "%s answered a listing with status %d, %s; it is asked again, but check WAYBACK_URL",
                    self.url,
                    status,
                    reason,
                )
            return ""
        return f"What answers at {self.url} is no CDX server ({reason}). Check WAYBACK_URL, then start again."
