"""What lies between a request and its answer, against servers that do not behave."""

import os
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest

from tests.launching import launched

pytestmark = pytest.mark.slow

# in a process of its own: a reactor, once there, stays
_BEGIN = """
import sys
from scrapy.utils.reactor import install_reactor
install_reactor("twisted.internet.asyncioreactor.AsyncioSelectorReactor")
from scrapy.utils.test import get_crawler
from crawler import settings
from crawler.handlers import OneTryHandler
made = OneTryHandler(get_crawler(settings_dict={
    **{name: value for name, value in vars(settings).items() if name.isupper()},
    "USER_AGENT": "", "WAYBACK_CONNECT_TIMEOUT": 1,
    "DOWNLOAD_BIND_ADDRESS": "127.0.0.2",
    "WAYBACK_CDX_FIRST_BYTE_TIMEOUT": 1, "WAYBACK_REPLAY_FIRST_BYTE_TIMEOUT": 60}))
"""
_POOL = "print(made._pool.retryAutomatically, made._pool.maxPersistentPerHost, made._pool.persistent)"
_ASK = """
from time import monotonic
from scrapy import Request
from scrapy.utils.defer import deferred_from_coro
from twisted.internet import reactor
from crawler.spiders.responses import why_no_answer
async def ask():
    kind, url = sys.argv[1:]
    start = monotonic()
    try:
        told = (await made.download_request(Request(url, meta={"kind": kind, "download_timeout": 60.0}))).body
    except Exception as error:
        told = why_no_answer(error, "replay")
    print(told, "slow" if monotonic() - start > 45 else "in time")
    await made.close()
    reactor.stop()
reactor.callWhenRunning(lambda: deferred_from_coro(ask()))
reactor.run()
"""


def told(script: str, *arguments: str) -> str:
    ended = launched([sys.executable, "-c", _BEGIN + script, *arguments], dict(os.environ), 120)
    assert ended.stderr == ""
    return ended.stdout.strip()


@contextmanager
def serving(answer: Callable[[socket.socket], None]) -> Iterator[str]:
    """An address whose every connection gets `answer`."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def accept() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    with connection, suppress(OSError):
                        connection.recv(4096)
                        answer(connection)

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


def test_no_request_is_sent_again_behind_our_back() -> None:
    assert told(_POOL) == "False 5 True"


def test_headers_without_end_are_cut_off() -> None:
    from crawler.handlers import MOST_HEADER_BYTES  # whoever gathers the tests need not load it

    sent = []

    def pour(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        while sum(sent) < 100 * MOST_HEADER_BYTES:
            sent.append(connection.send(b"X-Filler: 1234567890\r\n" * 100))

    with serving(pour) as url:
        failure = told(_ASK, "replay", url)
    assert "reason='headers too long', transient=True" in failure
    assert failure.endswith("in time")
    assert sum(sent) < 100 * MOST_HEADER_BYTES, "the connection was given up"


def test_one_header_without_end_is_cut_off() -> None:
    def pour(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nX-Filler: ")
        while True:
            connection.send(b"x" * 65536)

    with serving(pour) as url:
        failure = told(_ASK, "replay", url)
    assert "reason='connection lost', transient=True" in failure
    assert failure.endswith("in time")


def test_an_answer_that_does_not_begin_is_not_waited_for_to_the_end() -> None:
    with serving(lambda connection: connection.sendall(b"HTTP/1.1 200 OK\r\n") or connection.recv(1)) as url:
        failure = told(_ASK, "cdx", url)
    assert "reason='no answer in time', transient=True" in failure
    assert "no headers of" in failure
    assert failure.endswith("in time")


def test_an_answer_that_has_begun_may_take_its_time() -> None:
    def dawdle(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\na")
        threading.Event().wait(1.5)
        connection.sendall(b"b")

    with serving(dawdle) as url:
        assert told(_ASK, "cdx", url) == "b'ab' in time"


def test_connections_come_from_the_address_that_was_set() -> None:
    def tell(connection: socket.socket) -> None:
        caller = connection.getpeername()[0].encode()
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(caller), caller))

    with serving(tell) as url:
        assert told(_ASK, "cdx", url) == "b'127.0.0.2' in time"


def test_a_connection_that_does_not_come_about_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        place = full.getsockname()
        waiting = [socket.socket() for _ in range(4)]  # nobody accepts them, and there is no room for more
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(place)
        failure = told(_ASK, "replay", f"http://127.0.0.1:{place[1]}/")
        for one in waiting:
            one.close()
    assert "reason='no answer in time', transient=True" in failure
    assert "no connection within" in failure
    assert failure.endswith("in time")
