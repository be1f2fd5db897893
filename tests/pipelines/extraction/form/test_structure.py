"""Texts, rendered by CommonMark, have the structure of the blocks that they were written from."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipelines.extraction.form.inline import STYLES
from pipelines.extraction.form.markdown import markdown
from tests.pipelines.extraction.pages import blocks, rendered
from tests.quality.structure import block_units, rendered_units


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<ol><li>a<ul><li>b</ul><li>c</ol>", "  1. a\n     * b\n  2. c"),
        ("<ol start=10><li><p>a<p>b</ol>", "  10. a\n\n      b"),
        ("<ul><li>a</li><ul><li>b</ul><li>c</ul>", "  * a\n    * b\n  * c"),
        ("<ul><li><ul><li>a<li>b</ul></ul>", "  * * a\n    * b"),
        ("<ul><li>a<ol start=4><li>b</ol></ul>", "  * a\n\n    4. b"),
        ("<ul><li>a<br>b</ul>", "  * a  \n    b"),
        ("<ol><li>a</ol><ol><li>b</ol><ol><li>c</ol>", "  1. a\n\n\n\n  1) b\n\n\n\n  1. c"),
        ("<ul><li>a</ul>b<ul><li>c</ul>", "  * a\n\n\n\nb\n\n  * c"),
        ("<ol><li value=7>a<li>b<li value=12>c</ol>", "  7. a\n  8. b\n  12) c"),
        ("<ol reversed><li>a<li>b</ol>", "  2. a\n  1) b"),
        ("<ol type=a><li>a<li>b</ol>", "  a. a  \n  b. b"),
        ("<ol type=I start=4><li>a<li>b</ol>c", "  IV. a  \n  V. b\n\n\n\nc"),
        ("<ol><li>a<ol type=i><li>b<li>c</ol><li>d</ol>", "  1. a  \n     i. b  \n     ii. c\n  2. d"),
        ("<ol type=a><li>a<ul><li>b</ul><li>c</ol>", "  a. a\n  * b\n\n  b. c"),
        ("<ol type=a><li><h3>a</h3>b</ol>", "  a.\n\n### a\n\n  b"),
        ("<ol start=0><li>a</ol>", "  0. a"),
        ("<ol start=-1><li>a</ol>", "  -1. a"),
        ("<ul><li>a<pre>b</pre></ul>", "  * a\n\n    ```\n    b\n    ```"),
        ("<ul><li>a</ul><pre>b</pre>", "  * a\n\n\n\n```\nb\n```"),
        ("<ul><li><address>a<br>b</address><li>c</ul>", "  * a  \n    b\n  * c"),
        ("<ul><li>a<blockquote>b</blockquote></ul>", "  * a\n\n    > b"),
        ("<blockquote>a</blockquote><blockquote>b</blockquote>", "> a\n\n> b"),
        ("<ul><li>a<table><tr><td>b<td>c<tr><td>d<td>e</table></ul>", "  * a\n\n    b| c  \n    ---|---  \n    d| e"),
        ("<table><tr><td>1. a<td>b<tr><td><td>c</table>", "1\\. a| b  \n---|---  \n| | c"),
        ("<p>one<i><b>- five</b></i></p>", "one **- five**"),
        ("<table><tr><td>a<td></table>", "a|  |  \n---|---"),
        ("<h2>1. a #</h2>", "## 1. a \\#"),
    ],
)
def test_forms(html: str, text: str) -> None:
    made = blocks(html)
    assert markdown(made, STYLES["corpus"]) == text
    assert rendered_units(text) == block_units(made)


def test_headings_with_numbers_in_the_published_texts() -> None:
    assert rendered("<h2>1. a</h2>", "princeton") == "## 1\\. a"


def test_measured_texts_number_lettered_lists() -> None:
    assert rendered("<ol type=a><li>a<li>b</ol>", "whole") == "  1. a\n  2. b"


TABLE = "<table><tr><td>one<td>two<tr><td>- three<td><tr><td>four<td>a|b</table>"
OPEN = st.sampled_from(
    ["<ul>", "<ol>", "<ol start=3>", "<ol type=a>", "<ol reversed>", "<li>", "<p>", "<blockquote>", "<h3>", TABLE,
     "<b>", "<i>", "<del>", "<br>", "<hr>", "<pre>", "<div>", "</ul>", "</ol>", "</li>", "</p>", "</blockquote>",
     "</h3>", "</b>", "</i>", "</del>", "</pre>", "</div>"]
)  # fmt: skip
WORDS = st.sampled_from(
    ["one", "two ", " three", "4. four", "- five", "# six", "_ga_", "*7*", "a (b)", "“so”", "|", "`x`", "第一条。"]
)


@settings(max_examples=300, deadline=None)
@example("<li><ul><li><table><tr><td>one<td>two<tr><td>- three<td><tr><td>four<td>a|b</table>")
@given(st.lists(st.one_of(OPEN, WORDS), max_size=22).map("".join))
def test_a_renderer_finds_what_the_blocks_say(soup: str) -> None:
    made = blocks(f"<body>{soup}")
    text = markdown(made, STYLES["corpus"])
    assert rendered_units(text) == block_units(made), text
