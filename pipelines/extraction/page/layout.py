"""The old web's way to place things, read as what it meant: layout tables become blocks in reading order."""

import re

from lxml.html import HtmlElement

from pipelines.extraction.page.weights import length

HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
TABLE_PARTS = ("tbody", "thead", "tfoot")
LARGEST_CELL = 0.7  # share of a table's text that one cell holds where the table only places it
LONG_CELL = 600  # characters: longer ones are prose, unless the rows say otherwise
MARK = re.compile(r"[\s\xa0(]*(?:\d{1,3}|[a-zA-Z]|[ivx]{1,5})?[.):]*[\s\xa0]*|[\s\xa0]*[•●○◦▪■□·*o–-][\s\xa0]*")
LETTER = re.compile(r"[\s\xa0]*\(?(?:[a-zA-Z]|[ivx]{1,5})[.):]+[\s\xa0]*")
REGULAR = 0.6  # share of rows with as many cells as the widest


def undo_layout(body: HtmlElement, *, faithful: bool = False) -> None:
    """Turn layout tables into nested `div`s, and wrappers that only place or colour into nothing. The published texts
    take `center` for no block: what stands in it goes on in the same line."""
    for table in reversed(list(body.iter("table"))):  # inner ones first
        if _is_list(table):
            _to_list(table)
        elif is_layout(table):
            _to_blocks(table)
    for element in body.iter("center"):
        element.tag = "font" if faithful else "div"


def is_layout(table: HtmlElement) -> bool:
    """Whether a table places things on the page, told by what is in it."""
    rows = [[cell for cell in row if cell.tag in ("td", "th")] for row in rows_of(table)]
    filled = [[size for cell in row if (size := _text_length(cell))] for row in rows]
    filled = [row for row in filled if row]
    columns = max(map(len, filled), default=0)
    if len(filled) < 2 or columns < 2 or table.find(".//table") is not None:
        return True
    if table.find("caption") is not None or _has_header(rows):
        return False
    if any(table.find(f".//{heading}") is not None for heading in HEADINGS):
        return True
    sizes = [size for row in filled for size in row]
    if max(sizes) > LARGEST_CELL * sum(sizes):
        return True
    regular = sum(len(row) == columns for row in filled) >= REGULAR * len(filled)
    return not regular or (max(sizes) > LONG_CELL and len(filled) < 3)


def rows_of(table: HtmlElement) -> list[HtmlElement]:
    """The table's own rows, not those of tables inside it."""
    rows: list[HtmlElement] = []
    for child in table:
        if child.tag == "tr":
            rows.append(child)
        elif child.tag in TABLE_PARTS:
            rows.extend(row for row in child if row.tag == "tr")
    return rows


def _has_header(rows: list[list[HtmlElement]]) -> bool:
    """A row or a column of th."""
    headed = [row for row in rows if len(row) > 1 and any(cell.tag == "th" and _text_length(cell) for cell in row)]
    return bool(headed)


def _is_list(table: HtmlElement) -> bool:
    """Whether each row is a number or a bullet, and beside it what it stands for."""
    items = 0
    for row in rows_of(table):
        cells = [cell for cell in row if cell.tag == "td" and _text_length(cell)]
        if not cells:
            continue
        if len(cells) != 2 or not MARK.fullmatch("".join(cells[0].itertext())):
            return False
        items += 1
    return items > 1


def _to_list(table: HtmlElement) -> None:
    rows = [row for row in rows_of(table) if _text_length(row)]
    if all(LETTER.fullmatch(_mark_of(row)) for row in rows):
        _to_lettered_lines(table, rows)
        return
    number = re.search(r"\d+", "".join(rows[0].itertext()))
    listing = table.makeelement("ol" if number else "ul", {"start": number.group()} if number else {})
    listing.tail = table.tail
    for row in rows:
        mark = next(cell for cell in row if _text_length(cell))
        row.remove(mark)
        row.tag = "li"
        if value := re.search(r"\d+", "".join(mark.itertext())):
            row.set("value", value.group())
        for cell in row:
            cell.tag = "span"
        listing.append(row)
    parent = table.getparent()
    if parent is not None:
        parent.replace(table, listing)


def _mark_of(row: HtmlElement) -> str:
    return next("".join(cell.itertext()) for cell in row if _text_length(cell))


def _to_lettered_lines(table: HtmlElement, rows: list[HtmlElement]) -> None:
    """Markdown has no list by letters: each row is a line that begins with its own."""
    for row in rows:
        for cell in row:
            cell.tag = "span"
            cell.tail = " "
    _to_blocks(table)


def _text_length(cell: HtmlElement) -> int:
    return sum(map(length, cell.itertext()))


def _to_blocks(table: HtmlElement) -> None:
    for row in rows_of(table):
        for cell in row:
            if cell.tag in ("td", "th"):
                cell.tag = "div"
        row.tag = "div"
    for part in list(table):
        if part.tag in TABLE_PARTS or part.tag == "caption":
            part.tag = "div"
    table.tag = "div"
