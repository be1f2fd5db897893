"""The archive's 14-digit UTC timestamps (`20041231235959`) and what other forms of time mean in them.

The string itself stays the key of a capture: some are not dates, and only the string as listed plays back.
"""

import re
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache

from pipelines.exceptions import WrongUse

_DIGITS = re.compile(r"[0-9]{14}")
_PREFIX = re.compile(r"[0-9]{4,14}")


@lru_cache(maxsize=4096)
def as_datetime(timestamp: str) -> datetime | None:
    """The moment a timestamp stands for, in UTC; None where it is no date.

    Some captures of the year 2000 are listed with a stray `00` for month or day and their seconds cut off:
    20000012170449 is 17 December 2000, 04:49. Those are repaired, for the date only.
    """
    if not _DIGITS.fullmatch(timestamp):
        return None
    repaired = _without_stray_zeros(timestamp)
    year, (month, day, *clock) = int(repaired[:4]), (int(repaired[at : at + 2]) for at in range(4, 14, 2))
    try:
        return datetime(year, month, day, clock[0], clock[1], clock[2], tzinfo=UTC)
    except ValueError:
        return None


def _without_stray_zeros(timestamp: str) -> str:
    for at in (4, 6):
        if timestamp.startswith("2000") and timestamp[at : at + 2] == "00":
            return timestamp[:at] + timestamp[at + 2 :] + "00"
    return timestamp


def from_datetime(moment: datetime) -> str:
    """The 14 digits of an aware datetime."""
    utc = moment.astimezone(UTC)
    return f"{utc.year:04}{utc.month:02}{utc.day:02}{utc.hour:02}{utc.minute:02}{utc.second:02}"


def from_http_date(value: str) -> str | None:
    """The 14 digits of an HTTP date (RFC 9110, 5.6.7; all three forms); None where it is none."""
    try:
        moment = parsedate_to_datetime(value)
        return from_datetime(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def iso(timestamp: str) -> str | None:
    """The same moment as ISO 8601 in UTC, `2004-12-31T23:59:59Z`; None where it is no date."""
    moment = as_datetime(timestamp)
    return moment.isoformat().replace("+00:00", "Z") if moment else None


def day(timestamp: str) -> str:
    """Its day, `2004-12-31`; where it is no date the digits as they stand."""
    told = iso(timestamp)
    return told[:10] if told else f"{timestamp[:4]}-{timestamp[4:6]}-{timestamp[6:8]}"


def utc(moment: datetime, *, exact: bool = False) -> str:
    """An aware datetime as ISO 8601 in UTC to the second, or, `exact`, to the microsecond: such strings sort."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ" if exact else "%Y-%m-%dT%H:%M:%SZ")


def distance(one: str, other: str) -> timedelta | None:
    """How far two captures are apart, never negative; None where one of them is no date."""
    first, second = as_datetime(one), as_datetime(other)
    return abs(first - second) if first and second else None


def is_prefix(value: str) -> bool:
    """Whether this can be the first or the last moment of a range: 4 to 14 digits."""
    return _PREFIX.fullmatch(value) is not None


def in_range(timestamp: str, since: str = "", until: str = "") -> bool:
    """Whether a timestamp lies between two prefixes of 4 to 14 digits, both included; empty means open.

    The CDX server's own rule: strings are compared, and `until` also admits what begins with it, so that
    2004 reaches the last second of that year.
    """
    return since <= timestamp and (not until or timestamp <= until or timestamp.startswith(until))


def digits(time: str | date | datetime) -> str:
    """A time as people give it, as the first digits of a timestamp: a datetime gives 14, a date 8, ISO 8601 what it
    has. Empty stays empty. Raises WrongUse where it is no time."""
    if isinstance(time, datetime):
        return from_datetime(time if time.tzinfo else time.replace(tzinfo=UTC))
    if isinstance(time, date):
        return f"{time:%Y%m%d}"
    if not time or is_prefix(time):
        return time
    try:
        return digits(datetime.fromisoformat(time) if len(time) > 10 else date.fromisoformat(_whole(time)))[
            : _said(time)
        ]
    except ValueError:
        raise WrongUse(f"{time!r} is no time: give a date like 2018-05-25, or 4 to 14 digits.") from None


def _whole(time: str) -> str:
    """A month as its first day."""
    return f"{time}-01" if len(time) == len("2018-05") else time


def _said(time: str) -> int:
    """How many digits of a timestamp an ISO date tells."""
    return {7: 6, 10: 8}.get(len(time), 14)


EARLIEST = datetime(1990, 1, 1)
_PARTS = re.compile(r"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)")


def instant(timestamp: str) -> datetime:
    """When a capture was made, UTC without a zone; the nearest sensible date where the digits are none.

    The index holds rows with a stray `00` pushed in as month or day and the seconds cut off (seen in the
    year 2000 only); taking the `00` out again gives the real time.
    """
    parts = _PARTS.match(timestamp)
    if parts is None:
        return EARLIEST
    try:
        return datetime(*map(int, parts.groups()))  # type: ignore[arg-type]
    except ValueError:
        return _repaired(timestamp)


def _repaired(timestamp: str) -> datetime:
    for place in (4, 6):
        if timestamp[place : place + 2] == "00":
            digits = _PARTS.match(timestamp[:place] + timestamp[place + 2 :] + "00")
            try:
                return datetime(*map(int, digits.groups())) if digits else EARLIEST  # type: ignore[arg-type]
            except ValueError:
                continue
    year, month = int(timestamp[:4]), int(timestamp[4:6])
    return datetime(max(year, 1), min(max(month, 1), 12), 1)


def within(timestamp: str, since: str, until: str) -> bool:
    """Whether a timestamp lies in FROM and TO, prefixes of timestamps, both ends included, as CDX counts them."""
    return timestamp >= since and (not until or timestamp[: len(until)] <= until)
