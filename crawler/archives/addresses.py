"""Addresses: how a capture is asked for, where the archive's own redirects lead, and which rows a query covers.

An archive may write the key of an address in a slightly different way than we do (session ids, `www2`, escapes), so
either its key or ours has to be the one that was asked for; but the host has to be the same in both. A row whose
original names no host (`data:...`, a bare path) cannot be replayed and goes by the archive's key alone.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from pipelines.exceptions import ReplayFailed
from pipelines.formats.surt import urlkey

_LONGEST = 8000  # characters; request lines much longer are refused by the archive's servers
_LEGAL = "!$%&'()*+,-./:;=?@[\\]^_`{|}~"  # sent as listed; a space, quotes, angle brackets and non-ASCII are not
_PLAYABLE = re.compile(r"https?://[^/?#\s]", re.IGNORECASE)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_LOST_SLASH = re.compile(r"(https?):/+", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_REPLAY_PATH = re.compile(r"([0-9]{1,14})([a-z]{2}_)?/(.+)", re.DOTALL)
WEB = "/web/"
"""What stands between the Wayback Machine's address and a timestamp."""

_PORTS = {"http": 80, "https": 443}


class ArchivedAddress(NamedTuple):
    """What a replay address names: 1 to 14 digits, a flag such as `id_` or "", and the original address."""

    timestamp: str
    flag: str
    original: str


def is_playable(original: str) -> bool:
    """Whether an original can be replayed at all: listings also hold bare paths, `mailto:` and `data:`."""
    return len(original) <= _LONGEST and _PLAYABLE.match(original) is not None


def filled(template: str, timestamp: str, original: str) -> str:
    """A template of replay addresses with `{timestamp}` and `{url}` filled in.

    The original is sent as it is listed; only what a request line may not hold is escaped, and a fragment is left
    out. Raises ReplayFailed "not a replayable address".
    """
    if not re.fullmatch(r"[0-9]{1,14}", timestamp) or not is_playable(original):
        raise ReplayFailed("not a replayable address", detail=f"{timestamp[:14]!r} {original[:200]!r}")
    before, _, behind = template.partition("{url}")
    return before.replace("{timestamp}", timestamp) + escaped(original) + behind


def escaped(original: str) -> str:
    """An original as it can stand in an address of an archive: without its fragment, otherwise as listed."""
    return quote(original.partition("#")[0], safe=_LEGAL, errors="replace")


def location_in_archive(location: str, request_url: str, base: str, below: str = WEB) -> ArchivedAddress | None:
    """Where a redirect leads within the archive at `base`; None where it leads out of it, or to nothing replayable.

    `below` is what stands between `base` and the timestamp.

    The archive writes `https://host/web/...`, `//host/web/...` and `/web/...`. The host is never taken over: whoever
    follows the redirect makes a new address from `base` and what is returned here.
    """
    location = location.strip(" ")
    if _CONTROL.search(location) or len(location) > 2 * _LONGEST:
        return None
    path = _path_within(_absolute(location, request_url), base)
    found = _REPLAY_PATH.fullmatch(path.partition("#")[0].removeprefix(below)) if path.startswith(below) else None
    if found is None:
        return None
    original = _with_scheme(found[3])
    return ArchivedAddress(found[1], found[2] or "", original) if is_playable(original) else None


def _absolute(location: str, request_url: str) -> str:
    """Joined by hand: urljoin would tidy `..` and `//` within the original address."""
    here = urlsplit(request_url)
    if location.startswith("//"):
        return f"{here.scheme}:{location}"
    return f"{here.scheme}://{here.netloc}{location}" if location.startswith("/") else location


def _path_within(url: str, base: str) -> str:
    """What follows `base` in an absolute address, or "" where the address is another server's."""
    scheme, _, rest = url.partition("://")
    authority, slash, path = rest.partition("/")
    here = urlsplit(base)
    if _server(scheme, authority) not in _servers(here.scheme, here.netloc):
        return ""
    below = here.path.rstrip("/")
    return (slash + path).removeprefix(below) if (slash + path).startswith(below + "/") else ""


def _servers(scheme: str, authority: str) -> set[tuple[str, int]]:
    """The base's own host and port; an archive on a default port may write itself with the other scheme."""
    own = _server(scheme, authority)
    if own is None:
        return set()
    return {(own[0], port) for port in _PORTS.values()} if own[1] in _PORTS.values() else {own}


def _server(scheme: str, authority: str) -> tuple[str, int] | None:
    """Host and port, read narrowly: no user, no backslash, nothing a browser might read in another way."""
    default = _PORTS.get(scheme.lower())
    found = re.fullmatch(r"([a-z0-9.-]+|\[[0-9a-f:.]+\])(?::([0-9]{1,5}))?", authority.lower())
    return (found[1], int(found[2] or default)) if found and default else None


def _with_scheme(original: str) -> str:
    """`http:/a.example/` has lost a slash to some proxy; `a.example/` never had a scheme."""
    if _LOST_SLASH.match(original):
        return _LOST_SLASH.sub(r"\1://", original, count=1)
    return original if _SCHEME.match(original) and not re.match(r"[^/:]+:[0-9]", original) else f"http://{original}"


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

    @lru_cache(maxsize=64)
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
