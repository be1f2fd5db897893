import pytest

from crawler.archives.matching import matching
from pipelines.formats.surt import urlkey


def covers(url: str, match: str, original: str, key: str = "") -> bool:
    return matching(url, match)(key or urlkey(original), original)


@pytest.mark.parametrize(
    ("match", "within", "outside"),
    [
        (
            "exact",
            ["http://shop.example/p", "https://WWW.shop.example:443/p/", "http://shop.example/p#x"],
            [
                "http://shop.example/p/q",
                "http://shop.example/p?a=1",
                "http://other.example/p",
                "http://a.shop.example/p",
            ],
        ),
        (
            "prefix",
            ["http://shop.example/p", "http://shop.example/policy", "http://shop.example/p/q?a=1"],
            ["http://shop.example/", "http://shop.example.evil.example/p", "http://other.example/p"],
        ),
        (
            "host",
            ["http://shop.example/", "http://www2.shop.example/a", "http://shop.example:8080/a"],
            ["http://a.shop.example/", "http://shop-two.example/", "http://shop.example.evil.example/"],
        ),
        (
            "domain",
            ["http://shop.example/", "http://a.b.shop.example/x", "http://shop.example:8080/"],
            [
                "http://shop-two.example/",
                "http://example/",
                "http://shop.example.evil.example/",
                "http://eshop.example/",
            ],
        ),
    ],
)
def test_a_query_covers_what_its_match_type_says(match: str, within: list[str], outside: list[str]) -> None:
    assert [url for url in within if not covers("http://shop.example/p", match, url)] == []
    assert [url for url in outside if covers("http://shop.example/p", match, url)] == []


def test_the_archive_may_write_a_key_in_its_own_way_on_the_same_host() -> None:
    session = "http://shop.example/p?s=abc"
    assert covers("http://shop.example/p", "exact", session, "example,shop)/p")
    assert covers("http://shop.example/p", "exact", "http://shop.example/p", "example,shop,www)/p/")


@pytest.mark.parametrize("match", ["exact", "prefix", "host", "domain"])
def test_a_key_of_ours_does_not_bring_in_the_address_of_another_host(match: str) -> None:
    assert not covers("http://shop.example/p", match, "http://other.example/p", "example,shop)/p")
    assert not covers("http://shop.example/p", match, "http://jo@other.example/p", "example,shop)/p")
    assert not covers("http://shop.example/p", match, "http://shop.example/p", "example,other)/p")


def test_what_names_no_host_goes_by_the_archives_key() -> None:
    assert covers("http://shop.example/p", "exact", "data:text/html,x", "example,shop)/p")
    assert not covers("http://shop.example/p", "exact", "bare/path", "example,other)/p")


def test_numbers_of_version_six_are_hosts_of_their_own() -> None:
    assert covers("http://[2001:db8::1]/p", "host", "http://[2001:db8::1]/q")
    assert not covers("http://[2001:db8::1]/p", "host", "http://[2001:db8::2]/p")
