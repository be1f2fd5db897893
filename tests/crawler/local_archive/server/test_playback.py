import base64
import hashlib
import io
from pathlib import Path

import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from crawler.local_archive.embedded import EmbeddedArchive
from tests.crawler.local_archive.server.archive_client import Client, Reply, unzipped

PRIVACY = "http://www.harbourlight.example/privacy.html"


def test_memento_has_the_archives_headers(client: Client) -> None:
    reply = client.replay("20040312101500", PRIVACY)
    assert reply.status == 200
    assert reply.headers["Memento-Datetime"] == "Fri, 12 Mar 2004 10:15:00 GMT"
    assert reply.headers["content-type"] == "text/html"
    assert reply.headers["x-archive-orig-server"] == "Apache/1.3.27 (Unix)"
    assert reply.headers["x-archive-orig-content-length"] == str(len(reply.body))
    assert reply.headers["x-archive-src"].endswith("/harbourlight.warc")
    assert f'<{PRIVACY}>; rel="original"' in reply.headers["link"]
    assert 'rel="first memento"; datetime=' not in reply.headers["link"].partition("first memento")[0]
    assert reply.headers["link"].count("memento") == 4  # first, itself, next and last; there is none before it
    assert reply.body.decode("cp1252").count("customers’ details") == 1


def test_digest_is_that_of_the_bytes_where_they_were_stored_plain(client: Client) -> None:
    for line in client.cdx("inkwell-post.example/*", filter="statuscode:200").lines:
        _, timestamp, original, _, _, digest, _ = line.split(" ")
        reply = client.replay(timestamp, original)
        same = base64.b32encode(hashlib.sha1(reply.body).digest()).decode() == digest
        assert same or b"<!DOCTYPE html>" in reply.body[:20]  # those were stored in chunks


def test_gzip_comes_with_one_encoding_header(client: Client) -> None:
    plain = client.replay("20040312101500", PRIVACY)
    packed = client.replay("20040312101500", PRIVACY, Accept_Encoding="gzip")
    assert packed.headers.get_all("content-encoding") == ["gzip"]
    assert unzipped(packed) == plain.body


def test_chunked_records_are_played_without_chunks(client: Client) -> None:
    reply = client.replay("20140618102041", "https://www.harbourlight.example/legal/privacy")
    assert reply.body.startswith(b"<!DOCTYPE html>")
    assert reply.body.endswith(b"</html>\n")
    assert "transfer-encoding" not in reply.headers


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("20040312101501", "20040312101500"),
        ("2004", "20040312101500"),
        ("19960101000000", "20040312101500"),
        ("20991231235959", "20220814103000"),
        ("20040710000000", "20040312101500"),
        ("20050220000000", "20041120083044"),
        ("20050000000000", "20041120083044"),
    ],
)
def test_other_times_hop_to_the_nearest_capture(client: Client, asked: str, found: str) -> None:
    reply = client.replay(asked, PRIVACY)
    assert (reply.status, reply.body) == (302, b"")
    assert "memento-datetime" not in reply.headers
    assert reply.headers["X-Archive-Redirect-Reason"] == f"found capture at {found}"
    assert reply.headers["location"].startswith("http://127.0.0.1:")
    assert f"/web/{found}id_/http://" in reply.headers["location"]


def test_spelling_of_the_address_does_not_matter(client: Client) -> None:
    for url in ("https://harbourlight.example:443/PRIVACY.html", "http%3A//www.harbourlight.example/privacy.html"):
        assert client.replay("20040312101500", url).status == 200


def test_revisit_plays_the_bytes_at_its_own_time(client: Client) -> None:
    first = client.replay("20040312101500", PRIVACY)
    again = client.replay("20041120083044", "http://www.harbourlight.example:80/privacy.html")
    assert again.body == first.body
    assert again.headers["memento-datetime"] == "Sat, 20 Nov 2004 08:30:44 GMT"


@pytest.mark.parametrize(
    ("timestamp", "status", "url"),
    [
        ("20060118030512", 404, PRIVACY),
        ("20090412063358", 503, PRIVACY),
        ("20190630235900", 429, "https://inkwell-post.example/privacy"),
    ],
)
def test_archived_errors_are_mementos(client: Client, timestamp: str, status: int, url: str) -> None:
    reply = client.replay(timestamp, url)
    assert reply.status == status
    assert reply.headers["memento-datetime"]
    assert ("x-archive-orig-retry-after" in reply.headers) is (status != 404)


