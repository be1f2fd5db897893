"""How a site is to be published."""

import re
from dataclasses import dataclass

from pipelines.exceptions import WrongUse

TITLE = "A corpus of policies"
_ADDRESS = re.compile(r"https?://[^\s/?#\"<>]+(/[^\s?#\"<>]*)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SiteSettings:
    """`title` of the site; `url` where it will lie, with a slash at its end, or empty (then feeds have relative links);
    `public_url` of the archive that links lead to; `tables` the address of Datasette's tables where it serves these."""

    title: str = TITLE
    url: str = ""
    public_url: str = "https://web.archive.org"
    tables: str = ""


def site_settings(title: str, url: str, public_url: str) -> SiteSettings:
    """The settings that these make; what is empty takes its default. Raises WrongUse for an address that is none."""
    if url and not _ADDRESS.fullmatch(url):
        raise WrongUse(f"--url {url!r} is no address of a site: give one like https://policies.example.org/.")
    folder = url.rstrip("/") + "/" if url else ""
    return SiteSettings(" ".join(title.split()) or TITLE, folder, public_url)
