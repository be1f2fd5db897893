"""What clients ask for: dates, addresses with what lies below them, patterns.

A pattern may be made to take for ever, so their time is bounded.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import NamedTuple

import regex

from crawler.local_archive.server.rows import SortedLines

MATCHING = 10.0  # seconds that a filter of a query may take in all
_LONGEST_PATTERN = 8_192  # characters


class BadQuery(Exception):
    """A query the server refuses with 400 and this message."""


def matcher(pattern: str, whole: bool = True) -> Callable[[str], bool]:
    """Whether a text matches, as a whole or at its start. Raises BadQuery, also when it takes too long in all."""
    if len(pattern) > _LONGEST_PATTERN:
        raise BadQuery("The filter is too long")
    try:
        compiled = regex.compile(pattern)
        match = compiled.fullmatch if whole else compiled.match
    except (regex.error, RecursionError, OverflowError):
        raise BadQuery(f"Not a regular expression: {pattern[:200]}") from None
    left = MATCHING

    def matches(text: str) -> bool:
        nonlocal left
        start = time.monotonic()
        try:
            return match(text, timeout=max(left, 0.001), concurrent=True) is not None
        except TimeoutError:
            raise BadQuery(f"The filter takes too long: {pattern[:200]}") from None
        finally:
            left -= time.monotonic() - start

    return matches


def seconds(timestamp: str) -> float:
    """Seconds since 1970 of any run of digits; those that are no date (month 00) are taken as near as they come."""
    padded = timestamp + "00000101000000"[len(timestamp) :]
    year, month, day, hour, minute, second = (int(padded[at : at + 2]) for at in (2, 4, 6, 8, 10, 12))
    start = datetime(max(1, int(padded[:2]) * 100 + year), min(max(month, 1), 12), 1, tzinfo=UTC)
    return start.timestamp() + (day - 1) * 86_400 + hour * 3_600 + minute * 60 + second


def iso(timestamp: str) -> str:
    """Date and time as ISO 8601 writes them, without a zone."""
    return datetime.fromtimestamp(seconds(timestamp), UTC).strftime("%Y-%m-%dT%H:%M:%S")


KINDS = ("exact", "prefix", "host", "domain")
Range = tuple[int, int]


class Match(NamedTuple):
    """A urlkey, and one of KINDS."""

    key: str
    kind: str


def ranges(index: SortedLines, match: Match) -> list[Range]:
    """Where the rows of a query lie, as ranges of offsets in ascending order."""
    host = match.key.partition(")")[0]
    bounds = {
        "exact": [(f"{match.key} ", f"{match.key}!")],
        "prefix": [(match.key, f"{match.key}\x7f")],
        "host": [(f"{host})", f"{host}*")],
        "domain": [(f"{host})", f"{host}-"), (f"{host}:", f"{host};")],
    }[match.kind]
    return [(index.find(low.encode()), index.find(high.encode())) for low, high in bounds]
