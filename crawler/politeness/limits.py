"""What an archive allows: kinds of requests, the hard limits, and which hosts they hold for.

Source: the Internet Archive's figures of June 2026: 30 CDX queries and 600 replays a minute a client, of which it asks
clients to use 80 %.
"""

import ipaddress
import math
from collections.abc import Mapping
from typing import Final

from pipelines.exceptions import WrongUse

CDX: Final = "cdx"
REPLAY: Final = "replay"
KINDS: Final = (CDX, REPLAY)

HARD: Final[Mapping[str, float]] = {CDX: 30.0, REPLAY: 600.0}
"""Requests a minute that archive.org allows."""

MARGIN: Final = 0.85
"""Of the hard limit (the archive asks for 0.8): above, lag caught up and the network's jitter could pass it."""


def bare_host(host: str) -> str:
    """A host without its port, brackets and final dot, in lower case."""
    name = host.strip().lower()
    if name.startswith("["):
        return name[1:].partition("]")[0]
    return (name.partition(":")[0] if name.count(":") == 1 else name).rstrip(".")


def is_archive_org(host: str) -> bool:
    """Whether the Internet Archive's own limits hold for this host."""
    name = bare_host(host)
    return name == "archive.org" or name.endswith(".archive.org")


def is_loopback(host: str) -> bool:
    """Whether this host is this machine."""
    name = bare_host(host)
    try:
        return name == "localhost" or ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def checked_rate(host: str, kind: str, rate: float) -> float:
    """The rate to keep to, a minute; 0 is no limit. For archive.org never above the hard limit less a margin."""
    if not math.isfinite(rate) or rate < 0:
        raise WrongUse(f"the {kind} rate is {rate}: give requests a minute, above 0")
    if not is_archive_org(host):
        return rate
    if not rate:
        raise WrongUse(f"the {kind} rate is 0, no limit, but {host} allows {HARD[kind]:.0f} a minute: give a rate")
    return min(rate, HARD[kind] * MARGIN)


def checked_scale(host: str, scale: float) -> float:
    """A time scale of 1 or more; above 1 only for an archive on this machine."""
    if not math.isfinite(scale) or scale < 1:
        raise WrongUse(f"TIME_SCALE is {scale}: give a number of 1 or more")
    if scale != 1 and not is_loopback(host):
        raise WrongUse(f"TIME_SCALE is {scale}, but {host} is not this machine: set it to 1")
    return scale
