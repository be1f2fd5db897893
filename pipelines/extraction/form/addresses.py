"""Relative addresses made absolute, as a browser does."""

from urllib.parse import urljoin, urlsplit

SCHEMES = ("http", "https", "mailto")  # a reader of the text can do nothing else by following a link
LONGEST = 2000
EMPTY_SEGMENT = "%3A//"  # of a quoted original inside a replay address; urljoin would drop it
PLACEHOLDER = "%3A/\ue000/"


def absolute(base: str, href: str) -> str:
    """The address a link leads to; empty for a place on the page, a script, or what cannot be an address."""
    href = href.strip().replace("\n", "").replace("\r", "").replace("\t", "")
    if not href or href.startswith("#") or len(href) > LONGEST:
        return ""
    try:
        url = urljoin(base.replace(EMPTY_SEGMENT, PLACEHOLDER), href).replace(PLACEHOLDER, EMPTY_SEGMENT)
        parts = urlsplit(url)
    except ValueError:
        return ""
    if parts.scheme not in SCHEMES:
        return ""
    bare = parts.scheme in ("http", "https") and parts.netloc and not (parts.path or parts.query or parts.fragment)
    return f"{url}/" if bare else url
