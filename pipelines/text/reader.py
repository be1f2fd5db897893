"""Bytes of an archived page -> Reading. Pure: the same page gives the same reading."""

import hashlib
import unicodedata
from functools import cache
from importlib.metadata import version
from pathlib import Path

import lxml.html
import py3langid
import trafilatura

from crawler.exceptions import ReadingFailed
from crawler.items import Page, Reading
from pipelines.text.normal import reading_key

STYLES = ("corpus", "princeton")
LIBRARIES = ("trafilatura", "lxml", "py3langid", "pypdf", "charset-normalizer")
MOST_BYTES = 16 << 20


def read(page: Page, style: str = "corpus") -> Reading:
    """Read one page. Raises ReadingFailed where there is no text, or it cannot be read."""
    if len(page.body) > MOST_BYTES:
        raise ReadingFailed("page too large", detail=f"{len(page.body)} bytes")
    text = page.body.decode("utf-8", "replace")
    body = trafilatura.extract(
        text,
        url=page.original,
        output_format="markdown",
        include_links=True,
        include_formatting=True,
        include_comments=False,
        favor_recall=True,
        fast=True,
    )
    if not body:
        raise ReadingFailed("no text in page")
    title = lxml.html.fromstring(text).findtext(".//title") or ""
    language, probability = py3langid.classify(body)
    return Reading(
        title=" ".join(title.split()),
        body=body,
        language=language,
        language_probability=round(float(probability), 2),
        charset="utf-8",
        words=len(body.split()),
        reading_key=reading_key(body),
    )


@cache
def reader_version(style: str = "corpus") -> str:
    """Short hex hash of everything a reading depends on: our source, the style, the libraries, Unicode."""
    digest = hashlib.sha256(style.encode())
    for source in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(source.name.encode() + b"\0" + source.read_bytes() + b"\0")
    for library in LIBRARIES:
        digest.update(f"{library} {version(library)}\n".encode())
    digest.update(unicodedata.unidata_version.encode())
    return digest.hexdigest()[:16]
