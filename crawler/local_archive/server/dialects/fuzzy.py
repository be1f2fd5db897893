"""Rows that pywb takes for similar: its general rules (`rules.yaml` of 2.10), without those for single sites."""

import re
from pathlib import PurePosixPath

from crawler.local_archive.server.cdxj import Fields

_PAGES = frozenset({"asp", "aspx", "jsp", "php", "pl", "exe", "dll"})  # endings whose query matters
_CACHE_BUSTERS = re.compile(r"[?&](?:_|cb|uncache)=\d+(?=&|$)|[?&]utm_[^=]+=[^&]+(?=&|$)")


def similar(row: Fields, key: str, url: str) -> bool:
    """Whether `row` may answer a query for `url` though its own key is not `key`: without what keeps caches away they
    are the same, or they are one file with different queries (seen only where `url` has a scheme)."""
    bare = url.partition("?")[0]
    ending = PurePosixPath(bare.rpartition("/")[2]).suffix[1:]
    if ending and ending not in _PAGES and f"{row['url']}?".startswith(f"{bare}?"):
        return True
    return _CACHE_BUSTERS.sub("", row["urlkey"]) == _CACHE_BUSTERS.sub("", key)
