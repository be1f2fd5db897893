import base64
import contextlib
import gzip
import hashlib
from pathlib import Path

import pytest

from crawler.local_archive.embedded import EmbeddedArchive
from crawler.local_archive.server.rows import Row
from crawler.local_archive.server.warc_rows import WarcRows
from tests.crawler.local_archive.server.archive_client import Client, Reply
from tests.crawler.local_archive.server.foreign import HTTP, SITE, page, record, sha1

NOT_MODIFIED = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
IDENTICAL = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"


def rows_of(tmp_path: Path, *records: bytes) -> list[Row]:
    (tmp_path / "x.warc").write_bytes(b"".join(records))
    return WarcRows().read("x.warc", tmp_path / "x.warc")


def played(tmp_path: Path, timestamp: str, *records: bytes, url: str = SITE) -> Reply:
    (tmp_path / "x.warc").write_bytes(b"".join(records))
    with EmbeddedArchive(tmp_path) as archive, contextlib.closing(Client(archive)) as client:
        return client.replay(timestamp, url)


@pytest.mark.parametrize(
    "named",
    [
        "",
        f"sha1:{sha1(b'<p>kite')}",
        f"SHA1:{hashlib.sha1(b'<p>kite').hexdigest()}",
        f"sha256:{hashlib.sha256(b'<p>kite').hexdigest()}",
        "sha1:nonsense",
    ],
)
def test_digests_are_sha1_in_base_32_however_they_are_named(tmp_path: Path, named: str) -> None:
    more = {"WARC_Payload_Digest": named} if named else {}
    assert [row.digest for row in rows_of(tmp_path, page(b"<p>kite", **more))] == [sha1(b"<p>kite")]


def test_revisits_have_the_digest_of_their_original(tmp_path: Path) -> None:
    named = f"sha256:{hashlib.sha256(b'<p>kite').hexdigest()}"
    revisits = (
        {"WARC_Payload_Digest": named},
        {"WARC_Payload_Digest": f"sha256:{'0' * 64}"},
        {"WARC_Refers_To": "<urn:x:1>"},
        {},
    )
    records = [page(b"<p>kite", WARC_Payload_Digest=named, WARC_Record_ID="<urn:x:1>")]
    records += [
        record("revisit", HTTP, date=f"202{number}-02-02T00:00:00Z", WARC_Profile=IDENTICAL, **more)
        for number, more in enumerate(revisits)
    ]
    same = sha1(b"<p>kite")
    assert [row.digest for row in rows_of(tmp_path, *records)] == [same, same, "-", same, "-"]
    assert played(tmp_path, "20200202000000", *records).body == b"<p>kite"
    assert played(tmp_path, "20210202000000", *records).status == 404


def test_nothing_is_joined_by_the_digest_of_nothing(tmp_path: Path) -> None:
    empty = f"sha1:{sha1(b'')}"
    elsewhere = page(b"", "http://elsewhere.example/", WARC_Payload_Digest=empty)
    revisit = record("revisit", HTTP, date="2021-01-01T00:00:00Z", WARC_Payload_Digest=empty, WARC_Profile=IDENTICAL)
    assert played(tmp_path, "20210101000000", elsewhere, revisit).status == 404


def test_not_modified_is_the_page_as_it_was(tmp_path: Path) -> None:
    again = record(
        "revisit", b"HTTP/1.1 304 Not Modified\r\n\r\n", date="2021-01-01T00:00:00Z", WARC_Profile=NOT_MODIFIED
    )
    pages = (
        page(b"<p>old", date="2019-01-01T00:00:00Z"),
        page(b"<p>kite"),
        page(b"<p>new", date="2022-01-01T00:00:00Z"),
    )
    reply = played(tmp_path, "20210101000000", *pages, again)
    assert (reply.status, reply.body) == (200, b"<p>kite")
    assert reply.headers["memento-datetime"] == "Fri, 01 Jan 2021 00:00:00 GMT"


