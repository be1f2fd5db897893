import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.formats.surt import urlkey

SAME = [
    ("http://example.com/", "com,example)/"),
    ("example.com", "com,example)/"),
    ("https://www.example.com:443", "com,example)/"),
    ("http://WWW2.Example.com:80/", "com,example)/"),
    ("http://user:pass@example.com/Policy/#top", "com,example)/policy"),
    ("example.com/?b=2&a=1", "com,example)/?a=1&b=2"),
    ("example.com/p?", "com,example)/p"),
    ("http://example.com:8080/", "com,example:8080)/"),
    ("https://example.com:80/", "com,example:80)/"),
    ("http://example.com:/x", "com,example)/x"),
    ("http://a.b.example.co.uk./x", "uk,co,example,b,a)/x"),
    ("http://www.com/", "com)/"),
    ("http://bücher.example/straße", "example,xn--bcher-kva)/stra%c3%9fe"),
    ("http://B%C3%BCcher.example/", "example,xn--bcher-kva)/"),
    ("http://example.com/%7Ejo/%41 b", "com,example)/~jo/a%20b"),
    ("http://example.com/%252541", "com,example)/a"),
    ("http://a,b)c.example/", "example,a%2cb%29c)/"),
    ("http://example.com/a//b/./../c/", "com,example)/a/c"),
    ("http://example.com/../../x", "com,example)/x"),
    ("http://example.com/a;jsessionid=0123456789abcdef0123456789ABCDEF", "com,example)/a"),
    ("http://example.com/(S(0123456789abcdefghijklmn))/a.aspx", "com,example)/a.aspx"),
    ("http://example.com/?PHPSESSID=0123456789abcdef0123456789abcdef&a=1", "com,example)/?a=1"),
    ("http://example.com/?a=1&sid=0123456789abcdef0123456789abcdef", "com,example)/?a=1"),
    ("http://example.com/?ASPSESSIDONABCDEFGH=x", "com,example)/?aspsessidonabcdefgh=x"),
    (
        "http://example.com/?ASPSESSIONIDABCDEFGH=ABCDEFGHIJKLMNOPQRSTUVWX",
        "com,example)/",
    ),
    ("http://example.com/?cfid=1&cftoken=2&x=3", "com,example)/?x=3"),
    ("http://example.com/?sid=short", "com,example)/?sid=short"),
    ("http://https://example.com/", "com,example)/"),
    ("http:////example.com/", "com,example)/"),
    ("//example.com/x", "com,example)/x"),
    (" http://example.com/a\n\tb ", "com,example)/ab"),
    ("http://[::1]:8080/a", "[::1]:8080)/a"),
    ("mailto:Jo@example.com", "mailto:jo@example.com"),
    ("", "-"),
]


@pytest.mark.parametrize(("url", "key"), SAME)
def test_key_of_known_addresses(url: str, key: str) -> None:
    assert urlkey(url) == key


@pytest.mark.parametrize("url", ["http://example.com/privacy?x=1", "http://www.example.org/%c3%a9/"])
def test_spelling_of_an_address_does_not_matter(url: str) -> None:
    variants = {url, url.upper(), url.replace("http:", "https:"), url + "#part", url.replace("http://", "http://u@")}
    assert len({urlkey(variant) for variant in variants}) == 1


PIECES = [
    "http://",
    "//",
    "@",
    ":",
    "80",
    "..",
    "/",
    "?",
    "#",
    "%",
    "%2",
    "%25",
    "[",
    "]",
    "www.",
    "ü",
    "\ud800",
    "\0",
    " ",
    "a",
    "&",
    "=",
]


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.text(max_size=80), st.lists(st.sampled_from(PIECES), max_size=20).map("".join)))
def test_any_string_has_a_key_fit_for_an_index(url: str) -> None:
    key = urlkey(url)
    assert key.isascii()
    assert key.isprintable()
    assert " " not in key
    assert key == key.lower()
    assert key


def test_long_strings_are_quick_and_whole() -> None:
    assert len(urlkey("http://" + "ü" * 100_000)) > 100_000
    assert urlkey("example.com/" + "%25" * 50_000).startswith("com,example)/%25")
