"""The ratchet on our own pages: one for each way in which policy pages are known to be misread.

What each should give was read and corrected by hand. A change of an expectation is made in its file, on purpose.
"""

from pathlib import Path

import pytest

from pipelines.extraction.reader import read
from pipelines.items.readings import Page, Reading

PAGES = sorted((Path(__file__).parent / "pages").glob("*.html"))


def read_page(path: Path, style: str = "corpus") -> Reading:
    page = Page(path.read_bytes(), "http://www.example.com/legal/privacy.html", "20050101000000", "text/html")
    return read(page, style)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_page_reads_as_reviewed(path: Path) -> None:
    reading = read_page(path)
    assert f"# {reading.title}\n\n{reading.body}\n" == path.with_suffix(".md").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_no_page_of_ours_is_taken_for_no_policy(path: Path) -> None:
    assert read_page(path).verdict != "not a policy"


def test_every_class_has_a_page() -> None:
    assert len(PAGES) >= 20
