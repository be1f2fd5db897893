"""What a request to an archive asks for, read off its path."""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl

from crawler.local_archive.server.loopback import Request

CDX: Final = "cdx"
REPLAY: Final = "replay"
OTHER: Final = "other"
CDX_PATH: Final = "/cdx/search/cdx"
_REPLAY = re.compile(r"/web/(\d{1,14})([a-z]{2}_)?/(.*)", re.DOTALL)
_MAX_PARAMS = 1_000


@dataclass(frozen=True, slots=True)
class Asked:
    """`kind` is cdx, replay or other; `url` the address asked about, `timestamp` and `flag` those of a replay."""

    kind: str
    url: str = ""
    timestamp: str = ""
    flag: str = ""
    params: tuple[tuple[str, str], ...] = ()

    def param(self, name: str) -> str:
        """The first parameter of that name, empty where there is none."""
        return next((value for key, value in self.params if key == name), "")


def read_target(request: Request) -> Asked:
    """What `request` asks for. Never raises: what is too odd to be read is `other`."""
    path, _, query = request.target.partition("?")
    if path == CDX_PATH:
        try:
            params = tuple(parse_qsl(query, keep_blank_values=True, max_num_fields=_MAX_PARAMS))
        except ValueError:
            return Asked(OTHER)
        return Asked(CDX, dict(reversed(params)).get("url", ""), params=params)
    if replay := _REPLAY.fullmatch(request.target):
        return Asked(REPLAY, replay[3], replay[1], replay[2] or "")
    return Asked(OTHER)


def accepts_gzip(request: Request) -> bool:
    return "gzip" in request.header("accept-encoding").lower()
