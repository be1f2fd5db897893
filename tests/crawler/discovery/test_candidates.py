import re
import unicodedata
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.discovery.candidates import LIKELY, address_score, best_links, domain_filter, is_hosted, policy_rows, score
from crawler.discovery.links import Link, links
from crawler.discovery.vocabulary import folded, languages, table
from pipelines.items.captures import Capture

HOME = "http://www.example.com/"
PRIVACY, TERMS, COOKIES, IMPRINT = "privacy policy", "terms of service", "cookie policy", "imprint"
KINDS = (PRIVACY, TERMS, COOKIES, IMPRINT)


def row(path: str, timestamp: str = "20100101000000", mimetype: str = "text/html", status: str = "200") -> Capture:
    return Capture(f"com,example){path.lower()}", timestamp, f"http://example.com{path}", mimetype, status, "D" * 32)


# -- addresses


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("/privacy", PRIVACY),
        ("/privacy/", PRIVACY),
        ("/privacy-policy.html", PRIVACY),
        ("/PrivacyPolicy.aspx", PRIVACY),
        ("/about/legal/privacy_statement.pdf", PRIVACY),
        ("/privacy/en/index.html", PRIVACY),
        ("/en-us/p/privacy", PRIVACY),
        ("/index.php?page=privacy-policy", PRIVACY),
        ("/acme-privacy-notice", PRIVACY),
        ("/de/datenschutzerklaerung.html", PRIVACY),
        ("/politique-de-confidentialit%C3%A9", PRIVACY),
        ("/%E9%9A%90%E7%A7%81%E6%94%BF%E7%AD%96.html", PRIVACY),
        ("/tos", TERMS),
        ("/terms-conditions.htm", TERMS),
        ("/legal/terms-of-service", TERMS),
        ("/agb.php", TERMS),
        ("/cookies/", COOKIES),
        ("/impressum", IMPRINT),
        ("/mentions-legales", IMPRINT),
    ],
)
def test_addresses_that_name_a_document(address: str, kind: str) -> None:
    assert [one for one in KINDS if address_score(f"http://example.com{address}", one) >= LIKELY] == [kind]


@pytest.mark.parametrize(
    "address",
    [
        "/",
        "/blog/privacy-policy",
        "/2012/05/privacy",
        "/news/facebook-changes-its-privacy-policy-again",
        "/privacy-in-modern-schools-and-what-to-do",
        "/privacy.css",
        "/img/privacy.png",
        "/search?q=privacy",
        "/share?u=http://example.com/privacy",
        "/tag/privacy",
        "/products/privacy-screen",
        "/cookie-settings",
        "/privacy-settings",
        "/wp-content/privacy",
        "/recipes/cookies",
        "/determination",
        "/privacy/our-partners-and-friends",
    ],
)
def test_addresses_that_name_none(address: str) -> None:
    assert all(address_score(f"http://example.com{address}", kind) < LIKELY for kind in KINDS)


def test_hosts_of_their_own_and_two_kinds_at_once() -> None:
    assert address_score("https://privacy.example.com/", PRIVACY) >= LIKELY
    assert address_score("https://privacy.example.com/jobs/engineer", PRIVACY) < LIKELY
    both = "https://example.com/terms-and-privacy"
    assert address_score(both, PRIVACY) >= LIKELY
    assert address_score(both, TERMS) >= LIKELY


@given(st.text(max_size=80))
def test_any_address_can_be_judged(text: str) -> None:
    for url in (text, f"http://example.com/{text}"):
        assert 0 <= address_score(url, PRIVACY) <= 1


# -- rows of a domain


def test_rows_become_addresses_the_likeliest_first() -> None:
    rows = [
        row("/privacy", "20100101000000"),
        row("/privacy", "20120101000000"),
        row("/Privacy", "20110101000000"),
        row("/legal/acme-privacy-policy", "20150101000000"),
        row("/contact", "20100101000000"),
    ]
    first, second = policy_rows(rows, PRIVACY)
    assert (first.url, first.captures, first.first, first.last) == (
        "http://example.com/privacy",
        3,
        "20100101000000",
        "20120101000000",
    )
    assert second.url.endswith("/legal/acme-privacy-policy")
    assert first.score > second.score >= LIKELY


@pytest.mark.parametrize(
    "unfit", [row("/privacy", status="404"), row("/privacy", status="503"), row("/privacy", mimetype="image/png")]
)
def test_rows_of_errors_and_pictures_do_not_count(unfit: Capture) -> None:
    assert policy_rows([unfit], PRIVACY) == []


@pytest.mark.parametrize(
    "mimetype", ["text/html; charset=utf-8", "application/pdf", "warc/revisit", "unk", "TEXT/HTML"]
)
def test_rows_of_pages_count(mimetype: str) -> None:
    assert len(policy_rows([row("/privacy", mimetype=mimetype, status="-")], PRIVACY)) == 1


def test_a_query_makes_no_other_document_where_the_address_stands_without_one() -> None:
    rows = [row("/privacy"), row("/privacy?utm_source=x"), row("/privacy?lang=de"), row("/terms?v=2")]
    assert [each.urlkey for each in policy_rows(rows, PRIVACY)] == ["com,example)/privacy"]
    assert len(policy_rows(rows, TERMS)) == 1


