import pytest

from pipelines.formats.media_types import bare, is_page, may_be_page


@pytest.mark.parametrize(
    "kind",
    [
        *("text/html", "TEXT/HTML; charset=utf-8", "text/html, text/html", "application/xhtml+xml", "text/plain"),
        *("application/pdf", "text/x-server-parsed-html", "application/vnd.wap.xhtml+xml", "text/xml", "text/markdown"),
        *("unk", "-", "", "no-type", "application/octet-stream", "*/*", "warc/revisit", "text/htm"),
    ],
)
def test_what_a_page_is(kind: str) -> None:
    assert may_be_page(kind)


@pytest.mark.parametrize(
    "kind",
    [
        *("text/x-component", "application/json", "application/ld+json; charset=utf-8", "text/css", "image/svg+xml"),
        *("video/mp4", "application/rss+xml", "text/javascript", "application/zip", "multipart/related", "font/woff2"),
        *("text/event-stream", "application/vnd.ms-excel", "image/x-html"),
    ],
)
def test_what_it_is_not(kind: str) -> None:
    assert not may_be_page(kind)


def test_a_type_without_what_stands_behind_it() -> None:
    assert bare(" Text/HTML ;charset=x, text/plain") == "text/html"


def test_what_is_only_not_told_is_not_called_a_page() -> None:
    told = ["text/html", "application/pdf", "application/octet-stream", "unk", "", "video/mp4"]
    assert [is_page(kind) for kind in told] == [True, True, False, False, False, False]
