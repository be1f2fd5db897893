"""Playback of an embedded archive: `GET /web/<timestamp>id_/<url>`, answered as the Wayback Machine answers.

A memento has `Memento-Datetime` and the archived status; every other answer has not. Asked for another time than that
of a capture, the archive leads to the nearest one with a 302 of its own.
"""

import gzip
import re
from datetime import UTC, datetime
from email.utils import format_datetime
from urllib.parse import quote, unquote, urljoin

from warcio.statusandheaders import StatusAndHeaders

from crawler.local_archive.server.cdxindex import CdxIndex
from crawler.local_archive.server.loopback import Answer, Headers
from crawler.local_archive.server.queries import seconds
from crawler.local_archive.server.records import Records, Stored, TooLarge
from crawler.local_archive.server.rows import Row
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


class Playback:
    """Replays the `records` that `index` knows; `name` is that of the folder they lie in."""

    def __init__(self, index: CdxIndex, records: Records, name: str) -> None:
        self._index = index
        self._records = records
        self._name = name

    def answer(self, timestamp: str, flag: str, url: str, base: str, gzipped: bool = False) -> Answer:
        """What the archive says to one replay request. `base` is its own address, without a slash at the end."""
        url = unquote(url) if _ENCODED_SCHEME.match(url) else url
        rows = [row for row in self._index.rows_of(urlkey(url)) if row.is_playable]
        if not rows:
            return Answer(404, _HTML, NOT_ARCHIVED)
        row = _nearest(rows, timestamp, url)
        if row.timestamp != timestamp:
            return _hop(row, flag, base)
        try:
            own, source = self._records.found(row, rows)
        except TooLarge:
            return Answer(504, _HTML, b"<html><head><title>504 Gateway Time-out</title></head></html>\n")
        if source is None:
            return Answer(404, _HTML, NOT_ARCHIVED)
        body, encoding = _decoded(source)
        headers = (
            *_archived_headers(own.headers, source.headers),
            *encoding,
            *_location(source, row, flag, base),
            ("memento-datetime", http_date(row.timestamp)),
            ("link", _links(row, rows, base)),
            ("x-archive-src", f"{self._name}/{row.filename}"),
            *(_GZIP if gzipped else ()),
        )
        return Answer(source.status, headers, gzip.compress(body, 1, mtime=0) if gzipped else body, source.reason)


def _decoded(source: Stored) -> tuple[bytes, Headers]:
    """The body without its coding; what is not opened here keeps its coding, and a header that says so."""
    decoded = source.decoded()
    if decoded is not None:
        return decoded, ()
    return source.payload, (("x-archive-orig-content-encoding", source.coding),)


def _nearest(rows: list[Row], timestamp: str, url: str) -> Row:
    wanted = seconds(timestamp)
    return min(rows, key=lambda row: (abs(seconds(row.timestamp) - wanted), row.original != url))


def http_date(timestamp: str) -> str:
    """A timestamp as headers have it."""
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


def _location(source: Stored, row: Row, flag: str, base: str) -> Headers:
    """An archived Location leads into the archive, in one of three forms (full, by path, without scheme)."""
    target = source.headers.get_header("location")
    if not 300 <= source.status < 400 or not target:
        return ()
    form = (base, "", base.removeprefix("http:"))[sum(map(int, row.timestamp)) % 3]
    return (("location", f"{form}/web/{row.timestamp}{flag}/{quoted(joined(row.original, target))}"),)


def joined(base: str, target: str) -> str:
    """Where a Location leads; itself where it cannot be read."""
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
            links.append(f'<{base}/web/{time}/{original}>; rel="{rel}"; datetime="{http_date(time)}"')
    return ", ".join(links)
