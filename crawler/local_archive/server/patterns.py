"""Patterns that clients send: one may be made to take for ever, so their time is bounded."""

import time
from collections.abc import Callable

import regex

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
