"""Every fault of the other dialects strikes there, by name, on a real socket; what it says is in docs/failures.md."""

import gzip
import http.client
import io
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from crawler.local_archive.embedded import EmbeddedArchive
from crawler.local_archive.server.asked import CDX, COMMONCRAWL, DIALECTS, PYWB, TIMEMAP, WAYBACK
from crawler.local_archive.server.blocks import Paging
from crawler.local_archive.server.faults import FAULTS, Faults, UnknownFault, faults_of, read_strikes
from tests.crawler.local_archive.server.archive_client import Client, Reply
from tests.crawler.local_archive.server.dialects.museum import SITE

TABLE = Path(__file__).parents[5] / "docs" / "failures.md"
OWN = sorted((fault.dialects[0], name) for name, fault in FAULTS.items() if len(fault.dialects) == 1)
OTHERS = [(dialect, name) for dialect, name in OWN if dialect != WAYBACK]
LIST = {
    PYWB: "/collection/cdx?url=museum.example.org/privacy&output=json&limit=3&allowFuzzy=false",
    COMMONCRAWL: "/CC-MAIN-2016-53-index?url=museum.example.org/*&output=json",
    TIMEMAP: f"/timemap/link/{SITE}/privacy",
}
OTHER_LIST = {  # where a fault needs another question to show itself
    "old-error-key": "/CC-MAIN-2016-53-index?url=museum.example.org/never&output=json",
    "more-pages-than-there-are": "/collection/cdx?url=museum.example.org/privacy&showNumPages=true",
    "escaped-addresses": "/timemap/link/https://museum.example.org/q?id=1&b=2",
}
PLAY = {
    PYWB: f"/collection/20120302id_/{SITE}/privacy",
    TIMEMAP: f"/web/20120301100000id_/{SITE}/privacy",
}


@contextmanager
def struck(museum: Path, dialect: str, name: str) -> Iterator[tuple[EmbeddedArchive, Client]]:
    paging = Paging(lines=3, blocks=1) if name == "more-pages-than-there-are" else None
    most = 2 if name == "lost-second" else 0
    faults = Faults.of(f"{name}:1:permanent", dialect=dialect, time_scale=100)
    with EmbeddedArchive(museum, dialect=dialect, wrappers=[faults], paging=paging, max_rows=most) as archive:
        client = Client(archive)
        yield archive, client
        client.close()


def asked(client: Client, dialect: str, name: str) -> Reply:
    if CDX in FAULTS[name].on:
        return client.get(OTHER_LIST.get(name, LIST[dialect]))
    return client.get(PLAY[dialect]) if dialect in PLAY else record(client)


def record(client: Client, url: str = "https://museum.example.org/gz") -> Reply:
    """The record of one page of 2016, by its place in the file."""
    rows = [json.loads(line) for line in client.get(LIST[COMMONCRAWL]).lines]
    row = next(row for row in rows if row["url"] == url)
    start, length = int(row["offset"]), int(row["length"])
    return client.get(f"/{row['filename']}", Range=f"bytes={start}-{start + length - 1}")


def kept(reply: Reply) -> tuple[int, list[tuple[str, str]], bytes]:
    """What of an answer does not change with the port and the time."""
    return reply.status, [(name, re.sub(r":\d{4,5}/", "/", text)) for name, text in reply.headers.items()], reply.body


@pytest.mark.parametrize(("dialect", "name"), [pair for pair in OTHERS if pair[1] != "whole-file"])
def test_each_fault_strikes(museum: Path, dialect: str, name: str) -> None:
    with struck(museum, dialect, name) as (archive, client):
        spoilt = asked(client, dialect, name)
        assert archive.requests.causes() == {name: 1}
    fault = FAULTS[name]
    with EmbeddedArchive(museum, dialect=dialect, paging=Paging(3, 1) if "pages" in name else None) as archive:
        client = Client(archive)
        sound = asked(client, dialect, name)
        client.close()
    assert kept(spoilt) != kept(sound)
    assert fault.about


def test_a_whole_file_is_a_gigabyte_with_200(museum: Path) -> None:
    with struck(museum, COMMONCRAWL, "whole-file") as (archive, _):
        connection = http.client.HTTPConnection("127.0.0.1", archive.port)
        target = "/crawl-data/CC-MAIN-2012/segments/1/warc/museum.warc.gz"
        connection.request("GET", target, headers={"Range": "bytes=0-300"})
        answer = connection.getresponse()
        assert (answer.status, int(answer.headers["content-length"]) > 1_000_000_000) == (200, True)
        connection.sock.close()
        answer.close()
        connection.close()


def test_records_stay_records_under_harmless_faults(museum: Path) -> None:
    for name, status in (("masked-encoding", "200 "), ("line-too-many", "200 OK")):
        with struck(museum, COMMONCRAWL, name) as (_, client):
            one = next(ArchiveIterator(io.BytesIO(record(client).body)))
            assert one.http_headers.statusline == status.strip()
            body = one.content_stream().read()
            assert (b"<html>zipped</html>" in body) is (name == "masked-encoding")
            crawler_coding = one.http_headers.get_header("X-Crawler-Content-Encoding")
            assert crawler_coding == ("gzip" if name == "masked-encoding" else None)


def test_a_page_cut_at_capture_says_so(museum: Path) -> None:
    with struck(museum, COMMONCRAWL, "cut-at-capture") as (_, client):
        one = next(ArchiveIterator(io.BytesIO(record(client, "https://museum.example.org/terms").body)))
        assert one.rec_headers["WARC-Truncated"] == "length"
        assert one.content_stream().read() == b"<html>ter"


def test_index_that_is_down_looks_like_nothing_held(museum: Path) -> None:
    with struck(museum, PYWB, "index-down") as (_, client):
        down, none = client.get(LIST[PYWB]), client.get("/collection/cdx?url=never.example&output=json")
        assert kept(down) == kept(none)


def test_packed_listings_are_struck_too(museum: Path) -> None:
    with struck(museum, COMMONCRAWL, "charset-column") as (_, client):
        packed = client.get(LIST[COMMONCRAWL], Accept_Encoding="gzip")
        rows = [json.loads(line) for line in gzip.decompress(packed.body).splitlines()]
        assert {row.get("charset") for row in rows} == {"UTF-8", None}


def test_faults_are_of_their_dialects() -> None:
    assert set(faults_of(WAYBACK)) & {name for _, name in OTHERS} == set()
    with pytest.raises(UnknownFault, match="'bot-check' is known of pywb, not of wayback"):
        read_strikes("bot-check")
    with pytest.raises(UnknownFault, match="There is no fault 'nonsense': take one of "):
        read_strikes("nonsense", COMMONCRAWL)
    for dialect in DIALECTS:
        strikes = read_strikes("all:0.5", dialect)
        assert {strike.fault.name for strike in strikes} == {
            name for name, fault in faults_of(dialect).items() if not fault.is_apart
        }


def test_the_table_of_failures_has_them_all() -> None:
    rows = re.findall(r"^\| `([a-z0-9-]+)`([°∞]*) \| (\w+) \|", TABLE.read_text("utf-8"), flags=re.MULTILINE)
    marks = {(dialect, name): mark for name, mark, dialect in rows}
    assert sorted(marks) == OTHERS
    for (_, name), mark in marks.items():
        assert ("∞" in mark, "°" in mark) == (FAULTS[name].is_lasting, FAULTS[name].is_apart), name
