"""What Common Crawl's index and data servers do, and what its older crawls are like."""

import gzip
import json
import re
from collections.abc import Callable
from dataclasses import replace

from crawler.local_archive.server.asked import COMMONCRAWL
from crawler.local_archive.server.fault_kinds import BOTH, LISTING, PLAYBACK, Case, Catalogue
from crawler.local_archive.server.loopback import Answer, Delivery
from crawler.local_archive.server.row_forms import Fields
from pipelines.exceptions import CaptureFailed
from pipelines.formats.content_encoding import decode

CRAWLS = Catalogue(COMMONCRAWL)
_HTML = (("Content-Type", "text/html"),)
_XML = (("Content-Type", "application/xml"), ("Server", "AmazonS3"))
_SLOW_DOWN = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n'
    b"<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>"
)
_WHOLE_FILE = 1 << 30  # bytes
_LENGTH = re.compile(rb"(?i)(\r\nContent-Length: *)(\d+)")


@CRAWLS.add(on=LISTING)
def busy_index(case: Case) -> Answer:
    """504 of the index after eleven seconds"""
    page = b"<html>\n<head><title>504 Gateway Time-out</title></head>\n<body>nginx</body>\n</html>\n"
    return Answer(504, _HTML, page, delivery=Delivery(wait=case.scaled(11)))


@CRAWLS.add(on=LISTING)
def index_without_storage(case: Case) -> Answer:
    """500 of the index with the 503 of its storage inside"""
    text = "Internal Error: An error occurred (503) when calling the GetObject operation: SlowDown"
    return Answer(500, (("Content-Type", "application/json"),), json.dumps({"message": text}).encode())


@CRAWLS.add(on=BOTH)
def too_quick(case: Case) -> Answer:
    """403: what comes after 503s that were not heard"""
    return Answer(403, _HTML, b"<html><body>403 Forbidden</body></html>\n")


@CRAWLS.add(on=LISTING)
def wrong_address(case: Case) -> Answer:
    """404 with a page: no answer of the index at all"""
    return Answer(404, _HTML, b"<html><body><h1>404 Not Found</h1></body></html>\n")


@CRAWLS.add(on=LISTING, harmless=True)
def old_error_key(case: Case) -> Answer:
    """No captures, said under `error` as before pywb 2.5"""
    if case.given.status != 404 or _is_packed(case.given):
        return case.given
    return replace(case.given, body=case.given.body.replace(b'{"message"', b'{"error"'))


@CRAWLS.add(on=LISTING, harmless=True)
def encoding_column(case: Case) -> Answer:
    """Languages and `encoding` of pages, as the interface of 2025 gives them"""
    return _with_more(case, {"languages": "eng", "encoding": "UTF-8"})


@CRAWLS.add(on=LISTING, harmless=True)
def charset_column(case: Case) -> Answer:
    """Languages and `charset` of pages, as index files of 2025 have them"""
    return _with_more(case, {"languages": "deu,eng", "charset": "UTF-8"})


@CRAWLS.add(on=PLAYBACK)
def slow_down(case: Case) -> Answer:
    """503 of the storage, in XML"""
    return Answer(503, _XML, _SLOW_DOWN, reason="Slow Down")


@CRAWLS.add(on=PLAYBACK)
def whole_file(case: Case) -> Answer:
    """200 and a gigabyte instead of the part that was asked for"""
    if not _is_record(case):
        return case.given
    kept = tuple(pair for pair in case.given.headers if pair[0].lower() not in ("content-range", "content-length"))
    times = _WHOLE_FILE // max(1, len(case.given.body))
    return replace(case.given, status=200, headers=kept, delivery=Delivery(repeat=times))


