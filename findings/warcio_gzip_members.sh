#!/usr/bin/env bash
# warcio 1.8.1: of a gzip-encoded page with several members only the first one is returned.
#
# A gzip body may be a series of members (RFC 1952, section 2.2, to which HTTP refers); servers that join compressed parts
# send such bodies. Expected: `content_stream()` gives all of it, as warcio does for WARC files, which are such series
# themselves, and as FastWARC does for bodies. Seen: the first part alone, without an error, and the digest of the record
# is right. Read `raw_stream` and decode it with `gzip.decompress`, which reads all members.
set -euo pipefail

place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check "warcio==1.8.1" "FastWARC==2.0.1"
cd "$place"
"$place/venv/bin/python" - <<'PY'
import sys
import gzip
import io


BODY = gzip.compress(b"<h1>Privacy policy</h1>") + gzip.compress(b"<p>We share nothing.</p>")


def compare(seen, noted):
    print(seen)
    if seen != noted:
        sys.exit(f"Changed. Noted was:\n{noted}")
    print("As noted.")


from fastwarc.warc import ArchiveIterator as FastArchiveIterator
from warcio.archiveiterator import ArchiveIterator
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

file = io.BytesIO()
writer = WARCWriter(file, gzip=True)
headers = StatusAndHeaders("200 OK", [("Content-Encoding", "gzip")], protocol="HTTP/1.1")
writer.write_record(
    writer.create_warc_record("http://example.com/", "response", payload=io.BytesIO(BODY), http_headers=headers)
)
[seen] = [record.content_stream().read() for record in ArchiveIterator(io.BytesIO(file.getvalue()))]
records = FastArchiveIterator(io.BytesIO(file.getvalue()), auto_decode="all")
[whole] = [record.reader.read() for record in records]
compare(
    {"warcio": seen, "FastWARC": whole, "gzip": gzip.decompress(BODY)},
    {"warcio": b"<h1>Privacy policy</h1>"}
    | dict.fromkeys(("FastWARC", "gzip"), b"<h1>Privacy policy</h1><p>We share nothing.</p>"),
)
PY
