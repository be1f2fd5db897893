#!/usr/bin/env bash
# warcio 1.8.1: a trailer field after the last chunk ends up in the body.
#
# RFC 9112, section 7.1, allows fields after the last chunk ("0", then `Server-Timing: ...` and the like), and crawlers
# that record the wire keep them in WARC files. Expected: `content_stream()` gives the body, as it does with chunk
# extensions. Seen: the reader takes the trailer for a sign that the rest is not chunked and appends what it has read, in
# part. Decode chunks yourself where a record has `Transfer-Encoding: chunked`, or cut the trailer off first.
set -euo pipefail

place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check "warcio==1.8.1"
cd "$place"
"$place/venv/bin/python" - <<'PY'
import sys
import io


HTTP = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\nTrailer: X\r\n\r\n"
    b"6\r\npolicy\r\n0\r\nX: y\r\n\r\n"
)
RECORD = (
    b"WARC/1.1\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-000000000001>\r\n"
    b"WARC-Date: 2020-01-01T00:00:00Z\r\nWARC-Target-URI: http://example.com/\r\n"
    b"Content-Type: application/http; msgtype=response\r\nContent-Length: %d\r\n\r\n%b\r\n\r\n" % (len(HTTP), HTTP)
)


def compare(seen, noted):
    print(seen)
    if seen != noted:
        sys.exit(f"Changed. Noted was:\n{noted}")
    print("As noted.")


from warcio.archiveiterator import ArchiveIterator

[body] = [record.content_stream().read() for record in ArchiveIterator(io.BytesIO(RECORD))]
compare(body, b"policy0\r\n y\r\n\r\n")
PY
