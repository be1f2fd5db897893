import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.text.escapes import escape_line_starts, unescape_line_starts

LINES = st.text("ab1.)-+*#>=_~`|:[]<!/\\ \n\xa0", max_size=30)


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
        ("[a]: b", "\\[a]: b"),
        ("[a](b)", "[a](b)"),
        ("<b>", "\\<b>"),
        ("<http://a.example>", "<http://a.example>"),
        ("---|---", "\\---|---"),
        ("\\- a", "\\\\- a"),
        ("**a**", "**a**"),
        ("a\n- b", "a\n\\- b"),
        ("plain", "plain"),
        ("", ""),
    ],
)
def test_line_starts(text: str, escaped: str) -> None:
    assert escape_line_starts(text) == escaped
    assert unescape_line_starts(escaped) == text


@pytest.mark.parametrize(("text", "escaped"), [("1. a", "1\\. a"), ("- a", "\\- a"), ("* a", "* a"), ("# a", "# a")])
def test_the_published_texts_escape_less(text: str, escaped: str) -> None:
    assert escape_line_starts(text, faithful=True) == escaped


@settings(deadline=None)
@given(LINES)
def test_escapes_round_trip(text: str) -> None:
    assert unescape_line_starts(escape_line_starts(text)) == text
