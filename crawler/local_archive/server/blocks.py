"""Pages of an index that is kept in compressed blocks (ZipNum), as large archives keep theirs.

A page is a number of blocks, not of rows: a page may hold rows of others, few rows of the query, or none.
"""

from bisect import bisect_right
from dataclasses import dataclass

from crawler.local_archive.server.queries import Range
from crawler.local_archive.server.rows import SortedLines


@dataclass(frozen=True, slots=True)
class Paging:
    """How long a block is, in lines, and a page, in blocks, where a query names no pageSize."""

    lines: int = 3_000
    blocks: int = 10


@dataclass(frozen=True, slots=True)
class Pages:
    """The pages of one query: how many, of how many blocks each, and how many blocks there are in all."""

    count: int
    size: int
    blocks: int
    first: int

    @property
    def last(self) -> int:
        """The number of the last page; an address without captures has page 0 all the same."""
        return max(0, self.count - 1)


class Blocks:
    """The blocks of an index. Numbers of blocks and pages begin at 0."""

    def __init__(self, index: SortedLines, paging: Paging) -> None:
        self.paging = paging
        self._starts = [at for number, (at, _) in enumerate(index.lines(0, index.size)) if not number % paging.lines]
        self._size = index.size

    def pages(self, spans: list[Range], size: int = 0, *, may_grow: bool = False) -> Pages:
        """The pages of what lies in `spans`, of `size` blocks where that is granted: web.archive.org lets it shrink."""
        usual = self.paging.blocks
        size = usual if size <= 0 else size if may_grow else min(size, usual)
        start, stop = min(span[0] for span in spans), max(span[1] for span in spans)
        # the search begins at the last block whose first line is smaller, so it may be one without a match
        first = self._block_of(max(0, start - 1))
        blocks = self._block_of(max(0, start - 1, stop - 1)) - first + 1
        if blocks <= 1 and not any(high > low for low, high in spans):
            return Pages(0, size, 0, first)
        return Pages(-(-blocks // size), size, blocks, first)

    def clipped(self, spans: list[Range], pages: Pages, page: int) -> list[Range]:
        """What of `spans` lies on one page."""
        first = pages.first + page * pages.size
        low, high = self._start_of(first), self._start_of(first + pages.size)
        return [(max(start, low), min(stop, high)) for start, stop in spans if start < high and stop > low]

    def _block_of(self, offset: int) -> int:
        return bisect_right(self._starts, offset) - 1

    def _start_of(self, block: int) -> int:
        return self._starts[block] if block < len(self._starts) else self._size
