"""A small HTTP/1.1 server for the loopback interface: kept-alive connections, one thread each, every request recorded.

How an answer travels is part of the answer (`Delivery`), so that whatever a network does to a client can be said in
one word by the code that answers. Standard library only.
"""

import contextlib
import http.client
import io
import re
import select
import socket
import struct
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import Message
from http import HTTPStatus

HOST = "127.0.0.1"
IDLE = 300.0  # seconds without a byte until a connection is closed: longer than clients keep theirs
_MAX_LINE = 65_536
_LOOPBACK_NAME = re.compile(r"(?:127(?:\.\d{1,3}){3}|localhost|\[::1\])(?::\d{1,5})?", re.IGNORECASE)

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Delivery:
    """What the network does to an answer. The default: nothing."""

    wait: float = 0.0  # seconds before the first byte
    cut_after: int | None = None  # bytes of the body that arrive before the connection closes
    without_head: bool = False  # not even the status line arrives
    reset: bool = False  # closes with RST instead of FIN, at `cut_after` or before the first byte
    silent: bool = False  # takes the request and never says a word
    pause: float = 0.0  # seconds before each chunk of the body
    chunk: int = 16_384  # bytes
    repeat: int = 1  # times the body is sent, so that huge ones need not be held
    refuse: float = 0.0  # seconds for which all connections are refused; the others are cut, this one is reset


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, headers and the body's bytes as they are sent.

    `cause` names who answered in the archive's stead; `is_spoilt` says that nobody can use the answer.
    """

    status: int
    headers: Headers = ()
    body: bytes = b""
    reason: str = ""
    cause: str = ""
    is_spoilt: bool = False
    delivery: Delivery = Delivery()

    @property
    def is_whole(self) -> bool:
        """Whether all bytes are sent."""
        way = self.delivery
        cut = way.cut_after is not None and way.cut_after < len(self.body) * way.repeat
        return not (cut or way.without_head or way.reset or way.silent or way.refuse)

    def header(self, name: str) -> str:
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), "")

    def head(self) -> bytes:
        """The status line and headers, framing included. Characters that could break a line are dropped."""
        lines = [f"HTTP/1.1 {self.status} {self.reason or _phrase(self.status)}"]
        lines += [f"{name}: {value}" for name, value in self.headers]
        if not self.header("content-length") and not self.header("transfer-encoding"):
            lines.append(f"Content-Length: {len(self.body) * self.delivery.repeat}")
        clean = (line.replace("\r", "").replace("\n", "") for line in lines)
        return "\r\n".join([*clean, "", ""]).encode("latin-1", "replace")


@dataclass(frozen=True, slots=True)
class Request:
    """One request line with its headers. `target` is verbatim; `connection` counts from 1, `at` is monotonic."""

    method: str
    target: str
    headers: Message = field(repr=False)
    connection: int = 0
    at: float = 0.0

    def header(self, name: str) -> str:
        return str(self.headers.get(name, ""))


Handler = Callable[[Request], Answer]


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"


class LoopbackServer:
    """Serves `handler` on 127.0.0.1. Port 0 takes a free one; an OSError says that a port is taken."""

    def __init__(self, handler: Handler, port: int = 0, idle: float = IDLE) -> None:
        self._handler = handler
        self._idle = idle
        self._lock = threading.Lock()
        self._open: dict[socket.socket, threading.Thread] = {}
        self._accepted = 0
        self._stopping = threading.Event()
        self._listener = _bound(port)
        self._waker, self._wake = socket.socketpair()
        self.port: int = self._listener.getsockname()[1]
        self._listener.listen(128)
        self._refusing_until = 0.0
        self._acceptor = threading.Thread(target=self._accept_all, name="loopback-accept", daemon=True)
        self._acceptor.start()

    def refuse(self, seconds: float) -> None:
        """From now on, and for `seconds`, new connections are refused and kept ones are cut."""
        with self._lock:
            self._refusing_until = max(self._refusing_until, time.monotonic() + seconds)
        self._wake.send(b"r")

    def close(self) -> None:
        """Stops listening, cuts every connection and waits for the threads."""
        self._stopping.set()
        self._wake.send(b"s")
        self._acceptor.join()
        self._listener.close()
        self._waker.close()
        self._wake.close()
        for thread in self._cut_all():
            thread.join()

    def _accept_all(self) -> None:
        while not self._stopping.is_set():
            ready, _, _ = select.select([self._listener, self._waker], [], [])
            if self._waker in ready:
                self._waker.recv(4096)
                self._sit_out_refusal()
            elif self._listener in ready:
                self._accept()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):  # a client that left between select and accept
            connection, _ = self._listener.accept()
            self._accepted += 1
            thread = threading.Thread(target=self._serve, args=(connection, self._accepted), daemon=True)
            with self._lock:
                self._open[connection] = thread
            thread.start()

    def _sit_out_refusal(self) -> None:
        if self._refusing_until <= time.monotonic():
            return
        self._listener.close()
        self._listener = _bound(self.port)  # bound but not listening: connecting is refused, the port stays ours
        self._cut_all()
        while not self._stopping.is_set() and (left := self._refusing_until - time.monotonic()) > 0:
            if select.select([self._waker], [], [], left)[0]:
                self._waker.recv(4096)
        self._listener.listen(128)

    def _cut_all(self) -> list[threading.Thread]:
        with self._lock:
            connections = dict(self._open)
        for connection in connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        return [thread for thread in connections.values() if thread is not threading.current_thread()]

    def _serve(self, connection: socket.socket, number: int) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.settimeout(self._idle)
        try:
            with connection.makefile("rb") as stream:
                while request := _read_request(stream, number):
                    refused = _refusal(request)
                    if not self._deliver(connection, refused or self._handler(request), request.method):
                        break
        except OSError:
            pass  # the client has gone, which is its right
        finally:
            with self._lock:
                del self._open[connection]
            connection.close()

    def _deliver(self, connection: socket.socket, answer: Answer, method: str) -> bool:
        """Sends the answer; false when the connection is not to be kept."""
        way = answer.delivery
        if way.wait and self._stopping.wait(way.wait):
            return False
        if way.silent:
            connection.recv(1)  # returns when the client or the server gives up
            return False
        if way.refuse:
            self.refuse(way.refuse)
        if way.refuse or (way.reset and way.cut_after is None):
            return _reset(connection)
        head, body = answer.head(), b"" if method == "HEAD" else answer.body
        if way == Delivery(wait=way.wait):
            connection.sendall(head + body)
            return answer.header("connection").lower() != "close"
        connection.sendall(b"" if way.without_head else head)
        self._send_slowly(connection, body, way)
        if way.reset:
            return _reset(connection)
        return way.cut_after is None and not way.without_head

    def _send_slowly(self, connection: socket.socket, body: bytes, way: Delivery) -> None:
        left = way.cut_after if way.cut_after is not None else len(body) * way.repeat
        for _ in range(way.repeat):
            for start in range(0, len(body), way.chunk):
                if left <= 0 or (way.pause and self._stopping.wait(way.pause)):
                    return
                chunk = body[start : start + min(way.chunk, left)]
                connection.sendall(chunk)
                left -= len(chunk)


def _bound(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((HOST, port))
    except OSError:
        listener.close()
        raise
    return listener


def _reset(connection: socket.socket) -> bool:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    return False


def _read_request(stream: io.BufferedReader, number: int) -> Request | None:
    """The next request, or None where the client has none, or none that can be read."""
    line = stream.readline(_MAX_LINE + 1)
    parts = line.decode("latin-1").split()
    if len(line) > _MAX_LINE or len(parts) != 3 or not parts[2].startswith("HTTP/1."):
        return None
    try:
        headers = http.client.parse_headers(stream)
    except (http.client.HTTPException, ValueError):
        return None
    return Request(parts[0], parts[1], headers, number, time.monotonic())


def _refusal(request: Request) -> Answer | None:
    """The answer to what is never handled: a body, which stays unread, so that the connection ends; a name that is not
    of this machine, by which a page in a browser could ask in its visitor's stead."""
    ends = (("Content-Type", "text/plain"), ("Connection", "close"))
    if request.header("transfer-encoding") or request.header("content-length").strip() not in ("", "0"):
        return Answer(413, ends, b"Requests have no body here\n")
    hosts = request.headers.get_all("host", [])
    if any(host and not _LOOPBACK_NAME.fullmatch(str(host)) for host in hosts):
        return Answer(403, ends, b"Ask for 127.0.0.1 or localhost\n")
    return None
