import pytest

from pipelines.extraction.form.blocks import blocks_of, has_items
from tests.pipelines.extraction.pages import ADDRESS, blocks, body_of


@pytest.mark.parametrize(
    ("html", "kinds"),
    [
        ("a<p>b</p>c", ["p", "p", "p"]),
        ("<h1>a</h1><h6>b</h6>", ["h1", "h6"]),
        ("a<hr>b", ["p", "hr", "p"]),
        ("<pre>a</pre>", ["pre"]),
        ("<table><tr>a<td>b</td>c</tr></table>", ["row"]),
        ("<table><tr><td>a</td></tr><tr><td> </td></tr></table>", ["row"]),
        ("<details><summary>a</summary>b</details>", ["p", "p"]),
        ("<p> </p><div></div>", []),
        ("<h2>a<div>b</div></h2>", ["h2"]),
    ],
)
def test_kinds(html: str, kinds: list[str]) -> None:
    assert [block.kind for block in blocks(html)] == kinds


def test_items_know_their_list() -> None:
    one, two, other = blocks("<ol><li>a</li><li>b</li></ol><ul><li>c</li></ul>")
    assert [block.path[-1].mark for block in (one, two, other)] == ["1.", "2.", "*"]
    assert one.path[-1].parent_list is two.path[-1].parent_list
    assert other.path[-1].parent_list is not one.path[-1].parent_list


def test_items_below_other_elements_are_items_of_the_list() -> None:
    assert [block.path[-1].level for block in blocks("<ul><font><li>a<li>b</font></ul>")] == [1, 1]


def test_a_list_without_items_only_indents() -> None:
    listing = body_of("<ul>a<ul><li>b</li></ul></ul>").find("ul")
    assert listing is not None
    assert not has_items(listing)
    assert [len(block.path) for block in blocks("<ul>a<ul><li>b</li></ul></ul>")] == [0, 1]


def test_only_the_first_row_is_a_head() -> None:
    assert [block.head for block in blocks("<table><tr><td>a</td></tr><tr><td>b</td></tr></table>")] == [True, False]


def test_deep_trees_are_walked_without_recursion() -> None:
    body = body_of("<div><blockquote><ul><li><b>" * 400 + "x")
    assert [block.kind for block in blocks_of(body, ADDRESS)] == ["p"]
