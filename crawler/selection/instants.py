"""The archive's 14-digit timestamps as points in time, for measuring distances only.

The string stays the key: some are not dates (`20000008241731`), and only the string plays back.
"""

import re
from datetime import datetime

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
