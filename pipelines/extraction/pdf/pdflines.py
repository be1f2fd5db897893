"""Lines of a page of a PDF: what stands side by side, with its place and size. All lengths are points.

pdfium gives one text a page, in the order in which it is painted, with words and lines told apart. Places are asked
only where they matter, at the ends of lines and around wide gaps: each question costs as much as reading a word.
"""

import ctypes
import math
import re
from collections.abc import Callable, Iterator
from functools import partial
from statistics import median

from pypdfium2 import PdfPage, PdfTextPage, raw

from pipelines.extraction.pdf.pdfcolumns import Line, in_reading_order

LINE_END = re.compile("\r\n|\r|\n|[\x02\ufffe]")  # the last two: a hyphen that pdfium takes for the end of a line
HYPHENS = "\x02\ufffe"
SPACES = re.compile(" +")
LONGEST_MARK = 5  # characters of what stands before an item
MOST_RUNS = 12  # of one line
SAMPLE = 8  # lines of a page that are asked for wide gaps before all are
SPACED = re.compile(r"(?:\S ){5,}\S")  # L E T T E R S apart, by spaces that part no words
WIDE = 1.0  # ems between pieces of a line that may be cells or columns
SLANT = 0.3  # rise of a line to its length: none is that much by a skewed scan
MOST_SLANTED = 0.3  # of the lines of a page
LIGATURES = dict(zip(range(0xFB00, 0xFB07), ("ff", "fi", "fl", "ffi", "ffl", "st", "st"), strict=True))
RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
LEFT_TO_RIGHT = re.compile("[A-Za-z\u00c0-\u024f\u0370-\u052f]")


def lines_of_page(page: PdfPage) -> list[Line]:
    """The lines in the order in which they are read; columns one after the other."""
    textpage = page.get_textpage()
    try:
        glyphs = _Glyphs(textpage, page)
        spans = [span for span in _spans(glyphs.text) if span[1] > span[0]]
        rows = _rows(glyphs, spans)
    finally:
        textpage.close()
    return [_finished(line) for line in in_reading_order(_without_stamps(rows), joined)]


def _without_stamps(rows: list[list[Line]]) -> list[list[Line]]:
    """The rows without those that are slanted, where most are level."""
    slanted = sum(row[0].slanted for row in rows)
    return [row for row in rows if not row[0].slanted] if 0 < slanted < MOST_SLANTED * len(rows) else rows


