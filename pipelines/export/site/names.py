"""Addresses of a site's pages. They do not change: documents go by their names, versions by their timestamps.

index.html                                   the start
example.com/index.html                       a site
example.com/privacy-policy/index.html        a document
example.com/privacy-policy/20180525000000.html            a version
example.com/privacy-policy/20180525000000-changes.html    what changed when it came
example.com/privacy-policy/20180525000000.js              its text, for the comparison in the browser
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from pipelines.exceptions import WrongUse
from pipelines.export.paths import document_folder, unused
from pipelines.formats.timestamps import iso
from pipelines.items.captures import DocumentKey
from pipelines.store.publishing import PublishedVersion

TOP = "."
START = "index.html"
COMPARE = "compare.html"
ATOM = "feed.xml"
JSON_FEED = "feed.json"

_TAG = "tag:policy-corpus.invalid,2026:"  # of nobody's domain, so that an id stays whoever publishes where


def document_place(document: DocumentKey, taken: set[str]) -> str:
    """The folder of a document's pages, which no other has; it is added to `taken`."""
    place = unused(document_folder(document), document, taken)
    taken.add(place)
    return place


def site_place(place: str) -> str:
    """The folder of a site, from that of one of its documents."""
    return place.partition("/")[0]


def version_page(version: PublishedVersion) -> str:
    return f"{version.name}.html"


def changes_page(version: PublishedVersion) -> str:
    return f"{version.name}-changes.html"


def text_script(version: PublishedVersion) -> str:
    return f"{version.name}.js"


def change_id(place: str, version: PublishedVersion) -> str:
    """The id of a change in feeds, the same in each run and wherever the site lies."""
    return f"{_TAG}{place}/{version.name}"


def feed_id(place: str, corpus: str) -> str:
    """The id of a feed: two corpora may have feeds of one document."""
    return f"{_TAG}{corpus}/{place}"


@lru_cache(maxsize=1024)
def moment(timestamp: str) -> str:
    """A timestamp as ISO 8601; where it is no date the digits themselves."""
    return iso(timestamp) or timestamp


@lru_cache(maxsize=1024)
def day(timestamp: str) -> str:
    """The day of a timestamp as people read it."""
    told = iso(timestamp)
    return told[:10] if told else timestamp


TITLE = "A corpus of policies"
_ADDRESS = re.compile(r"https?://[^\s/?#\"<>]+(/[^\s?#\"<>]*)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SiteSettings:
    """`title` of the site; `url` where it will lie, with a slash at its end, or empty (then feeds have relative links);
    `public_url` of the archive that links lead to; `tables` the address of Datasette's tables where it serves these;
    `search` whether there is a page to search the texts."""

    title: str = TITLE
    url: str = ""
    public_url: str = "https://web.archive.org"
    tables: str = ""
    search: bool = False


def site_settings(title: str, url: str, public_url: str, *, search: bool = False) -> SiteSettings:
    """The settings that these make; what is empty takes its default. Raises WrongUse for an address that is none."""
    if url and not _ADDRESS.fullmatch(url):
        raise WrongUse(f"--url {url!r} is no address of a site: give one like https://policies.example.org/.")
    folder = url.rstrip("/") + "/" if url else ""
    return SiteSettings(" ".join(title.split()) or TITLE, folder, public_url, search=search)
