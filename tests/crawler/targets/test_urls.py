import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.targets.urls import LONGEST_SLUG, named, parse, site_of, slug, with_hash
from pipelines.exceptions import WrongUse


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("example.com", "http://example.com/"),
        ("  Example.COM.  ", "http://example.com/"),
        ("https://example.com", "https://example.com/"),
        ("HTTP://Example.com:80/Privacy", "http://example.com/Privacy"),
        ("https://example.com:443/x", "https://example.com/x"),
        ("example.com:8080/x", "http://example.com:8080/x"),
        ("example.com:8080", "http://example.com:8080/"),
        ("//example.com/x", "http://example.com/x"),
        ("example.com/privacy#section-2", "http://example.com/privacy"),
        ("example.com/privacy policy.html", "http://example.com/privacy%20policy.html"),
        ("example.com/50%25/a%20b", "http://example.com/50%25/a%20b"),
        ("example.com/datenschutzerklärung", "http://example.com/datenschutzerkl%C3%A4rung"),
        ("example.com/?p=1&q=ä b", "http://example.com/?p=1&q=%C3%A4%20b"),
        ("example.com?p=privacy", "http://example.com/?p=privacy"),
        ("bücher.example/agb", "http://xn--bcher-kva.example/agb"),
        ("BÜCHER.example", "http://xn--bcher-kva.example/"),
        ("例え.テスト/x", "http://xn--r8jz45g.xn--zckzah/x"),
        ("xn--bcher-kva.example", "http://xn--bcher-kva.example/"),
        ("some_shop.example.com/x", "http://some_shop.example.com/x"),
        ("8.8.8.8/privacy", "http://8.8.8.8/privacy"),
        ("http://[2001:4860:4860::8888]:8080/x", "http://[2001:4860:4860::8888]:8080/x"),
    ],
)
def test_an_address_has_one_form(text: str, url: str) -> None:
    assert parse(text).url == url
    assert parse(url).url == url


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "the address is empty"),
        ("localhost", "its host has no dot"),
        ("http://", "it has no host"),
        ("http:///path", "it has no host"),
        ("/privacy", "it has no host"),
        ("not a domain", "its host has no dot"),
        ("no such.example.com/x", "its host is no domain name"),
        ("-bad.example.com", "its host is no domain name"),
        ("a..example.com", "its host is no domain name"),
        ("1.2.3", "its host is no domain name"),
        ("999.1.1.1", "its host is no domain name"),
        (f"{'a' * 64}.example", "its host is no domain name"),
        (f"{'a.' * 130}example", "its host is no domain name"),
        ("☃☃.☃", "its host is no domain name"),
        ("http://example.com\\@evil.example/", "user name or password"),
        ("http://example.com:99999/", "its host or port cannot be read"),
        ("http://example.com:x/", "its host or port cannot be read"),
        ("http://[::1/", "its host or port cannot be read"),
        ("ftp://example.com/x", "not an http or https address but ftp"),
        ("mailto:a@example.com", "not an http or https address but mailto"),
        ("javascript:alert(1)", "not an http or https address but javascript"),
        ("http://user:secret@example.com/", "user name or password"),
        ("http://user@example.com/", "user name or password"),
        ("127.0.0.1/x", "not a public address"),
        ("10.1.2.3", "not a public address"),
        ("http://[::1]/", "not a public address"),
        ("example.com/a\x00b", "control or invisible"),
        ("exam\u200bple.com", "control or invisible"),
        ("example.com/" + "a" * 5000, "longer than 4096"),
    ],
)
def test_what_is_no_address_is_refused_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(WrongUse, match=reason):
        parse(text)


@given(st.one_of(st.text(max_size=60), st.text(string.printable, max_size=60)))
def test_any_text_is_an_address_in_normal_form_or_refused(text: str) -> None:
    try:
        url = parse(text).url
    except WrongUse:
        return
    assert url.isascii()
    assert " " not in url
    assert parse(url).url == url


@pytest.mark.parametrize(
    ("host", "site"),
    [
        ("example.com", "example.com"),
        ("www.docs.example.com", "example.com"),
        ("shop.example.co.uk", "example.co.uk"),
        ("someone.github.io", "someone.github.io"),
        ("www.someone.blogspot.com", "someone.blogspot.com"),
        ("github.io", "github.io"),
        ("docs.shop.example", "shop.example"),
        ("8.8.8.8", "8.8.8.8"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
    ],
)
def test_a_site_is_the_registered_domain_with_tenants_of_their_own(host: str, site: str) -> None:
    assert site_of(host) == site


def test_a_public_suffix_is_no_site() -> None:
    with pytest.raises(WrongUse, match="not a site"):
        site_of("co.uk")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://example.com/privacy", "https://www.example.com/Privacy/"),
        ("example.com", "http://www2.example.com/"),
    ],
)
def test_addresses_that_the_archive_lists_together_have_one_key(one: str, other: str) -> None:
    assert parse(one).listing_key == parse(other).listing_key


@pytest.mark.parametrize(
    ("one", "other"),
    [("example.com/a", "example.com/b"), ("example.com/?a", "example.com/?b"), ("www.com", "com.example")],
)
def test_other_addresses_have_other_keys(one: str, other: str) -> None:
    assert parse(one).listing_key != parse(other).listing_key


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("https://www.example.com/privacy", "privacy"),
        ("https://docs.example.com/policies/Privacy.html?v=2", "docs-policies-privacy-html-v-2"),
        ("http://example.com:8080/privacy", "8080-privacy"),
        ("http://example.com/../../etc/passwd", "etc-passwd"),
        ("http://wwwhat.example.com/x", "wwwhat-x"),
    ],
)
def test_a_slug_is_safe_and_tells_what_is_special(text: str, name: str) -> None:
    assert slug(parse(text), "example.com") == name


@given(st.text(min_size=1, max_size=200))
def test_a_slug_is_short_and_of_letters_digits_and_hyphens(path: str) -> None:
    try:
        address = parse(f"http://example.com/{path}")
    except WrongUse:
        return
    for name in (slug(address, "example.com"), with_hash(slug(address, "example.com"), address)):
        assert 0 < len(name) <= LONGEST_SLUG
        assert set(name) <= set(string.ascii_lowercase + string.digits + "-")
        assert not name.startswith("-")
        assert not name.endswith("-")


def test_a_variant_that_somebody_named_becomes_a_slug() -> None:
    assert named("English (UK)") == "english-uk"
    for nothing in ("", "../", "ä" * 3, "x" * 61):
        with pytest.raises(WrongUse, match="variant"):
            named(nothing)