@pytest.mark.parametrize("named", [True, False])
def test_answers_to_forms_are_left_out(tmp_path: Path, named: bool) -> None:
    def names(own: str, beside: str) -> dict[str, str]:
        return {"WARC_Record_ID": own, "WARC_Concurrent_To": beside} if named else {}

    later = "2020-01-02T00:00:00Z"
    records = (
        page(b"<p>kite", **names("<r:1>", "<q:1>")),
        record("request", b"GET / HTTP/1.1\r\n\r\n", **names("<q:1>", "<r:1>")),
        page(b"<p>thank you, Jo", date=later, **names("<r:2>", "<q:2>")),
        record("request", b"POST / HTTP/1.1\r\n\r\nname=Jo", date=later, **names("<q:2>", "<r:2>")),
    )
    assert [row.timestamp for row in rows_of(tmp_path, *records)] == ["20200101000000"]
    with EmbeddedArchive(tmp_path) as archive:
        assert archive.posted == 1


def test_records_without_a_head_or_with_two(tmp_path: Path) -> None:
    bare = record("response", b"<html>\n<p>1994\n")
    row = rows_of(tmp_path, bare)[0]
    assert (row.mimetype, row.statuscode, row.digest) == ("text/html", "200", sha1(b"<html>\n<p>1994\n"))
    assert played(tmp_path, "20200101000000", bare).body == b"<html>\n<p>1994\n"
    twice = record("response", b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 404 Gone Fishing\r\n\r\ngone")
    assert rows_of(tmp_path, twice)[0].statuscode == "404"
    assert played(tmp_path, "20200101000000", twice).body == b"gone"


def test_resources_and_revisits_without_a_head(tmp_path: Path) -> None:
    resource = record("resource", b"%PDF-1.4", Content_Type="application/pdf")
    digest = f"sha1:{sha1(b'%PDF-1.4')}"
    revisit = record("revisit", b"", date="2021-01-01T00:00:00Z", WARC_Payload_Digest=digest, WARC_Profile=IDENTICAL)
    note = record("resource", b"note", url="urn:note:1")
    assert [row.mimetype for row in rows_of(tmp_path, resource, revisit, note)] == ["application/pdf", "warc/revisit"]
    reply = played(tmp_path, "20210101000000", resource, revisit)
    assert (reply.status, reply.body, reply.headers["content-type"]) == (200, b"%PDF-1.4", "application/pdf")


def test_bodies_are_decoded_within_bounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crawler.local_archive.server.records.LIMIT", 1 << 16)
    packed = gzip.compress(bytes(1 << 20))
    bomb = record("response", b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + packed)
    reply = played(tmp_path, "20200101000000", bomb)
    assert (reply.body, reply.headers["x-archive-orig-content-encoding"]) == (packed, "gzip")
    monkeypatch.setattr("crawler.local_archive.server.records.MOST", 1 << 8)
    assert played(tmp_path, "20200101000000", bomb).status == 504


def test_headers_that_no_client_reads_are_left_out(tmp_path: Path) -> None:
    odd = record("response", b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 70_000 + b"\r\nX-Short: y\r\n\r\n<p>kite")
    reply = played(tmp_path, "20200101000000", odd)
    assert (reply.body, reply.headers["x-archive-orig-x-short"]) == (b"<p>kite", "y")
    assert "x-archive-orig-x-long" not in reply.headers


def test_dates_with_a_zone_are_brought_to_utc(tmp_path: Path) -> None:
    assert rows_of(tmp_path, page(b"x", date="2020-01-01T02:00:00.123+02:00"))[0].timestamp == "20200101000000"


def test_names_of_digests_are_no_matter(tmp_path: Path) -> None:
    text = base64.b16encode(hashlib.sha1(b"x").digest()).decode()
    assert rows_of(tmp_path, page(b"x", WARC_Payload_Digest=f"sha1:{text}"))[0].digest == sha1(b"x")
