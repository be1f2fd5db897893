"""Redlines for people: they show what changed and run nothing that a page wrote."""

from html.parser import HTMLParser

from hypothesis import given
from markdown_it import MarkdownIt

from pipelines.analysis.comparison.compare import compare
from pipelines.analysis.redline.html import page_html, redline_html
from pipelines.analysis.redline.lines import redline_lines, redline_markdown, stat_lines
from tests.pipelines.analysis.comparison.markdowns import ANY

ALLOWED = {
    *("h1", "h2", "h3", "h4", "h5", "h6", "p", "ul", "li", "div", "table", "tr", "td", "th", "pre", "span"),
    *("blockquote", "ins", "del", "strong", "em", "s", "a", "br", "hr", "small"),
}  # fmt: skip
VOID = {"br", "hr"}


class _Checked(HTMLParser):
    """Whether tags are known, closed in order, and lead nowhere but to web and mail addresses."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in ALLOWED
        for name, value in attrs:
            assert name in ("class", "href", "rel", "title", "lang", "dir")
            assert name != "href" or (value or "").lower().startswith(("http://", "https://", "mailto:"))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@given(ANY, ANY)
def test_html_is_whole_and_does_nothing(before: str, after: str) -> None:
    for context in (None, 1):
        checked = _Checked()
        checked.feed(redline_html(compare(before, after), context=context))
        checked.close()
        assert checked.open == []


def test_html_keeps_lists_tables_and_links() -> None:
    before = "## One\n\n  * a\n    * b\n\n\n\nN| P  \n---|---  \nx| y  \n\nSee [it](https://a.example/).\n"
    shown = redline_html(compare(before, before.replace("y", "z").replace("a.example", "b.example")))
    assert "<ul><li><div>a</div><ul><li><div>b</div></li></ul></li></ul>" in shown
    assert "<tr><th>N</th><th>P</th></tr>" in shown
    assert '<tr class="changed"><td>x</td><td><del>y</del><ins> z</ins></td></tr>' in shown
    assert 'href="https://b.example/" title="before: https://a.example/"' in shown


def test_scripts_and_their_links_are_text() -> None:
    hostile = '<script>alert(1)</script> [x](javascript:alert(1)) "><img src=x onerror=alert(1)>\n'
    page = page_html(f"shop.example {hostile}", hostile, compare("a\n", hostile))
    assert "<script" not in page
    assert "<img" not in page
    assert 'href="javascript' not in page


@given(ANY, ANY)
def test_markdown_has_no_markup_of_the_texts(before: str, after: str) -> None:
    shown = MarkdownIt().render("\n".join(redline_markdown("T", compare(before, after))))
    for active in ("<a ", "<img", "<script", "<table", "<code", "<pre"):
        assert active not in shown


def test_an_item_is_indented_below_items_that_are_shown_alone() -> None:
    told = compare("* a\n  * b\n    * c\n", "* a\n  * b\n    * c\n    * d\n      * e\n  * f\n")
    lines = [line for line in redline_markdown("T", told) if "<ins>" in line]
    assert lines == ["* <ins>d</ins>", "  * <ins>e</ins>", "* <ins>f</ins>"]


def test_lines_for_people() -> None:
    told = compare("## A\n\nWe sell names.\n", "## A\n\nWe buy names.\n")
    lines = list(redline_lines(told, lambda text, how: f"({how}:{text})" if how in ("delete", "insert") else text))
    assert lines == ["== A == +1 -1", "~ We(delete: sell)(insert: buy) names."]
    assert next(iter(stat_lines(told))).split() == ["+1", "-1", "A"]
