"""The production path as the scorers call it."""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as in a worker: spinning threads would count as our time

from typing import Any

from pipelines.exceptions import ReadingFailed
from pipelines.extraction.form.lines import exported_text
from pipelines.extraction.reader import read
from pipelines.items.readings import Page


def policy_markdown(html: str, url: str) -> str:
    """The body alone, in style `corpus` but with the h1 that repeats the title."""
    try:
        return read(Page(html.encode("utf-8"), url, "20200101000000", "text/html; charset=utf-8"), "whole").body
    except ReadingFailed:
        return ""


def exported_file(html: str, meta: dict[str, Any]) -> str:
    """The whole file in style `princeton`."""
    page = Page(html.encode("utf-8"), meta["original"], meta["timestamp"], "text/html; charset=utf-8")
    reading = read(page, "princeton")
    return exported_text(meta["site"], meta["kind"], page.timestamp, page.original, reading.title, reading.body)


def read_case(body: bytes, content_type: str) -> tuple[str, str]:
    """The body of one small page in style `corpus`, and the verdict over it; a page that cannot be read gives none.

    The cases have `<name>` as it stands in the page. The backslash before it, without which a renderer would take it
    for HTML and show nothing, is no word and is taken out here; `test_inert.py` sees that it is written.
    """
    page = Page(body, "https://www.example.com/legal/privacy.html", "20200101000000", content_type)
    try:
        reading = read(page)
    except ReadingFailed as failure:
        return "", failure.reason
    return reading.body.replace("\\<", "<"), reading.verdict.value
