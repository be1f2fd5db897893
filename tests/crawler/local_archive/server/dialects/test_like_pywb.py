"""pywb itself and our imitation, asked the same: status, headers and body are equal but for what is named here."""

import http.client
import re
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from crawler.local_archive.embedded import EmbeddedArchive
from crawler.local_archive.server.asked import PYWB
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


@pytest.fixture(scope="module")
def real_port(museum: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a pywb that serves the museum as a collection of that name."""
    python = python_with("pywb", {"pywb": "pywb==2.10.0"}, tmp_path_factory)
    needs(python, "pywb")
    tools, home = Path(python).parent, tmp_path_factory.mktemp("pywb")
    for command in (["init", "collection"], ["add", "collection", str(museum / "museum.warc.gz")]):
        subprocess.run([tools / "wb-manager", *command], cwd=home, check=True, capture_output=True, timeout=120)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with subprocess.Popen(
        [tools / "wayback", "-b", "127.0.0.1", "-p", str(port)],
        cwd=home,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        deadline = time.monotonic() + 60
        while not _listens(port):
            assert time.monotonic() < deadline, "pywb did not start"
            time.sleep(0.1)
        yield port
        process.terminate()


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
