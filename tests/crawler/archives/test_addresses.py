from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.archives.addresses import ArchivedAddress, filled, is_playable, location_in_archive
from pipelines.exceptions import ReplayFailed

BASE = "https://web.archive.org"


def replay_url(base: str, timestamp: str, original: str) -> str:
    return filled(base.rstrip("/") + "/web/{timestamp}id_/{url}", timestamp, original)


HERE = f"{BASE}/web/20040101000000id_/http://a.example/old"


@pytest.mark.parametrize(
    ("original", "sent"),
    [
        ("http://a.example:80/", "http://a.example:80/"),
        ("http://a.example/p?x=1&y=a|b[c]{d}", "http://a.example/p?x=1&y=a|b[c]{d}"),
        ("http://a.example/100%25%zz", "http://a.example/100%25%zz"),
        ("http://a.example/a b", "http://a.example/a%20b"),
        ('http://a.example/"<x>"', "http://a.example/%22%3Cx%3E%22"),
        ("http://a.example/é", "http://a.example/%C3%A9"),
        ("http://a.example/p#part", "http://a.example/p"),
        ("http://a.example/\r\nHost: evil", "http://a.example/%0D%0AHost:%20evil"),
        ("HTTPS://A.example/Case", "HTTPS://A.example/Case"),
    ],
)
def test_an_original_is_sent_as_listed_but_for_what_a_request_line_cannot_hold(original: str, sent: str) -> None:
    assert replay_url(BASE + "/", "20040101000000", original) == f"{BASE}/web/20040101000000id_/{sent}"


@given(st.text(max_size=60))
def test_a_request_line_is_safe_whatever_the_listing_holds(tail: str) -> None:
    url = replay_url("http://127.0.0.1:8390", "2004", "http://a.example/" + tail)
    assert url.isascii()
    assert url.isprintable()
    assert not set(' "<>#') & set(url)
    assert urlsplit(url).netloc == "127.0.0.1:8390"


@pytest.mark.parametrize(
    "original",
    ["", "/bare.gif", "a.example/", "mailto:a@b.example", "data:text/html,x", "ftp://a.example/", "http://",
     "http:///x", "http://#x", "javascript:1", "http://a.example/" + "x" * 8000],
)  # fmt: skip
def test_what_cannot_be_played_is_told(original: str) -> None:
    assert not is_playable(original)
    with pytest.raises(ReplayFailed, match="not a replayable address"):
        replay_url(BASE, "20040101000000", original)


@pytest.mark.parametrize("timestamp", ["", "2004x", "200401010000001", "../../..", "2004\n"])
def test_a_timestamp_is_1_to_14_digits(timestamp: str) -> None:
    with pytest.raises(ReplayFailed, match="not a replayable address"):
        replay_url(BASE, timestamp, "http://a.example/")


@pytest.mark.parametrize(
    "start", [BASE, "//web.archive.org", "", "http://web.archive.org", "https://WEB.archive.org:443"]
)
@pytest.mark.parametrize("flag", ["id_", ""])
def test_the_forms_of_a_redirect_within_the_archive(start: str, flag: str) -> None:
    found = location_in_archive(f"{start}/web/20040102030405{flag}/http://a.example/p?x=1&y=/../z", HERE, BASE)
    assert found == ArchivedAddress("20040102030405", flag, "http://a.example/p?x=1&y=/../z")


@pytest.mark.parametrize(
    ("location", "original"),
    [
        ("/web/2004id_/http:/a.example/x", "http://a.example/x"),
        ("/web/2004id_/a.example/x", "http://a.example/x"),
        ("/web/2004id_/a.example:8080/x", "http://a.example:8080/x"),
        ("/web/2004id_/https://a.example/x#part", "https://a.example/x"),
        (" /web/2004id_/http://a.example/ ", "http://a.example/"),
        ("/web/2004id_/http://a.example/a b/é", "http://a.example/a b/é"),
    ],
)
def test_what_proxies_do_to_an_original_is_undone(location: str, original: str) -> None:
    found = location_in_archive(location, HERE, BASE)
    assert found is not None
    assert found.original == original


def test_an_archive_may_live_below_a_path_and_on_any_port() -> None:
    base = "http://127.0.0.1:8390/wayback"
    here = f"{base}/web/2004id_/http://a.example/"
    assert location_in_archive("/wayback/web/2005id_/http://a.example/", here, base) is not None
    assert location_in_archive("http://127.0.0.1:8390/wayback/web/2005/http://a.example/", here, base) is not None
    assert location_in_archive("/web/2005id_/http://a.example/", here, base + "/other") is None
    assert location_in_archive("http://127.0.0.1:8391/wayback/web/2005/http://a.example/", here, base) is None


@pytest.mark.parametrize(
    "location",
    [
        "",
        "http://evil.example/web/2004id_/http://a.example/",
        "//evil.example/web/2004id_/http://a.example/",
        "https://web.archive.org.evil.example/web/2004id_/http://a.example/",
        "https://web.archive.org@evil.example/web/2004id_/http://a.example/",
        "https://user:pw@web.archive.org/web/2004id_/http://a.example/",
        "https://evil.example\\@web.archive.org/web/2004id_/http://a.example/",
        "https:\\\\evil.example/web/2004id_/http://a.example/",
        "\\\\evil.example/web/2004id_/http://a.example/",
        "https://web.archive.org:8080/web/2004id_/http://a.example/",
        "https://web.archive.org:99999999/web/2004id_/http://a.example/",
        "https://web.archive.org%2eevil.example/web/2004id_/http://a.example/",
        "https://web.archive.org?/web/2004id_/http://a.example/",
        "///web/2004id_/http://a.example/",
        "file:///web/2004id_/http://a.example/",
        "ftp://web.archive.org/web/2004id_/http://a.example/",
        "data:text/html,/web/2004id_/http://a.example/",
        "javascript:alert(1)",
        "/save/http://a.example/",
        "/web/*/http://a.example/",
        "/web/2004id_/file:///etc/passwd",
        "/web/2004id_/data:text/html,x",
        "/web/2004id_/javascript:alert(1)",
        "/web/2004id_/",
        "/web/200401010000001id_/http://a.example/",
        "/web/2004id_/http://a.example/\r\nSet-Cookie: x",
        "/web/2004id_/http://a.example/" + "x" * 20000,
        "http://[::1/web/2004id_/http://a.example/",
        "[::1",
        "new",
        "../20050101000000id_/http://a.example/",
        "web/2004id_/http://a.example/",
    ],
)
def test_what_leads_out_of_the_archive_or_to_nothing_is_not_followed(location: str) -> None:
    assert location_in_archive(location, HERE, BASE) is None


@given(st.text(max_size=80))
def test_any_location_is_followed_within_the_archive_or_not_at_all(location: str) -> None:
    found = location_in_archive(location, HERE, BASE)
    assert found is None or replay_url(BASE, found.timestamp, found.original).startswith(BASE + "/web/")


@given(st.from_regex(r"https?://[a-z]{1,8}\.example/[!-~]{0,40}", fullmatch=True).filter(lambda url: "#" not in url))
def test_an_address_written_by_the_archive_is_read_back(original: str) -> None:
    for start in (BASE, "", "//web.archive.org"):
        found = location_in_archive(f"{start}/web/20040101000000id_/{original}", HERE, BASE)
        assert found == ArchivedAddress("20040101000000", "id_", original)
