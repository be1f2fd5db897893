"""A set that only remembers digests."""

import hashlib


class Seen:
    """What was seen before, as digests of 8 bytes: for a million entries the odds of a confusion are 1 : 37 million."""

    def __init__(self) -> None:
        self._digests: set[int] = set()

    def add(self, text: str) -> bool:
        """Note a text; whether it is new."""
        digest = int.from_bytes(hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest())
        before = len(self._digests)
        self._digests.add(digest)
        return len(self._digests) > before
