#!/usr/bin/env bash
# Twisted 26.10.0: an address that ends in "?" or ";" is asked for without that mark.
#
# "/policy?" and "/policy" are two addresses (RFC 3986, 6.2.3: an empty query is not to be taken out), and a web archive
# lists captures of both; so a client is expected to ask for what it was given. Seen: Agent.request sends "/policy" for
# "/policy?", "/policy;" and "/policy;?", and keeps the mark only where something follows it. Who counts what was asked
# by its address, or looks for an answer under it, must know both for one request; what has to go over the wire as it is
# written needs another client.
set -euo pipefail

place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check "twisted==26.10.0"
cd "$place"
"$place/venv/bin/python" - <<'PY'
import http.client
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from twisted.internet import reactor
from twisted.internet.defer import inlineCallbacks
from twisted.web.client import Agent, readBody

received: list[str] = []


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        received.append(self.path)
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_: object) -> None:
        """Nothing is told."""


PATHS = ("/policy?", "/policy;", "/policy;?", "/policy?a=", "/policy;v=1?")


@inlineCallbacks
def ask():
    agent = Agent(reactor)
    for path in PATHS:
        response = yield agent.request(b"GET", f"http://127.0.0.1:{port}{path}".encode())
        yield readBody(response)
    reactor.stop()


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
port = server.server_port
threading.Thread(target=server.serve_forever, daemon=True).start()
for path in PATHS:
    plain = http.client.HTTPConnection("127.0.0.1", port)
    plain.request("GET", path)
    plain.getresponse().read()
    plain.close()
reactor.callWhenRunning(ask)
reactor.run()

seen = f"by http.client: {received[: len(PATHS)]}\nby Twisted: {received[len(PATHS) :]}"
noted = (
    "by http.client: ['/policy?', '/policy;', '/policy;?', '/policy?a=', '/policy;v=1?']\n"
    "by Twisted: ['/policy', '/policy', '/policy', '/policy?a=', '/policy;v=1']"
)
print(seen)
if seen != noted:
    sys.exit(f"Changed. Noted was:\n{noted}")
print("As noted.")
PY
