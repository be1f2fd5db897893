#!/usr/bin/env bash
# Scrapy 2.19.0 on Twisted 26.10.0: a GET goes out twice and is counted once when a kept-alive connection closes.
#
# Servers close idle connections whenever they like, also just as the next request arrives. Expected: a failed request,
# which Scrapy's RetryMiddleware (off here) may send again and counts. Seen: Twisted's connection pool sends the request
# again on a new connection by itself. The server has three requests, Scrapy's statistics and delays know of two: enough
# to exceed a limit that is counted by the server. Give the pool `retryAutomatically = False` in a handler of your own.
set -euo pipefail

place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check "scrapy==2.19.0" "twisted==26.10.0"
cd "$place"
"$place/venv/bin/python" - <<'PY'
import sys
import socket
import threading


ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nok"


def talk(connection: socket.socket, received: list[str]) -> None:
    """Answer on one connection; the first request of /second that comes on a used one finds it closing."""
    answered = 0
    with connection:
        while data := connection.recv(65536):
            received.append(path := data.split()[1].decode())
            if answered and received.count("/second") == 1 and path == "/second":
                return
            connection.sendall(ANSWER)
            answered += 1


def serve(listener: socket.socket, received: list[str]) -> None:
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=talk, args=(connection, received), daemon=True).start()


def compare(seen, noted):
    print(seen)
    if seen != noted:
        sys.exit(f"Changed. Noted was:\n{noted}")
    print("As noted.")


listener = socket.create_server(("127.0.0.1", 0))

import scrapy
from scrapy.crawler import CrawlerProcess

received: list[str] = []
base = f"http://127.0.0.1:{listener.getsockname()[1]}"
threading.Thread(target=serve, args=(listener, received), daemon=True).start()

class Two(scrapy.Spider):
    name = "two"

    async def start(self):
        yield scrapy.Request(f"{base}/first")

    def parse(self, response):
        if response.url.endswith("/first"):
            yield scrapy.Request(f"{base}/second")

quiet = {"LOG_ENABLED": False, "TELNETCONSOLE_ENABLED": False, "REMOTE_CONTROL_ENABLED": False}
process = CrawlerProcess(quiet | {"RETRY_ENABLED": False, "ROBOTSTXT_OBEY": False})
crawler = process.create_crawler(Two)
process.crawl(crawler)
process.start()
counted = crawler.stats.get_value("downloader/request_count")
compare(
    {"received by the server": received, "counted by Scrapy": counted},
    {"received by the server": ["/first", "/second", "/second"], "counted by Scrapy": 2},
)
PY
