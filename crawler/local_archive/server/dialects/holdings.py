"""What a dialect serves, and what all dialects are like: also parts of a body, one range each.

A range that cannot be read is passed over, as servers do.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from crawler.local_archive.server.asked import Asked
from crawler.local_archive.server.blocks import Paging
from crawler.local_archive.server.cdxindex import CdxIndex
from crawler.local_archive.server.loopback import Answer, Request
from crawler.local_archive.server.records import Records
from pipelines.formats.surt import urlkey

COLLECTION = "collection"


@dataclass(frozen=True, slots=True)
class Holdings:
    """The captures of one folder. `blocked` are the keys of hosts that are closed.

    `max_rows` ends a listing, 0 where the dialect's own maximum does; `paging` is None where the dialect's own counts.
    """

    index: CdxIndex
    records: Records
    folder: Path
    blocked: frozenset[str] = frozenset()
    max_rows: int = 0
    paging: Paging | None = None

    def is_blocked(self, key: str) -> bool:
        """Whether the host of a urlkey, or one above it, is closed."""
        host = re.split(r"[):]", key, maxsplit=1)[0]
        return any(host == closed or host.startswith(f"{closed},") for closed in self.blocked)


class Dialect(Protocol):
    """One way to speak. `path` is what follows host and port in the address that a client is told."""

    path: str

    def answer(self, request: Request, asked: Asked, base: str) -> Answer:
        """The answer to a GET request; `base` is the server's own address, without a slash at the end."""

    def close(self) -> None:
        """Gives back what was made to serve."""


def host_keys(hosts: Iterable[str]) -> frozenset[str]:
    """Host names as the part of a urlkey that stands for them."""
    return frozenset(urlkey(host).partition(")")[0] for host in hosts)


_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


class Unsatisfiable(Exception):
    """No byte of the body lies in the range: 416."""


def asked_range(text: str, size: int) -> tuple[int, int] | None:
    """First and behind the last byte asked for, of a body of `size`; None for all. Raises Unsatisfiable."""
    match = _RANGE.fullmatch(text.strip())
    if not match or match[0] == "bytes=-":
        return None
    if not match[1]:
        start, stop = max(0, size - int(match[2])), size
    else:
        start, stop = int(match[1]), min(size, int(match[2]) + 1) if match[2] else size
        if match[2] and int(match[2]) < int(match[1]):
            return None
    if start >= size or start >= stop:
        raise Unsatisfiable
    return start, stop
