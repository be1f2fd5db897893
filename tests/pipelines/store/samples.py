"""Mementos and listings of invented sites, for the tests of the store."""

import base64
import hashlib
from dataclasses import fields, replace

from pipelines.items.captures import ArchivedRedirect, Capture, HttpAnswer, ListingPage, Memento, Query

PAGE = b"<html><body><h1>Privacy</h1><p>We keep what you send us for a year.</p></body></html>"
FETCHED = "2026-01-02T03:04:05Z"
HEADERS = (
    ("Server", "nginx"),
    ("memento-datetime", "Thu, 01 Jan 2004 12:30:00 GMT"),
    ("link", '<http://shop.example/privacy>; rel="original"'),
    ("content-type", "text/html; charset=utf-8"),
    ("Content-Encoding", "gzip"),
    ("x-archive-orig-server", "Apache/1.3"),
    ("x-archive-orig-content-length", "7"),
    ("x-archive-orig-content-encoding", "gzip"),
    ("x-archive-orig-transfer-encoding", "chunked"),
    ("x-archive-src", "item/file.warc.gz"),
    ("X-NID", "HOME-NETWORK-AS64500"),
    ("set-cookie", "wb-p-SERVER=wwwb-app1; path=/"),
)


def a_capture(body: bytes = PAGE, timestamp: str = "20040101123000", path: str = "privacy") -> Capture:
    digest = base64.b32encode(hashlib.sha1(body, usedforsecurity=False).digest()).decode()
    return Capture(
        f"example,shop)/{path}", timestamp, f"http://shop.example/{path}", "text/html", "200", digest, "1811"
    )


def a_memento(body: bytes = PAGE, timestamp: str = "20040101123000", path: str = "privacy") -> Memento:
    capture = a_capture(body, timestamp, path)
    url = f"http://127.0.0.1:8390/web/{timestamp}id_/{capture.original}"
    return Memento(capture, timestamp, HttpAnswer(url, 200, HEADERS, body, FETCHED), "decoded")


def redirecting(memento: Memento, to: str) -> ArchivedRedirect:
    """The same, as the redirect to another address."""
    told = {one.name: getattr(memento, one.name) for one in fields(memento)}
    return ArchivedRedirect(**told, redirect_to=to)


def as_kept(memento: Memento) -> Memento:
    """The same without what tells of the client."""
    headers = tuple(pair for pair in memento.answer.headers if pair[0].lower() not in ("x-nid", "set-cookie"))
    return replace(memento, answer=replace(memento.answer, headers=headers))


def a_listing(body: bytes = b"example,shop)/ 20040101123000 http://shop.example/ text/html 200 X 1\n") -> ListingPage:
    query = Query("http://shop.example/", "prefix", ("!statuscode:404",), "2004", "2005")
    url = "http://127.0.0.1:8390/cdx/search/cdx?url=http%3A%2F%2Fshop.example%2F&filter=%21statuscode%3A404"
    answer = HttpAnswer(url, 200, (("Content-Type", "text/plain"), ("X-RL", "1")), body, FETCHED)
    return ListingPage(query, answer, (a_capture(),), ("junk",), "key+1")
