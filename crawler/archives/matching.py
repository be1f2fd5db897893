"""Which rows a CDX query is about, by its match type: exact, prefix, host or domain.

An archive may write the key of an address in a slightly different way than we do (session ids, `www2`, escapes), so
either its key or ours has to be the one that was asked for; but the host has to be the same in both. A row whose
original names no host (`data:...`, a bare path) cannot be replayed and goes by the archive's key alone.
"""

import re
from collections.abc import Callable
from functools import lru_cache

from crawler.archives.addresses import is_playable
from pipelines.formats.surt import urlkey

Covers = Callable[[str, str], bool]
"""Whether a row with this urlkey and this original is covered."""

_WWW = re.compile(r",www\d*\Z")
_own_key = lru_cache(maxsize=64)(urlkey)  # the rows of an address come one after the other


def matching(url: str, match: str) -> Covers:
    """What the query of `url` with this match type covers."""
    wanted = urlkey(url)
    host = _host(wanted)

    def in_place(key: str) -> bool:
        return _is_below(_host(key), host) if match == "domain" else _host(key) == host

    def is_meant(key: str) -> bool:
        if match == "exact":
            return key == wanted
        return match != "prefix" or key.startswith(wanted)

    def covers(key: str, original: str) -> bool:
        own = _own_key(original) if is_playable(original) else key
        return in_place(key) and in_place(own) and (is_meant(own) or is_meant(key))

    return covers


def _host(key: str) -> str:
    """The host of a key, turned round as it stands there, without port and `www`."""
    end = r"\]" if key.startswith("[") else r"[):]"
    return _WWW.sub("", re.split(end, key, maxsplit=1)[0])


def _is_below(host: str, domain: str) -> bool:
    return host == domain or host.startswith(f"{domain},")
