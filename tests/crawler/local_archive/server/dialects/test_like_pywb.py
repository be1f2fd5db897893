"""pywb itself and our imitation, asked the same: status, headers and body are equal but for what is named here."""

import gzip
import http.client
import itertools
import re
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from crawler.local_archive.embedded import EmbeddedArchive
from crawler.local_archive.server.asked import PYWB
from crawler.local_archive.server.blocks import Paging
from tests.crawler.local_archive.server.dialects.museum import SITE
from tests.environments import needs, python_with

VARYING = frozenset({"date", "content-length", "transfer-encoding", "server", "connection"})
EXACT = "/collection/cdx?url=museum.example.org/privacy"
LISTINGS = [
    *(
        EXACT + more
        for more in (
            *("", "&output=json", "&output=text", "&output=link", "&output=csv", "&matchType=nonsense"),
            "&output=text&fl=timestamp,url,mime,status,digest",
            *("&output=json&fl=timestamp,original,url,status", "&fl=nonsense&output=json"),
            *("&limit=x", "&limit=1", "&limit=0", "&limit=-1", "&page=7", "&page=x", "&showNumPages=true"),
            *("&filter=%3Dstatus:500", "&filter=%3Dstatus:500&allowFuzzy=false", "&filter=statuscode:200"),
            *("&filter=!~status:2", "&filter=~url:.*www", "&filter=kite"),
            *("&from=2014", "&to=2014", "&from=2014&to=20140502", "&from=20131301", "&from=x"),
            *("&sort=reverse", "&reverse=true&limit=1", "&closest=2014", "&closest=2013&limit=2", "&closest=x"),
            *("&sort=closest", "&resolveRevisits=true&output=json", "&collapseTime=4", "&collapse=digest"),
            "&url=museum.example.org/terms",
        )
    ),
    *(
        f"/collection/cdx?url={url}"
        for url in (
            *("museum.example.org/*", "museum.example.org/p*", "*.museum.example.org", "museum.example.org/dir"),
            *("museum.example.org&matchType=domain", "museum.example.org&matchType=host", "museum.example.org/never"),
            *("museum.example.org:80/privacy", "http://museum.example.org:80/privacy", "org,example,museum)/privacy"),
            *("", "HTTP://WWW.Museum.Example.Org/PRIVACY/", "museum.example.org/q?b=2%26id=1", "%%%"),
            *("museum.example.org/q?id=2", "museum.example.org/file.pdf?v=3", "https://museum.example.org/file.pdf"),
            *("museum.example.org/privacy?utm_source=a", "*.example.org&filter=~urlkey:.*privacy"),
        )
    ),
    *("/other/cdx?url=museum.example.org/privacy", "/collection/cdx", "/collinfo.json"),
    *(f"/collection/timemap/{form}/{SITE}/privacy" for form in ("link", "json", "cdxj")),
    *(f"/collection/timemap/link/{SITE}/never", f"/other/timemap/link/{SITE}/privacy"),
]
REPLAYS = [
    f"/collection/{place}"
    for place in (
        *(f"{time}id_/{SITE}/privacy" for time in ("20120302", "2013", "201209", "20300101000000", "")),
        *("20160201000000id_/https://museum.example.org/moved", "20160201000000id_/https://museum.example.org/dir"),
        *("20150201000000id_/museum.example.org/dir", "20160201000000id_/https://museum.example.org/gone"),
        *("20160201000000id_/https://museum.example.org/gz", f"20160101000000id_/{SITE}/self"),
        *(f"20170101000000id_/{SITE}/self", f"20160101000000id_/{SITE}/only"),
        *("20170101000000id_/https://museum.example.org/lost", "20160101000000id_/https://museum.example.org/never"),
        *("20180101000000id_/https://museum.example.org/same", f"20180101000000id_/{SITE}/same"),
        *("20190101000000id_/https://museum.example.org/chunks", "20190101000000id_/museum.example.org/terms"),
        "20190101000000id_/https%3A%2F%2Fmuseum.example.org%2Fterms",
        *(
            "20190101000000id_/https://museum.example.org/q?b=2&id=1",
            "20200101000000id_/https://museum.example.org/cut",
        ),
        "20190101000000id_/https://museum.example.org/file.pdf?v=4",
    )
]


PAGED = [
    *("*.museum.example.org", "museum.example.org/*", "museum.example.org/m*", "museum.example.org/privacy"),
    *("museum.example.org/never", "museum.example.org/gone", "museum.example.org/same", "museum.example.org/self"),
    *("zebra.example.org", "aaa.example.com"),
]
PAGES = [
    *("", "&page=0", "&page=1", "&page=2", "&page=9", "&page=1&pageSize=1", "&page=0&limit=2", "&sort=reverse"),
    *("&showNumPages=true", "&showNumPages=true&pageSize=1", "&showNumPages=true&pageSize=5&output=json"),
    "&page=0&filter=%3Dstatus:404",
]


