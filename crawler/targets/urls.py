"""Addresses of pages as a target list gives them: normal form, site, and a slug to tell two of one site apart."""

import hashlib
import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

import idna
import tldextract

from pipelines.exceptions import WrongUse

LONGEST_URL = 4096
LONGEST_SLUG = 60
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):(?!\d+(?:[/?#]|$))", re.IGNORECASE)
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_PATH_SAFE = "/%:@!$&'()*+,;=~-._|[]"
_DEFAULT_PORTS = {"http": 80, "https": 443}
_suffixes = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True)


@dataclass(frozen=True, slots=True)
class Address:
    """An http or https address in parts: host in ASCII, port empty where it is the usual one, path quoted."""

    scheme: str
    host: str
    port: str
    path: str  # begins with `/`
    query: str

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self._authority}{self.path}{'?' * bool(self.query)}{self.query}"

    @property
    def is_home(self) -> bool:
        return self.path == "/" and not self.query

    @property
    def listing_key(self) -> str:
        """The same for addresses which the archive lists together: it folds scheme, `www`, case and a last slash."""
        authority = re.sub(r"^www\d*\.(?=.*\.)", "", self._authority)
        return f"{authority}{self.path.rstrip('/')}?{self.query}".lower()

    @property
    def _authority(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}" if self.port else host


def parse(text: str) -> Address:
    """An address with or without a scheme, IDN or ASCII, spaces and any letters in its path; the fragment is cut.

    Raises WrongUse with a short reason, for any input.
    """
    text = text.strip()
    if not text:
        raise WrongUse("the address is empty")
    if len(text) > LONGEST_URL:
        raise WrongUse(f"the address is longer than {LONGEST_URL} characters")
    if not text.isprintable():
        raise WrongUse("not a URL: it holds control or invisible characters")
    try:
        parts = urlsplit(_with_scheme(text))
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise WrongUse("not a URL: its host or port cannot be read") from None
    if parts.username is not None or parts.password is not None:
        raise WrongUse("the address holds a user name or password; take it out")
    usual = port is None or port == _DEFAULT_PORTS[parts.scheme]
    path, query = quote(parts.path, safe=_PATH_SAFE), quote(parts.query, safe=_PATH_SAFE + "?")
    return Address(parts.scheme, _host(host), "" if usual else str(port), path or "/", query)


def names_a_page(text: str) -> bool:
    """Whether a text without a scheme can only be an address: a path on a host of a suffix that is known."""
    host, _, path = text.partition("/")
    return bool(path and _suffixes.extract_str(host).suffix)


def site_of(host: str) -> str:
    """The registered domain, private suffixes included (a tenant of a hosting domain is a site of its own).

    Raises WrongUse for a suffix under which others register.
    """
    if _ip(host):
        return host
    found = _suffixes.extract_str(host)
    if not found.suffix:  # no suffix that is known: example, test, and what is younger than the list
        return ".".join(host.split(".")[-2:])
    if found.domain:
        return f"{found.domain}.{found.suffix}"
    if found.is_private:
        return host
    raise WrongUse("not a site: others register their domains under it")


def named_site(name: str) -> str:
    """A site that somebody named as such: its registered domain, whole and alone.

    Raises WrongUse with a sentence for anything else, so that a page or a host is not taken for all of its site.
    """
    address = parse(name)
    site = site_of(address.host)
    if address.host != site or address.port or not address.is_home:
        raise WrongUse(f"{name} is not a whole site: name {site}, if all of it is meant.")
    if _suffixes.extract_str(f"any.{site}").domain == "any":
        raise WrongUse(f"Others have sites of their own below {site}: name those.")
    return site


def slug(address: Address, site: str) -> str:
    """What tells this address from others of its site: lower-case letters, digits and single hyphens, never empty."""
    host = re.sub(r"^www\d*(\.|$)", "", address.host.removesuffix(site).strip("."))
    name = _hyphenated(f"{host} {address.port} {address.path} {address.query}")
    return name if name and len(name) <= LONGEST_SLUG else with_hash(name, address)


def named(variant: str) -> str:
    """A variant as somebody named it, in the form of a slug. Raises WrongUse where nothing is left of it."""
    name = _hyphenated(variant)
    if not name or len(name) > LONGEST_SLUG:
        raise WrongUse(f"its variant is no name of 1 to {LONGEST_SLUG} letters, digits and hyphens")
    return name


def with_hash(name: str, address: Address) -> str:
    """The slug with a digest of the address, for names that are long or taken."""
    digest = hashlib.sha256(address.listing_key.encode()).hexdigest()[:8]
    return "-".join(filter(None, (name[: LONGEST_SLUG - 9].strip("-"), digest)))


def _hyphenated(text: str) -> str:
    return "-".join(re.findall(r"[a-z0-9]+", text.lower()))


def _with_scheme(text: str) -> str:
    if text.startswith("//"):
        return f"http:{text}"
    found = _SCHEME.match(text)
    if found is None:
        return f"http://{text}"
    if found[1].lower() not in _DEFAULT_PORTS:
        raise WrongUse(f"not an http or https address but {found[1][:20].lower()}")
    return text


def _host(host: str) -> str:
    host = host.rstrip(".")
    address = _ip(host)
    if address:
        if not address.is_global:
            raise WrongUse("not a public address: no archive holds it")
        return str(address)
    name = host if host.isascii() else _ascii(host)
    if "." not in name:
        raise WrongUse("not a URL: its host has no dot" if name else "not a URL: it has no host")
    labels = name.split(".")
    if len(name) > 253 or labels[-1].isdigit() or not all(map(_LABEL.fullmatch, labels)):
        raise WrongUse("not a URL: its host is no domain name")
    return name


def _ascii(host: str) -> str:
    try:
        return idna.encode(host, uts46=True).decode()
    except idna.IDNAError:
        raise WrongUse("not a URL: its host is no domain name") from None


def _ip(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    if host[-1:].isdigit() or ":" in host:
        try:
            return ipaddress.ip_address(host)
        except ValueError:
            return None
    return None
