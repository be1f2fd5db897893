#!/usr/bin/env bash
# waybackpy 3.0.6: one capture whose timestamp is no date ends the listing.
#
# CDX indexes hold some timestamps of 14 digits that are no date, such as 20000008241731: the archive lists them and plays
# them under these digits. Expected: the row as listed, or left out. Seen: `snapshots()` raises ValueError from within its
# iterator, after which there is no going on: everything behind that row is out of reach, also the other years. Ask for
# the pages of the listing yourself, and keep the digits as a string.
set -euo pipefail

place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check "waybackpy==3.0.6" "requests==2.34.2"
cd "$place"
"$place/venv/bin/python" - <<'PY'
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

from waybackpy import WaybackMachineCDXServerAPI

ROW = "com,example)/ {} http://example.com/ text/html 200 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA 500\n"
TIMES = ("19990102030405", "20000008241731", "20040102030405", "20050102030405")

NOTED = (["19990102030405"], "time data '20000008241731' does not match format '%Y%m%d%H%M%S'", [])


class Index(BaseHTTPRequestHandler):
    def do_GET(self):
        body = "".join(ROW.format(time) for time in TIMES).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


def compare(seen, noted):
    print(seen)
    if seen != noted:
        sys.exit(f"Changed. Noted was:\n{noted}")
    print("As noted.")


def times(snapshots):
    found = []
    try:
        for snapshot in snapshots:
            found.append(snapshot.timestamp)
    except ValueError as error:
        return found, str(error)
    return found, ""


server = HTTPServer(("127.0.0.1", 0), Index)
Thread(target=server.serve_forever, daemon=True).start()
api = WaybackMachineCDXServerAPI("http://example.com/", "a test of the listing")
api.endpoint = f"http://127.0.0.1:{server.server_port}/cdx"
snapshots = api.snapshots()
before, error = times(snapshots)
after, _ = times(snapshots)
compare((before, error, after), NOTED)
PY
