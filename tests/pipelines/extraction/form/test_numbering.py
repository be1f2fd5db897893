import pytest
from lxml.html import fromstring

from pipelines.extraction.form.numbering import Numbers, styled_type, written


@pytest.mark.parametrize(
    ("number", "kind", "text"),
    [
        (1, "a", "a"),
        (28, "A", "AB"),
        (703, "a", "aaa"),
        (4, "i", "iv"),
        (1994, "I", "MCMXCIV"),
        (4000, "i", "4000"),
        (0, "a", "0"),
        (-2, "i", "-2"),
        (7, "1", "7"),
        (7, "disc", "7"),
    ],
)
def test_written_numbers(number: int, kind: str, text: str) -> None:
    assert written(number, kind) == text


@pytest.mark.parametrize(
    ("html", "labels"),
    [
        ("<ol start=3><li><li value=9><li></ol>", ["3.", "9.", "10."]),
        ("<ol reversed><li><li></ol>", ["2.", "1."]),
        ("<ol reversed start=9><li><li></ol>", ["9.", "8."]),
        ("<ol type=A><li><li type=i></ol>", ["A.", "ii."]),
        ("<ol start=x><li></ol>", ["1."]),
        ("<ol start=12345678><li></ol>", ["1."]),
    ],
)
def test_labels(html: str, labels: list[str]) -> None:
    listing = fromstring(html)
    numbers = Numbers(listing)
    assert [numbers.label(item) for item in listing] == labels


def test_types_of_styles() -> None:
    assert styled_type("color: red; list-style: inside lower-alpha") == "a"
    assert styled_type("--list-style-type: upper-roman") == "I"
    assert styled_type("list-style-type: disc") == ""