@pytest.fixture(scope="module")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with pywb's programs."""
    python = python_with("pywb", {"pywb": "pywb==2.10.0"}, tmp_path_factory)
    needs(python, "pywb")
    return Path(python).parent


@contextmanager
def pywb(tools: Path, home: Path) -> Iterator[int]:
    """Serves the collections below `home`; gives the port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [tools / "wayback", "-b", "127.0.0.1", "-p", str(port)]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, cwd=home, **quiet) as process:  # type: ignore[call-overload]
        try:
            deadline = time.monotonic() + 60
            while not _listens(port):
                assert time.monotonic() < deadline, "pywb did not start"
                time.sleep(0.1)
            yield port
        finally:
            process.terminate()


@pytest.fixture(scope="module")
def real_port(museum: Path, tools: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a pywb that serves the museum."""
    home = tmp_path_factory.mktemp("pywb")
    for command in (["init", "collection"], ["add", "collection", str(museum / "museum.warc.gz")]):
        subprocess.run([tools / "wb-manager", *command], cwd=home, check=True, capture_output=True, timeout=120)
    with pywb(tools, home) as port:
        yield port


def write_zipnum(home: Path, listing: bytes, paging: Paging) -> None:
    """A collection whose index lies in blocks, from the lines of a plain one."""
    lines, places, offset = listing.decode().splitlines(keepends=True), [], 0
    with (home / "part.gz").open("wb") as part:
        for first in range(0, len(lines), paging.lines):
            block = gzip.compress("".join(lines[first : first + paging.lines]).encode())
            part.write(block)
            key = " ".join(lines[first].split(" ")[:2])
            places.append(f"{key}\tpart\t{offset}\t{len(block)}\t{first // paging.lines + 1}\n")
            offset += len(block)
    (home / "cluster.idx").write_text("".join(places))
    (home / "cluster.loc").write_text(f"part\t{home / 'part.gz'}\n")
    index = f"{{type: zipnum, path: {home / 'cluster.idx'}, max_blocks: {paging.blocks}}}"
    (home / "config.yaml").write_text(f"collections: {{collection: {{index: {index}, archive_paths: {home}}}}}\n")


def test_pages_of_blocks_are_alike(museum: Path, our_port: int, tools: Path, tmp_path: Path) -> None:
    paging, chosen = Paging(lines=3, blocks=2), "&allowFuzzy=false&fl=urlkey,timestamp,url"
    plain = said(our_port, "/collection/cdx?url=*.example.org&fl=urlkey,timestamp,url,mime,status,digest,filename")[2]
    write_zipnum(tmp_path, plain, paging)
    with pywb(tools, tmp_path) as real, EmbeddedArchive(museum, dialect=PYWB, paging=paging) as ours:
        for url, query in itertools.product(PAGED, PAGES):
            target = f"/collection/cdx?url={url}{chosen}{query}"
            assert said(ours.port, target) == said(real, target), target


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def said(port: int, target: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    """An answer without what differs from one server to the next; pages of the archive's own are not compared."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", target, headers={name.replace("_", "-"): text for name, text in headers.items()})
    answer = connection.getresponse()
    body = answer.read().replace(b":%d" % port, b"")
    kept = {name.lower(): re.sub(rf":{port}\b", "", text) for name, text in answer.getheaders()}
    connection.close()
    is_own_page = kept.get("content-type", "").startswith("text/html") and "memento-datetime" not in kept
    return answer.status, {n: t for n, t in kept.items() if n not in VARYING}, b"" if is_own_page else body


@pytest.fixture(scope="module")
def our_port(museum: Path) -> Iterator[int]:
    with EmbeddedArchive(museum, dialect=PYWB) as archive:
        yield archive.port


@pytest.mark.parametrize("target", [*LISTINGS, *REPLAYS])
def test_answers_are_alike(real_port: int, our_port: int, target: str) -> None:
    assert said(our_port, target) == said(real_port, target)


@pytest.mark.parametrize(
    ("target", "headers"),
    [
        (f"/collection/20120302id_/{SITE}/privacy", {"Range": "bytes=0-9"}),
        (f"/collection/20120302id_/{SITE}/privacy", {"Range": "bytes=50-"}),
        ("/collection/20160201000000id_/https://museum.example.org/gz", {"Accept_Encoding": "gzip"}),
        (f"/collection/id_/{SITE}/privacy", {"Accept_Datetime": "Thu, 01 Mar 2012 10:00:00 GMT"}),
    ],
)
def test_answers_to_headers_are_alike(real_port: int, our_port: int, target: str, headers: dict[str, str]) -> None:
    assert said(our_port, target, **headers) == said(real_port, target, **headers)
