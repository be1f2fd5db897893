import io

import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.local_archive.sample_page import Block, as_html, as_pdf, inline, plain, read_text

SOURCE = """\
# A Title

Always.

@ 2
Only two.

@ 2-3
## Two and three

@ 3-
* one
  * within
* two

@ 4
* three

@ 1-
| a | b |
| 1 | 2 |
"""


@pytest.mark.parametrize(
    ("version", "kinds"),
    [
        (1, ["paragraph", "table"]),
        (2, ["paragraph", "paragraph", "heading", "table"]),
        (3, ["paragraph", "heading", "list", "table"]),
        (4, ["paragraph", "list", "table"]),
    ],
)
def test_versions_take_their_sections(version: int, kinds: list[str]) -> None:
    text = read_text(SOURCE, version)
    assert text.title == "A Title"
    assert [block.kind for block in text.blocks] == kinds


def test_lists_go_on_and_nest() -> None:
    html = as_html([block for block in read_text(SOURCE, 4).blocks if block.kind == "list"])
    assert html == "<ul>\n<li>one\n<ul>\n<li>within</li>\n</ul></li>\n<li>two</li>\n<li>three</li>\n</ul>"


def test_old_pages_leave_their_tags_open() -> None:
    assert as_html([Block("paragraph", ["a & b"])], old=True) == "<P>a &amp; b"
    assert as_html([Block("table", ["| a |", "| b |"])], old=True).startswith('<TABLE BORDER="1"')


@pytest.mark.parametrize(
    ("line", "html"),
    [
        ("**b** and *i*", "<strong>b</strong> and <em>i</em>"),
        ('[t](/u "x")', '<a href="/u" title="x">t</a>'),
        ("a < b\\", "a &lt; b<br>"),
    ],
)
def test_inline(line: str, html: str) -> None:
    assert inline(line) == html


def test_plain_has_no_marks() -> None:
    assert plain("**b** [t](/u) *i*\\") == "b t i"


def test_source_without_title_is_refused() -> None:
    with pytest.raises(ValueError, match="# Title"):
        read_text("text", 1)


def test_pdf_is_readable_and_keeps_every_line() -> None:
    lines = [f"(line) \\ {number} – “é”" for number in range(120)]
    reader = pypdf.PdfReader(io.BytesIO(as_pdf(read_text("# A (PDF)\n\n" + "\n".join(lines), 1))))
    found = "\n".join(page.extract_text() for page in reader.pages)
    assert len(reader.pages) == 3
    assert reader.metadata is not None
    assert reader.metadata.title == "A (PDF)"
    assert all(line in found for line in lines)


@settings(max_examples=30, deadline=None)
@given(st.text(max_size=200), st.integers(1, 4))
def test_any_text_makes_a_page_and_a_pdf(body: str, version: int) -> None:
    text = read_text("# T\n\n" + body, version)
    assert isinstance(as_html(text.blocks), str)
    assert as_pdf(text).startswith(b"%PDF-1.4")
