import gzip
import tracemalloc
import zlib
from collections.abc import Callable

import brotli  # type: ignore[import-untyped]
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.exceptions import ListingFailed, ReplayFailed
from pipelines.formats.content_encoding import decode

PAGE = b"<html><head><title>Privacy</title></head><body>" + b"<p>We keep what you send us.</p>" * 40 + b"</body></html>"
GZIP = (("Content-Encoding", "gzip"),)


def raw_deflate(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(body) + packer.flush()


ENCODERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "raw": raw_deflate,
    "br": brotli.compress,
}


@given(st.binary(min_size=1, max_size=5000), st.sampled_from(["gzip", "deflate", "br"]))
def test_what_was_encoded_and_announced_comes_back(page: bytes, coding: str) -> None:
    page = b"<p>" + page  # what is decoded twice, or a compressed file under a wrong type, has tests of its own
    assert decode(ENCODERS[coding](page), [("Content-Encoding", coding)]) == page


@given(st.binary(max_size=400), st.sampled_from(["gzip", "deflate", "br", "gzip, gzip", "x-gzip", "zstd", "", ", ,"]))
def test_no_bytes_under_no_header_end_in_another_error(body: bytes, coding: str) -> None:
    try:
        outcome = type(decode(body, [("content-encoding", coding)])).__name__
    except ReplayFailed as failure:
        outcome = failure.reason
    assert outcome in ("bytes", "undecodable body", "body cut short")


@pytest.mark.parametrize("coding", ["gzip", "x-gzip", "deflate", "br", "identity", "gzip, gzip", "utf-8", ""])
def test_a_plain_body_announced_as_encoded_stays(coding: str) -> None:
    assert decode(PAGE, [("Content-Encoding", coding)]) == PAGE


@pytest.mark.parametrize("start", [b"{", b"[", b"K", b"x^2", b";", b"x\x9c"])
def test_a_short_plain_body_that_could_begin_a_stream_stays(start: bytes) -> None:
    body = start + b' is how "this" begins'
    assert decode(body, [("Content-Encoding", "deflate")]) == body


def test_a_body_that_would_decode_to_nothing_stays() -> None:
    assert brotli.decompress(b";") == b""
    assert decode(b";", [("Content-Encoding", "br")]) == b";"


def test_an_empty_encoding_line_beside_the_true_one_does_no_harm() -> None:
    assert decode(gzip.compress(PAGE), [("content-encoding", ""), ("Content-Encoding", "gzip")]) == PAGE


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_unannounced_coding_shows_by_its_bytes(coding: str) -> None:
    assert decode(ENCODERS[coding](PAGE), []) == PAGE


def test_deflate_may_come_without_its_frame() -> None:
    assert decode(raw_deflate(PAGE), [("Content-Encoding", "deflate")]) == PAGE


def test_gzip_under_a_wrong_name_is_gzip() -> None:
    assert decode(gzip.compress(PAGE), [("Content-Encoding", "br")]) == PAGE


@pytest.mark.parametrize("inner", ["gzip", "deflate", "br"])
def test_what_was_archived_encoded_and_encoded_again_is_opened_twice(inner: str) -> None:
    headers = [("Content-Encoding", "gzip"), ("X-Archive-Orig-Content-Encoding", inner)]
    assert decode(gzip.compress(ENCODERS[inner](PAGE)), headers) == PAGE


def test_nothing_is_opened_three_times() -> None:
    thrice = gzip.compress(gzip.compress(gzip.compress(PAGE)))
    assert decode(thrice, GZIP) == gzip.compress(PAGE)


def test_the_archived_coding_alone_breaks_no_binary_page() -> None:
    picture = bytes(range(256)) * 8
    assert decode(picture, [("x-archive-orig-content-encoding", "br")]) == picture


def test_several_members_are_one_body_and_padding_is_none() -> None:
    assert decode(gzip.compress(PAGE) + gzip.compress(b"more") + b"\0" * 512, GZIP) == PAGE + b"more"


def test_an_encoded_nothing_is_nothing() -> None:
    assert decode(gzip.compress(b""), GZIP) == b""
    assert decode(zlib.compress(b""), [("Content-Encoding", "deflate")]) == b""


@pytest.mark.parametrize("content_type", ["application/gzip", "application/x-gzip; q=1", "Application/ZIP"])
def test_a_compressed_file_is_left_alone(content_type: str) -> None:
    packed = gzip.compress(PAGE)
    assert decode(packed, [("Content-Type", content_type), *GZIP]) == packed


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br"])
@pytest.mark.parametrize("left", [20, 60])
def test_a_body_cut_short_is_tried_again(coding: str, left: int) -> None:
    page = bytes(zlib.crc32(bytes([at % 256, at // 256])) % 256 for at in range(2000))
    with pytest.raises(ReplayFailed) as caught:
        decode(ENCODERS[coding](page)[:-left], [("Content-Encoding", coding)])
    assert (caught.value.reason, caught.value.transient) == ("body cut short", True)
    assert page.startswith(caught.value.so_far)
    assert caught.value.so_far or coding == "br"


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br"])
def test_damaged_bytes_are_told_and_not_tried_again(coding: str) -> None:
    body = bytearray(ENCODERS[coding](PAGE * 3))
    body[12:40] = b"\xff\x00" * 14
    with pytest.raises(ReplayFailed) as caught:
        decode(bytes(body), [("Content-Encoding", coding)])
    assert caught.value.reason in ("undecodable body", "body cut short")


def test_a_million_empty_members_are_refused() -> None:
    with pytest.raises(ReplayFailed, match="undecodable body"):
        decode(gzip.compress(b"") * 2000, GZIP)


@pytest.mark.parametrize("coding", ["gzip", "deflate", "raw", "br"])
def test_a_bomb_is_refused_within_the_limit(coding: str) -> None:
    bomb = ENCODERS[coding](bytes(60 << 20))
    tracemalloc.start()
    try:
        with pytest.raises(ReplayFailed) as caught:
            decode(bomb, [("Content-Encoding", "deflate" if coding == "raw" else coding)], limit=4 << 20)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert caught.value.reason == "body too large"
    assert not caught.value.transient
    assert peak < 6 << 20


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br"])
@settings(max_examples=20)
@given(size=st.integers(0, 400_000))
def test_the_limit_is_exact(coding: str, size: int) -> None:
    body = ENCODERS[coding](b"a" * size)
    if size:
        assert len(decode(body, [("Content-Encoding", coding)], limit=size)) == size
        with pytest.raises(ReplayFailed, match="body too large"):
            decode(body, [("Content-Encoding", coding)], limit=size - 1)


def test_a_plain_body_has_the_same_limit() -> None:
    with pytest.raises(ReplayFailed, match="body too large"):
        decode(b"a" * 11, [], limit=10)


def test_the_wire_has_a_limit_of_its_own() -> None:
    with pytest.raises(ReplayFailed, match="11 bytes on the wire, 10 allowed"):
        decode(b"a" * 11, [], wire_limit=10)


def test_listings_fail_as_listings() -> None:
    with pytest.raises(ListingFailed, match="body cut short"):
        decode(gzip.compress(PAGE)[:-4], GZIP, error=ListingFailed)
