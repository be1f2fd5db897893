import pytest

from pipelines.extraction.form.blocks import blocks_of
from pipelines.extraction.page.spans import MOST_COLUMNS, fill_spans
from tests.pipelines.extraction.pages import ADDRESS, body_of


def rows(html: str) -> list[str]:
    body = body_of(f"<table>{html}</table>")
    fill_spans(body)
    return [
        "|".join("".join(token.value for token in cell) for cell in block.cells) for block in blocks_of(body, ADDRESS)
    ]


@pytest.mark.parametrize(
    ("html", "filled"),
    [
        ("<tr><td>a<td>b<tr><td>c<td>d", ["a|b", "c|d"]),
        ("<tr><td colspan=2>a<td>b<tr><td>c<td>d<td>e", ["a||b", "c|d|e"]),
        ("<tr><td rowspan=2>a<td>b<tr><td>c", ["a|b", "a|c"]),
        ("<tr><td>a<td rowspan=2>b<tr><td>c", ["a|b", "c|b"]),
        ("<tr><td>a<td>b<tr><td colspan=2>c<tr><td>d<td>e", ["a|b", "c", "d|e"]),
        ("<tr><td>a<tr><td>b<td>c", ["a|", "b|c"]),
        ("<tr><td rowspan=0>a<td>b<tr><td>c<td>d", ["a|b", "c|d"]),
        ("<tr><td rowspan=9 colspan=x>a<td>b<tr><td>c", ["a|b", "a|c"]),
    ],
)
def test_filled_rows(html: str, filled: list[str]) -> None:
    assert rows(html) == filled


def test_what_is_said_again_is_bounded() -> None:
    made = rows(f"<tr><td rowspan=900>{'a' * 1000}<td>b" + "<tr><td>c" * 899)
    assert sum(map(len, made)) < 200_000
    assert rows("<tr><td colspan=100000>a<td>b")[0].count("|") <= MOST_COLUMNS
