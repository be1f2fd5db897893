"""Cells that reach over columns and rows, filled in, so that each row has a cell for each column."""

from copy import deepcopy

from lxml.html import HtmlElement

from pipelines.extraction.form.numbering import whole_number
from pipelines.extraction.page.layout import rows_of

MOST_COLUMNS = 64
MOST_REPEATED = 1 << 17  # characters of a page that are said again in the rows below
CELLS = ("td", "th")


def fill_spans(body: HtmlElement) -> None:
    """In each table of a page: a cell over rows is said again in each, one over columns has empty ones beside it."""
    budget = MOST_REPEATED
    for table in body.iter("table"):
        budget = _fill(table, budget)


def _fill(table: HtmlElement, budget: int) -> int:
    below: dict[int, tuple[HtmlElement, int]] = {}  # by column: the cell that reaches down, and how many rows more
    rows = rows_of(table)
    width = max((sum(_span(cell, "colspan") for cell in row if cell.tag in CELLS) for row in rows), default=0)
    for number, row in enumerate(rows):
        cells = [cell for cell in row if cell.tag in CELLS]
        if len(cells) == 1 and number and not below and _span(cells[0], "colspan") >= width:
            continue  # a line of its own across the table
        budget = _fill_row(row, cells, below, budget)
    if rows:
        _widen(rows, min(width, MOST_COLUMNS))
    return budget


def _fill_row(
    row: HtmlElement, cells: list[HtmlElement], below: dict[int, tuple[HtmlElement, int]], budget: int
) -> int:
    waiting, column, place = list(cells), 0, 0
    while (waiting or any(reached >= column for reached in below)) and column < MOST_COLUMNS:
        if column in below:
            cell, left = below.pop(column)
            if left > 1:
                below[column] = (cell, left - 1)
            size = sum(map(len, cell.itertext()))
            row.insert(place, _copy(cell, empty=size > budget))
            budget -= min(size, budget)
            column, place = column + 1, place + 1
        elif waiting:
            cell = waiting.pop(0)
            place = row.index(cell) + 1
            for extra in range(_span(cell, "colspan")):
                if extra:
                    row.insert(place, _copy(cell, empty=True))
                    place += 1
                if (rows := _span(cell, "rowspan")) > 1:
                    below[column] = (cell if not extra else _copy(cell, empty=True), rows - 1)
                column += 1
        else:
            row.insert(place, row.makeelement("td"))
            column, place = column + 1, place + 1
    return budget


def _copy(cell: HtmlElement, *, empty: bool) -> HtmlElement:
    if empty:
        return cell.makeelement(cell.tag)
    copy = deepcopy(cell)
    copy.tail = None
    return copy


def _widen(rows: list[HtmlElement], width: int) -> None:
    """The first row tells how many columns a table has: what lies beyond is not shown."""
    widest = max(width, *(sum(cell.tag in CELLS for cell in row) for row in rows))
    for _ in range(min(widest, MOST_COLUMNS) - sum(cell.tag in CELLS for cell in rows[0])):
        rows[0].append(rows[0].makeelement("td"))


def _span(cell: HtmlElement, name: str) -> int:
    return min(max(1, whole_number(cell.get(name), 1)), MOST_COLUMNS if name == "colspan" else 1 << 16)
