import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.extraction.form.addresses import absolute

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
