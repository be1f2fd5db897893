"""Every dialect by its name, its pages, and what of the real archives' interfaces each leaves out."""

from collections.abc import Callable, Mapping

from crawler.wayback.server import cdxserver
from crawler.wayback.server.asked import COMMONCRAWL, PYWB, TIMEMAP, WAYBACK
from crawler.wayback.server.blocks import Paging
from crawler.wayback.server.dialects import crawls
from crawler.wayback.server.dialects.commoncrawl import CommonCrawl
from crawler.wayback.server.dialects.holdings import Dialect, Holdings
from crawler.wayback.server.dialects.pywb import Pywb
from crawler.wayback.server.dialects.timemap import TimeMap
from crawler.wayback.server.dialects.wayback import Wayback

SPEAKERS: Mapping[str, Callable[[Holdings], Dialect]] = {
    WAYBACK: Wayback,
    PYWB: Pywb,
    COMMONCRAWL: CommonCrawl,
    TIMEMAP: TimeMap,
}
PAGINGS: Mapping[str, Paging] = {
    WAYBACK: cdxserver.PAGING,
    PYWB: Paging(),
    COMMONCRAWL: crawls.PAGING,
    TIMEMAP: Paging(),
}
NOT_OFFERED: Mapping[str, str] = {
    WAYBACK: "timemaps, rewritten pages, the availability interface, Save Page Now",
    PYWB: "rewritten pages, search pages, recording, several collections, fuzzy rules of single sites",
    COMMONCRAWL: "replay by the index server, the columnar index, languages and charsets of rows",
    TIMEMAP: "formats other than link, rewritten pages",
}