@CRAWLS.add(on=PLAYBACK)
def cut_member(case: Case) -> Answer:
    """Half of the record, and the length in the header fits"""
    return replace(case.given, body=case.given.body[: len(case.given.body) // 2]) if _is_record(case) else case.given


@CRAWLS.add(on=PLAYBACK, lasting=True)
def other_record(case: Case) -> Answer:
    """The place holds the record of another address"""
    pattern = re.compile(rb"\r\nWARC-Target-URI: [^\r]*")
    return _with_record(case, lambda record: pattern.sub(b"\r\nWARC-Target-URI: http://other.example/", record, 1))


@CRAWLS.add(on=PLAYBACK, lasting=True)
def cut_at_capture(case: Case) -> Answer:
    """Half of the body, marked as truncated by its length"""

    def cut(head: bytes, http: bytes, body: bytes) -> bytes:
        half = body[: len(body) // 2]
        marked = head.replace(b"\r\nWARC-Type:", b"\r\nWARC-Truncated: length\r\nWARC-Type:", 1)
        return _joined(marked, http, half)

    return _with_parts(case, cut)


@CRAWLS.add(on=PLAYBACK, lasting=True, harmless=True)
def line_too_many(case: Case) -> Answer:
    """An empty line too many before the body, and a length that is two too small, as in 2018-34"""
    return _with_parts(case, lambda head, http, body: b"\r\n\r\n".join([head, http, b"\r\n" + body, b""]))


@CRAWLS.add(on=PLAYBACK, lasting=True, harmless=True)
def masked_encoding(case: Case) -> Answer:
    """A decoded body, with the coding it came in as X-Crawler-Content-Encoding, and no reason in the status line"""

    def masked(head: bytes, http: bytes, body: bytes) -> bytes:
        coded = re.search(rb"(?i)\r\nContent-Encoding: *(\S+)", http)
        try:
            plain = decode(body, [("X-Archive-Orig-Content-Encoding", coded[1].decode("latin-1"))]) if coded else body
        except CaptureFailed:
            return _joined(head, http, body)
        status, _, rest = re.sub(rb"(?i)\r\nContent-Encoding:[^\r]*", b"", http).partition(b"\r\n")
        status = b" ".join(status.split(b" ")[:2]) + b" "
        rest = _LENGTH.sub(rb"\g<1>%d" % len(plain), b"\r\n" + rest)
        return _joined(head, status + rest + b"\r\nX-Crawler-Content-Encoding: gzip", plain)

    return _with_parts(case, masked)


def _is_record(case: Case) -> bool:
    return case.given.status == 206 and case.given.body.startswith(b"\x1f\x8b")


def _with_record(case: Case, change: Callable[[bytes], bytes]) -> Answer:
    """The answer with another record in its gzip member."""
    if not _is_record(case):
        return case.given
    record = gzip.decompress(case.given.body)
    changed = change(record)
    return case.given if changed == record else replace(case.given, body=gzip.compress(changed, 1, mtime=0))


def _with_parts(case: Case, change: Callable[[bytes, bytes, bytes], bytes]) -> Answer:
    """The same for a change of WARC head, HTTP head and body."""

    def changed(record: bytes) -> bytes:
        head, _, block = record.partition(b"\r\n\r\n")
        http, gap, body = block.partition(b"\r\n\r\n")
        is_response = gap and b"\r\nWARC-Type: response" in head
        return change(head, http, body.removesuffix(b"\r\n\r\n")) if is_response else record

    return _with_record(case, changed)


def _joined(head: bytes, http: bytes, body: bytes) -> bytes:
    """A record whose length is that of its parts."""
    block = http + b"\r\n\r\n" + body
    return _LENGTH.sub(rb"\g<1>%d" % len(block), head) + b"\r\n\r\n" + block + b"\r\n\r\n"


def _with_more(case: Case, more: Fields) -> Answer:
    """More fields in rows of pages."""
    if case.given.status != 200 or "ndjson" not in case.given.header("content-type"):
        return case.given
    packed = _is_packed(case.given)
    lines = (gzip.decompress(case.given.body) if packed else case.given.body).decode().splitlines()
    rows = [json.loads(line) for line in lines]
    text = "".join(json.dumps({**row, **more} if row.get("status") == "200" else row) + "\n" for row in rows)
    return replace(case.given, body=gzip.compress(text.encode(), 1, mtime=0) if packed else text.encode())


def _is_packed(answer: Answer) -> bool:
    return answer.header("content-encoding") == "gzip"
