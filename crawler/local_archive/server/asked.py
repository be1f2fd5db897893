"""What a request to an archive asks for, read off its path; each dialect has paths of its own."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl

from crawler.local_archive.server.loopback import Request

WAYBACK: Final = "wayback"
PYWB: Final = "pywb"
COMMONCRAWL: Final = "commoncrawl"
TIMEMAP: Final = "timemap"
DIALECTS: Final = (WAYBACK, PYWB, COMMONCRAWL, TIMEMAP)

CDX: Final = "cdx"
REPLAY: Final = "replay"
OTHER: Final = "other"
CDX_PATH: Final = "/cdx/search/cdx"
_REPLAY = re.compile(r"/web/(\d{1,14})([a-z]{2}_)?/(.*)", re.DOTALL)
_PYWB_CDX = re.compile(r"/([^/]+)/cdx/?")
_PYWB_TIMEMAP = re.compile(r"/([^/]+)/timemap/(\w+)/(.*)", re.DOTALL)
_PYWB_REPLAY = re.compile(r"/([^/]+)/(\d{1,14})?([a-z]{2}_)?/(.*)", re.DOTALL)
_PYWB_TIMEGATE = re.compile(r"/([^/]+)/(https?:.*)", re.DOTALL)
_CRAWL_INDEX = re.compile(r"/(.+)-index")
_CRAWL_DATA = re.compile(r"/(crawl-data/.+)", re.DOTALL)
_RANGE = re.compile(r"bytes=(\d{1,18})-\d*")
_TIMEMAP = re.compile(r"/timemap/(link)/(?:(\d{14})/)?(.*)", re.DOTALL)
_TIMEGATE = re.compile(r"/timegate/(.+)", re.DOTALL)
_MAX_PARAMS = 1_000


@dataclass(frozen=True, slots=True)
class Asked:
    """`kind` is cdx (any listing), replay or other; `url` the address asked about, `timestamp` and `flag` those of a
    replay. `place` is the collection or crawl, `form` what a dialect tells requests of one kind apart by.

    A record of Common Crawl has the path of its file as `url` and the place in it, in bytes, as `timestamp`.
    """

    kind: str
    url: str = ""
    timestamp: str = ""
    flag: str = ""
    params: tuple[tuple[str, str], ...] = ()
    place: str = ""
    form: str = ""

    def param(self, name: str) -> str:
        """The first parameter of that name, empty where there is none."""
        return next((value for key, value in self.params if key == name), "")


Reader = Callable[[Request], Asked]


def reader(dialect: str) -> Reader:
    """What reads the requests of a dialect. No reader ever raises: what is too odd to be read is `other`."""
    return {WAYBACK: read_target, PYWB: _read_pywb, COMMONCRAWL: _read_commoncrawl, TIMEMAP: _read_timemap}[dialect]


def read_target(request: Request) -> Asked:
    """What a request to a Wayback Machine asks for."""
    if request.target.partition("?")[0] == CDX_PATH:
        return _listing(request)
    return _wayback_replay(request)


def accepts_gzip(request: Request) -> bool:
    return "gzip" in request.header("accept-encoding").lower()


def _listing(request: Request, place: str = "") -> Asked:
    query = request.target.partition("?")[2]
    try:
        params = tuple(parse_qsl(query, keep_blank_values=True, max_num_fields=_MAX_PARAMS))
    except ValueError:
        return Asked(OTHER)
    return Asked(CDX, dict(reversed(params)).get("url", ""), params=params, place=place)


def _wayback_replay(request: Request) -> Asked:
    if replay := _REPLAY.fullmatch(request.target):
        return Asked(REPLAY, replay[3], replay[1], replay[2] or "")
    return Asked(OTHER)


def _read_pywb(request: Request) -> Asked:
    if found := _PYWB_CDX.fullmatch(request.target.partition("?")[0]):
        return _listing(request, found[1])
    if found := _PYWB_TIMEMAP.fullmatch(request.target):
        return Asked(CDX, found[3], place=found[1], form=found[2])
    if (found := _PYWB_REPLAY.fullmatch(request.target)) and (found[2] or found[3]):
        return Asked(REPLAY, found[4], found[2] or "", found[3] or "", place=found[1])
    if found := _PYWB_TIMEGATE.fullmatch(request.target):
        return Asked(REPLAY, found[2], place=found[1])
    return Asked(OTHER)


def _read_commoncrawl(request: Request) -> Asked:
    path = request.target.partition("?")[0]
    if found := _CRAWL_INDEX.fullmatch(path):
        return _listing(request, found[1])
    if found := _CRAWL_DATA.fullmatch(path):
        start = _RANGE.fullmatch(request.header("range").strip())
        return Asked(REPLAY, found[1], start[1] if start else "")
    return Asked(OTHER)


def _read_timemap(request: Request) -> Asked:
    if found := _TIMEMAP.fullmatch(request.target):
        return Asked(CDX, found[3], found[2] or "", form=found[1])
    if found := _TIMEGATE.fullmatch(request.target):
        return Asked(REPLAY, found[1], form="timegate")
    return _wayback_replay(request)
