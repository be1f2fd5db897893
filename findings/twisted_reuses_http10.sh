#!/usr/bin/env bash
# Twisted 26.10.0: a connection on which HTTP/1.0 was answered is used for the next request.
#
# An answer of HTTP/1.0 without "Connection: keep-alive" ends its connection (RFC 9112, 9.3), so a client is expected to
# open a new one. Seen: the connection pool sends the next request on the old one, which the server is about to close:
# Python's own http.server, which speaks 1.0 by default, loses some requests in this way, the more the busier the machine
# is. Here the server keeps the connection open for a moment, and gets both requests on it. Let test servers speak 1.1,
# and do not take a request that was lost so for an archive in trouble.
set -euo pipefail

place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check "twisted==26.10.0"
cd "$place"
"$place/venv/bin/python" - <<'PY'
import socket
import sys
import threading

from twisted.internet import reactor
from twisted.internet.defer import inlineCallbacks
from twisted.web.client import Agent, HTTPConnectionPool, readBody

ANSWER = b"HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nok"
received: list[tuple[int, str]] = []
answered: list[str] = []


def talk(number: int, connection: socket.socket) -> None:
    with connection:
        while data := connection.recv(65536):
            received.append((number, data.split()[1].decode()))
            connection.sendall(ANSWER)


def serve() -> None:
    number = 0
    while True:
        connection, _ = listener.accept()
        number += 1
        threading.Thread(target=talk, args=(number, connection), daemon=True).start()


@inlineCallbacks
def ask():
    pool = HTTPConnectionPool(reactor)
    agent = Agent(reactor, pool=pool)
    for path in (b"/first", b"/second"):
        response = yield agent.request(b"GET", b"http://127.0.0.1:%d%s" % (listener.getsockname()[1], path))
        body = yield readBody(response)
        answered.append(f"HTTP/{response.version[1]}.{response.version[2]} {body.decode()}")
    yield pool.closeCachedConnections()
    reactor.stop()


listener = socket.create_server(("127.0.0.1", 0))
threading.Thread(target=serve, daemon=True).start()
reactor.callWhenRunning(ask)
reactor.run()

seen = f"answers: {answered}\nconnection and request: {received}"
noted = "answers: ['HTTP/1.0 ok', 'HTTP/1.0 ok']\nconnection and request: [(1, '/first'), (1, '/second')]"
print(seen)
if seen != noted:
    sys.exit(f"Changed. Noted was:\n{noted}")
print("As noted.")
PY