def test_archived_redirects_lead_into_the_archive_in_three_forms(client: Client) -> None:
    forms = set()
    for timestamp in ("20140618102030", "20160909131415", "20180525080004", "20220814103000"):
        reply = client.replay(timestamp, PRIVACY)
        assert reply.status in (301, 302)
        assert reply.headers["memento-datetime"]
        assert "x-archive-orig-location" not in reply.headers
        before, found, _ = reply.headers["location"].partition(f"/web/{timestamp}id_/")
        assert found
        assert reply.headers["location"].endswith("://www.harbourlight.example/legal/privacy")
        forms.add(before.partition("127")[0])
    assert forms == {"", "//", "http://"}


def test_not_archived_is_a_page_without_memento(client: Client) -> None:
    reply = client.replay("20040312101500", "http://www.harbourlight.example/nothing")
    assert reply.status == 404
    assert "memento-datetime" not in reply.headers
    assert b"has not archived that URL" in reply.body


def folder_of(tmp_path: Path, *records: tuple[str, str, bytes, list[tuple[str, str]]]) -> Path:
    """A folder with one gzipped WARC 1.0 of (date, url, payload as sent, headers)."""
    with (tmp_path / "own.warc.gz").open("wb") as file:
        writer = WARCWriter(file, gzip=True)
        for date, url, payload, headers in records:
            http = StatusAndHeaders("200 Fine Indeed", headers, protocol="HTTP/1.0")
            about = {"WARC-Date": date}
            record = writer.create_warc_record(
                url, "response", io.BytesIO(payload), len(payload), warc_headers_dict=about, http_headers=http
            )
            writer.write_record(record)
    return tmp_path


def asked(folder: Path, timestamp: str, url: str) -> Reply:
    with EmbeddedArchive(folder) as archive:
        client = Client(archive)
        reply = client.replay(timestamp, url)
        client.close()
    return reply


def test_encoded_records_are_decoded(tmp_path: Path) -> None:
    import gzip

    import brotli

    headers = [("Content-Type", "text/html"), ("Content-Encoding", "gzip"), ("X-Own", "1")]
    folder = folder_of(
        tmp_path,
        ("2010-01-01T00:00:00Z", "http://example.com/", gzip.compress(b"<p>packed"), headers),
        ("2011-01-01T00:00:00Z", "http://example.com/", brotli.compress(b"<p>br"), [("Content-Encoding", "br")]),
        ("2012-01-01T00:00:00Z", "http://example.com/", b"<p>not packed", headers),
    )
    reply = asked(folder, "20100101000000", "http://example.com/")
    assert reply.body == b"<p>packed"
    assert "x-archive-orig-content-encoding" not in reply.headers
    assert reply.headers["x-archive-orig-x-own"] == "1"
    assert asked(folder, "20110101000000", "http://example.com/").body == b"<p>br"
    assert asked(folder, "20120101000000", "http://example.com/").body == b"<p>not packed"


def test_two_captures_of_one_second_play_the_one_asked_for(tmp_path: Path) -> None:
    date = "2010-01-01T00:00:00Z"
    folder = folder_of(
        tmp_path, (date, "http://example.com/a", b"one", []), (date, "https://www.example.com/a", b"two", [])
    )
    assert asked(folder, "20100101000000", "https://www.example.com/a").body == b"two"
    assert asked(folder, "20100101000000", "http://example.com/a").body == b"one"


def test_listed_but_unplayable_hops_to_what_can_be_played(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, ("2010-01-01T00:00:00Z", "http://example.com/?a=1&b=2", b"one", []))
    (folder / "more.cdx").write_text(
        "com,example)/?a=1&b=2 20110101000000 http://example.com/?a=1&b=2 text/html 200 AAAA 1\n"
        "com,example)/gone 20110101000000 http://example.com/gone text/html 200 AAAA 1\n"
    )
    hop = asked(folder, "20110101000000", "http://example.com/?a=1&b=2")
    assert hop.headers["x-archive-redirect-reason"] == "found capture at 20100101000000"
    assert asked(folder, "20110101000000", "http://example.com/gone").status == 404
    reply = asked(folder, "20100101000000", "http://example.com/?b=2&a=1")
    assert '<http://example.com/?a=1&amp;b=2>; rel="original"' in reply.headers["link"]
    assert reply.body == b"one"
