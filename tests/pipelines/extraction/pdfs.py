"""PDFs written by hand: text where a test wants it, in Courier or, for other letters, in a font without shapes."""

import io
import re
from collections.abc import Iterable, Sequence

from pypdf import PdfWriter

WIDTH, HEIGHT = 612, 792
WIDE = 500  # thousandths of an em a letter of the second font has

Shown = tuple[float, float, float, str]  # x, y of the baseline, size, text


def lines(texts: Iterable[str], *, x: float = 72, top: float = 700, size: float = 11, step: float = 14) -> list[Shown]:
    """Lines under one another; an empty one leaves a gap."""
    return [(x, top - step * number, size, text) for number, text in enumerate(texts) if text]


def word_by_word(shown: Iterable[Shown]) -> list[Shown]:
    """Each word painted for itself; a letter is 0.6 em wide."""
    words: list[Shown] = []
    for x, y, size, text in shown:
        words += [(x + word.start() * size * 0.6, y, size, word[0]) for word in re.finditer(r"\S+", text)]
    return words


def document(
    *pages: Sequence[Shown],
    title: str = "",
    extra: Sequence[str] = (),
    page: str = "",
    root: str = "",
    painted: str = "",
) -> bytes:
    """A PDF. `extra` are further objects, from number 7 on; `page` and `root` stand in the dictionaries of those;
    `painted` are operators at the end of each page."""
    letters = sorted({letter for shown in pages for _, _, _, text in shown for letter in text if ord(letter) > 126})
    first = 7 + len(extra)
    kids = " ".join(f"{first + 2 * number} 0 R" for number in range(len(pages)))
    objects = [
        f"<< /Type /Catalog /Pages 2 0 R {root} >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Courier >>",
        "<< /Type /Font /Subtype /Type0 /BaseFont /Made /Encoding /Identity-H /DescendantFonts [5 0 R]"
        " /ToUnicode 6 0 R >>",
        "<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Made /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity)"
        f" /Supplement 0 >> /DW {WIDE} /FontDescriptor << /Type /FontDescriptor /FontName /Made /Flags 4 /Ascent 800"
        " /Descent -200 /CapHeight 700 /ItalicAngle 0 /StemV 80 /FontBBox [0 -200 500 800] >> >>",
        _stream(_to_unicode(letters)),
        *extra,
    ]
    for number, shown in enumerate(pages):
        objects += [
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {WIDTH} {HEIGHT}] /Contents {first + 2 * number + 1} 0 R"
            f" {page} /Resources << /Font << /F1 3 0 R /F2 4 0 R >>"
            " >> >>",
            _stream("\n".join([*(_shown(one, letters) for one in shown), painted])),
        ]
    written = _file(objects)
    return rewritten(written, title=title) if title else written


def rewritten(body: bytes, *, title: str = "", password: str | None = None) -> bytes:
    """The same file with a title, or encrypted."""
    writer = PdfWriter(clone_from=io.BytesIO(body))
    writer.add_metadata({"/Title": title})
    if password is not None:
        writer.encrypt(password, owner_password="the owner", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _shown(one: Shown, letters: Sequence[str]) -> str:
    x, y, size, text = one
    if text.isascii():
        escaped = text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
        return f"BT /F1 {size} Tf {x} {y} Td ({escaped}) Tj ET"
    codes = "".join(f"{ord(letter) if ord(letter) < 127 else 256 + letters.index(letter):04x}" for letter in text)
    return f"BT /F2 {size} Tf {x} {y} Td <{codes}> Tj ET"


def _to_unicode(letters: Sequence[str]) -> str:
    pairs = [(code, chr(code)) for code in range(32, 127)] + [(256 + n, one) for n, one in enumerate(letters)]
    rows = "\n".join(f"<{code:04x}> <{letter.encode('utf-16-be').hex()}>" for code, letter in pairs)
    return (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /Made def /CMapType 2 def\n"
        f"1 begincodespacerange <0000> <ffff> endcodespacerange\n{len(pairs)} beginbfchar\n{rows}\nendbfchar\n"
        "endcmap CMapName currentdict /CMap defineresource pop end end"
    )


def _stream(text: str) -> str:
    return f"<< /Length {len(text)} >>\nstream\n{text}\nendstream"


def _file(objects: Sequence[str]) -> bytes:
    out = bytearray(b"%PDF-1.4\n")
    places = []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{content}\nendobj\n".encode("latin-1")
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += "".join(f"{place:010d} 00000 n \n" for place in places).encode()
    return bytes(out + f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF".encode())
