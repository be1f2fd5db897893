"""The production path as the scorers call it."""

from typing import Any

from crawler.exceptions import ReadingFailed
from crawler.items import Page
from pipelines.text.note import exported_text
from pipelines.text.reader import read


def policy_markdown(html: str, url: str) -> str:
    """The body alone, as style `corpus` writes it."""
    try:
        return read(Page(html.encode("utf-8"), url, "20200101000000", "text/html; charset=utf-8")).body
    except ReadingFailed:
        return ""


def exported_file(html: str, meta: dict[str, Any]) -> str:
    """The whole file in style `princeton`."""
    page = Page(html.encode("utf-8"), meta["original"], meta["timestamp"], "text/html; charset=utf-8")
    reading = read(page, "princeton")
    return exported_text(
        meta["site"], meta["kind"], page.timestamp, page.original, reading.title, reading.body
    )
