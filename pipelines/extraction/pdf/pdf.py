"""Text of a PDF by pdfium: its lines are found here, their form in `pdfform`."""

import re
from contextlib import closing

import pypdfium2
from pypdfium2 import PdfDocument, PdfiumError, raw

from pipelines.exceptions import ReadingFailed
from pipelines.extraction.form.lines import CONTROLS
from pipelines.extraction.pdf.pdfcolumns import Line
from pipelines.extraction.pdf.pdfform import markdown_of_pages, without_running_heads
from pipelines.extraction.pdf.pdflines import lines_of_page

MAGIC = b"%PDF-"
MOST_BYTES = 32 << 20
MOST_PAGES = 500
MOST_CHARACTERS = 8_000_000
NO_TITLE = re.compile(
    r"\(?(?:untitled|anonymous|unspecified|unknown|title|document\s?\d*|none|null)\)?"
    r"|microsoft\s(?:office\s)?word.*|.*\.(?:docx?|pdf|indd|odt|rtf|pages|html?|txt|tmp)(?:\W.*)?|(?:file|https?):.*|[\W\d_]*",
    re.IGNORECASE | re.DOTALL,
)  # what programs write there


def is_pdf(body: bytes) -> bool:
    """Told by the bytes: many PDFs are archived as text/html, and addresses ending in .pdf lead to pages."""
    return MAGIC in body[:1024]


def pdf_text(body: bytes) -> tuple[str, str]:
    """Title (may be empty) and body in Markdown. Raises ReadingFailed where there is no text in it."""
    if len(body) > MOST_BYTES:
        raise ReadingFailed("page too large", detail=f"{len(body)} bytes of PDF")
    try:
        with closing(_opened(body)) as document:
            title, pages = _title(document), _pages(document)
    except PdfiumError as error:
        raise ReadingFailed("broken PDF", detail=f"{error}"[:200]) from None
    heading, text = markdown_of_pages(without_running_heads(pages))
    if not text:
        raise ReadingFailed("scanned PDF", detail=f"{len(pages)} pages without text")
    return title or heading, text


def _opened(body: bytes) -> PdfDocument:
    """The document, with what was filled into its forms to be read, too."""
    try:
        document = PdfDocument(body)  # pdfium itself tries the empty password
    except PdfiumError as error:
        if error.err_code == raw.FPDF_ERR_PASSWORD:
            raise ReadingFailed("encrypted PDF") from None
        raise
    if document.get_formtype() in (raw.FORMTYPE_ACRO_FORM, raw.FORMTYPE_XFA_FOREGROUND):
        document.init_forms()
    return document


def _pages(document: PdfDocument) -> list[list[Line]]:
    if len(document) > MOST_PAGES:
        raise ReadingFailed("page too large", detail=f"{len(document)} pages of PDF")
    pages: list[list[Line]] = []
    left = MOST_CHARACTERS
    for number in range(len(document)):
        with closing(_page(document, number)) as page:
            pages.append(lines_of_page(page))
        left -= sum(len(line.text) for line in pages[-1])
        if left < 0:
            raise ReadingFailed("page too large", detail=f"over {MOST_CHARACTERS} characters of PDF")
    return pages


def _page(document: PdfDocument, number: int) -> pypdfium2.PdfPage:
    page = document[number]
    if page.formenv and raw.FPDFPage_GetAnnotCount(page):
        page.flatten()
        page.close()
        page = document[number]  # as it is now
    return page


def _title(document: PdfDocument) -> str:
    """The title the file states, unless a program put it there."""
    title = " ".join(CONTROLS.sub("", document.get_metadata_value("Title")).split())
    return "" if NO_TITLE.fullmatch(title) else title
