import html
import re
from contextlib import suppress

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from pipelines.exceptions import ReadingFailed
from pipelines.extraction.form.lines import exported_text, markdown_of_lines
from pipelines.extraction.form.parse import UNREADABLE, _readable, inert, parse
from tests.pipelines.extraction.pages import rendered


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


RENDERER = MarkdownIt("commonmark", {"html": True}).enable("table")
RENDERER.validateLink = lambda url: True  # type: ignore[method-assign]  # other renderers take any address
CONTROLS = re.compile("[\u202a-\u202e\u2066-\u2069]")
PIECES = st.sampled_from([
    "<script>x", "</b>", "<", "script>", "<!-- ", "-->", "<?x", "<img src=x onerror=y>", "[a](javascript:x)", "]",
    "(javascript:x)", "[a]", "[a]:", " javascript:x", "![", "<javascript:x>", "\\", "\\\\", "`", "&lt;", "&#x202e;",
    "&", "#60;", "\u202e", "\u2066", "\x01", "a", " ", "\n", "\n\n", "- ", "1. ", "> ", "    ", '"', "(", ")", "*", "_",
    "|", "\xad", "~~~", "http://a.example/",
])  # fmt: skip
TEXTS = st.lists(PIECES, max_size=8).map("".join)
TAGS = st.sampled_from(["p", "b", "i", "span", "li", "ul", "pre", "td", "blockquote", "h2", "div", "a", "br", "img"])


@st.composite
def markup(draw: st.DrawFn) -> str:
    """HTML of texts in nested elements: all of the text is text."""
    parts = []
    for _ in range(draw(st.integers(1, 6))):
        tag, text = draw(TAGS), html.escape(draw(TEXTS))
        inner = f"{text}<span>{html.escape(draw(TEXTS))}</span>"
        if tag == "a":
            href = html.escape(draw(st.sampled_from(["/x", "javascript:x", "tel:1", "ftp://a/", "http://b/\u202e"])))
            parts.append(f'<a href="{href}" title="{html.escape(draw(TEXTS))}">{inner}</a>')
        elif tag == "ul":
            parts.append(f"<ul><li>{inner}</ul>")
        elif tag == "td":
            parts.append(f"<table><tr><td>{inner}<td>{text}</table>")
        else:
            parts.append(f"<{tag}>{inner}</{tag}>")
    return "".join(parts)


def dangers(text: str) -> list[str]:
    """What a renderer would make of a file beyond words and harmless links."""
    found: list[str] = []

    def look(tokens: list[Token]) -> None:
        for token in tokens:
            if token.type in ("html_block", "html_inline", "image"):
                found.append(token.content)
            if token.type not in ("html_block", "html_inline", "code_inline", "code_block", "fence"):
                found.extend(CONTROLS.findall(token.content) if not token.children else [])
            href = str(token.attrs.get("href", "http:"))
            if not re.match(r"https?:|mailto:|#", href):
                found.append(href)
            look(token.children or [])

    look(RENDERER.parse(text))
    return found + CONTROLS.findall(text)


@pytest.mark.parametrize("style", ["corpus", "princeton"])
@settings(deadline=None, max_examples=150)
@given(page=markup(), title=TEXTS)
@example(page="a &lt;<span>script></span>", title="")
@example(page="<ul><li>a</ul><pre>&lt;script>x</pre>", title="")
@example(page="<table><tr><td>1. a<td></table><pre>&lt;script>x</pre>", title="")
@example(page="a \\&lt;script>", title="[a](javascript:x)")
@example(page="<p>[a]: javascript:x<p>[a]", title="")
def test_a_file_is_inert(style: str, page: str, title: str) -> None:
    body = rendered(page, style)
    file = exported_text("a.example", "privacy policy", "20050101000000", "http://a.example/", title, body)
    assert dangers(file) == [], file


@settings(deadline=None, max_examples=150)
@given(TEXTS)
def test_plain_lines_are_inert(text: str) -> None:
    assert dangers(markdown_of_lines(text)) == []


@settings(deadline=None)
@given(TEXTS)
def test_what_is_escaped_reads_as_it_was(text: str) -> None:
    line = " ".join(
        CONTROLS.sub("", text).replace("\x01", "").replace("`", "").replace("*", "").replace("_", "").split()
    )
    said = "".join(token.content for token in RENDERER.parseInline(inert(line))[0].children or [])
    assert said == line


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("a < b & c > d", "a < b & c > d"),
        ("write to <jo@a.example>", "write to \\<jo@a.example>"),
        ("[a](b) [c] d", "[a\\](b) [c] d"),
        ("AT&T &copy; R&D;", "AT&T \\&copy; R\\&D;"),
        ("C:\\dir \\<b>", "C:\\dir \\\\\\<b>"),
        ("a\u202eb", "ab"),
    ],
)
def test_only_what_would_act_is_escaped(text: str, escaped: str) -> None:
    assert inert(text) == escaped


def test_an_end_of_a_break_is_one_and_a_place_to_break_is_none() -> None:
    body = parse("<p>one</br>two</BR >three sec<wbr>ond</p>").find("body")
    assert body is not None
    assert ([child.tag for child in body[0]], body.text_content()) == (["br", "br"], "onetwothree second")


@given(st.text("a<\u202a\u2066\ufffe\ufffd\x01\x7f\f\n®’é文\ud800", max_size=40))
def test_what_is_unreadable_is_told_by_bytes_exactly(html: str) -> None:
    assert _readable(html).decode() == UNREADABLE.sub("", html.replace("\f", " "))
