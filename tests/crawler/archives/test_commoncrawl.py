import contextlib
import gzip
import json
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.archives.book import Archive
from crawler.archives.commoncrawl import CommonCrawl
from crawler.archives.memento import Played
from crawler.archives.range_record import as_replayed, place_in
from pipelines.exceptions import ListingFailed, ReplayFailed
from pipelines.formats.digests import cdx_digest
from pipelines.items.captures import Query
from tests.crawler.archives.exchanges import answer, exchanges

INDEX = "https://index.commoncrawl.org"
QUERY = Query("museum.example.org/privacy")
NONE = '{"message": "No Captures found for: museum.example.org/privacy"}'
CRAWLS = [
    {"id": "CC-MAIN-2025-33", "from": "2025-08-02T22:09:07", "to": "2025-08-15T23:42:38"},
    {"id": "CC-MAIN-2025-30", "from": "2025-07-07T18:36:38", "to": "2025-07-20T20:56:29"},
    {"id": "CC-MAIN-2012", "from": "2012-01-27T14:07:51", "to": "2012-06-30T11:05:33"},
]


def archive() -> CommonCrawl:
    return CommonCrawl(
        Archive(name="cc", address=INDEX, dialect="commoncrawl", raw="range", replay="https://data.commoncrawl.org")
    )


def asked(cc: CommonCrawl, query: Query, cursor: str) -> tuple[str, dict[str, list[str]]]:
    parts = urlsplit(cc.ask_listing(query, 1000, cursor).url)
    return parts.path, parse_qs(parts.query)


def row(timestamp: str, **more: str) -> str:
    fields = {"timestamp": timestamp, "url": "https://museum.example.org/privacy", "mime": "text/html", "status": "200"}
    place = {"digest": "A" * 32, "length": "812", "offset": "34", "filename": "crawl-data/CC/warc/x.warc.gz"}
    return json.dumps(fields | place | more) + "\n"


def begun(query: Query = QUERY, crawls: object = CRAWLS) -> tuple[CommonCrawl, str]:
    cc = archive()
    url = cc.ask_listing(query, 1000, "").url
    assert url == f"{INDEX}/collinfo.json"
    return cc, cc.read_listing(query, answer(json.dumps(crawls), url=url), 1000, "").resume_key


def test_each_crawl_is_asked_in_turn_and_404_is_nothing() -> None:
    cc, cursor = begun()
    seen = []
    answers = [answer(row("20250803001122")), answer(NONE, 404), answer(row("20120303001122"))]
    rows = []
    while cursor:
        path, given = asked(cc, QUERY, cursor)
        seen.append(path)
        assert given == {"url": ["http://museum.example.org/privacy"], "output": ["json"], "page": ["0"]}
        page = cc.read_listing(QUERY, answers.pop(0), 1000, cursor)
        rows += page.rows
        cursor = page.resume_key
    assert seen == ["/CC-MAIN-2025-33-index", "/CC-MAIN-2025-30-index", "/CC-MAIN-2012-index"]
    assert [each.timestamp for each in rows] == ["20250803001122", "20120303001122"]
    assert rows[0].record_at == "crawl-data/CC/warc/x.warc.gz?34+812"


def test_crawls_that_cannot_matter_are_not_asked() -> None:
    cc, cursor = begun(query := Query(QUERY.url, since="2012", until="2013"))
    assert cursor.startswith("CC-MAIN-2012/")
    assert cc.read_listing(query, answer(NONE, 404), 1000, cursor).resume_key == ""
    cc, cursor = begun(Query(QUERY.url, since="2030"))
    assert cursor == ""


def test_the_list_of_crawls_is_asked_once_a_run_and_again_by_the_next_one() -> None:
    cc, cursor = begun()
    assert cc.ask_listing(QUERY, 1000, "").url.startswith(f"{INDEX}/CC-MAIN-2025-33-index?")
    later = archive()
    page = later.read_listing(QUERY, answer(json.dumps(CRAWLS), url=later.ask_listing(QUERY, 1, cursor).url), 1, cursor)
    assert page.resume_key != cursor
    assert asked(later, QUERY, page.resume_key)[0] == "/CC-MAIN-2025-33-index"