# -- the filter of a domain's listing


def passes(kinds: tuple[str, ...], urlkey: str) -> bool:
    field, _, expression = domain_filter(kinds).partition(":")
    assert field == "urlkey"
    return re.fullmatch(expression, urlkey) is not None


@pytest.mark.parametrize(
    "key",
    [
        "com,example)/privacy",
        "com,example,www2)/a/b/our-privacy.html",
        "com,example,privacy)/",
        "com,example)/x?page=privacy",
        "com,example)/dsgvo",
        "com,example:8080)/privacy",
    ],
)
def test_the_filter_lets_policies_pass(key: str) -> None:
    assert passes((PRIVACY,), key)


@pytest.mark.parametrize("key", ["com,example)/", "com,privacy)/about", "com,example)/contact", "com,example)/apple"])
def test_the_filter_holds_back_the_rest(key: str) -> None:
    assert not passes((PRIVACY,), key)


def test_the_filter_of_several_kinds_is_one_and_short() -> None:
    assert passes((PRIVACY, COOKIES), "com,example)/cookies")
    assert passes(("refund policy",), "com,example)/refund-policy")
    assert len(domain_filter(KINDS)) < 5000
    assert domain_filter(KINDS).isascii()


def slugs(name: str) -> set[str]:
    plain = folded(name).replace("æ", "ae").translate(str.maketrans("øłđıħ", "oldih"))
    words = re.findall(r"[^\W_]+", plain)
    return {sign.join(words) for sign in ("-", "_", "")}


def test_the_filter_lets_every_latin_name_pass() -> None:
    held = [
        (kind, slug)
        for language in languages()
        for kind in KINDS
        for name in table()[language][kind]["names"]
        if all(unicodedata.name(char, "LATIN").startswith(("LATIN", "SPACE")) for char in name if char.isalpha())
        for slug in slugs(name)
        if not passes((kind,), f"com,example)/{quote(slug).lower()}")
    ]
    assert held == []


# -- links


def test_a_link_is_judged_by_its_text_then_its_address_then_its_title_and_rel() -> None:
    texts = [
        score(Link("Privacy Policy", f"{HOME}x"), PRIVACY),
        score(Link("More", f"{HOME}privacy-policy"), PRIVACY),
        score(Link("More", f"{HOME}x", title="Privacy policy"), PRIVACY),
        score(Link("More", f"{HOME}x"), PRIVACY),
    ]
    assert texts[0] > texts[2] > texts[1] >= LIKELY > texts[3] == 0
    assert score(Link("", f"{HOME}x", rel="privacy-policy"), PRIVACY) >= LIKELY


def test_a_text_that_names_another_kind_outweighs_the_address() -> None:
    assert score(Link("Cookies", f"{HOME}privacy"), PRIVACY) < LIKELY
    assert score(Link("Cookies", f"{HOME}privacy"), COOKIES) >= LIKELY


def test_a_text_that_is_an_address_says_nothing_more() -> None:
    assert score(Link("http://example.com/privacy", f"{HOME}privacy"), PRIVACY) >= LIKELY


def test_the_policies_that_everybody_links_are_nobody_elses() -> None:
    google = "https://policies.google.com/privacy"
    assert score(Link("Privacy Policy", google, place="footer", offsite=True), PRIVACY) == 0
    assert score(Link("Privacy Policy", google, offsite=False), PRIVACY) >= LIKELY


def test_hosted_policies_are_the_sites_own() -> None:
    hosted = "https://www.iubenda.com/privacy-policy/81234567"
    assert is_hosted(hosted)
    assert not is_hosted("https://iubenda.com.example.org/")
    assert score(Link("Privacy", hosted, offsite=True), PRIVACY) >= LIKELY


def test_the_footer_goes_first_and_the_own_site_before_others() -> None:
    html = b"""<a href="/p1">Privacy Policy</a> <a href="http://partner.example/privacy">Privacy Policy</a>
        <div id=footer><a href="/p2">Privacy Policy</a><a href="/p2">Privacy</a><a href="/contact">Contact</a></div>"""
    assert [link.href for _, link in best_links(links(html, HOME), PRIVACY)] == [f"{HOME}p2", f"{HOME}p1"]


def test_another_host_counts_where_the_site_has_no_policy_of_its_own() -> None:
    html = b'<p><a href="http://www.family.example/privacy.asp">Privacy Policy</a> <a href="/contact">Contact</a>'
    assert [link.href for _, link in best_links(links(html, HOME), PRIVACY)] == [
        "http://www.family.example/privacy.asp"
    ]


def test_canonical_links_and_refreshes_are_no_links_to_policies() -> None:
    html = b'<link rel=canonical href="/privacy"><meta http-equiv=refresh content="0;url=/privacy">'
    assert best_links(links(html, HOME), PRIVACY) == []


@given(
    st.builds(
        Link,
        st.text(max_size=40),
        st.text(max_size=40),
        st.text(max_size=20),
        st.text(max_size=20),
        st.sampled_from(["footer", "body", "frame", "script", "head"]),
        st.booleans(),
    )
)
def test_any_link_can_be_judged(link: Link) -> None:
    assert all(0 <= score(link, kind) <= 1 for kind in KINDS)
