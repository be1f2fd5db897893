"""The key under which a Wayback index keeps an address: SURT form, as the `urlkey` column of CDX shows it.

`https://user@WWW.Example.com:443/Policy/?b=2&a=1#top` becomes `com,example)/policy?a=1&b=2`. The order of work is
that of the Internet Archive's canonicaliser (Google's rules, then session ids, letter case and order of parameters).
"""

import contextlib
import re
from urllib.parse import unquote_to_bytes

import idna

_SCHEME = re.compile(r"/*([a-z][a-z0-9+.-]*)://+", re.IGNORECASE)
_OPAQUE = re.compile(r"(?:about|data|dns|filedesc|javascript|mailto|metadata|tel|urn|warcinfo|whois):", re.IGNORECASE)
_PORT = re.compile(r":(\d*)\Z")
_DEFAULT_PORTS = {"http": "80", "https": "443", "ftp": "21"}
_WWW = re.compile(r"www\d*\.(?=.)")
_IN_PATH = (
    re.compile(r";jsessionid=[0-9a-z]{32}(?=\Z|[/;])"),
    re.compile(r"(?:\A|(?<=/))\((?:[a-z]\([0-9a-z]{24}\)|[0-9a-z]{24})\)/(?=[^/]+\.aspx)"),
)
_IN_QUERY = re.compile(r"(?:(?:jsessionid|phpsessid|sid)=[0-9a-z]{32}|aspsessionid[a-z]{8}=[a-z]{24})")
_COLDFUSION = re.compile(r"(?:^|&)cfid=[^&]+&cftoken=[^&]+")
_MAX_HOST = 253
_MAX_UNESCAPING = 5


def urlkey(url: str) -> str:
    """The SURT key of `url`: printable ASCII without upper case or spaces. Takes any string and never raises."""
    url = re.sub(r"[\t\r\n]", "", url).strip()
    if not url:
        return "-"
    if _OPAQUE.match(url):
        return _escaped(url.partition("#")[0].encode("utf-8", "replace")).lower()
    scheme, rest = _without_scheme(url)
    before, _, query = rest.partition("#")[0].partition("?")
    authority, _, path = before.partition("/")
    key = f"{_authority(authority, scheme)}){_path(path)}"
    query = _query(query)
    return f"{key}?{query}" if query else key


def _without_scheme(url: str) -> tuple[str, str]:
    scheme, rest = "http", url.lstrip("/")
    while match := _SCHEME.match(rest):  # http://https://example.com is seen in the wild
        scheme, rest = match[1].lower(), rest[match.end() :]
    return scheme, rest


def _authority(authority: str, scheme: str) -> str:
    host = authority.rpartition("@")[2]
    port = _PORT.search(host)
    host = _host(host[: port.start()] if port else host)
    number = port[1] if port else ""
    if number in ("", _DEFAULT_PORTS.get(scheme)):
        return host
    return f"{host}:{number}" if number.isascii() else host


def _host(host: str) -> str:
    if host.startswith("["):  # an IPv6 address has no order to turn round
        return _escaped(host.encode("utf-8", "replace")).lower()
    host = unquote_to_bytes(host.encode("utf-8", "replace")).decode("utf-8", "replace").lower()
    host = ".".join(label for label in host.split(".") if label)
    host = _WWW.sub("", _punycode(host), count=1) if _WWW.match(host) else _punycode(host)
    return ",".join(reversed(host.split(".")))


def _punycode(host: str) -> str:
    if not host.isascii() and len(host) <= _MAX_HOST:
        with contextlib.suppress(idna.IDNAError):  # no name of this world: its bytes are escaped below
            host = idna.encode(host, uts46=True, transitional=False).decode("ascii")
    return _escaped(host.encode("utf-8", "replace")).lower().replace(",", "%2c").replace(")", "%29")


def _path(path: str) -> str:
    path = _canonical(path)
    for session in _IN_PATH:
        path = session.sub("", path)
    kept: list[str] = []
    for segment in path.split("/"):
        if segment == "..":
            kept = kept[:-1]
        elif segment not in ("", "."):
            kept.append(segment)
    return "/" + "/".join(kept)


def _query(query: str) -> str:
    query = _COLDFUSION.sub("", _canonical(query)).removeprefix("&")
    return "&".join(sorted(part for part in query.split("&") if not _IN_QUERY.fullmatch(part)))


def _canonical(text: str) -> str:
    """Lower case, with escapes only where they are needed, whichever way the address was written."""
    raw = text.encode("utf-8", "replace")
    for _ in range(_MAX_UNESCAPING):
        plain = unquote_to_bytes(raw)
        if plain == raw:
            break
        raw = plain
    return _escaped(raw).lower()


def _escaped(raw: bytes) -> str:
    return "".join(chr(byte) if 0x20 < byte < 0x7F and byte not in b"#%" else f"%{byte:02x}" for byte in raw)
