"""A line of a page of a PDF, with where it stands."""

from typing import NamedTuple


class Line(NamedTuple):
    """`start` and `end` go the way the line is read: both are negative where that is from right to left.

    `base` is the height of its baseline over the bottom of the page, `size` that of its type. `place` is `base` as a
    share of the page's height.
    """

    text: str
    start: float
    end: float
    base: float
    size: float
    place: float
    hyphen: bool = False
    rtl: bool = False
    cells: bool = False  # a row of a table
