"""Rows of listings of other dialects, as the capture rows that CDX gives.

Names are mapped at the edge: `url`, `mime` and `status` become `original`, `mimetype` and `statuscode`. The key is
always our own of the original address, since archives do not agree on keys, and captures of several are joined by it.
"""

import base64
import binascii
import re
from collections.abc import Callable, Iterable, Iterator

import msgspec
from msgspec import Struct

from crawler.archives.addresses import is_playable, matching
from crawler.archives.cdx import MAX_LINE, MAX_ROWS, bounded, printable, shown
from pipelines.exceptions import ListingFailed
from pipelines.formats.surt import urlkey
from pipelines.items.captures import Capture, HttpAnswer, ListingPage, Query

Value = str | int | float | bool | None

_STAMP = re.compile(r"[0-9]{14}")
_STATUS = re.compile(r"[1-9][0-9]{2}")
_TOKEN = re.compile(r"[^\x00-\x20\x7f]{1,300}")
_ORIGINAL = re.compile(r"[^\x00-\x20\x7f]+")
_SHA1_HEX = re.compile(r"[0-9a-fA-F]{40}")
_BASE32 = re.compile(r"[A-Za-z2-7]{32}")
_TEXT_COLUMNS = ("urlkey", "timestamp", "url", "mime", "status", "digest", "length")


class Row(Struct):
    """A row as archives write it; whatever else stands in it is left out."""

    timestamp: Value = ""
    url: Value = ""
    mime: Value = ""
    status: Value = ""
    digest: Value = ""
    length: Value = ""
    offset: Value = ""
    filename: Value = ""
    truncated: Value = ""
    is_fuzzy: Value = ""


_read_row = msgspec.json.Decoder(Row).decode


def capture_of(row: Row) -> Capture | None:
    """The capture that a row tells of; None where it tells of none. Revisits have no status, as in CDX."""
    timestamp, original = str(row.timestamp), str(row.url)
    if not _STAMP.fullmatch(timestamp) or not _ORIGINAL.fullmatch(original):
        return None
    status = str(row.status)
    return Capture(
        urlkey(original),
        timestamp,
        original,
        _token(row.mime) or "unk",
        status if _STATUS.fullmatch(status) else "-",
        digest_of(str(row.digest or "")),
        _token(row.length) if str(row.length) not in ("0", "") else "-",  # some archives write 0 for all
    )


def digest_of(text: str) -> str:
    """A digest in CDX's form, base32 SHA-1 without prefix; another algorithm keeps its name, and none is `-`."""
    bare = text.removeprefix("sha1:").removeprefix("SHA1:")
    if _BASE32.fullmatch(bare):
        return bare.upper()
    if _SHA1_HEX.fullmatch(bare):
        return base64.b32encode(binascii.unhexlify(bare)).decode("ascii")
    return _token(bare) or "-"


def _token(value: Value) -> str:
    text = str(value) if value is not None else ""
    return text if _TOKEN.fullmatch(text) else ""


def read_line(line: bytes) -> Row | None:
    """A line of JSON, of CDXJ or of text columns; None where it is neither."""
    if len(line) > MAX_LINE:
        return None
    try:
        if line.startswith(b"{"):
            return _read_row(line)
        head, brace, rest = line.partition(b" {")
        if brace:
            return _cdxj(head, _read_row(b"{" + rest))
        return _text_columns(line.decode("utf-8").split(" "))
    except (ValueError, RecursionError):
        return None


def _cdxj(head: bytes, row: Row) -> Row | None:
    columns = head.decode("utf-8").split(" ")
    if len(columns) != 2:
        return None
    row.timestamp = columns[1]
    return row


def _text_columns(columns: list[str]) -> Row | None:
    """By position; a row without a status has a column less, which its digest, standing there, tells."""
    if len(columns) < len(_TEXT_COLUMNS) - 1:
        return None
    if not _STATUS.fullmatch(columns[4]) and columns[4] not in ("-", "0", "-1"):
        columns = [*columns[:4], "-", *columns[4:]]
    return Row(**dict(zip(_TEXT_COLUMNS[1:], columns[1:7], strict=False)))


def lines_of(body: bytes) -> list[bytes]:
    """The lines of a listing. Raises ListingFailed where the last one is not whole, or there are too many."""
    if body and not body.endswith(b"\n"):
        raise ListingFailed("listing cut short", transient=True, detail=f"{len(body)} bytes without a last newline")
    if body.count(b"\n") > MAX_ROWS:
        raise ListingFailed("listing too long", detail=f"more than {MAX_ROWS} rows in one answer")
    return [stripped for line in body.split(b"\n") if (stripped := line.strip())]


Reader = Callable[[Row], Capture | None]


def page_of(
    query: Query, answer: HttpAnswer, lines: list[bytes], wanted: Callable[[Capture], bool], reader: Reader = capture_of
) -> ListingPage:
    """The page that these lines make, whole as it stands. Raises ListingFailed where none of them is a row."""
    malformed: list[str] = []
    outside: list[str] = []
    rows = tuple(_asked_for(query, _captures(lines, malformed, reader), outside))
    if malformed and len(malformed) == len(lines):
        raise ListingFailed("not CDX rows", transient=True, detail=malformed[0])
    kept = tuple(row for row in rows if wanted(row))
    return ListingPage(query, answer, kept, bounded(malformed), outside=bounded(outside))


def _captures(lines: Iterable[bytes], malformed: list[str], reader: Reader) -> Iterator[Capture]:
    """The distinct captures, in order: archives merge several indexes, and repeat rows."""
    seen = set()
    for line in lines:
        row = read_line(line)
        if row is not None and str(row.is_fuzzy) == "1":
            continue  # what is like the address asked for, not about it
        capture = reader(row) if row is not None else None
        if capture is None:
            malformed.append(printable(line))
        elif capture.key not in seen:
            seen.add(capture.key)
            yield capture


def _asked_for(query: Query, rows: Iterable[Capture], outside: list[str]) -> Iterator[Capture]:
    covers = matching(query.url, query.match)
    for row in rows:
        if is_playable(row.original) and covers(row.urlkey, row.original):
            yield row
        else:
            outside.append(shown(f"{row.urlkey} {row.timestamp} {row.original}"))
