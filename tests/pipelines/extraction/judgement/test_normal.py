import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.extraction.judgement.normal import normal, reading_key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a  b\n\n\nc", "a b c"),
        ("a\xa0b\u2009c", "a b c"),
        ("pri\u00advacy\u200b poli\ufeffcy", "privacy policy"),
        ("e\u0301te\u0301", "été"),
        ("“a” „b“ «c»", '"a" "b" "c"'),
        ("it’s ‘so’ `so`", "it's 'so' 'so'"),
        ("a – b — c − d", "a - b - c - d"),
        ("wait…", "wait..."),
        ("## Title", "### Title"),
        ("**a** _b_", "a b"),
        ("  * a\n  * b", "  1. a\n  2. b"),
        ("> quoted", "quoted"),
        ("a| b  \n---|---  \nc| d", "a b c d"),
        ("a\n\n* * *\n\nb", "a b"),
        ("\\+ a", "+ a"),
        ("  * a", "  - a"),
        ("[a](http://x.example/?sid=1)", "[a](http://x.example/?sid=2)"),
        ('[a](http://x.example/ "t")', "a"),
        ("[a \\[b\\]](http://x.example/\\(c\\))", "a [b]"),
        ("<http://x.example/>", "http://x.example/"),
        ("a\n\nThis page was generated on Monday, 3 June 2010 10:22:11 GMT.", "a\n\n."),
        ("a\n\nPage generated in 0.123 seconds", "a\n\nPage generated in 4 seconds"),
        ("a\n\nServed by web-12.example.com", "a\n\nServed by web-07.example.com"),
        ("a\n\nServer: srv3", "a\n\nServer: srv4"),
        ("Today is Friday, March 5, 2004\n\na", "Today is Saturday, March 6, 2004\n\na"),
        ("a\n\nYou are visitor number 12,345", "a\n\nYou are visitor number 12,346"),
        ("a\n\n1,234 visitors since January 1, 1999", "a\n\n1,235 visitors since January 1, 1999"),
    ],
)
def test_what_is_folded(one: str, other: str) -> None:
    assert reading_key(one) == reading_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Privacy", "privacy"),
        ("we collect data", "we collect no data"),
        ("Last updated: June 3, 2010", "Last updated: June 4, 2010"),
        ("This page was last changed on 3 June 2010", "This page was last changed on 4 June 2010"),
        ("This page was generated on 3 June 2010. Last updated May 1.", "This page was generated on 3 June 2010."),
        ("kept for 30 days", "kept for 60 days"),
        ("snake_case", "snakecase"),
        ("a, b", "a b"),
        ("a-b", "a b"),
        ("our server 2 is in Ohio", "our server 3 is in Ohio"),
    ],
)
def test_what_is_not_folded(one: str, other: str) -> None:
    assert reading_key(one) != reading_key(other)


def test_a_stamp_in_the_middle_is_text() -> None:
    long = "\n\n".join(["a line of the policy"] * 40)
    one, other = (f"{long}\n\nServer: srv{number}\n\n{long}" for number in (3, 4))
    assert reading_key(one) != reading_key(other)


def test_the_key_is_short_hex() -> None:
    key = reading_key("a")
    assert len(key) == 32
    assert int(key, 16) >= 0


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=80))
def test_any_text_has_a_key_that_stays(text: str) -> None:
    assert reading_key(text) == reading_key(f" {text}\n\n")


@settings(max_examples=100, deadline=None)
@given(st.text("abc .,", max_size=40))
def test_plain_words_are_their_own_normal_form(text: str) -> None:
    assert normal(normal(text)) == normal(text)


@settings(max_examples=300, deadline=None)
@given(st.text('[]()\\*_#>|-`<ab1. \n"“é\u0301:/h', max_size=60))
def test_lines_are_told_one_by_one_where_nothing_goes_on_in_the_next(body: str) -> None:
    told = normal(body)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pipelines.extraction.judgement.normal._goes_on", lambda line: True)
        assert normal(f"{body}\n[x]").removesuffix("[x]").rstrip() == told.rstrip()
