"""What settings come to before a job begins: checked, held to what the archive allows, with what follows from them.

Scrapy's settings are told of it, with the priority of the command line: what runs below asks them alone.
"""

import logging
import os
import secrets
from datetime import UTC, datetime
from urllib.parse import urlsplit
from urllib.request import getproxies_environment

from scrapy.settings import Settings

from crawler.archives.asked import archives
from crawler.jobs import configuration
from crawler.politeness.limits import is_loopback
from pipelines.options import Config


def settle(settings: Settings, *, asks: bool = True) -> None:
    """Check the settings and add what follows from them; without `asks` nothing will be requested.

    A rate above what the archive allows is lowered to that, with a warning. Raises WrongUse for a setting that cannot
    be used.
    """
    configuration.check(settings, asks=asks)
    for name, (wanted, allowed) in configuration.too_fast(settings).items():
        logging.getLogger(__name__).warning(
            "%s=%g is above what the archive allows; it is %g now", name, wanted, allowed
        )
        settings.set(name, allowed, priority="cmdline")
    for archive in archives(Config.of(settings)):
        _tell_of_proxies(archive.address)
    add_derived(settings, spared=1)


def _tell_of_proxies(url: str) -> None:
    """An address that is blocked is ours, and its limits are remembered as such: nothing goes by another one."""
    parts = urlsplit(url)
    named = next((one for one in (parts.scheme, "all") if one in getproxies_environment()), "")
    if named and not is_loopback(parts.netloc):
        logging.getLogger(__name__).warning("%s_PROXY is set, and not used: requests go straight.", named.upper())


def add_derived(settings: Settings, *, spared: int = 0) -> None:
    """Add to the settings what follows from them; `spared` cores have other work than reading. Raises WrongUse."""
    config = Config.of(settings)
    asked = archives(config)
    derived = {
        "ARCHIVE": asked[0].name,  # what is known by no name belongs to it
        "RUN_ID": _run_id(datetime.now(UTC)),
        "READERS": config.readers or max(1, (os.cpu_count() or 1) - spared),
    }
    if not config.state_dir and all(is_loopback(archive.host) for archive in asked):
        derived["STATE_DIR"] = str(config.folder / ".state")  # no other corpus shares its limits
    for name, value in derived.items():
        settings.set(name, value, priority="cmdline")


def _run_id(now: datetime) -> str:
    """A name for a run, and for its WARC files, which are read in the order of their names: also within a second."""
    return f"{now:%Y%m%dT%H%M%SZ}-{now.microsecond:05x}{secrets.token_hex(1)[0]}"
