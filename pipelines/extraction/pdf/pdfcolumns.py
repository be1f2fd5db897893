"""The order in which the pieces of a page are read: row by row, but columns one after the other.

A file may paint what stands in one row apart: all marks of a list first, a table column by column. It may also paint
the rows of two columns as one. So places count, not the order of painting, wherever there is more than one column.
"""

import re
from collections.abc import Callable, Sequence
from itertools import pairwise
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
    slanted: bool = False  # rises or falls on the page: a stamp across it, a note up its side


LEAST_LINES = 4  # on either side of a gutter
LEAST_TEXT = 18  # characters a line of a column has on average; the cells of a table have fewer
MARK = re.compile(r"[^\w\s\"“„«'‘(\[]")  # of an item
WITHIN_A_CELL = 1.5  # ems from line to line
UNEVEN = 1.3  # times the distance of lines: that of rows
ONE_ROW = 0.35  # ems by which baselines of a row differ

Row = list[Line]
Join = Callable[[Row], Line]


def in_reading_order(rows: list[Row], join: Join) -> Row:
    """One line a row, or one a column and row where there are columns. Each row: pieces side by side."""
    if all(len(row) == 1 for row in rows) and _descends(rows):
        return [row[0] for row in rows]
    return _ordered([piece for row in rows for piece in row], join)


def _descends(rows: Sequence[Row]) -> bool:
    """Whether each row stands clearly under the one before it."""
    return all(one[0].base - other[0].base > ONE_ROW * other[0].size for one, other in pairwise(rows))


def _ordered(pieces: Row, join: Join) -> Row:
    gutter = _gutter(pieces)
    if gutter is None:
        return [join(row) for row in _whole_cells(_rows(pieces))]
    lines: Row = []
    left: Row = []
    right: Row = []
    for row in _rows(pieces):
        if any(_spans(piece, gutter) for piece in row):
            lines += [*_ordered(left, join), *_ordered(right, join), join(row)]
            left, right = [], []
        else:
            left += [piece for piece in row if _sides(piece)[0] < gutter]
            right += [piece for piece in row if _sides(piece)[0] >= gutter]
    return lines + _ordered(left, join) + _ordered(right, join)


def _rows(pieces: Row) -> list[Row]:
    """Pieces on one baseline side by side, from the top of the page."""
    rows: list[Row] = []
    for piece in sorted(pieces, key=lambda piece: -piece.base):
        if rows and abs(rows[-1][0].base - piece.base) <= ONE_ROW * min(piece.size, rows[-1][0].size):
            rows[-1].append(piece)
        else:
            rows.append([piece])
    return [_in_order(row) for row in rows]


def _whole_cells(rows: list[Row]) -> list[Row]:
    """The rows, where what goes on under a cell of a row has been put into that cell."""
    steps = [one[0].base - other[0].base for one, other in pairwise(rows) if len(one) > 1 and len(other) > 1]
    tight = max(steps, default=0.0) / UNEVEN
    whole: list[Row] = []
    above = 0.0
    for row in rows:
        step = above - row[0].base
        above = row[0].base
        if whole and step < WITHIN_A_CELL * row[0].size and _goes_on(whole[-1], row, step < tight):
            whole[-1] = [_with(cell, row) for cell in whole[-1]]
        else:
            whole.append(row)
    return whole


def _goes_on(above: Row, row: Row, tight: bool) -> bool:
    """Whether each piece stands under a cell of the row above. A full row does so where rows are wider apart."""
    places = {round(_sides(cell)[0]) for cell in above}
    under = all(places & set(range(round(_sides(piece)[0]) - 1, round(_sides(piece)[0]) + 2)) for piece in row)
    marked = any(MARK.match(piece.text) for piece in row) or (len(above[0].text) < 4 and row[0].start > above[0].start)
    return len(above) > 1 and under and not marked and (len(row) < len(above) or tight)


def _with(cell: Line, row: Row) -> Line:
    for piece in row:
        if abs(_sides(piece)[0] - _sides(cell)[0]) <= 2:
            parted = "" if cell.hyphen else " "
            return cell._replace(
                text=f"{cell.text}{parted}{piece.text}", end=max(cell.end, piece.end), hyphen=piece.hyphen
            )
    return cell


def _in_order(row: Row) -> Row:
    """From left to right, or from right to left where most of the row is read so."""
    if len(row) == 1:
        return row
    rtl = sum(len(piece.text) for piece in row if piece.rtl) * 2 > sum(len(piece.text) for piece in row)
    return sorted(row, key=lambda piece: _sides(piece)[0], reverse=rtl)


def _spans(piece: Line, gutter: float) -> bool:
    left, right = _sides(piece)
    return left < gutter < right


def _sides(piece: Line) -> tuple[float, float]:
    return (-piece.end, -piece.start) if piece.rtl else (piece.start, piece.end)


def _gutter(pieces: Row) -> float | None:
    """The place that parts two columns of running text; None where there is none."""
    if len(pieces) < 2 * LEAST_LINES:
        return None
    sides = [_sides(piece) for piece in pieces]
    found = max((_parted(pieces, sides, place) for place in {round(left) - 2 for left, _ in sides}), default=(0, 0.0))
    return found[1] if found[0] else None


def _parted(pieces: Row, sides: list[tuple[float, float]], gutter: float) -> tuple[int, float]:
    """How many lines stand on the emptier side of the gutter, and the gutter; 0 where it parts no columns."""
    left = [piece for piece, (_, end) in zip(pieces, sides, strict=True) if end <= gutter]
    right = [piece for piece, (start, _) in zip(pieces, sides, strict=True) if start >= gutter]
    fewer = min(len(left), len(right))
    if fewer < LEAST_LINES or 2 * (len(left) + len(right)) < len(pieces) or not (_runs(left) and _runs(right)):
        return 0, gutter
    beside = min(max(p.base for p in left), max(p.base for p in right)) - max(
        min(p.base for p in left), min(p.base for p in right)
    )
    return (fewer if beside > LEAST_LINES * left[0].size else 0), gutter


def _runs(pieces: Row) -> bool:
    """Whether it is running text."""
    return sum(len(piece.text) for piece in pieces) >= LEAST_TEXT * len(pieces)
