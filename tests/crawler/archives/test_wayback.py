import pytest

from crawler.archives import cdx
from crawler.archives.answers import looks_like
from crawler.archives.book import Archive, find
from crawler.archives.memento import Hop
from crawler.archives.wayback import Wayback
from pipelines.exceptions import ListingFailed
from pipelines.items.captures import Query
from tests.crawler.archives.exchanges import answer

QUERY = Query("http://shop.example/privacy")
WEB = Wayback(find("web.archive.org"))


def test_it_asks_as_before() -> None:
    ask = WEB.ask_listing(QUERY, 100, "a key")
    assert ask.url == cdx.query_url("https://web.archive.org", QUERY, page_rows=100, resume_key="a key")


def test_another_archive_of_that_software_has_other_addresses() -> None:
    other = Wayback(
        Archive(
            name="it",
            address="http://127.0.0.1:1",
            dialect="wayback",
            listing="{address}/7/timemap/cdx",
            replay="{address}/7/{timestamp}id_/{url}",
        )
    )
    assert other.ask_listing(QUERY, 100, "").url.startswith("http://127.0.0.1:1/7/timemap/cdx?")
    hop = other.read_replay(
        answer(b"", 302, Location="/7/2004id_/http://shop.example/", url="http://127.0.0.1:1/7/x"), ""
    )
    assert hop == Hop("2004", "http://shop.example/")


@pytest.mark.parametrize(
    ("body", "headers", "dialect"),
    [
        (b'{"urlkey": "example,shop)/", "timestamp": "20040101000000"}\n', {}, "pywb"),
        (b'example,shop)/ 20040101000000 {"url": "http://shop.example/"}\n', {}, "pywb"),
        (b"<html><title>Pywb Error</title>", {}, "pywb"),
        (b'{"message": "No Captures found for: shop.example"}', {}, "commoncrawl"),
        (b'<http://shop.example/>; rel="original"', {"content_type": "application/link-format"}, "timemap"),
    ],
)
def test_another_dialect_is_recognised_and_named(body: bytes, headers: dict[str, str], dialect: str) -> None:
    assert looks_like(answer(body, **headers)) == dialect
    if dialect != "commoncrawl":
        with pytest.raises(ListingFailed, match=f'this looks like {dialect}: set dialect = "{dialect}"'):
            WEB.read_listing(QUERY, answer(body, **headers), 100, "")


@pytest.mark.parametrize(
    "body", [b"", b"<html>maintenance</html>", b"example,shop)/ 2004 http://shop.example/ a 200 - -\n"]
)
def test_nothing_is_guessed_of_what_tells_nothing(body: bytes) -> None:
    assert looks_like(answer(body)) == ""