def _rows(glyphs: "_Glyphs", spans: list[tuple[int, int, bool]]) -> list[list[Line]]:
    """The pieces of each line. Where none of some lines has a wide gap, the others are not asked for one."""
    step = len(spans) // SAMPLE + 1
    asked = [list(_pieces(glyphs, *span)) for span in spans[::step]]
    wide = any(len(row) > 1 for row in asked)
    rows: list[list[Line]] = []
    for number, span in enumerate(spans):
        if number % step == 0:
            rows.append(asked[number // step])
        else:
            rows.append(list(_pieces(glyphs, *span)) if wide else [_line(glyphs, *span)])
    return rows


def joined(pieces: list[Line]) -> Line:
    """Pieces of one row as a line."""
    first, last = pieces[0], pieces[-1]
    if len(pieces) == 1:
        return first
    longest = max(pieces, key=lambda piece: len(piece.text))
    return first._replace(
        text=" ".join(piece.text for piece in pieces),
        end=last.end,
        hyphen=last.hyphen,
        size=longest.size,
        cells=len(pieces) > 2 or len(first.text) > LONGEST_MARK,
    )


def _spans(text: str) -> Iterator[tuple[int, int, bool]]:
    """Start and end of each line without the space around it, and whether a hyphen ended it."""
    start = 0
    for end in LINE_END.finditer(text + "\n"):
        line = text[start : end.start()]
        yield start + len(line) - len(line.lstrip()), start + len(line.rstrip()), end[0] in HYPHENS
        start = end.end()


def _line(glyphs: "_Glyphs", start: int, end: int, hyphen: bool) -> Line:
    line = glyphs.line(start, end, glyphs.size(start))
    return line._replace(hyphen=True) if hyphen else line


def _pieces(glyphs: "_Glyphs", start: int, end: int, hyphen: bool) -> Iterator[Line]:
    """The line cut where its gaps are wide."""
    size = glyphs.size(start)
    cut = start
    if not glyphs.may_be_apart(start, end, WIDE * size):
        yield _line(glyphs, start, end, hyphen)
        return
    for space in SPACES.finditer(glyphs.text, start, end):
        if abs(glyphs.gap(space)) > WIDE * size:
            yield glyphs.line(cut, space.start(), size)
            cut = space.end()
    yield glyphs.line(cut, end, size)._replace(hyphen=hyphen)


class _Glyphs:
    """The text of a page and where its characters stand, turned as the page is."""

    def __init__(self, textpage: PdfTextPage, page: PdfPage) -> None:
        self._handle = textpage.raw
        self.text, same = _text(textpage)
        self._index: Callable[[int], int] = (
            (lambda place: place) if same else partial(raw.FPDFText_GetCharIndexFromTextIndex, self._handle)
        )
        self._width, self._height = page.get_size()
        self._turn = page.get_rotation()
        self._box = [ctypes.c_double() for _ in range(4)]
        self._at = [ctypes.byref(number) for number in self._box]
        self._matrix = raw.FS_MATRIX()
        self._slanted = False

    def _corners(self, place: int) -> tuple[float, float, float, float]:
        raw.FPDFText_GetCharBox(self._handle, self._index(place), *self._at)
        left, right, bottom, top = self._box
        if not self._turn:
            return left.value, bottom.value, right.value, top.value
        return _turned(self._turn, self._width, self._height, (left.value, bottom.value, right.value, top.value))

    def may_be_apart(self, start: int, end: int, gap: float) -> bool:
        """Whether a gap may be in the text between two places: runs of type stand apart, or are too many to ask."""
        first = self._index(start)
        runs = raw.FPDFText_CountRects(self._handle, first, self._index(end - 1) - first + 1)
        if runs > MOST_RUNS:
            return True
        last = None
        left, top, right, _ = self._box
        for run in range(runs):
            raw.FPDFText_GetRect(self._handle, run, *self._at)
            if last is not None and max(left.value - last[0], last[1] - right.value, abs(top.value - last[2])) > gap:
                return True
            last = (right.value, left.value, top.value)
        return False

    def gap(self, space: re.Match[str]) -> float:
        """How wide a space is."""
        return self._corners(space.end())[0] - self._corners(space.start() - 1)[2]

    def size(self, place: int) -> float:
        """Size of the type, which a file may state by a scale alone. Notes whether it is slanted."""
        index = self._index(place)
        size = float(raw.FPDFText_GetFontSize(self._handle, index))
        matrix = self._matrix
        if raw.FPDFText_GetMatrix(self._handle, index, matrix):
            size *= math.sqrt(abs(matrix.a * matrix.d - matrix.b * matrix.c)) or 1.0
        self._slanted = abs(matrix.b) > SLANT * abs(matrix.a)
        return round(abs(size), 1) or 1.0

    def _base(self, place: int) -> float:
        raw.FPDFText_GetCharOrigin(self._handle, self._index(place), *self._at[:2])
        x, y = self._box[:2]
        return y.value if not self._turn else _turned(self._turn, self._width, self._height, (x.value, y.value) * 2)[1]

    def line(self, start: int, end: int, size: float) -> Line:
        text = self.text[start:end]
        if text[1:2] == " " and SPACED.fullmatch(text):
            text = self._closed_up(start, end)
        first, last = self._corners(start), self._corners(end - 1)
        base = self._base(start)
        left, right = min(first[0], last[0]), max(first[2], last[2])
        rtl = text[0] >= "\u0590" and len(RIGHT_TO_LEFT.findall(text)) > len(LEFT_TO_RIGHT.findall(text))
        begin, finish = (-right, -left) if rtl else (left, right)
        return Line(text, begin, finish, base, size, base / (self._height or 1.0), rtl=rtl, slanted=self._slanted)

    def _closed_up(self, start: int, end: int) -> str:
        """Words whose letters stand apart: only the wider gaps part words."""
        gaps = [self.gap(space) for space in SPACES.finditer(self.text, start, end)]
        widest = median(gaps) * 1.5
        letters = self.text[start:end].split()
        return letters[0] + "".join(
            (" " if gap > widest else "") + one for gap, one in zip(gaps, letters[1:], strict=True)
        )


def _turned(turn: int, width: float, height: float, box: tuple[float, ...]) -> tuple[float, float, float, float]:
    """A box of the page as it lies, on the page as it is shown; `width` and `height` are those that are shown."""
    x0, y0, x1, y1 = box
    if turn == 90:
        x0, y0, x1, y1 = y0, height - x1, y1, height - x0
    elif turn == 180:
        x0, y0, x1, y1 = width - x1, height - y1, width - x0, height - y0
    else:
        x0, y0, x1, y1 = width - y1, x0, width - y0, x1
    return x0, y0, x1, y1


def _text(textpage: PdfTextPage) -> tuple[str, bool]:
    """All text, a character for each unit of UTF-16; whether places in it are places in pdfium's list of glyphs."""
    count = textpage.count_chars()
    units = (ctypes.c_ushort * (count * 2 + 2))()
    written = raw.FPDFText_GetText(textpage, 0, count, units) - 1 if count else 0
    data = bytes(memoryview(units)[: max(written, 0)])
    text = data.decode("utf-16-le", "replace")
    if len(text) != written:
        text = "".join(map(chr, units[:written]))
    return text, written == count


def _finished(line: Line) -> Line:
    text = line.text
    if text.isascii():
        return line
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return line._replace(text=whole.translate(LIGATURES))
