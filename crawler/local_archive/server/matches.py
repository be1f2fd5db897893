"""What a query covers: an address, a prefix, a host or a domain, and where its rows lie in an index."""

from typing import NamedTuple

from crawler.local_archive.server.rows import SortedLines

KINDS = ("exact", "prefix", "host", "domain")
Range = tuple[int, int]


class Match(NamedTuple):
    """A urlkey, and one of KINDS."""

    key: str
    kind: str


def ranges(index: SortedLines, match: Match) -> list[Range]:
    """Where the rows of a query lie, as ranges of offsets in ascending order."""
    host = match.key.partition(")")[0]
    bounds = {
        "exact": [(f"{match.key} ", f"{match.key}!")],
        "prefix": [(match.key, f"{match.key}\x7f")],
        "host": [(f"{host})", f"{host}*")],
        "domain": [(f"{host})", f"{host}-"), (f"{host}:", f"{host};")],
    }[match.kind]
    return [(index.find(low.encode()), index.find(high.encode())) for low, high in bounds]
