"""Digests of payloads as the formats of web archives write them: SHA-1 in base32, 32 characters.

The algorithm is theirs and guards nothing: rows of indexes and WARC records name payloads by it.
"""

import base64
import hashlib


def cdx_digest(body: bytes) -> str:
    """As a row of an index has it."""
    return base64.b32encode(hashlib.sha1(body, usedforsecurity=False).digest()).decode("ascii")


def has_warc_digest(body: bytes, told: str) -> bool:
    """Whether `warc_digest` gives this of it: faster, since letters need not be made."""
    if len(told) != _LONG or not told.startswith(_SHA1):
        return False
    try:
        number = int(told[len(_SHA1) :].encode("ascii").translate(_AS_DIGITS), 32)
    except ValueError:
        return False
    return number == int.from_bytes(hashlib.sha1(body, usedforsecurity=False).digest())


def warc_digest(body: bytes) -> str:
    """As a WARC record has it, after the name of the algorithm."""
    return f"{_SHA1}{cdx_digest(body)}"


_SHA1 = "sha1:"
_LONG = len(_SHA1) + 32
_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_AS_DIGITS = bytes(  # as `int` reads them; what is no letter of it becomes a "!", which is no digit
    b"0123456789abcdefghijklmnopqrstuv"[at] if (at := _ALPHABET.find(c)) >= 0 else 33 for c in range(256)
)
