"""Every dialect by its name, its pages, and what of the real archives' interfaces each leaves out."""

from collections.abc import Callable, Mapping

from crawler.local_archive.server import cdxserver
from crawler.local_archive.server.asked import COMMONCRAWL, PYWB, TIMEMAP, WAYBACK
from crawler.local_archive.server.blocks import Paging
from crawler.local_archive.server.dialects import crawls
from crawler.local_archive.server.dialects.commoncrawl import CommonCrawl
from crawler.local_archive.server.dialects.holdings import Dialect, Holdings
from crawler.local_archive.server.dialects.pywb import Pywb
from crawler.local_archive.server.dialects.timemap import TimeMap
from crawler.local_archive.server.dialects.wayback import Wayback

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
