import pytest

from pipelines.extraction.page.layout import is_layout, undo_layout
from tests.pipelines.extraction.pages import POLICY, body_of


def verdict(html: str) -> bool:
    table = body_of(html).find(".//table")
    assert table is not None
    return is_layout(table)


LONG = "We keep what you tell us for as long as you are our customer, and for a year after that. " * 8


@pytest.mark.parametrize(
    "html",
    [
        f"<table><tr><td>{LONG}</td></tr></table>",
        "<table><tr><td>a</td><td>b</td></tr></table>",
        "<table><tr><td>a</td></tr><tr><td>b</td></tr></table>",
        "<table><tr><td>&nbsp;</td><td>a</td></tr><tr><td><img></td><td>b</td></tr></table>",
        f"<table><tr><td>Menu</td><td>{LONG}</td></tr><tr><td>x</td><td>y</td></tr></table>",
        f"<table><tr><td>Menu</td><td>{LONG}</td></tr>{'<tr><td>x</td><td>y</td></tr>' * 5}</table>",
        "<table><tr><td>a</td><td><table><tr><td>n</td></tr></table></td></tr><tr><td>b</td><td>c</td></tr></table>",
        "<table><tr><td><h2>a</h2>b</td><td>c</td></tr><tr><td>d</td><td>e</td></tr></table>",
        "<table><tr><td>a</td><td>b</td><td>c</td></tr><tr><td>d</td></tr><tr><td>e</td></tr></table>",
        "<table><tr><th>Title alone</th></tr><tr><td>text</td></tr></table>",
    ],
)
def test_layout(html: str) -> None:
    assert verdict(html)


@pytest.mark.parametrize(
    "html",
    [
        "<table><tr><th>Name</th><th>Purpose</th></tr><tr><td>sid</td><td>session</td></tr></table>",
        "<table><caption>Cookies</caption><tr><td>a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr></table>",
        "<table><tr><td>sid</td><td>session</td></tr><tr><td>lang</td><td>language</td></tr></table>",
        f"<table><tr><th>Why</th><td>{LONG}</td></tr><tr><th>Who</th><td>{LONG}</td></tr></table>",
        "<table><tr><td><p>sid</p></td><td><ul><li>a</li></ul></td></tr><tr><td>x</td><td>y</td></tr></table>",
    ],
)
def test_data(html: str) -> None:
    assert not verdict(html)


def test_layout_becomes_blocks_in_reading_order() -> None:
    body = body_of(
        "<table><tbody><tr><td>one</td><td>two</td></tr><tr><td>three</td></tr></tbody></table><center>four</center>"
    )
    undo_layout(body)
    assert not any(element.tag in ("table", "tr", "td", "tbody", "center") for element in body.iter())
    assert "".join(body.itertext()) == "onetwothreefour"


def test_numbers_beside_texts_are_a_list() -> None:
    body = body_of("<table><tr><td>3.</td><td>third</td></tr><tr><td>4.</td><td>fourth</td></tr></table><p>after")
    undo_layout(body)
    listing = body.find("ol")
    assert listing is not None
    assert listing.get("start") == "3"
    assert [item.text_content() for item in listing] == ["third", "fourth"]
    assert body.text_content() == "thirdfourthafter"


def test_a_data_table_stays_inside_a_layout_table() -> None:
    data = "<table><tr><th>a</th><th>b</th></tr><tr><td>c</td><td>d</td></tr></table>"
    body = body_of(f"<table><tr><td>{POLICY}{data}</td></tr></table>")
    undo_layout(body)
    assert len(list(body.iter("table"))) == 1
