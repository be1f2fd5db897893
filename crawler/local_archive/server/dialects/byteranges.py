"""A part of a body, as HTTP's Range asks for it. One range; what cannot be read is passed over, as servers do."""

import re

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


class Unsatisfiable(Exception):
    """No byte of the body lies in the range: 416."""


def asked_range(text: str, size: int) -> tuple[int, int] | None:
    """First and behind the last byte asked for, of a body of `size`; None for all. Raises Unsatisfiable."""
    match = _RANGE.fullmatch(text.strip())
    if not match or match[0] == "bytes=-":
        return None
    if not match[1]:
        start, stop = max(0, size - int(match[2])), size
    else:
        start, stop = int(match[1]), min(size, int(match[2]) + 1) if match[2] else size
        if match[2] and int(match[2]) < int(match[1]):
            return None
    if start >= size or start >= stop:
        raise Unsatisfiable
    return start, stop
