import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.discovery.links import LONGEST_TEXT, LONGEST_URL, MOST, Link, canonical, links, site_of

HOME = "http://www.example.com/"
PRIVACY = "http://www.example.com/privacy"


def only(html: str | bytes, base: str = HOME) -> Link:
    (link,) = links(html if isinstance(html, bytes) else html.encode(), base)
    return link


@pytest.mark.parametrize("url", ["http://[", "http://[x]/", "http://a\u2100b.example/", "", "//"])
def test_what_is_no_address_is_of_no_site(url: str) -> None:
    assert site_of(url) == ""


def test_an_anchor_is_read_with_all_that_is_said_about_it() -> None:
    link = only('<p><a href="/privacy#top" title="How" rel="nofollow">Our\n <b>Privacy</b></a>')
    assert link == Link("Our Privacy", PRIVACY, "How", "nofollow", "body")


@pytest.mark.parametrize(
    "html",
    [
        '<footer><div><a href="/privacy">x</a></div></footer>',
        '<div id="footer-links"><a href="/privacy">x</a></div>',
        '<table class="Bottom"><tr><td><a href="/privacy">x</a></table>',
    ],
)
def test_the_footer_is_known_by_its_element_its_id_or_its_class(html: str) -> None:
    assert only(html).place == "footer"
    assert links((html + "<p><a href='/other'>y</a></p>").encode(), HOME)[1].place == "body"


@pytest.mark.parametrize(
    "html",
    [
        '<a href="/privacy"><img src="p.gif" alt="Privacy"></a>',
        '<a href="/privacy"><img src="p.gif" title="Privacy"></a>',
        '<a href="/privacy" aria-label="Privacy"><svg></svg></a>',
        '<map><area href="/privacy" alt="Privacy"></map>',
    ],
)
def test_an_image_speaks_by_what_stands_for_it(html: str) -> None:
    assert only(html).text == "Privacy"


def test_frames_are_links() -> None:
    html = '<frameset><frame src="nav.html" name="nav"><frame src="main.html"></frameset>'
    assert [(each.href, each.text, each.place) for each in links(html.encode(), HOME)] == [
        ("http://www.example.com/nav.html", "nav", "frame"),
        ("http://www.example.com/main.html", "", "frame"),
    ]


@pytest.mark.parametrize(
    "html",
    [
        "<a href=\"javascript:window.open('/privacy','p')\">Privacy</a>",
        '<a href="#" onclick="location.href=\'/privacy\'; return false">Privacy</a>',
        "<span onclick=\"window.location='/privacy'\">Privacy</span>",
        '<script>document.write(\'<a class="x" href="/privacy">Privacy</a>\')</script>',
        '<script>document.write("<a href=\\"/privacy\\">Privacy<\\/a>")</script>',
    ],
)
def test_links_by_script_are_found(html: str) -> None:
    assert ("Privacy", PRIVACY) in [(each.text, each.href) for each in links(html.encode(), HOME)]


def test_addresses_in_scripts_are_found() -> None:
    html = rb'<script type="application/json">{"footer":[{"url":"\/legal\/privacy"}]}</script>'
    assert only(html).href == "http://www.example.com/legal/privacy"


def test_a_refresh_and_a_canonical_link_are_known() -> None:
    html = b'<head><link rel="Canonical" href="/home"><meta http-equiv=Refresh content="0; URL=/start.html"></head>'
    assert canonical(html, HOME) == "http://www.example.com/home"
    assert [each.place for each in links(html, HOME)] == ["head", "refresh"]
    itself = f'<link rel="canonical" href="{HOME}">'.encode()
    assert canonical(itself, HOME) == canonical(itself.replace(b'"', b""), HOME) == HOME
    assert canonical(b"<p>none", HOME) == ""


def test_what_the_archive_rewrote_is_undone() -> None:
    assert (
        only('<a href="https://web.archive.org/web/20010203040506/http://example.com/p">x</a>').href
        == "http://example.com/p"
    )


