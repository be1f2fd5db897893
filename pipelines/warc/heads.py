"""The HTTP heads of records, also of those that have none or several."""

from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders, StatusAndHeadersParser

_PARSER = StatusAndHeadersParser(["HTTP/1.0", "HTTP/1.1"], False)
_HTTP = b"HTTP/"


def give_head(record: ArcWarcRecord) -> bytes:
    """Gives a record, read without parsing, its HTTP head; returns the bytes of the body that were read with it.

    Of several heads (`100 Continue`) the last counts. A record without one, as servers of the 1990s answered, is a
    page with 200; a `resource` has the type of its record. A revisit may have none at all.
    """
    line = record.raw_stream.readline()
    if record.rec_type == "resource" or not line.startswith(_HTTP):
        status = "200 OK" if line or record.rec_type != "revisit" else ""
        record.http_headers = StatusAndHeaders(
            status, [("Content-Type", _type_of(record))] if status else [], "HTTP/0.9"
        )
        return bytes(line)
    record.http_headers = _PARSER.parse(record.raw_stream, full_statusline=line)
    while record.http_headers.get_statuscode().startswith("1"):
        line = record.raw_stream.readline()
        if not line.startswith(_HTTP):
            return bytes(line)
        record.http_headers = _PARSER.parse(record.raw_stream, full_statusline=line)
    return b""


def _type_of(record: ArcWarcRecord) -> str:
    named = record.rec_headers.get_header("Content-Type") or ""
    return named if record.rec_type == "resource" and named else "text/html"
