"""Lines of a page of a PDF: what stands side by side, with its place and size. All lengths are points.

pdfium gives one text a page, in the order in which it is painted, with words and lines told apart. Places are asked
only where they matter, at the ends of lines and around wide gaps: each question costs as much as reading a word.
"""

import ctypes
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial

from pypdfium2 import PdfPage, PdfTextPage, raw

from pipelines.text.pdfcolumns import in_reading_order

LINE_END = re.compile("\r\n|\r|\n|[\x02\ufffe]")  # the last two: a hyphen that pdfium takes for the end of a line
HYPHENS = "\x02\ufffe"
SPACES = re.compile(" +")
WIDE = 1.0  # ems between pieces of a line that may be cells or columns
LIGATURES = {code: text for code, text in zip(range(0xFB00, 0xFB07), ("ff", "fi", "fl", "ffi", "ffl", "st", "st"), strict=True)}
RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
LEFT_TO_RIGHT = re.compile("[A-Za-z\u00c0-\u024f\u0370-\u052f]")


@dataclass(frozen=True, slots=True)
class Line:
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


def lines_of_page(page: PdfPage) -> list[Line]:
    """The lines in the order in which they are read; columns one after the other."""
    textpage = page.get_textpage()
    try:
        glyphs = _Glyphs(textpage, page)
        rows = [list(_pieces(glyphs, *span)) for span in _spans(glyphs.text)]
    finally:
        textpage.close()
    return [_finished(line) for line in in_reading_order([row for row in rows if row], joined)]


def joined(pieces: list[Line]) -> Line:
    """Pieces of one row as a line."""
    first, last = pieces[0], pieces[-1]
    if len(pieces) == 1:
        return first
    return replace(first, text=" ".join(piece.text for piece in pieces), end=last.end, hyphen=last.hyphen)


def _spans(text: str) -> Iterator[tuple[int, int, bool]]:
    """Start and end of each line that is not empty, and whether a hyphen ended it."""
    start = 0
    for end in LINE_END.finditer(text):
        yield start, end.start(), end[0] in HYPHENS
        start = end.end()
    yield start, len(text), False


def _pieces(glyphs: "_Glyphs", start: int, end: int, hyphen: bool) -> Iterator[Line]:
    """The line cut where its gaps are wide."""
    text = glyphs.text[start:end]
    if not text.strip():
        return
    end = start + len(text.rstrip())
    start += len(text) - len(text.lstrip())
    size = glyphs.size(start)
    cut = start
    for space in SPACES.finditer(glyphs.text, start, end):
        if abs(glyphs.left(space.end()) - glyphs.right(space.start() - 1)) > WIDE * size:
            yield glyphs.line(cut, space.start(), size)
            cut = space.end()
    yield replace(glyphs.line(cut, end, size), hyphen=hyphen)


class _Glyphs:
    """The text of a page and where its characters stand, turned as the page is."""

    def __init__(self, textpage: PdfTextPage, page: PdfPage) -> None:
        self._handle = textpage.raw
        self.text, same = _text(textpage)
        self._index = (lambda place: place) if same else partial(raw.FPDFText_GetCharIndexFromTextIndex, self._handle)
        self._width, self._height = page.get_size()
        self._turn = page.get_rotation()
        self._box = [ctypes.c_double() for _ in range(4)]
        self._matrix = raw.FS_MATRIX()

    def _corners(self, place: int) -> tuple[float, float, float, float]:
        left, right, bottom, top = self._box
        raw.FPDFText_GetCharBox(self._handle, self._index(place), left, right, bottom, top)
        if not self._turn:
            return left.value, bottom.value, right.value, top.value
        return _turned(self._turn, self._width, self._height, (left.value, bottom.value, right.value, top.value))

    def left(self, place: int) -> float:
        return self._corners(place)[0]

    def right(self, place: int) -> float:
        return self._corners(place)[2]

    def size(self, place: int) -> float:
        """Size of the type, which a file may state by a scale alone."""
        index = self._index(place)
        size = float(raw.FPDFText_GetFontSize(self._handle, index))
        matrix = self._matrix
        if raw.FPDFText_GetMatrix(self._handle, index, matrix):
            size *= math.sqrt(abs(matrix.a * matrix.d - matrix.b * matrix.c)) or 1.0
        return round(abs(size), 1) or 1.0

    def _base(self, place: int) -> float:
        x, y = self._box[:2]
        raw.FPDFText_GetCharOrigin(self._handle, self._index(place), x, y)
        return y.value if not self._turn else _turned(self._turn, self._width, self._height, (x.value, y.value) * 2)[1]

    def line(self, start: int, end: int, size: float) -> Line:
        text = self.text[start:end]
        first, last = self._corners(start), self._corners(end - 1)
        base = self._base(start)
        left, right = min(first[0], last[0]), max(first[2], last[2])
        rtl = text[0] >= "\u0590" and len(RIGHT_TO_LEFT.findall(text)) > len(LEFT_TO_RIGHT.findall(text))
        begin, finish = (-right, -left) if rtl else (left, right)
        return Line(text, begin, finish, base, size, base / (self._height or 1.0), rtl=rtl)


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
    return replace(line, text=whole.translate(LIGATURES))
