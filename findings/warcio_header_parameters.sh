#!/usr/bin/env bash
# warcio 1.8.1: a header with letters beyond ASCII and a parameter beside them cannot be written.
#
# WARCWriter makes headers ASCII where they are not: "Café" becomes "Caf%C3%A9", and of 'a; name="ü"' the value is
# rewritten as RFC 8187 has it. So whatever a server sent is expected to be written. Seen: where there is a semicolon,
# only what follows an equals sign is escaped, so "Café; version=2" raises UnicodeEncodeError in write_record, and a crawl
# that kept a hundred thousand answers ends at one. And a parameter that is plain is rewritten with the others: behind
# 'text/html; charset=utf-8; title="ü"' stands no charset any more, but charset*. What helps is to escape values before
# they are given to StatusAndHeaders.
set -euo pipefail

place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check "warcio==1.8.1"
cd "$place"
"$place/venv/bin/python" - <<'PY'
import sys
from io import BytesIO

from warcio.archiveiterator import ArchiveIterator
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter


def kept(name: str, value: str) -> str:
    """What a header is when it was written and read again."""
    file = BytesIO()
    writer = WARCWriter(file, gzip=False)
    head = StatusAndHeaders("200 OK", [(name, value)], protocol="HTTP/1.1")
    record = writer.create_warc_record("http://a.example/", "response", payload=BytesIO(b"x"), http_headers=head)
    try:
        writer.write_record(record)
    except UnicodeEncodeError as error:
        return type(error).__name__
    file.seek(0)
    [found] = ArchiveIterator(file)
    return str(found.http_headers.get_header(name))


seen = [
    kept("X-Powered-By", "Café"),
    kept("X-Powered-By", "Café; version=2"),
    kept("Content-Type", 'text/html; charset=utf-8; title="ü"'),
]
noted = [
    "Caf%C3%A9",
    "UnicodeEncodeError",
    "text/html; charset*=UTF-8''utf-8; title*=UTF-8''%C3%BC",
]
print(*seen, sep="\n")
if seen != noted:
    sys.exit(f"Changed. Noted was: {noted}")
print("As noted.")
PY
