"""What a page says can do nothing in the exported file, however a renderer takes it."""

import html
import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from pipelines.extraction.form.inert import inert
from pipelines.extraction.form.lines import markdown_of_lines
from pipelines.extraction.form.note import exported_text
from tests.pipelines.extraction.pages import rendered

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
