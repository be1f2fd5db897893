import base64
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.archives.addresses import matching
from crawler.archives.rows import capture_of, digest_of, lines_of, read_line
from pipelines.exceptions import ListingFailed
from pipelines.formats.surt import urlkey

SHA1 = hashlib.sha1(b"kite", usedforsecurity=False)
BASE32 = base64.b32encode(SHA1.digest()).decode()
JSON = (
    b'{"urlkey": "com,example)/p", "timestamp": "20120301100000", "url": "http://example.com/p", "mime": "text/html",'
    b' "status": "200", "digest": "%s", "length": "361", "filename": "/disk/a.warc.gz"}' % BASE32.encode()
)
CDXJ = b"com,example)/p 20120301100000 " + JSON.replace(b'"timestamp": "20120301100000", ', b"").replace(
    BASE32.encode(), b"sha1:" + BASE32.encode()
).replace(b'"200"', b"200")
TEXT = b"com,example)/p 20120301100000 http://example.com/p text/html 200 %s 361 0 a.warc.gz src coll" % BASE32.encode()


@pytest.mark.parametrize("line", [JSON, CDXJ, TEXT])
def test_all_three_forms_give_the_same_row(line: bytes) -> None:
    row = read_line(line)
    assert row is not None
    capture = capture_of(row)
    assert capture is not None
    assert (capture.urlkey, capture.timestamp, capture.original) == (
        "com,example)/p",
        "20120301100000",
        "http://example.com/p",
    )
    assert (capture.mimetype, capture.statuscode, capture.digest, capture.length) == ("text/html", "200", BASE32, "361")


@pytest.mark.parametrize("status", ['"status": "0", ', '"status": "-", ', '"status": "-1", ', ""])
def test_a_revisit_has_no_status_whatever_an_archive_writes(status: str) -> None:
    fixed = '{"timestamp": "20120301100000", "url": "http://example.com/p", "mime": "warc/revisit", '
    line = f'{fixed}{status}"digest": "{BASE32}"}}'
    row = read_line(line.encode())
    assert row is not None
    capture = capture_of(row)
    assert capture is not None
    assert (capture.is_revisit, capture.statuscode) == (True, "-")


def test_a_text_row_without_status_is_shifted_back() -> None:
    row = read_line(TEXT.replace(b" text/html 200 ", b" warc/revisit "))
    assert row is not None
    assert (row.status, row.digest, row.length) == ("-", BASE32, "361")


@pytest.mark.parametrize(
    ("text", "digest"),
    [
        (BASE32, BASE32),
        (f"sha1:{BASE32}", BASE32),
        (SHA1.hexdigest(), BASE32),
        (f"SHA1:{SHA1.hexdigest().upper()}", BASE32),
        ("sha256:" + "ab" * 32, "sha256:" + "ab" * 32),
        ("", "-"),
        ("-", "-"),
        ("with a space", "-"),
    ],
)
def test_digests_have_one_form(text: str, digest: str) -> None:
    assert digest_of(text) == digest


def test_length_zero_is_no_length() -> None:
    row = read_line(JSON.replace(b'"361"', b'"0"'))
    assert row is not None
    assert capture_of(row).length == "-"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "line", [b"", b"{", b"[]", b"{}", b'{"timestamp": "2012", "url": "http://example.com/"}', b"a b {", b"{" * 9000]
)
def test_what_is_no_row_is_none(line: bytes) -> None:
    row = read_line(line)
    assert row is None or capture_of(row) is None


@given(st.binary(max_size=300))
def test_no_line_raises(line: bytes) -> None:
    row = read_line(line)
    if row is not None and (capture := capture_of(row)):
        assert " " not in capture.original
        assert "\n" not in capture.mimetype


@given(st.lists(st.sampled_from([JSON, CDXJ, TEXT, b"{}", b"nonsense"]), max_size=5), st.booleans())
def test_a_body_without_its_last_newline_is_cut(lines: list[bytes], cut: bool) -> None:
    body = b"".join(line + b"\n" for line in lines)
    if cut and body:
        with pytest.raises(ListingFailed, match="listing cut short"):
            lines_of(body[:-1])
    else:
        assert lines_of(body) == lines


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
