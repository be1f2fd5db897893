"""Which archives a crawl asks, by its settings: ARCHIVES, and WAYBACK_... in the place of what the book says of one."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from crawler.archives.book import Archive, Rates, chosen
from crawler.politeness.limits import is_archive_org
from pipelines.exceptions import WrongUse
from pipelines.items import WAYBACK

_WAYBACK_MACHINE = "the Wayback Machine"


def archives(settings: Mapping[str, Any]) -> list[Archive]:
    """The archives that a crawl asks, the main one first. Raises WrongUse.

    The settings WAYBACK_... stand in the place of what the book says of web.archive.org.
    """
    return [_short_form(settings) if one.name == WAYBACK else one for one in chosen(settings["ARCHIVES"])]


def _short_form(settings: Mapping[str, Any]) -> Archive:
    host = archive_host(settings["WAYBACK_URL"], "WAYBACK_URL")
    return Archive(
        name=archive_host(settings["WAYBACK_PUBLIC_URL"], "WAYBACK_PUBLIC_URL"),
        title=_WAYBACK_MACHINE,
        address=settings["WAYBACK_URL"].rstrip("/"),
        public=settings["WAYBACK_PUBLIC_URL"],
        dialect="wayback",
        contact=is_archive_org(host),
        rates=Rates(
            listing=number(settings, "WAYBACK_CDX_PER_MINUTE"), replay=number(settings, "WAYBACK_REPLAY_PER_MINUTE")
        ),
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
        raise WrongUse(f"{name}={url!r} is no archive's address; give one like https://web.archive.org.")
    return parts.netloc


def number(settings: Mapping[str, Any], name: str) -> float:
    """A setting that is a number. Raises WrongUse where it is none."""
    try:
        return float(settings[name])
    except (TypeError, ValueError):
        raise WrongUse(f"{name}={settings[name]!r} is not a number.") from None
