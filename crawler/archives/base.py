"""What an archive is to a crawl: its entry in the address book, and a dialect that asks it and reads its answers."""

from typing import NamedTuple, Protocol

from crawler.archives.memento import Hop, Limited, Played, Refused
from pipelines.items.captures import Capture, HttpAnswer, ListingPage, Query

Found = Played | Hop | Limited | Refused
"""What a replay answer is."""


class Ask(NamedTuple):
    """One request: its address, and headers beside those of every request."""

    url: str
    headers: tuple[tuple[str, str], ...] = ()


class Dialect(Protocol):
    """How one archive is asked and understood. Pure: no request is made here.

    A listing takes as many pages as it takes: `cursor` is empty at first, then what `resume_key` of the page before
    was. Errors are those of `crawler.archives.cdx.parse_page`, and outcomes as well.
    """

    def ask_listing(self, query: Query, rows: int, cursor: str) -> Ask:
        """The request for a page of about `rows` rows. Raises WrongUse for a query that the archive cannot answer."""

    def read_listing(self, query: Query, answer: HttpAnswer, rows: int, cursor: str) -> ListingPage:
        """What stands in the answer to that request. Raises ListingFailed."""

    def ask_replay(self, capture: Capture, timestamp: str, original: str) -> Ask:
        """The request for the bytes of an address at a time, on behalf of a capture. Raises ReplayFailed."""

    def unwrapped(self, answer: HttpAnswer, raw: bytes) -> tuple[HttpAnswer, bytes]:
        """An answer as a replay gives it, with its body as it came; where it came packed, what was packed.
        Raises ReplayFailed."""

    def read_replay(self, answer: HttpAnswer, original: str) -> Found:
        """What an unwrapped answer to the request for `original` is."""

    def is_well(self, status: int, body: bytes) -> bool:
        """Whether an error answer is about the capture alone, and says nothing of how the archive is."""
