import gzip
import zlib

import pytest

from crawler.local_archive.server.faults import FAULTS, Faults
from crawler.local_archive.server.loopback import Answer
from tests.crawler.local_archive.server.test_asked import request

BODY = b"<meta charset=utf-8><p>" + bytes(range(256)) * 9
HEADERS = (("content-type", "text/html"), ("memento-datetime", "x"))
PLAIN = Answer(200, HEADERS, BODY)
PACKED = Answer(200, (*HEADERS, ("content-encoding", ""), ("Content-Encoding", "gzip")), gzip.compress(BODY))


def replayed(name: str, given: Answer = PACKED) -> Answer:
    answer = Faults.of(name)(lambda _: given)(request("/web/2004id_/http://example.com/"))
    assert (answer.cause, bool(answer.header("memento-datetime"))) == (name, True)
    return answer


@pytest.mark.parametrize("given", [PLAIN, PACKED])
def test_encodings_hold_the_same_bytes(given: Answer) -> None:
    assert gzip.decompress(replayed("gzip-unasked", given).body) == BODY
    assert gzip.decompress(gzip.decompress(replayed("gzip-twice", given).body)) == BODY
    assert zlib.decompress(replayed("zlib-as-deflate", given).body) == BODY
    assert replayed("plain-as-gzip", given).body == BODY


def test_headers_say_what_they_are_meant_to() -> None:
    said = {name: replayed(name).header("content-encoding") for name in FAULTS if "gzip" in name or "zlib" in name}
    assert said == {
        "gzip-unasked": "",
        "gzip-twice": "gzip",
        "zlib-as-deflate": "deflate",
        "plain-as-gzip": "gzip",
        "gzip-damaged": "gzip",
        "gzip-bomb": "gzip",
    }


def test_damaged_gzip_cannot_be_unpacked() -> None:
    with pytest.raises((zlib.error, EOFError, gzip.BadGzipFile)):
        gzip.decompress(replayed("gzip-damaged").body)


def test_bomb_is_small_and_unpacks_to_much() -> None:
    packed = replayed("gzip-bomb").body
    assert len(packed) < 2 << 20
    unpacker, size = zlib.decompressobj(zlib.MAX_WBITS | 16), 0
    for start in range(0, len(packed), 1 << 16):
        size += len(unpacker.decompress(packed[start : start + (1 << 16)]))
    assert size == 256 << 20


def test_huge_is_announced_and_not_held() -> None:
    answer = replayed("huge")
    announced = int(answer.head().decode().lower().partition("content-length: ")[2].partition("\r\n")[0])
    assert (2 << 30) - (1 << 20) < announced <= 2 << 30
    assert len(answer.body) < 1 << 20


def test_charset_is_wrong_in_the_header_alone() -> None:
    answer = replayed("wrong-charset", PLAIN)
    assert answer.header("content-type") == "text/html; charset=koi8-r"
    assert answer.body == BODY


@pytest.mark.parametrize("name", sorted(name for name, fault in FAULTS.items() if {29, 30, 34} & set(fault.rows)))
def test_what_is_no_page_is_left_alone(name: str) -> None:
    not_archived = Answer(404, (("content-type", "text/html"),), b"Hrm.")
    answer = Faults.of(name)(lambda _: not_archived)(request("/web/2004id_/http://example.com/"))
    assert answer.cause in ("", "endless-headers")
