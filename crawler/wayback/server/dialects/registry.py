"""Every dialect by its name."""

from collections.abc import Callable, Mapping

from crawler.wayback.server.asked import PYWB, WAYBACK
from crawler.wayback.server.dialects.holdings import Dialect, Holdings
from crawler.wayback.server.dialects.pywb import Pywb
from crawler.wayback.server.dialects.wayback import Wayback

SPEAKERS: Mapping[str, Callable[[Holdings], Dialect]] = {WAYBACK: Wayback, PYWB: Pywb}