def test_the_pages_of_a_domain_are_counted_first() -> None:
    query = Query("museum.example.org", "domain")
    cc, cursor = begun(query, CRAWLS[:1])
    assert asked(cc, query, cursor)[1]["showNumPages"] == ["true"]
    cursor = cc.read_listing(query, answer('{"pages": 2, "pageSize": 5, "blocks": 7}\n'), 1, cursor).resume_key
    for number in ("0", "1"):
        assert asked(cc, query, cursor)[1]["page"] == [number]
        cursor = cc.read_listing(query, answer(row("20250803001122")), 1, cursor).resume_key
    assert cursor == ""


def test_a_revisit_is_not_modified_and_has_no_bytes() -> None:
    cc, cursor = begun()
    revisit = row("20250803001140", mime="warc/revisit", status="304", digest="")
    [capture] = cc.read_listing(QUERY, answer(revisit), 1000, cursor).rows
    assert (capture.is_revisit, capture.statuscode, capture.digest) == (True, "304", "-")


@pytest.mark.parametrize(("body", "status"), [("<html>", 404), ("[]", 200), ("<html>busy", 504), ("", 403)])
def test_what_is_no_list_of_crawls_is_told(body: str, status: int) -> None:
    cc = archive()
    with pytest.raises(ListingFailed, match="no list of crawls"):
        cc.read_listing(QUERY, answer(body, status, url=cc.ask_listing(QUERY, 1, "").url), 1, "")


@pytest.mark.parametrize(
    ("body", "status", "reason"),
    [
        ("<html>Not Found", 404, "archive trouble"),
        ("<html>", 504, "query too heavy"),
        ("slow", 503, "archive trouble"),
        ("no", 403, "forbidden by the archive"),
    ],
)
def test_trouble_is_no_emptiness(body: str, status: int, reason: str) -> None:
    cc, cursor = begun()
    with pytest.raises(ListingFailed) as failed:
        cc.read_listing(QUERY, answer(body, status), 1, cursor)
    assert failed.value.reason == reason


# -- records


def record(body: bytes = b"<html>x</html>", head: str = "", kind: str = "response", more: str = "") -> bytes:
    block = f"HTTP/1.1 200 \r\nContent-Type: text/html\r\n{head}Content-Length: {len(body)}\r\n\r\n".encode() + body
    start = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Date: 2025-08-03T00:11:22Z\r\n{more}"
        f"WARC-Target-URI: https://museum.example.org/privacy\r\nContent-Length: {len(block)}\r\n\r\n"
    )
    return gzip.compress(start.encode() + block + b"\r\n\r\n", mtime=0)


def test_a_record_is_asked_by_its_range() -> None:
    cc, cursor = begun()
    [capture] = cc.read_listing(QUERY, answer(row("20250803001122")), 1000, cursor).rows
    ask = cc.ask_replay(capture, capture.timestamp, capture.original)
    assert ask == ("https://data.commoncrawl.org/crawl-data/CC/warc/x.warc.gz", (("Range", "bytes=34-845"),))
    with pytest.raises(ReplayFailed, match="no record is listed"):
        cc.ask_replay(capture, capture.timestamp, "https://elsewhere.example/")


@pytest.mark.parametrize(
    "source", ["", "x", "../x?1+2", "/etc/x?1+2", "x?1+0", "x?1+999999999", "a b?1+2", "h://x?1+2"]
)
def test_a_place_is_a_path_below_the_archive(source: str) -> None:
    assert place_in(source) is None


def test_a_listing_says_what_was_cut() -> None:
    cc, cursor = begun()
    asked(cc, QUERY, cursor)
    marked = row("20250803001122").replace('"offset"', '"truncated": "length", "offset"')
    [found] = cc.read_listing(QUERY, answer(marked), 1000, cursor).rows
    assert found.record_at == "crawl-data/CC/warc/x.warc.gz?34+812~length"
    assert place_in(found.record_at) == ("crawl-data/CC/warc/x.warc.gz", 34, 812)


def test_a_body_of_just_the_limit_was_cut() -> None:
    """Older records do not say so."""
    replayed, _ = as_replayed(answer(record(b"x" * (1 << 20)), 206))
    assert replayed.header("WARC-Truncated") == "length"


