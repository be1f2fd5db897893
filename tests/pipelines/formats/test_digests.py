import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.formats.digests import has_warc_digest, warc_digest


@given(st.binary(max_size=40), st.binary(max_size=40))
def test_a_digest_is_known_without_writing_it(body: bytes, other: bytes) -> None:
    assert has_warc_digest(body, warc_digest(body))
    assert has_warc_digest(other, warc_digest(body)) == (other == body)


@given(st.text(alphabet="sha1:A0_ 27z\u0663", max_size=40))
def test_any_text_is_compared(told: str) -> None:
    assert has_warc_digest(b"", told) == (told == warc_digest(b""))


@pytest.mark.parametrize(
    "told",
    [
        warc_digest(b"x").lower(),
        warc_digest(b"x").upper(),
        f"{warc_digest(b'x')} ",
        f"{warc_digest(b'x')}=",
        warc_digest(b"x").replace("sha1:", "md5::"),
        f"sha1:{hashlib.sha1(b'x').hexdigest()}",
        f"sha1:+{warc_digest(b'x')[6:]}",
        "",
    ],
)
def test_another_spelling_is_none(told: str) -> None:
    assert not has_warc_digest(b"x", told)
