import pytest

from pipelines.extraction.form.escapes import escape_line_starts


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
