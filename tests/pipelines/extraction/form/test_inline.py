import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.extraction.form.inline import STYLES, Token, absolute, address, inline, told_of
from tests.pipelines.extraction.pages import rendered


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("a <b>b</b> c", "a **b** c"),
        ("a <strong> b </strong>c", "a **b** c"),
        ("a <i>b</i> <em>c</em> <u>d</u>", "a _b_ _c_ _d_"),
        ("<b>a</b><b>b</b>", "**ab**"),
        ("<b>a </b><b>b</b>", "**a b**"),
        ("<b><b>a</b></b>", "**a**"),
        ("<b><i>a</i></b>", "**_a_**"),
        ("<b>a\xa0</b>b", "**a**\xa0b"),
        ("<b></b><i> </i>a", "a"),
        ("with<i>out</i>", "without"),
        ("<b>a<div>b</div></b>", "**a**\n\n**b**"),
        ("<b><br>a</b>", "**a**"),
    ],
)
def test_emphasis(html: str, text: str) -> None:
    assert rendered(html) == text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<a href=/x>a</a>", "[a](http://www.example.com/x)"),
        ("<a href=x.html title='A \"t\"'>a</a>", '[a](http://www.example.com/legal/x.html "A \\"t\\"")'),
        ("<a href='http://b.example/y'>http://b.example/y</a>", "<http://b.example/y>"),
        ("<a href='mailto:a@b.example'>a@b.example</a>", "[a@b.example](mailto:a@b.example)"),
        ("<a href=#part>a</a>", "a"),
        ("<a href='javascript:f()'>a</a>", "a"),
        ("<a name=x>a</a>", "a"),
        ("<a href=/x></a>a", "a"),
        ("<a href=/x><img></a>a", "a"),
        ("<a href='/(a)'>a</a>", "[a](http://www.example.com/\\(a\\))"),
        ("<a href='/a b'>a</a>", "[a](http://www.example.com/a%20b)"),
        ("<a href=/x>[a]</a>", "[\\[a\\]](http://www.example.com/x)"),
        ("a <a href=/x> b </a>c", "a [b](http://www.example.com/x) c"),
        ("<a href=/x>a<br>b</a>", "[a b](http://www.example.com/x)"),
        ("<a href=/x><b>a</b></a>", "[**a**](http://www.example.com/x)"),
        ("<a href=/x><div>a</div></a>", "[a](http://www.example.com/x)"),
    ],
)
def test_links(html: str, text: str) -> None:
    assert rendered(html) == text


def test_tokens_without_an_end_are_closed() -> None:
    tokens = [Token("strong", opens=True), Token("text", "a")]
    assert inline(tokens, STYLES["corpus"]) == "**a**"


def test_ends_without_a_beginning_say_nothing() -> None:
    assert inline([Token("em", ends=True), Token("text", "a")], STYLES["corpus"]) == "a"


def test_addresses_hold_no_markup() -> None:
    assert address("http://a.example/<b> \\(c)") == "http://a.example/%3Cb%3E%20%5C\\(c\\)"


PAGE = "http://www.example.com/legal/privacy.html"
SNAPSHOT = "https://web.archive.org/web/20050101000000id_/http%3A//www.example.com/legal/privacy.html"


@pytest.mark.parametrize(
    ("href", "url"),
    [
        ("terms.html", "http://www.example.com/legal/terms.html"),
        ("/contact/", "http://www.example.com/contact/"),
        ("//cdn.example/x", "http://cdn.example/x"),
        ("HTTP://B.example", "HTTP://B.example/"),
        ("http://b.example?q=1", "http://b.example?q=1"),
        (" \n/a\n", "http://www.example.com/a"),
        ("other.html#part", "http://www.example.com/legal/other.html#part"),
        ("mailto:a@b.example", "mailto:a@b.example"),
        ("tel:+1", ""),
        ("#part", ""),
        ("", ""),
        ("javascript:void(0)", ""),
        ("data:text/html,x", ""),
        ("http://[broken", ""),
        ("x" * 3000, ""),
    ],
)
def test_absolute(href: str, url: str) -> None:
    assert absolute(PAGE, href).lower() == url.lower()


@pytest.mark.parametrize(
    ("href", "url"),
    [
        ("/contact/", "https://web.archive.org/contact/"),
        ("terms.html", "https://web.archive.org/web/20050101000000id_/http%3A//www.example.com/legal/terms.html"),
        ("../a.php", "https://web.archive.org/web/20050101000000id_/http%3A//www.example.com/a.php"),
    ],
)
def test_against_a_snapshot_as_the_published_texts_have_it(href: str, url: str) -> None:
    assert absolute(SNAPSHOT, href) == url


@settings(deadline=None)
@given(st.text(max_size=40))
def test_any_text_is_an_address_or_nothing(href: str) -> None:
    url = absolute(PAGE, href)
    assert url == "" or url.split(":")[0].lower() in ("http", "https", "mailto")


def test_what_is_told_of_equal_tokens_is_told_once_but_for_long_ones() -> None:
    short, long, titled = (
        [Token("text", text, title)] for text, title in (("a", ""), ("a" * 2000, ""), ("", "a" * 2000))
    )
    assert told_of(short) is told_of(list(short))
    assert told_of(long) is not told_of(list(long))  # a memory of hostile ones would be large
    assert told_of(titled) is not told_of(list(titled))
    assert (told_of(short).words, told_of(long).markdown) == ("a", "a" * 2000)
