"""Which archives a crawl asks, by its settings: ARCHIVES, and WAYBACK_... in the place of what the book says of one."""

from urllib.parse import urlsplit

from crawler.archives.book import Archive, Rates, chosen
from crawler.politeness.limits import is_archive_org
from pipelines.exceptions import WrongUse
from pipelines.items.captures import WAYBACK
from pipelines.options import Config

_WAYBACK_MACHINE = "the Wayback Machine"


def archives(config: Config) -> list[Archive]:
    """The archives that a crawl asks, the main one first. Raises WrongUse.

    The settings WAYBACK_... stand in the place of what the book says of web.archive.org.
    """
    return [_short_form(config) if one.name == WAYBACK else one for one in chosen(config.archives)]


def _short_form(config: Config) -> Archive:
    host = archive_host(config.wayback_url, "WAYBACK_URL")
    return Archive(
        name=archive_host(config.wayback_public_url, "WAYBACK_PUBLIC_URL"),
        title=_WAYBACK_MACHINE,
        address=config.wayback_url.rstrip("/"),
        public=config.wayback_public_url,
        dialect="wayback",
        contact=is_archive_org(host),
        rates=Rates(listing=config.wayback_cdx_per_minute, replay=config.wayback_replay_per_minute),
    )


def is_short_form(archive: Archive) -> bool:
    """Whether the settings WAYBACK_... tell all of an archive, so that links go by them."""
    return archive.title == _WAYBACK_MACHINE and not archive.verified


def archive_host(url: str, name: str) -> str:
    """Host, with its port, of an archive's address. Raises WrongUse where it is none."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None or parts.query:
        raise WrongUse(f"{name}={url!r} is not the address of an archive; give one like https://web.archive.org.")
    return parts.netloc
