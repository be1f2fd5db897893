"""The extractors there are, by the names that the setting EXTRACTOR takes. `version.py` tells of them unloaded.

One of them is trafilatura as it is published, to compare with: see docs/extractors.md.
"""

from collections.abc import Callable, Mapping

import trafilatura

from pipelines.exceptions import ReadingFailed
from pipelines.extraction.base import Extractor, guarded, refuse_binary, refuse_body
from pipelines.extraction.form.parse import UNREADABLE, parse
from pipelines.extraction.form.title import title_of
from pipelines.extraction.judgement.normal import normal
from pipelines.extraction.judgement.quality import Evidence
from pipelines.extraction.page.charset import decode
from pipelines.extraction.page.page import FIRST_HEADINGS, NO_TEXT, Text, reading_of
from pipelines.extraction.pdf.pdf import is_pdf
from pipelines.extraction.reader import Reader
from pipelines.extraction.version import reader_version
from pipelines.items.readings import Page, Reading


class Trafilatura:
    """The body is trafilatura's word for word; charset, title, language, key and verdict are ours. It reads no PDF and
    no plain text. Nothing in its Markdown is escaped: what looks like HTML in a text stands there as it is."""

    name = "trafilatura"

    @property
    def version(self) -> str:
        return reader_version(self.name)

    def read(self, page: Page) -> Reading:
        """Read one page. Raises ReadingFailed and OSError as `Extractor` says."""
        return guarded(_read, page)


def _read(page: Page) -> Reading:
    refuse_body(page.body)
    if is_pdf(page.body):
        raise ReadingFailed("not a page", detail="PDF, which trafilatura does not read")
    html, charset = decode(page.body, page.content_type)
    refuse_binary(html)
    found = trafilatura.extract(html, url=page.original, output_format="markdown", include_links=True)
    body = UNREADABLE.sub("", found or "").strip()
    if not body:
        raise ReadingFailed(NO_TEXT)
    headings = [line.lstrip("# ") for line in body.split("\n") if line.startswith("#")]
    title = title_of(parse(html)) or next(iter(headings), "")
    named = "\n".join(headings[:FIRST_HEADINGS]).lower()
    return reading_of(Text(title, body, Evidence(title.lower(), named, normal(body).lower())), charset)


_MAKERS: Mapping[str, Callable[[int], Extractor]] = {
    "corpus": lambda remembered: Reader("corpus", remembered),
    "princeton": lambda remembered: Reader("princeton", remembered),
    "trafilatura": lambda remembered: Trafilatura(),
}


def extractor(name: str, remembered: int = 0) -> Extractor:
    """The extractor of that name. Ours spare equal pages by the last `remembered` ones they read."""
    return _MAKERS[name](remembered)


def names() -> tuple[str, ...]:
    return tuple(_MAKERS)
