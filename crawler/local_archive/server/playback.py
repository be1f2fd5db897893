"""Playback of an embedded archive: `GET /web/<timestamp>id_/<url>`, answered as the Wayback Machine answers.

A memento has `Memento-Datetime` and the archived status; every other answer has not. Asked for another time than that
of a capture, the archive leads to the nearest one with a 302 of its own.
"""

import gzip
import re
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote, unquote, urljoin

import brotli  # type: ignore[import-untyped]
from warcio.archiveiterator import ArchiveIterator
from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders

from crawler.local_archive.server.cdxindex import CdxIndex, Row
from crawler.local_archive.server.dates import seconds
from crawler.local_archive.server.loopback import Answer, Headers
from pipelines.formats.surt import urlkey

_ENCODED_SCHEME = re.compile(r"https?%3a", re.IGNORECASE)
_NOT_REPLAYED = frozenset({"content-type", "content-encoding", "transfer-encoding", "location"})
_HTML = (("Content-Type", "text/html; charset=utf-8"),)
_GZIP = (("Content-Encoding", "gzip"),)
NOT_ARCHIVED = b"""<!DOCTYPE html>
<html lang="en"><head><title>Internet Archive Wayback Machine</title></head>
<body><div id="error"><h1>Hrm.</h1>
<p>The Wayback Machine has not archived that URL.</p></div></body></html>
"""


class _Stored(NamedTuple):
    """A record of a WARC file: its own headers, those of HTTP, and the decoded body."""

    about: StatusAndHeaders
    headers: StatusAndHeaders
    body: bytes

    @property
    def status(self) -> int:
        code = self.headers.get_statuscode()
        return int(code) if code.isascii() and code.isdigit() else 200

    @property
    def reason(self) -> str:
        return str(self.headers.statusline).partition(" ")[2]


class Playback:
    """Replays the records of `folder` that `index` knows."""

    def __init__(self, index: CdxIndex, folder: Path) -> None:
        self._index = index
        self._folder = folder

    def answer(self, timestamp: str, flag: str, url: str, base: str, gzipped: bool = False) -> Answer:
        """What the archive says to one replay request. `base` is its own address, without a slash at the end."""
        url = unquote(url) if _ENCODED_SCHEME.match(url) else url
        rows = [row for row in self._index.rows_of(urlkey(url)) if row.is_playable]
        if not rows:
            return Answer(404, _HTML, NOT_ARCHIVED)
        row = _nearest(rows, timestamp, url)
        if row.timestamp != timestamp:
            return _hop(row, flag, base)
        return self._memento(row, rows, flag, base, gzipped)

    def _memento(self, row: Row, rows: list[Row], flag: str, base: str, gzipped: bool) -> Answer:
        record = self._read(row)
        source = self._source_of_revisit(row, rows, record) if row.is_revisit else record
        if source is None:
            return Answer(404, _HTML, NOT_ARCHIVED)
        headers = (
            *_archived_headers(record.headers, source.headers),
            *_location(source, row, flag, base),
            ("memento-datetime", _http_date(row.timestamp)),
            ("link", _links(row, rows, base)),
            ("x-archive-src", f"{self._folder.name}/{row.filename}"),
            *(_GZIP if gzipped else ()),
        )
        body = gzip.compress(source.body, 1, mtime=0) if gzipped else source.body
        return Answer(source.status, headers, body, source.reason)

    def _read(self, row: Row) -> _Stored:
        with (self._folder / unquote(row.filename)).open("rb") as file:
            file.seek(int(row.offset))
            record = next(iter(ArchiveIterator(file)))
            return _Stored(record.rec_headers, record.http_headers, _decoded(record))

    def _source_of_revisit(self, row: Row, rows: list[Row], record: _Stored) -> _Stored | None:
        """The record whose bytes a revisit names: by its own reference, else by digest, of this address first."""
        for other in (*self._referred(record), *rows, *self._index.rows_with_digest(row.digest)):
            if other.digest == row.digest and other.is_playable and not other.is_revisit:
                return self._read(other)
        return None

    def _referred(self, record: _Stored) -> list[Row]:
        uri = record.about.get_header("WARC-Refers-To-Target-URI") or ""
        date = re.sub(r"\D", "", record.about.get_header("WARC-Refers-To-Date") or "")[:14]
        return [row for row in self._index.rows_of(urlkey(uri)) if row.timestamp == date] if uri and date else []


def _decoded(record: ArcWarcRecord) -> bytes:
    if str(record.http_headers.get_header("content-encoding")).lower() != "br":
        return bytes(record.content_stream().read())
    record.http_headers.remove_header("content-encoding")  # warcio 1.8 fails on brotli 1.2
    body = bytes(record.content_stream().read())
    try:
        return bytes(brotli.decompress(body))
    except brotli.error:
        return body


def _nearest(rows: list[Row], timestamp: str, url: str) -> Row:
    wanted = seconds(timestamp)
    return min(rows, key=lambda row: (abs(seconds(row.timestamp) - wanted), row.original != url))


def _http_date(timestamp: str) -> str:
    return format_datetime(datetime.fromtimestamp(seconds(timestamp), UTC), usegmt=True)


def _hop(row: Row, flag: str, base: str) -> Answer:
    headers = (
        ("Content-Type", "text/plain; charset=utf-8"),
        ("X-Archive-Redirect-Reason", f"found capture at {row.timestamp}"),
        ("Location", f"{base}/web/{row.timestamp}{flag}/{quoted(row.original)}"),
    )
    return Answer(302, headers)


def quoted(url: str) -> str:
    """An address as it can stand in a header or a request line; what is escaped already stays as it is."""
    return quote(url, safe="!$%&'()*+,/:;=?@[]~|#")


def _archived_headers(own: StatusAndHeaders, source: StatusAndHeaders) -> Headers:
    """The original headers, prefixed, but for those the archive does not give back."""
    headers = own.headers if own.get_header("content-type") else source.headers
    kept = [(f"x-archive-orig-{name.lower()}", value) for name, value in headers if name.lower() not in _NOT_REPLAYED]
    content_type = source.get_header("content-type")
    return (("content-type", content_type), *kept) if content_type else tuple(kept)


def _location(source: _Stored, row: Row, flag: str, base: str) -> Headers:
    """An archived Location leads into the archive, in one of three forms (full, by path, without scheme)."""
    target = source.headers.get_header("location")
    if not 300 <= source.status < 400 or not target:
        return ()
    form = (base, "", base.removeprefix("http:"))[sum(map(int, row.timestamp)) % 3]
    return (("location", f"{form}/web/{row.timestamp}{flag}/{quoted(_joined(row.original, target))}"),)


def _joined(base: str, target: str) -> str:
    try:
        return urljoin(base, target)
    except ValueError:
        return target


def _links(row: Row, rows: list[Row], base: str) -> str:
    """The Link header of RFC 7089; addresses lead to the view of a capture, `&` is written as in HTML."""
    original, at = quoted(row.original).replace("&", "&amp;"), rows.index(row)
    links = [
        f'<{original}>; rel="original"',
        f'<{base}/web/timemap/link/{original}>; rel="timemap"; type="application/link-format"',
        f'<{base}/web/{original}>; rel="timegate"',
    ]
    places = {"first": 0, "prev": at - 1, "": at, "next": at + 1, "last": len(rows) - 1}
    for name, place in places.items():
        if 0 <= place < len(rows):
            time, rel = rows[place].timestamp, f"{name} memento".strip()
            links.append(f'<{base}/web/{time}/{original}>; rel="{rel}"; datetime="{_http_date(time)}"')
    return ", ".join(links)
