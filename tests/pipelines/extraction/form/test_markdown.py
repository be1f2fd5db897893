import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipelines.extraction.form.inline import STYLES, Token
from pipelines.extraction.form.markdown import paragraphs
from tests.pipelines.extraction.pages import POLICY, blocks, reading, rendered


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>one\n  line</p><p>two</p>", "one line\n\ntwo"),
        ("a&nbsp;b", "a\xa0b"),
        ("<h2>T</h2><h3> a <br> b </h3>x", "## T\n\n### a b\n\nx"),
        ("<h1>T</h1>x", "## T\n\nx"),
        ("<h2></h2>x", "x"),
        ("<ul><li>a</li><li>b</li></ul>c", "  * a\n  * b\n\n\n\nc"),
        ("<ul><li><p>a</p></li><li><p>b</p></li></ul>c", "  * a\n\n  * b\n\n\n\n\nc"),
        ("<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>", "  * a\n    * b\n  * c"),
        ("<ol start=4><li>a</li><li>b</li></ol>", "  4. a\n  5. b"),
        ("<ol start=x><li>a</li></ol>", "  1. a"),
        ("<ul><li>a</li></ul><ul><li>b</li></ul>", "  * a\n\n\n\n  - b"),
        ("<li>orphan</li>", "  * orphan"),
        ("<ul>no items</ul>", "no items"),
        ("<ul><li>a<p>b</p></li></ul>", "  * a\n\n    b"),
        ("<ul><li></li><li>a</li></ul>", "  * a"),
        ("a<br>b", "a  \nb"),
        ("a<br><br>b", "a\n\nb"),
        ("a<br> \n<br>&nbsp;<br>b", "a\n\nb"),
        ("<b>a<br><br>b</b>", "**a**\n\n**b**"),
        ("a<br><br>", "a"),
        ("a<hr>b", "a\n\n* * *\n\nb"),
        ("<blockquote>a<p>b</p></blockquote>c", "> a\n> \n> b\n\nc"),
        ("<blockquote><blockquote>a</blockquote></blockquote>", "> > a"),
        ("<blockquote><ul><li>a</li></ul></blockquote>", ">   * a"),
        ("<pre>a\n  b\n</pre>c", "```\na\n  b\n```\n\nc"),
        (
            "<table><tr><th>a</th><th>b</th></tr><tr><td>c</td><td></td></tr></table>d",
            "a| b  \n---|---  \nc|   \n  \nd",
        ),
        ("<table><tr><td>a<p>b</p><ul><li>c</li></ul></td></tr></table>", "| a b c |  \n|---|"),
        ("<table><tr><td>a|b</td></tr></table>", "| a\\|b |  \n|---|"),
        ("<div>a<div>b</div>c</div>", "a\n\nb\n\nc"),
        ("<q>a</q>", '"a"'),
        ("<p></p><p> </p>", ""),
    ],
)
def test_forms(html: str, text: str) -> None:
    assert rendered(html) == text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<h1>T</h1>x", "x"),
        ("<h2><b></b>T</h2>", "## ****T"),
        ("<h3> T</h3>", "###  T"),
        ("<p>a<br></p><p>b</p>", "a  \n\n\nb"),
        ("a<br><p>b</p>", "a\n\nb"),
        ("<a href=/x><img></a>", "[](http://www.example.com/x)"),
        ("a (<i>b </i>c", "a ( _b_ c"),
        ("* a", "* a"),
        ("a\n- b", "a \\- b"),
        ("<ul><li>a<p>b</p></li></ul>", "  * a\n\nb"),
    ],
)
def test_forms_of_the_published_texts(html: str, text: str) -> None:
    assert rendered(html, "princeton") == text


def test_an_h1_stays_where_readers_are_measured() -> None:
    assert rendered("<h1>T</h1>x", "whole") == "# T\n\nx"


@pytest.mark.parametrize("levels", [5, 40])
def test_deep_lists_are_indented_so_far_and_no_further(levels: int) -> None:
    last = rendered("<ul><li>a" * levels).splitlines()[-1]
    assert len(last) - len(last.lstrip()) == 2 * min(levels, 12)


TAGS = [
    "p",
    "b",
    "i",
    "a",
    "ul",
    "li",
    "ol",
    "h2",
    "br",
    "hr",
    "table",
    "tr",
    "td",
    "pre",
    "blockquote",
    "div",
    "q",
    "img",
]
WORD = st.text("ab \n*_-+#>.1)[]|\\`<&\xa0“é", max_size=8).map(lambda text: text.replace("<", "&lt;"))
SOUP = st.lists(
    st.one_of(WORD, st.sampled_from(TAGS).map("<{}>".format), st.sampled_from(TAGS).map("</{}>".format)), max_size=25
).map("".join)
MARKUP_LINE = re.compile(r"\s*(?:\d{1,9}[.)]\s|[-+]\s|#{7}|```|~~~|<[a-z/!?]|={2,}\s*$)")


@settings(max_examples=150, deadline=None)
@given(SOUP, st.sampled_from(sorted(STYLES)))
def test_never_raises_and_says_the_same_again(soup: str, style: str) -> None:
    html = f"<body>{soup}x</body>"
    assert rendered(html, style) == rendered(html, style)
    assert "x" in rendered(html, "whole")


@settings(max_examples=150, deadline=None)
@given(st.lists(WORD, max_size=6))
def test_no_line_begins_with_accidental_markup(words: list[str]) -> None:
    text = rendered("<body>" + "".join(f"<p>{word}<br>x</p>" for word in words))
    assert [line for line in text.split("\n") if MARKUP_LINE.match(line)] == []


@settings(max_examples=100, deadline=None)
@given(SOUP)
@example("<br><pre><br>")  # a block of no words, and nothing around it
def test_no_word_is_lost(soup: str) -> None:
    html = f"<body>{soup}</body>"
    letters = sorted(
        re.findall(
            "[abé]",
            "".join(
                token.value for block in blocks(html) for cell in block.cells for token in cell if token.kind == "text"
            ),
        )
    )
    markup = re.sub(r"\]\([^ )]*\)|<http[^>]*>", "", rendered(html, "whole"))
    assert len(re.findall("[abé]", markup)) == len(letters)


def test_a_loose_hard_space_is_kept_where_the_published_texts_have_it() -> None:
    html = f"<blockquote><font>&nbsp;</font><p><b>Privacy</b></p>{POLICY}</blockquote>"
    assert reading(html, "princeton").body.startswith("> \xa0\n> \n>  **Privacy**\n")
    assert reading(html).body.startswith("> We collect")


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
