from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.extraction.form.lines import markdown_of_lines
from tests.pipelines.extraction.pages import reading


def test_lines_stay_and_empty_ones_end_paragraphs() -> None:
    assert markdown_of_lines("a\r\nb\n\n\n\n c  d\n") == "a  \nb\n\nc d"


def test_markup_is_escaped() -> None:
    assert markdown_of_lines("1. a\n- b") == "1\\. a  \n\\- b"


@settings(deadline=None)
@given(st.text(max_size=60))
def test_any_text(text: str) -> None:
    assert "\n\n\n" not in markdown_of_lines(text)


def test_a_page_without_markup_is_read_by_its_lines() -> None:
    assert (
        reading("Privacy policy\n\nWe collect\nno personal data.").body
        == "Privacy policy\n\nWe collect  \nno personal data."
    )
