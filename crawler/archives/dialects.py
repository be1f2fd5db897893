"""Which dialect goes with which archive."""

from collections.abc import Callable, Mapping

from .base import Dialect
from .book import Archive
from .commoncrawl import CommonCrawl
from .pywb import Pywb
from .timemap import TimeMap
from .wayback import Wayback

_DIALECTS: Mapping[str, Callable[[Archive], Dialect]] = {
    "wayback": Wayback,
    "pywb": Pywb,
    "commoncrawl": CommonCrawl,
    "timemap": TimeMap,
}


def dialect_of(archive: Archive) -> Dialect:
    """The dialect that an archive is spoken to in, made for it."""
    return _DIALECTS[archive.dialect](archive)