def test_a_record_is_read_as_a_replay() -> None:
    body = b"<html>kept decoded</html>"
    given = record(body, "X-Crawler-Content-Encoding: gzip\r\nx-crawler-content-length: 7\r\nServer: kite\r\n")
    replayed, raw = as_replayed(answer(given, 206))
    assert (replayed.status, replayed.body, raw) == (200, body, body)
    assert replayed.header("X-Archive-Orig-Server") == "kite"
    assert "x-crawler" not in f"{replayed.headers}"
    found = archive().read_replay(replayed, "")
    assert found == Played("20250803001122", "https://museum.example.org/privacy", "")


def test_a_body_that_was_kept_encoded_is_decoded() -> None:
    replayed, raw = as_replayed(answer(record(gzip.compress(b"old crawl"), "Content-Encoding: gzip\r\n"), 206))
    assert replayed.body == b"old crawl"
    assert raw != replayed.body


def test_a_cut_body_says_so() -> None:
    replayed, _ = as_replayed(answer(record(more="WARC-Truncated: length\r\n"), 206))
    assert replayed.header("WARC-Truncated") == "length"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "body cut short"),
        (b"no gzip", "no record at that place"),
        (record()[:-9], "body cut short"),
        (record(kind="revisit"), "no page in the record"),
        (gzip.compress(b"WARC/1.0\r\n", mtime=0), "no page in the record"),
        (
            gzip.compress(b"WARC/1.0\r\nWARC-Type: response\r\nContent-Length: 90\r\n\r\nshort", mtime=0),
            "body cut short",
        ),
    ],
)
def test_what_is_no_record_is_told(data: bytes, reason: str) -> None:
    with pytest.raises(ReplayFailed) as failed:
        as_replayed(answer(data, 206))
    assert failed.value.reason == reason


@given(st.binary(max_size=200))
def test_no_record_raises_anything_else(data: bytes) -> None:
    with contextlib.suppress(ReplayFailed):
        as_replayed(answer(gzip.compress(data), 206))


# -- the examples that lie beside the project


def test_the_examples_of_listings_are_read(shared: Path) -> None:
    folder = shared / "reference" / "dialects"
    [listed] = exchanges(folder / "commoncrawl-collinfo.txt")
    query = Query("museum.example.org", "domain")
    cc = archive()
    told = replace(listed.answer, request_url=f"{INDEX}/collinfo.json")
    cursor = cc.read_listing(query, told, 1000, "").resume_key
    assert cursor.startswith("CC-MAIN-2025-33/")
    pages, rows, *_ = exchanges(folder / "commoncrawl-listing.txt")
    cursor = cc.read_listing(query, pages.answer, 1000, cursor).resume_key
    page = cc.read_listing(query, rows.answer, 1000, cursor)
    assert [each.statuscode for each in page.rows][:3] == ["404", "301", "200"]
    assert all(place_in(each.record_at) for each in page.rows)
    none, *_ = exchanges(folder / "commoncrawl-none.txt")
    assert cc.read_listing(query, none.answer, 1000, cursor).rows == ()


def test_the_digest_of_a_record_is_that_of_its_decoded_body(shared: Path) -> None:
    text = (shared / "reference" / "dialects" / "commoncrawl-range.txt").read_text("utf-8")
    member = text.partition("WARC/1.0\n")[2]
    head, _, rest = member.partition("\n\n")
    http, _, body = rest.partition("\n\n")
    body = body.partition("\n\n##")[0] + "\n"
    block = http.replace("\n", "\r\n") + "\r\n\r\n" + body
    data = f"WARC/1.0\r\n{head}".replace("\r\n", "\n").replace("\n", "\r\n")
    data = data.replace("Content-Length: 232", f"Content-Length: {len(block)}")
    replayed, raw = as_replayed(answer(gzip.compress((data + "\r\n\r\n" + block + "\r\n\r\n").encode()), 206))
    assert cdx_digest(raw) == cdx_digest(replayed.body) == "ZQLCWGRSPR6VUOEEQEBJIGAI2I72XAHP"
