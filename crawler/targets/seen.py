"""A set of texts that remembers digests only, for lists of millions."""

import hashlib
from array import array

_FEWEST_SLOTS = 1024


class Seen:
    """What was seen before, as digests of 8 bytes: for a million texts the odds of a confusion are 1 : 37 million.

    A hash table in one array, half full at most: 16 to 32 bytes a text, where a set of integers takes 70 to 100.
    """

    def __init__(self) -> None:
        self._count = 0
        self._slots = array("Q", bytes(8 * _FEWEST_SLOTS))

    def add(self, text: str) -> bool:
        """Note a text; whether it is new."""
        digest = int.from_bytes(hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest())
        digest = digest or 1  # 0 marks a free slot
        slot = self._slot(digest)
        if self._slots[slot]:
            return False
        self._slots[slot] = digest
        self._count += 1
        if self._count * 2 > len(self._slots):
            self._grow()
        return True

    def _slot(self, digest: int) -> int:
        """Where the digest stands, or the free slot where it belongs."""
        slots, mask = self._slots, len(self._slots) - 1
        slot = digest & mask
        while slots[slot] and slots[slot] != digest:
            slot = (slot + 1) & mask
        return slot

    def _grow(self) -> None:
        old = self._slots
        self._slots = array("Q", bytes(16 * len(old)))
        for digest in old:
            if digest:
                self._slots[self._slot(digest)] = digest
