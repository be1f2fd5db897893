from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.exceptions import ReadingFailed
from pipelines.extraction.form.parse import parse


@pytest.mark.parametrize("html", ["", "   ", "<!-- only a comment -->"])
def test_nothing_to_parse_is_a_failure(html: str) -> None:
    with pytest.raises(ReadingFailed, match="no text in page"):
        parse(html)


@pytest.mark.parametrize("html", ["text", "<p>text", "<td>text</td>", "<li>text", "<html>text"])
def test_fragments_get_html_and_body(html: str) -> None:
    root = parse(html)
    body = root.find("body")
    assert root.tag == "html"
    assert body is not None
    assert body.text_content() == "text"


def test_comments_are_gone() -> None:
    assert parse("<p>a<!-- b -->c</p>").text_content() == "ac"


def test_characters_that_xml_does_not_know_are_gone() -> None:
    assert parse("<p>a\x00b\x01c\ud800d\uffffe\x0cf</p>").text_content() == "abcde f"


@pytest.mark.parametrize("tag", ["div", "ul", "table", "b", "blockquote"])
def test_nesting_without_end_keeps_the_text(tag: str) -> None:
    assert "deep down" in parse(f"<{tag}>" * 20_000 + "<p>deep down</p>").text_content()


@settings(max_examples=60, deadline=None)
@given(st.text())
def test_any_text_gives_a_tree_or_a_failure(html: str) -> None:
    with suppress(ReadingFailed):
        assert parse(html).tag == "html"


@pytest.mark.parametrize(
    "html",
    [
        "<html><body><p>a</p></body></html><p>b</p>c",
        "<body>a</body></html>\n<html><head></head><body bgcolor=white><p>b</p>c",
        "<p>a<wbr>b</p>c",
        "<p>a<embed src='x.swf'/>b</p>c",
        "<ul><li>a<source>b<li>c</ul>",
        "<table><tr><td>a<keygen>b<td>c</table>",
        "<frameset><frame src=x></frameset>abc",
    ],
)
def test_what_follows_is_neither_lost_nor_swallowed(html: str) -> None:
    root = parse(html)
    assert "".join(root.text_content().split()) == "abc"
    assert root.find(".//wbr") is root.find(".//embed") is root.find(".//source") is None