def test_the_base_of_the_page_counts_if_it_is_one() -> None:
    assert only('<base href="http://other.example/a/"><a href="p">x</a>').href == "http://other.example/a/p"
    assert only('<base href="file:///etc/"><a href="p">x</a>').href == "http://www.example.com/p"


@pytest.mark.parametrize(
    "href",
    [
        "mailto:a@example.com",
        "ftp://example.com/p",
        "data:text/html,x",
        "file:///etc/passwd",
        "//user@evil.example/p",
        "http://[bad/",
        "#top",
        "tel:1",
        "http://example.com/" + "x" * LONGEST_URL,
        "/a\u202eb",
    ],
)
def test_nothing_but_plain_web_addresses_comes_out(href: str) -> None:
    assert links(f'<a href="{href}">x</a>'.encode(), HOME) == []


def test_other_sites_are_told_from_the_own_one() -> None:
    assert not only('<a href="https://legal.example.com/p">x</a>').offsite
    assert only('<a href="https://example.org/p">x</a>').offsite
    assert only('<a href="http://b.github.io/p">x</a>', "http://a.github.io/").offsite


def test_site_of() -> None:
    assert site_of("http://a.b.example.co.uk/x") == "example.co.uk"
    assert site_of("http://127.0.0.1:80/x") == "127.0.0.1"
    assert site_of("http://www.intranet/") == "intranet"


@pytest.mark.parametrize(
    ("charset", "text"),
    [("windows-1251", "Конфиденциальность"), ("shift_jis", "プライバシー"), ("iso-8859-1", "Vie privée")],
)
def test_letters_are_read_in_the_charset_that_the_page_names(charset: str, text: str) -> None:
    html = f'<meta http-equiv="Content-Type" content="text/html; charset={charset}"><a href="/privacy">{text}</a>'
    assert only(html.encode(charset)).text == text
    (link,) = links(f'<a href="/p">{text}</a>'.encode(charset), HOME, f"text/html; charset={charset}")
    assert link.text == text


def test_letters_are_read_where_nothing_names_the_charset() -> None:
    assert only('<a href="/p">Vie privée, 隐私</a>').text == "Vie privée, 隐私"
    assert only('<a href="/p">Vie privée</a>'.encode("cp1252")).text == "Vie privée"


def test_there_are_bounds() -> None:
    html = "".join(f'<a href="/{n}">{"x" * 400}</a>' for n in range(MOST + 10)).encode()
    found = links(html, HOME)
    assert len(found) == MOST
    assert len(found[0].text) == LONGEST_TEXT
    assert links(b"<div>" * 100_000 + b'<a href="/p">x</a>', HOME) in ([], [Link("x", "http://www.example.com/p")])


@pytest.mark.timeout(120)  # 2 s at most; to the square of its length it would take hours
@pytest.mark.parametrize(
    "piece", ["<a href=x", "<a " + "href=x" * 180, "<a href='/", "location='", "'/" * 7, "<a onclick=\"open('"]
)
def test_no_script_takes_long(piece: str) -> None:
    html = f"<script>{piece * (200_000 // len(piece))}</script><p onclick='{piece[1:] * 1000}'>".encode()
    assert len(links(html * 3, HOME)) <= MOST


@given(st.binary(max_size=300) | st.text(alphabet="<>/=\"' aimgscrpthefolk:.#", max_size=200).map(str.encode))
def test_no_page_breaks_it(html: bytes) -> None:
    for link in links(html, HOME):
        assert link.href.startswith(("http://", "https://"))


@given(st.text(max_size=60))
def test_no_address_breaks_it(href: str) -> None:
    html = f'<a href="{href}">x</a><base href="{href}"><a href="{href}/y">x</a>'.encode("utf-8", "replace")
    assert all(link.href.startswith(("http://", "https://")) for link in links(html, HOME))
