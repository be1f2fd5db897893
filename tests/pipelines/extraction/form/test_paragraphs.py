from pipelines.extraction.form.inline import Token
from pipelines.extraction.form.paragraphs import paragraphs

BREAK = Token("break")


def text(value: str) -> Token:
    return Token("text", value)


def test_one_break_ends_nothing() -> None:
    tokens = [text("a"), BREAK, text("b")]
    assert paragraphs(tokens) == [tokens]


def test_two_breaks_end_a_paragraph() -> None:
    assert paragraphs([text("a"), BREAK, text(" \n"), BREAK, text("b")]) == [[text("a")], [text("b")]]


def test_what_is_open_goes_on() -> None:
    bold, end = Token("strong", opens=True), Token("strong", ends=True)
    assert paragraphs([bold, text("a"), BREAK, BREAK, text("b"), end]) == [
        [bold, text("a"), end],
        [bold, text("b"), end],
    ]


def test_what_opens_and_ends_between_the_breaks_is_gone() -> None:
    bold, end = Token("strong", opens=True), Token("strong", ends=True)
    assert paragraphs([text("a"), BREAK, bold, end, BREAK, text("b")]) == [[text("a")], [text("b")]]


def test_breaks_at_the_end_are_gone() -> None:
    assert paragraphs([text("a"), BREAK, BREAK]) == [[text("a")]]
