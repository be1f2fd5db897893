"""Pages of a web archive that another crawler saved: what they are captures of, and their bytes as they were archived.

A crawler that was sent to `https://web.archive.org/web/2015.../https://example.com/` saves a page of that archive,
dated today. What it is tells `Memento-Datetime` with `Link: <...>; rel="original"` (RFC 7089). What the archive's view
put into it (its toolbar, its scripts, its own address before each link) is taken out again; under `id_` there is none.
"""

import re
from typing import NamedTuple

from pipelines.formats.timestamps import from_http_date
from pipelines.warc.sidecar import Headers

OWN_PAGE = "an answer of a web archive, and by its headers no capture"

_ADDRESS = re.compile(
    r"(?P<base>https?://[^/?#]+(?:/[^/?#]+){0,3}?/)[0-9]{4,14}(?P<flag>[a-z]{2}_|\*)?/(?P<original>https?:/{1,2}[^/].*)",
    re.IGNORECASE | re.DOTALL,
)
_ORIGINAL = re.compile(r"<([^<>]*)>\s*;\s*rel=\"?original\"?", re.IGNORECASE)
_LOST_SLASH = re.compile(r"(https?):/+", re.IGNORECASE)
_INSERTS = (
    re.compile(rb"<!-- BEGIN WAYBACK TOOLBAR INSERT -->.{0,500000}?<!-- END WAYBACK TOOLBAR INSERT -->", re.DOTALL),
    re.compile(
        rb"(?<=>)\s*<script[^>]{0,500}(?:archive\.org|/_static/)[^>]{0,500}>"
        rb"(?:(?!</head).){0,20000}?<!-- End Wayback Rewrite JS Include -->",
        re.DOTALL | re.IGNORECASE,
    ),
    re.compile(rb"<!-- WB Insert -->.{0,500000}?<!-- End WB Insert -->", re.DOTALL),
    re.compile(rb"<!--\s{0,20}FILE ARCHIVED ON .{0,3000}?-->", re.DOTALL),
    re.compile(rb"<!--\s{0,20}playback timings .{0,3000}?-->", re.DOTALL),
)


class Replayed(NamedTuple):
    """What a saved answer of an archive is a capture of. `base` is what stands before the timestamp in addresses of
    that archive; empty where the bytes are as they were archived."""

    timestamp: str
    original: str
    base: str


def is_of_archive(target: str) -> bool:
    """Whether an address asks a web archive for another one at a time."""
    return _ADDRESS.fullmatch(target) is not None


def replayed(target: str, headers: Headers) -> Replayed | None:
    """What the answer at `target` with these headers is a capture of; None where it is a page of its own site.

    A site that keeps its own history may speak Memento as well: what it names as the original is its own.
    """
    timestamp = next((from_http_date(value) for name, value in headers if name.lower() == "memento-datetime"), None)
    links = ",".join(value for name, value in headers if name.lower() == "link")
    address, link = _ADDRESS.fullmatch(target), _ORIGINAL.search(links)
    original = link[1].replace("&amp;", "&") if link else address["original"] if address else ""
    if not timestamp or not re.match(r"https?:/", original, re.IGNORECASE) or _host(original) == _host(target):
        return None
    base = address["base"] if address and address["flag"] != "id_" else ""
    return Replayed(timestamp, _LOST_SLASH.sub(r"\1://", original, count=1), base)


def _host(url: str) -> str:
    return url.partition("://")[2].partition("/")[0].lower()


def as_archived(body: bytes, base: str) -> bytes:
    """The bytes of a page without what the view of the archive at `base` put into them."""
    for insert in _INSERTS:
        body = insert.sub(b"", body)
    return _rewritten(base).sub(b"", body)


def location_as_archived(location: str, base: str) -> str:
    """The same of the address that a redirect leads to."""
    found = _ADDRESS.fullmatch(location)
    return found["original"] if found else _rewritten(base).sub(b"", location.encode()).decode()


def _rewritten(base: str) -> re.Pattern[bytes]:
    """What the archive writes before an address of a page: whole, without scheme, or from its root on."""
    host, slash, path = base.partition("://")[2].partition("/")
    whole = rb"(?:https?:)?//" + re.escape(host.encode())
    return re.compile(
        rb"(?:" + whole + rb"|(?<=[\"'=(\s,]))" + re.escape((slash + path).encode()) + rb"[0-9]{4,14}(?:[a-z]{2}_)?/"
        rb"(?=(?:https?:)?/|mailto:|tel:|javascript:)"
    )
