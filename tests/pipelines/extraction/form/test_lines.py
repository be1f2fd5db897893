import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.extraction.form.lines import escape_line_starts, exported_text, markdown_of_lines, snapshot_url
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


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("1. a", "1\\. a"),
        ("12) a", "12\\) a"),
        ("1.5 a", "1.5 a"),
        ("- a", "\\- a"),
        ("+ a", "\\+ a"),
        ("* a", "\\* a"),
        ("-a", "-a"),
        ("# a", "\\# a"),
        ("#a", "#a"),
        ("> a", "\\> a"),
        ("---", "\\---"),
        ("===", "\\==="),
        ("* * *", "\\* * *"),
        ("_ _ _", "\\_ _ _"),
        ("```", "\\```"),
        ("[a](b)", "[a](b)"),
        ("<http://a.example>", "<http://a.example>"),
        ("---|---", "\\---|---"),
        ("**a**", "**a**"),
        ("a\n- b", "a\n\\- b"),
        ("plain", "plain"),
        ("", ""),
    ],
)
def test_line_starts(text: str, escaped: str) -> None:
    assert escape_line_starts(text) == escaped


@pytest.mark.parametrize(("text", "escaped"), [("1. a", "1\\. a"), ("- a", "\\- a"), ("* a", "* a"), ("# a", "# a")])
def test_the_published_texts_escape_less(text: str, escaped: str) -> None:
    assert escape_line_starts(text, faithful=True) == escaped


NOTE = (
    "> *The following text is extracted and transformed from the example.com privacy policy that was archived on "
    "2010-06-25. Please check the [original snapshot on the Wayback Machine](https://web.archive.org/web/"
    "20100625034018id_/http%3A//www.example.com/pp%3Fpage_id%3D2) for the most accurate reproduction.*"
)


def exported(title: str = "Privacy", site: str = "example.com", body: str = "text") -> str:
    return exported_text(site, "privacy policy", "20100625034018", "http://www.example.com/pp?page_id=2", title, body)


def test_the_whole_file() -> None:
    assert exported() == f"{NOTE}\n\n# Privacy\n\ntext\n"


@pytest.mark.parametrize("title", ["", "   ", "\n"])
def test_a_title_is_never_empty(title: str) -> None:
    assert "\n\n# example.com\n\ntext" in exported(title)


def test_titles_stay_on_their_line() -> None:
    assert "\n\n# a b\n\ntext" in exported("a\n\n b")


def test_titles_hold_no_html() -> None:
    assert "\n# \\<script>x\n" in exported("<script>x")
    assert "\n# a \\</b> < 3\n" in exported("a </b> < 3")


def test_sites_cannot_end_the_note() -> None:
    note = exported(site="evil*](http://x)\n\n# y").split("\n")[0]
    assert note.startswith("> *The following text")
    assert "evil\\*\\](http://x) # y" in note
    assert note.endswith("reproduction.*")


def test_addresses_are_quoted_whole() -> None:
    url = snapshot_url("20100625034018", "http://a.example/ä (b)*\ud800", "http://127.0.0.1:8080/")
    assert url == "http://127.0.0.1:8080/web/20100625034018id_/http%3A//a.example/%C3%A4%20%28b%29%2A%3F"


@pytest.mark.parametrize(("timestamp", "date"), [("20100000000000", "2010-00-00"), ("99999999999999", "9999-99-99")])
def test_dates_that_are_none_are_shown_as_they_are(timestamp: str, date: str) -> None:
    assert f"archived on {date}." in exported_text(
        "a.example", "privacy policy", timestamp, "http://a.example/", "t", "b"
    )
