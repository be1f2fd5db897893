"""Records as other programs write them, down to the byte."""

import base64
import hashlib
from collections.abc import Iterable

SITE = "http://kites.example/"
HTTP = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"


def record(kind: str, block: bytes, url: str = SITE, date: str = "2020-01-01T00:00:00Z", **more: str) -> bytes:
    """One WARC record; names in `more` have `_` for `-`."""
    headers = {"WARC-Type": kind, "WARC-Target-URI": url, "WARC-Date": date}
    headers |= {name.replace("_", "-"): value for name, value in more.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"WARC/1.1\r\n{head}Content-Length: {len(block)}\r\n\r\n".encode() + block + b"\r\n\r\n"


def page(text: bytes, url: str = SITE, date: str = "2020-01-01T00:00:00Z", **more: str) -> bytes:
    """The record of a page that was answered with 200."""
    return record("response", HTTP + text, url, date, **more)


def arc(entries: Iterable[tuple[str, str, bytes]]) -> bytes:
    """An ARC 1 file of (url, 14 digits, block)."""
    about = b"1 0 Example\nURL IP-address Archive-date Content-type Archive-length\n"
    head = f"filedesc://x.arc 0.0.0.0 19970101000000 text/plain {len(about)}\n".encode() + about + b"\n"
    lines = (
        f"{url} 192.0.2.1 {time} text/html {len(block)}\n".encode() + block + b"\n" for url, time, block in entries
    )
    return head + b"".join(lines)


def sha1(text: bytes) -> str:
    return base64.b32encode(hashlib.sha1(text).digest()).decode()
