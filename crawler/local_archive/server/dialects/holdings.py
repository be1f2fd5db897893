"""What a dialect serves, and what all dialects are like."""

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
