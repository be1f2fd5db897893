from email.message import Message

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.local_archive.server.asked import Asked, accepts_gzip, read_target
from crawler.local_archive.server.loopback import Request


def request(target: str, **headers: str) -> Request:
    message = Message()
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    return Request("GET", target, message)


@pytest.mark.parametrize(
    ("target", "asked"),
    [
        ("/web/2004id_/http://a/?b#c", Asked("replay", "http://a/?b#c", "2004", "id_")),
        ("/web/20040101000000/a", Asked("replay", "a", "20040101000000", "")),
        ("/web/*/a", Asked("other")),
        ("/cdx/search/cdx", Asked("cdx")),
        ("/cdx/search/cdx?url=a%20b&x=&url=c", Asked("cdx", "a b", params=(("url", "a b"), ("x", ""), ("url", "c")))),
        ("/cdx/search/cdx?" + "a&" * 2_000, Asked("other")),
        ("/robots.txt", Asked("other")),
    ],
)
def test_targets_are_read(target: str, asked: Asked) -> None:
    assert read_target(request(target)) == asked


def test_first_parameter_counts() -> None:
    asked = read_target(request("/cdx/search/cdx?url=a&limit=1&limit=2"))
    assert (asked.param("limit"), asked.param("absent")) == ("1", "")


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60))
def test_any_target_can_be_read(rest: str) -> None:
    assert read_target(request("/cdx/search/cdx?" + rest)).kind in ("cdx", "other")
    assert read_target(request("/web/" + rest)).kind in ("replay", "other")


def test_gzip_is_found_among_encodings() -> None:
    assert accepts_gzip(request("/", Accept_Encoding="deflate, GZIP;q=1"))
    assert not accepts_gzip(request("/"))
