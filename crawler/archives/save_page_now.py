"""Save Page Now 2 of the Internet Archive: what is sent to have a page captured, and what the answers say. Pure.

After the API's public draft of 2022-04: a capture is asked for by POST with the user's own keys, and answered with the
name of a job; that is asked about until it has ended. Limits as users told them in 2026: 6 captures a minute, 7 at
once.
"""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

import msgspec

from crawler.archives.addresses import is_playable
from pipelines.exceptions import CaptureFailed, WrongUse

ACCESS_KEY, SECRET_KEY = "ARCHIVE_ORG_ACCESS_KEY", "ARCHIVE_ORG_SECRET_KEY"
PER_MINUTE = 4.0
"""Captures that are asked for; 80 % of what is allowed, rounded down."""
AT_ONCE = 5
"""Jobs that have not ended."""

_WITHIN = re.compile(r"[1-9][0-9]{0,4}[smhd]")
_JOB = re.compile(r"[A-Za-z0-9-]{1,100}")
_STAMP = re.compile(r"[0-9]{14}")
_PASSING = frozenset(
    {
        "user-session-limit", "too-many-requests", "bandwidth-limit-exceeded", "celery", "no-browsers-available",
        "service-unavailable", "gateway-timeout", "bad-gateway", "internal-server-error", "job-failed",
        "capture-location-error", "proxy-error",
    }
)  # fmt: skip


class NotSaved(CaptureFailed):
    """A page was not captured."""

    stage = "save"


class Job(NamedTuple):
    """A capture that was asked for; `is_done` where it is there, with `timestamp` and `original`."""

    name: str
    is_done: bool = False
    timestamp: str = ""
    original: str = ""


def authorization(environ: Mapping[str, str]) -> str:
    """The header's value. Raises WrongUse where the keys are not there, or can be none."""
    keys = [environ.get(name, "").strip() for name in (ACCESS_KEY, SECRET_KEY)]
    if not all(re.fullmatch(r"[\x21-\x39\x3b-\x7e]{1,200}", key) for key in keys):
        raise WrongUse(
            f"Captures are made under your own account: set {ACCESS_KEY} and {SECRET_KEY} in the environment "
            "(https://archive.org/account/s3.php shows them)."
        )
    return f"LOW {':'.join(keys)}"


def form(url: str, within: str) -> bytes:
    """The body of a request for a capture, unless there is one from `within` (30m, 12h, 7d) before now. Raises
    WrongUse for another form of that, NotSaved for what is no address."""
    if not _WITHIN.fullmatch(within):
        raise WrongUse(f"{within!r} is no time: write 45m, 12h or 7d.")
    if not is_playable(url):
        raise NotSaved("not an address that can be captured", detail=url[:200])
    return urlencode(
        {"url": url, "if_not_archived_within": within, "skip_first_archive": "1"}, quote_via=quote
    ).encode()


def status_path(job: str) -> str:
    """Where a job is asked about, below the archive's address."""
    return f"/save/status/{quote(job, safe='')}"


def read_answer(status: int, body: bytes) -> Job:
    """What an answer says, to a request for a capture or about a job.

    Raises WrongUse where the keys are not taken; NotSaved with the archive's own reason, transient where it may pass.
    """
    if status in (401, 403):
        raise WrongUse(
            f"The archive does not take these keys (status {status}): look at {ACCESS_KEY} and {SECRET_KEY}."
        )
    told = _told(body)
    if told.get("status") == "error" or "status_ext" in told:
        raise _error(told)
    if status != 200 or not told:
        raise NotSaved(
            "rate limited" if status == 429 else "archive trouble", transient=True, detail=f"status {status}"
        )
    name, timestamp = str(told.get("job_id") or ""), str(told.get("timestamp") or "")
    if told.get("status") == "success" and _STAMP.fullmatch(timestamp):
        return Job(name, True, timestamp, str(told.get("original_url") or ""))
    if _JOB.fullmatch(name):
        return Job(name)
    if message := str(told.get("message") or ""):  # there is one from a short while ago
        return Job("", True, original=message[:300])
    raise NotSaved("archive trouble", transient=True, detail="an answer without a job")


def _told(body: bytes) -> dict[str, Any]:
    try:
        told = msgspec.json.decode(body)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def _error(told: Mapping[str, Any]) -> NotSaved:
    code = str(told.get("status_ext") or "error:unknown").removeprefix("error:")[:60]
    message = re.sub(r"[\x00-\x1f\x7f]+", " ", str(told.get("message") or ""))[:300]
    return NotSaved(code, transient=code in _PASSING, detail=message)
