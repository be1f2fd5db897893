"""Text of a PDF by pypdf: lines as they stand."""

import io
import logging

from pypdf import PdfReader
from pypdf.errors import PdfReadError

from crawler.exceptions import ReadingFailed
from pipelines.text.lines import CONTROLS, markdown_of_lines

MAGIC = b"%PDF-"
MOST_BYTES = 32 << 20
MOST_PAGES = 500

logging.getLogger("pypdf").setLevel(logging.ERROR)  # it reports each oddity of each file


def is_pdf(body: bytes) -> bool:
    """Told by the bytes: many PDFs are archived as text/html, and addresses ending in .pdf lead to pages."""
    return MAGIC in body[:1024]


def pdf_text(body: bytes) -> tuple[str, str]:
    """Title (may be empty) and body, a Markdown line a line. Raises ReadingFailed where there is no text in it."""
    if len(body) > MOST_BYTES:
        raise ReadingFailed("page too large", detail=f"{len(body)} bytes of PDF")
    try:
        title, pages = _extracted(body)
    except ReadingFailed:
        raise
    except Exception as error:  # pypdf raises whatever a broken file leads it to
        raise ReadingFailed("broken PDF", detail=f"{type(error).__name__}: {error}"[:200]) from None
    text = "\n\n".join(page for page in pages if page)
    if not text:
        raise ReadingFailed("scanned PDF", detail=f"{len(pages)} pages without text")
    return title, text


def _extracted(body: bytes) -> tuple[str, list[str]]:
    reader = PdfReader(io.BytesIO(body), strict=False)
    if reader.is_encrypted and not reader.decrypt(""):
        raise ReadingFailed("encrypted PDF")
    if len(reader.pages) > MOST_PAGES:
        raise ReadingFailed("page too large", detail=f"{len(reader.pages)} pages of PDF")
    pages = [markdown_of_lines(page.extract_text()) for page in reader.pages]
    try:
        title = str((reader.metadata.title if reader.metadata else "") or "")
    except PdfReadError:
        title = ""
    return " ".join(CONTROLS.sub("", title).split()), pages
