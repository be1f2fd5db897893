"""Digests of payloads as the formats of web archives write them: SHA-1 in base32, 32 characters.

The algorithm is theirs and guards nothing: rows of indexes and WARC records name payloads by it.
"""

import base64
import hashlib


def cdx_digest(body: bytes) -> str:
    """As a row of an index has it."""
    return base64.b32encode(hashlib.sha1(body, usedforsecurity=False).digest()).decode("ascii")


def warc_digest(body: bytes) -> str:
    """As a WARC record has it, after the name of the algorithm."""
    return f"sha1:{cdx_digest(body)}"
