import io

import pytest
from pypdf import PdfWriter

from crawler.exceptions import ReadingFailed
from pipelines.text.pdf import is_pdf, pdf_text
from tests.pipelines.text.pages import reading


def pdf(*lines: str, title: str = "", password: str = "") -> bytes:
    """A PDF of one page, written by hand: pypdf writes no text."""
    show = "".join(f"({line}) Tj T* " for line in lines)
    stream = f"BT /F1 12 Tf 14 TL 72 720 Td {show}ET" if lines else ""
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R"
        " /Resources << /Font << /F1 5 0 R >> >> >>",
        f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    out = io.BytesIO(b"%PDF-1.4\n")
    out.seek(0, io.SEEK_END)
    places = []
    for number, content in enumerate(objects, 1):
        places.append(out.tell())
        out.write(f"{number} 0 obj\n{content}\nendobj\n".encode("latin-1"))
    start = out.tell()
    rows = "".join(f"{place:010d} 00000 n \n" for place in places)
    table = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{rows}"
    out.write(f"{table}trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF".encode())
    if not title and not password:
        return out.getvalue()
    writer = PdfWriter(clone_from=io.BytesIO(out.getvalue()))
    writer.add_metadata({"/Title": title})
    if password:
        writer.encrypt(password, algorithm="RC4-128")
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


def test_told_by_its_bytes() -> None:
    assert is_pdf(b"\r\n%PDF-1.4 ...")
    assert not is_pdf(b"<html>" + b" " * 2000 + b"%PDF-")


def test_lines_and_title() -> None:
    assert pdf_text(pdf("Privacy Policy", "1. We collect data", title="Our Policy")) == (
        "Our Policy",
        "Privacy Policy  \n1\\. We collect data",
    )


def test_read_whatever_it_was_served_as() -> None:
    found = reading(pdf("We collect personal information.", "We disclose none of it to third parties."))
    assert found.body.startswith("We collect personal information.")
    assert found.title == ""
    assert found.charset == ""


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (pdf(), "scanned PDF"),
        (pdf("secret", password="x"), "encrypted PDF"),
        (b"%PDF-1.4 and then nothing", "broken PDF"),
        (pdf("text")[:300], "broken PDF"),
        (b"%PDF-" + b"x" * (33 << 20), "page too large"),
    ],
)
def test_failures_have_reasons(body: bytes, reason: str) -> None:
    with pytest.raises(ReadingFailed) as failure:
        pdf_text(body)
    assert failure.value.reason == reason
