"""Faults of the bytes of a replayed page: encodings, lengths, sizes."""

import functools
import gzip
import re
import zlib
from dataclasses import replace

from crawler.local_archive.server.asked import PYWB, TIMEMAP, WAYBACK
from crawler.local_archive.server.fault_kinds import PLAYBACK, Case, Catalogue
from crawler.local_archive.server.loopback import Answer, Delivery, Headers

BODIES = Catalogue(WAYBACK, PYWB, TIMEMAP)
_BOMB = 256 << 20  # bytes, unpacked
_HUGE = 2 << 30  # bytes


@BODIES.add(3, on=PLAYBACK)
def empty_memento(case: Case) -> Answer:
    """A memento without a byte"""
    return _with(case, b"") if case.is_good_page else case.given


@BODIES.add(29, on=PLAYBACK, harmless=True)
def gzip_unasked(case: Case) -> Answer:
    """gzip without a header that says so"""
    return _with(case, gzip.compress(_plain(case.given), 1, mtime=0)) if case.is_good_page else case.given


@BODIES.add(29, on=PLAYBACK, harmless=True)
def gzip_twice(case: Case) -> Answer:
    """gzip within gzip, of which the header names one"""
    if not case.is_good_page:
        return case.given
    packed = gzip.compress(_plain(case.given), 1, mtime=0)
    return _with(case, gzip.compress(packed, 1, mtime=0), "gzip")


@BODIES.add(29, on=PLAYBACK, harmless=True)
def zlib_as_deflate(case: Case) -> Answer:
    """deflate where gzip was asked for"""
    return _with(case, zlib.compress(_plain(case.given), 1), "deflate") if case.is_good_page else case.given


@BODIES.add(29, on=PLAYBACK, harmless=True)
def plain_as_gzip(case: Case) -> Answer:
    """A plain body that the header calls gzip"""
    return _with(case, _plain(case.given), "gzip") if case.is_good_page else case.given


@BODIES.add(29, on=PLAYBACK, harmless=True, apart=True)
def two_encodings(case: Case) -> Answer:
    """An empty Content-Encoding before the real one, as the archive sends them at times"""
    if not case.is_good_page:
        return case.given
    return replace(case.given, headers=(("content-encoding", ""), *case.given.headers))


@BODIES.add(29, on=PLAYBACK)
def gzip_damaged(case: Case) -> Answer:
    """gzip with a hole in it"""
    if not case.is_good_page:
        return case.given
    packed = gzip.compress(_plain(case.given), 1, mtime=0)
    return _with(case, packed[: len(packed) // 2] + packed[len(packed) // 2 + 9 :], "gzip")


@BODIES.add(30, on=PLAYBACK, harmless=True)
def wrong_charset(case: Case) -> Answer:
    """A charset in the header that the page itself knows better"""
    kind = case.given.header("content-type")
    if not case.is_good_page or not kind.startswith("text/html"):
        return case.given
    return _renamed(case.given, "content-type", "text/html; charset=koi8-r")


@BODIES.add(34, on=PLAYBACK, lasting=True)
def huge(case: Case) -> Answer:
    """Two gigabytes"""
    if not case.is_good_page:
        return case.given
    block = b"<p>All work and no play.</p>\n" * 2_048
    huge = _with(case, block)
    return replace(huge, delivery=Delivery(repeat=_HUGE // len(block)))


@BODIES.add(34, on=PLAYBACK, lasting=True)
def gzip_bomb(case: Case) -> Answer:
    """A small body that unpacks to 256 megabytes"""
    return _with(case, _bomb(), "gzip") if case.is_good_page else case.given


@functools.cache
def _bomb() -> bytes:
    packer = zlib.compressobj(1, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    block = bytes(1 << 20)
    return b"".join(packer.compress(block) for _ in range(_BOMB // len(block))) + packer.flush()


def _plain(answer: Answer) -> bytes:
    return gzip.decompress(answer.body) if _is_packed(answer) else answer.body


def _is_packed(answer: Answer) -> bool:
    return any(name.lower() == "content-encoding" and value == "gzip" for name, value in answer.headers)


def _with(case: Case, body: bytes, encoding: str = "") -> Answer:
    kept = tuple(pair for pair in case.given.headers if not re.match(r"content-(encoding|length)\Z", pair[0].lower()))
    more: Headers = (("Content-Encoding", encoding),) if encoding else ()
    return replace(case.given, headers=(*kept, *more), body=body)


def _renamed(answer: Answer, name: str, value: str) -> Answer:
    headers = tuple((key, value if key.lower() == name else old) for key, old in answer.headers)
    return replace(answer, headers=headers)
