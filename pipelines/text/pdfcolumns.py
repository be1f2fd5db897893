"""Rows of a page whose pieces stand apart: columns are read one after the other, cells of a table side by side."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipelines.text.pdflines import Line

LEAST_ROWS = 4
LEAST_TEXT = 18  # characters a line of a column has on average; the cells of a table have fewer
STEP = 4  # points

Row = list["Line"]
Join = Callable[[Row], "Line"]


def in_reading_order(rows: list[Row], join: Join) -> Row:
    """One line a row, or one a column and row where there are columns."""
    gutter = _gutter([row for row in rows if len(row) > 1])
    if gutter is None:
        return [join(row) for row in rows]
    lines: Row = []
    left: list[Row] = []
    right: list[Row] = []
    for row in rows:
        before, after = _split(row, gutter)
        if before and after and _spans(before[-1], gutter):
            lines += [*in_reading_order(left, join), *in_reading_order(right, join), join(row)]
            left, right = [], []
            continue
        left += [before] if before else []
        right += [after] if after else []
    return lines + in_reading_order(left, join) + in_reading_order(right, join)


def _split(row: Row, gutter: float) -> tuple[Row, Row]:
    """The pieces that begin before the gutter and those that begin behind it. A piece that spans it is in both."""
    before = [piece for piece in row if _sides(piece)[0] < gutter]
    after = [piece for piece in row if _sides(piece)[1] > gutter]
    return before, after


def _spans(piece: "Line", gutter: float) -> bool:
    return _sides(piece)[1] > gutter


def _sides(piece: "Line") -> tuple[float, float]:
    return (-piece.end, -piece.start) if piece.rtl else (piece.start, piece.end)


def _gutter(rows: Sequence[Row]) -> float | None:
    """Where most rows have a gap with running text on either side."""
    if len(rows) < LEAST_ROWS:
        return None
    votes: Counter[int] = Counter()
    for row in rows:
        votes.update(_gaps(row))
    if not votes:
        return None
    (place, count) = max(votes.items(), key=lambda vote: (vote[1], vote[0]))
    if count < max(LEAST_ROWS, len(rows) * 0.6):
        return None
    gutter = place * STEP
    halves = [half for row in rows for half in _split(row, gutter) if half]
    mean = sum(sum(len(piece.text) for piece in half) for half in halves) / len(halves)
    return float(gutter) if mean >= LEAST_TEXT else None


def _gaps(row: Row) -> set[int]:
    """The steps that lie in a gap of the row."""
    places = sorted(_sides(piece) for piece in row)
    found: set[int] = set()
    for (_, end), (start, _) in zip(places, places[1:], strict=False):
        found.update(range(int(end // STEP) + 1, int(start // STEP) + 1))
    return found
