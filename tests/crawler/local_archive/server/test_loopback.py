import http.client
import socket
import threading
import time
from collections.abc import Iterator

import pytest

from crawler.local_archive.server.loopback import Answer, Delivery, LoopbackServer, Request

BODY = b"0123456789" * 5_000


class Desk:
    """Answers every request with what lies on the desk, and notes it."""

    def __init__(self) -> None:
        self.answer = Answer(200, (("X-Test", "yes"),), BODY)
        self.seen: list[Request] = []

    def __call__(self, request: Request) -> Answer:
        self.seen.append(request)
        return self.answer


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def server(desk: Desk) -> Iterator[LoopbackServer]:
    server = LoopbackServer(desk)
    yield server
    server.close()


@pytest.fixture
def connection(server: LoopbackServer) -> Iterator[http.client.HTTPConnection]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    yield connection
    connection.close()


def raw(server: LoopbackServer, data: bytes) -> bytes:
    """What comes back for these bytes until the server closes."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as client:
        client.sendall(data)
        client.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: client.recv(65_536), b""))


def test_one_connection_carries_many_requests(connection: http.client.HTTPConnection, desk: Desk) -> None:
    for number in range(3):
        connection.request("GET", f"/{number}?x=%20y")
        answer = connection.getresponse()
        assert (answer.status, answer.getheader("x-test"), answer.read()) == (200, "yes", BODY)
    assert [request.target for request in desk.seen] == ["/0?x=%20y", "/1?x=%20y", "/2?x=%20y"]
    assert {request.connection for request in desk.seen} == {1}


def test_many_clients_are_served_at_once(server: LoopbackServer, desk: Desk) -> None:
    meeting = threading.Barrier(8, timeout=10)
    found = []

    def handler(request: Request) -> Answer:
        meeting.wait()  # nobody passes before all are here
        return Answer(200, body=request.target.encode())

    desk.__call__ = handler  # type: ignore[method-assign]
    together = LoopbackServer(handler)

    def ask(number: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", together.port, timeout=10)
        connection.request("GET", f"/{number}")
        found.append(connection.getresponse().read())
        connection.close()

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    together.close()
    assert sorted(found) == [b"/%d" % number for number in range(8)]


def test_head_has_no_body(connection: http.client.HTTPConnection) -> None:
    connection.request("HEAD", "/")
    answer = connection.getresponse()
    assert (answer.getheader("content-length"), answer.read()) == (str(len(BODY)), b"")
    connection.request("GET", "/")  # would read the body of the first as its answer
    assert connection.getresponse().read() == BODY


@pytest.mark.parametrize(
    "data", [b"nonsense\r\n\r\n", b"GET / HTTP/1.1", b"\r\n", b"GET / FTP/1\r\n\r\n", b"G" * 70_000]
)
def test_what_is_no_request_gets_no_answer(server: LoopbackServer, data: bytes) -> None:
    assert raw(server, data) in (b"",) or data == b"GET / HTTP/1.1"


def test_headers_cannot_break_lines(server: LoopbackServer, desk: Desk) -> None:
    desk.answer = Answer(200, (("X-Test", "a\r\nSet-Cookie: b"),), reason="O\nK")
    head = raw(server, b"GET / HTTP/1.1\r\nHost: localhost:1\r\n\r\n").decode()
    assert head.splitlines()[:2] == ["HTTP/1.1 200 OK", "X-Test: aSet-Cookie: b"]


def test_unknown_status_has_a_phrase(server: LoopbackServer, desk: Desk) -> None:
    desk.answer = Answer(452)
    assert raw(server, b"GET / HTTP/1.1\r\n\r\n").startswith(b"HTTP/1.1 452 Unknown\r\n")


def test_cut_body_is_short_and_closes(connection: http.client.HTTPConnection, desk: Desk) -> None:
    desk.answer = Answer(200, body=BODY, delivery=Delivery(cut_after=20_000))
    connection.request("GET", "/")
    with pytest.raises(http.client.IncompleteRead) as caught:
        connection.getresponse().read()
    assert len(caught.value.partial) == 20_000
    assert not desk.answer.is_whole


@pytest.mark.parametrize("cut", [None, 100])
def test_reset_is_seen_as_such(server: LoopbackServer, desk: Desk, cut: int | None) -> None:
    desk.answer = Answer(200, body=BODY, delivery=Delivery(reset=True, cut_after=cut))
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as client:
        client.sendall(b"GET / HTTP/1.1\r\n\r\n")
        with pytest.raises(ConnectionResetError):
            list(iter(lambda: client.recv(65_536), b""))


def test_wait_comes_before_the_answer(connection: http.client.HTTPConnection, desk: Desk) -> None:
    desk.answer = Answer(200, delivery=Delivery(wait=0.2))
    start = time.monotonic()
    connection.request("GET", "/")
    assert connection.getresponse().status == 200
    assert time.monotonic() - start >= 0.2


def test_drip_arrives_whole(connection: http.client.HTTPConnection, desk: Desk) -> None:
    desk.answer = Answer(200, body=BODY, delivery=Delivery(pause=0.01, repeat=2))
    connection.request("GET", "/")
    assert connection.getresponse().read() == BODY * 2


def test_silence_lasts_until_the_client_gives_up(server: LoopbackServer, desk: Desk) -> None:
    desk.answer = Answer(200, delivery=Delivery(silent=True))
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=0.3)
    connection.request("GET", "/")
    with pytest.raises(TimeoutError):
        connection.getresponse()
    connection.close()


def test_closing_ends_silent_and_waiting_connections(desk: Desk) -> None:
    server = LoopbackServer(desk)
    clients = []
    for delivery in (Delivery(silent=True), Delivery(wait=3_600), Delivery(pause=3_600)):
        desk.answer = Answer(200, body=BODY, delivery=delivery)
        client = socket.create_connection(("127.0.0.1", server.port), timeout=10)
        client.sendall(b"GET / HTTP/1.1\r\n\r\n")
        clients.append(client)
        while len(desk.seen) < len(clients):
            time.sleep(0.001)
    server.close()
    for client in clients:
        client.settimeout(10)
        while client.recv(1 << 16):  # what was sent before may still come; then it is closed, and no time-out
            pass
        client.close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", server.port), timeout=10)


def test_refusal_cuts_connections_and_ends(server: LoopbackServer, connection: http.client.HTTPConnection) -> None:
    connection.request("GET", "/")
    connection.getresponse().read()
    server.refuse(1.5)
    assert connection.sock is not None
    assert connection.sock.recv(1) == b""  # the kept connection is cut, and from then on nobody comes in
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", server.port), timeout=10)
    assert _until_accepted(server).startswith(b"HTTP/1.1 200")


def _until_accepted(server: LoopbackServer) -> bytes:
    deadline = time.monotonic() + 120
    while True:
        try:
            return raw(server, b"GET / HTTP/1.1\r\n\r\n")
        except ConnectionRefusedError:
            assert time.monotonic() < deadline
            time.sleep(0.02)


def test_taken_port_is_an_error(server: LoopbackServer, desk: Desk) -> None:
    with pytest.raises(OSError, match="in use"):
        LoopbackServer(desk, server.port)


@pytest.mark.parametrize(
    "host",
    ["evil.example", "127.0.0.1.evil.example:80", "[::2]", "localhost@evil.example", "localhost\r\nHost: evil.example"],
)
def test_only_names_of_this_machine_are_answered(server: LoopbackServer, desk: Desk, host: str) -> None:
    assert raw(server, f"GET / HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()).startswith(b"HTTP/1.1 403 ")
    assert desk.seen == []


@pytest.mark.parametrize("host", ["127.0.0.1:8390", "LocalHost", "[::1]:80"])
def test_the_names_of_this_machine_are(server: LoopbackServer, host: str) -> None:
    assert raw(server, f"GET / HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize("about", ["Content-Length: 1000000", "Content-Length: x", "Transfer-Encoding: chunked"])
def test_a_body_is_not_waited_for(server: LoopbackServer, desk: Desk, about: str) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as client:
        client.sendall(f"POST / HTTP/1.1\r\n{about}\r\n\r\n".encode())
        assert b"".join(iter(lambda: client.recv(65_536), b"")).startswith(b"HTTP/1.1 413 ")
    assert desk.seen == []


def test_idle_connections_are_closed(desk: Desk) -> None:
    server = LoopbackServer(desk, idle=0.1)
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as client:
        client.sendall(b"GET / HT")
        assert client.recv(1) == b""
    server.close()
