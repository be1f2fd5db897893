"""The dialect of Common Crawl on a real socket."""

import gzip
import io
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from warcio.archiveiterator import ArchiveIterator

from crawler.local_archive.embedded import EmbeddedArchive
from crawler.local_archive.server.asked import COMMONCRAWL
from crawler.local_archive.server.blocks import Paging
from tests.crawler.local_archive.server.archive_client import Client, Reply


@pytest.fixture(scope="module")
def served(museum: Path) -> Iterator[EmbeddedArchive]:
    with EmbeddedArchive(museum, dialect=COMMONCRAWL, blocked=["sub.museum.example.org"]) as archive:
        yield archive


def rows(client: Client, crawl: str, query: str) -> list[dict[str, Any]]:
    reply = client.get(f"/{crawl}-index?url={query}&output=json")
    assert (reply.status, reply.headers["content-type"]) == (200, "text/x-ndjson")
    return [json.loads(line) for line in reply.lines]


def record(client: Client, row: dict[str, Any]) -> Reply:
    start, length = int(row["offset"]), int(row["length"])
    return client.get(f"/{row['filename']}", Range=f"bytes={start}-{start + length - 1}")


def test_there_is_a_crawl_for_each_year_newest_first(asking: Client, served: EmbeddedArchive) -> None:
    known = json.loads(asking.get("/collinfo.json").body)
    assert [crawl["id"][:12] for crawl in known] == [f"CC-MAIN-{year}" for year in (2020, *range(2019, 2013, -1), 2012)]
    assert known[-1]["cdx-api"] == f"{served.url}/CC-MAIN-2012-index"
    assert (known[-1]["from"], known[-1]["to"]) == ("2012-03-01T10:00:00",) * 2


def test_rows_have_more_names_and_three_subsets(asking: Client) -> None:
    found = {row["url"]: row for row in rows(asking, "CC-MAIN-2016-53", "museum.example.org/*")}
    page, moved = found["https://museum.example.org/terms"], found["https://museum.example.org/moved"]
    assert list(page)[3:6] == ["mime", "mime-detected", "status"]
    assert page["filename"] == "crawl-data/CC-MAIN-2016-53/segments/1/warc/museum.warc.gz"
    assert "/crawldiagnostics/" in moved["filename"]
    assert moved["redirect"] == "https://museum.example.org/privacy"
    assert rows(asking, "CC-MAIN-2020-01", "museum.example.org/cut")[0]["truncated"] == "length"


def test_a_record_is_one_gzip_member_by_range(asking: Client) -> None:
    row = rows(asking, "CC-MAIN-2014-18", "museum.example.org/privacy")[0]
    reply = record(asking, row)
    assert (reply.status, reply.headers["content-type"]) == (206, "application/octet-stream")
    assert reply.headers["content-range"].startswith(f"bytes {row['offset']}-")
    (one,) = ArchiveIterator(io.BytesIO(reply.body))
    assert one.rec_headers["WARC-Target-URI"] == row["url"]
    assert len(reply.body) == int(row["length"])


def test_files_that_are_not_packed_so_are_packed_anew(sample: Path) -> None:
    with EmbeddedArchive(sample, dialect=COMMONCRAWL) as archive:
        client = Client(archive)
        for row in rows(client, "CC-MAIN-2004", "*.harbourlight.example"):
            assert row["filename"].endswith(".warc.gz")
            (one,) = ArchiveIterator(io.BytesIO(record(client, row).body))
            assert one.rec_headers["WARC-Target-URI"] == row["url"]
        client.close()


def test_files_outside_are_not_served(museum: Path, tmp_path: Path) -> None:
    shutil.copytree(museum, tmp_path / "held")
    (tmp_path / "secret.warc.gz").write_bytes(gzip.compress(b"secret"))
    with EmbeddedArchive(tmp_path / "held", dialect=COMMONCRAWL) as archive:
        client = Client(archive)
        for name in ("../secret.warc.gz", "..%2Fsecret.warc.gz", "other.warc.gz", "/etc/hostname"):
            reply = client.get(f"/crawl-data/CC-MAIN-2012/segments/1/warc/{name}")
            assert (reply.status, b"NoSuchKey" in reply.body) == (404, True)
        client.close()


@pytest.mark.parametrize(
    ("target", "status", "message"),
    [
        ("/CC-MAIN-2012-index?url=museum.example.org/never", 404, "No Captures found for: museum.example.org/never"),
        ("/CC-MAIN-2012-index?url=museum.example.org/*&from=2017", 404, "No Captures found for: museum.example.org/"),
        (
            "/CC-MAIN-2012-index?url=museum.example.org/p*&page=1",
            400,
            "Page 1 invalid: First Page is 0, Last Page is 0",
        ),
        ("/CC-MAIN-2019-01-index?url=sub.museum.example.org/*", 404, "No Captures found for: sub.museum.example.org/"),
        ("/CC-MAIN-2012-index", 400, 'The "url" param is required'),
    ],
)
def test_messages(asking: Client, target: str, status: int, message: str) -> None:
    reply = asking.get(target)
    assert (reply.status, json.loads(reply.body)) == (status, {"message": message})


def test_a_crawl_that_is_not_known_is_a_page(asking: Client) -> None:
    reply = asking.get("/CC-MAIN-1999-01-index?url=museum.example.org")
    assert (reply.status, reply.headers["content-type"]) == (404, "text/html")


def test_pages(museum: Path) -> None:
    with EmbeddedArchive(museum, dialect=COMMONCRAWL, paging=Paging(lines=2, blocks=1)) as archive:
        client = Client(archive)
        counted = client.get("/CC-MAIN-2016-53-index?url=museum.example.org/*&showNumPages=true")
        assert json.loads(counted.body) == {"pages": 4, "pageSize": 1, "blocks": 4}
        found = [
            row for page in range(4) for row in rows(client, "CC-MAIN-2016-53", f"museum.example.org/*&page={page}")
        ]
        assert len(found) == 7
        assert rows(client, "CC-MAIN-2016-53", "museum.example.org/*") == found[:2]
        client.close()


def test_listings_are_packed_where_the_client_takes_it(asking: Client) -> None:
    reply = asking.get("/CC-MAIN-2012-index?url=museum.example.org/privacy", Accept_Encoding="gzip")
    assert reply.headers["content-encoding"] == "gzip"
    assert gzip.decompress(reply.body).startswith(b"org,example,museum)/privacy 20120301100000 {")


def test_accounting_counts_records(museum: Path) -> None:
    with EmbeddedArchive(museum, dialect=COMMONCRAWL) as archive:
        client = Client(archive)
        row = rows(client, "CC-MAIN-2012", "museum.example.org/privacy")[0]
        record(client, row)
        client.close()
        assert archive.requests.replayed() == {(row["offset"], row["filename"]): 1}
