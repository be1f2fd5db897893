"""A small archive with what tells dialects apart: revisits, redirects, a last slash, two captures of one second."""

import gzip
import io
from collections.abc import Iterable
from pathlib import Path

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

SITE = "http://museum.example.org"
HTML = ("Content-Type", "text/html; charset=utf-8")
TWO = b"<html>policy two</html>"


def make_museum(folder: Path) -> None:
    """Fills `folder` with one `museum.warc.gz`."""
    with (folder / "museum.warc.gz").open("wb") as file:
        writer = WARCWriter(file, gzip=True)
        for url, timestamp, body, status, headers in _responses():
            writer.write_record(_response(writer, url, timestamp, body, status, headers))
        for url, timestamp, of, body in _REVISITS:
            writer.write_record(_revisit(writer, url, timestamp, of, body))


def _responses() -> Iterable[tuple[str, str, bytes, str, list[tuple[str, str]]]]:
    ok, secure = "200 OK", SITE.replace("http:", "https:")
    yield f"{SITE}/privacy", "20120301100000", b"<html>policy one</html>", ok, [HTML, ("Server", "kite")]
    yield "https://www.museum.example.org/privacy", "20140502100000", TWO, ok, [HTML, ("Server", "kite2")]
    yield f"{secure}/terms", "20160101000000", b"<html>terms</html>", ok, [HTML]
    moved = [HTML, ("Location", "/privacy"), ("Content-Length", "0")]
    yield f"{secure}/moved", "20160201000000", b"", "301 Moved Permanently", moved
    yield f"{secure}/dir/", "20160201000000", b"<html>dir</html>", ok, [HTML]
    yield f"{secure}/gone", "20160201000000", b"gone", "404 Not Found", [HTML, ("Content-Length", "4")]
    zipped = gzip.compress(b"<html>zipped</html>", mtime=0)
    packed = [HTML, ("Content-Encoding", "gzip"), ("Content-Length", str(len(zipped)))]
    yield f"{secure}/gz", "20160201000000", zipped, ok, packed
    yield f"{SITE}/same", "20180101000000", b"<html>A</html>", ok, [HTML]
    yield f"{secure}/same", "20180101000000", b"<html>BB</html>", ok, [HTML]
    yield f"{SITE}/self", "20160101000000", b"", "301 Moved", [("Location", f"{secure}/self"), ("Content-Length", "0")]
    yield f"{secure}/self", "20170101000000", b"<html>real</html>", ok, [HTML]
    only = [("Location", "https://www.museum.example.org/only"), ("Content-Length", "0")]
    yield f"{SITE}/only", "20160101000000", b"", "301 Moved", only
    yield f"{secure}/q?id=1&b=2", "20190101000000", b"<html>query</html>", ok, [HTML]
    yield f"{secure}/file.pdf?v=1", "20190101000000", b"%PDF-1.4 not much", ok, [("Content-Type", "application/pdf")]
    yield "https://sub.museum.example.org/privacy", "20190101000000", b"<html>sub</html>", ok, [HTML]
    chunks = [HTML, ("Transfer-Encoding", "chunked")]
    yield f"{secure}/chunks", "20190101000000", b"5\r\n<p>on\r\n4\r\ne</p\r\n0\r\n\r\n", ok, chunks
    yield f"{secure}/cut", "20200101000000", b"<html>half of a p", ok, [HTML, ("X-Cut", "length")]


_REVISITS = (
    (
        "https://www.museum.example.org/privacy",
        "20150502100000",
        ("https://www.museum.example.org/privacy", "20140502100000"),
        TWO,
    ),
    (
        "https://museum.example.org/lost",
        "20170101000000",
        ("https://museum.example.org/never", "20160101000000"),
        b"<lost>",
    ),
)


def _response(
    writer: WARCWriter, url: str, timestamp: str, body: bytes, status: str, headers: list[tuple[str, str]]
) -> object:
    about = {"WARC-Date": _date(timestamp)}
    cut = [value for name, value in headers if name == "X-Cut"]
    if cut:
        about["WARC-Truncated"] = cut[0]
    lengths = [] if any(name in ("Content-Length", "Transfer-Encoding") for name, _ in headers) else [len(body)]
    kept = [pair for pair in headers if pair[0] != "X-Cut"] + [("Content-Length", str(length)) for length in lengths]
    http = StatusAndHeaders(status, kept, protocol="HTTP/1.1")
    return writer.create_warc_record(
        url, "response", io.BytesIO(body), len(body), warc_headers_dict=about, http_headers=http
    )


def _revisit(writer: WARCWriter, url: str, timestamp: str, of: tuple[str, str], body: bytes) -> object:
    import base64
    import hashlib

    digest = "sha1:" + base64.b32encode(hashlib.sha1(body).digest()).decode()
    http = StatusAndHeaders("200 OK", [HTML, ("Server", "kite2")], protocol="HTTP/1.1")
    record = writer.create_revisit_record(url, digest, of[0], _date(of[1]), http_headers=http)
    record.rec_headers.replace_header("WARC-Date", _date(timestamp))
    return record


def _date(timestamp: str) -> str:
    year, rest = timestamp[:4], timestamp[4:]
    month, day, hour, minute, second = (rest[at : at + 2] for at in range(0, 10, 2))
    return f"{year}-{month}-{day}T{hour}:{minute}:{second}Z"
