"""An archive that offers RFC 7089 alone: `/timemap/link/<url>`, `/timegate/<url>` and `/web/<timestamp>id_/<url>`.

A TimeMap that is longer than `max_rows` is paged: its last link, `rel="timemap"`, leads to the rest, which begins with
the second that did not fit. Replay is that of a Wayback Machine.
"""

from email.utils import parsedate_to_datetime
from itertools import takewhile

from crawler.local_archive.server.asked import CDX, REPLAY, Asked, accepts_gzip
from crawler.local_archive.server.dialects.holdings import Holdings
from crawler.local_archive.server.loopback import Answer, Request
from crawler.local_archive.server.playback import Playback, http_date, quoted
from crawler.local_archive.server.queries import seconds
from crawler.local_archive.server.row_forms import LINK_FORMAT, link, written
from crawler.local_archive.server.rows import Row
from pipelines.formats.surt import urlkey

MAX_ROWS = 100_000
_TEXT = (("Content-Type", "text/plain"),)
_LINKS = (("Content-Type", LINK_FORMAT),)
_NEWEST = "99991231235959"


class TimeMap:
    """Serves `held`."""

    path = ""

    def __init__(self, held: Holdings) -> None:
        self._held = held
        self._playback = Playback(held.index, held.records, held.folder.name)

    def close(self) -> None:
        """There is nothing to give back."""

    def answer(self, request: Request, asked: Asked, base: str) -> Answer:
        if asked.kind not in (CDX, REPLAY):
            return Answer(404, _TEXT, b"Not here\n")
        if self._held.is_blocked(urlkey(asked.url)):
            return Answer(403, _TEXT, b"Closed by its owner\n")
        if asked.kind == CDX:
            return self._timemap(asked, base)
        if asked.form:
            return self._timegate(request, asked, base)
        return self._playback.answer(asked.timestamp, asked.flag, asked.url, base, accepts_gzip(request))

    def _rows(self, url: str) -> list[Row]:
        return [row for row in self._held.index.rows_of(urlkey(url)) if row.is_playable]

    def _timemap(self, asked: Asked, base: str) -> Answer:
        rows = [row for row in self._rows(asked.url) if row.timestamp >= asked.timestamp]
        if not rows:
            return Answer(404, _LINKS)
        part, rest = _first_part(rows, self._held.max_rows or MAX_ROWS)
        first, last = part[0].timestamp, part[-1].timestamp
        url, times = quoted(asked.url), {"from": http_date(first), "until": http_date(last)}
        start = f"{asked.timestamp}/" if asked.timestamp else ""
        links = [
            link(url, "original"),
            link(f"{base}/timemap/link/{start}{url}", "self", type=LINK_FORMAT, **times),
            link(f"{base}/timegate/{url}", "timegate"),
            *(_memento(row, part, base) for row in part),
        ]
        if rest:
            more, since = f"{base}/timemap/link/{rest[0].timestamp}/{url}", http_date(rest[0].timestamp)
            links.append(link(more, "timemap", type=LINK_FORMAT, **{"from": since}))
        return Answer(200, _LINKS, written(links).encode())

    def _timegate(self, request: Request, asked: Asked, base: str) -> Answer:
        rows = self._rows(asked.url)
        if not rows:
            return Answer(404, _TEXT, b"Not here\n")
        try:
            wanted = parsedate_to_datetime(request.header("accept-datetime")).timestamp()
        except ValueError:
            wanted = seconds(_NEWEST)
        row = min(rows, key=lambda row: abs(seconds(row.timestamp) - wanted))
        url = quoted(asked.url)
        timemap = link(f"{base}/timemap/link/{url}", "timemap", type=LINK_FORMAT)
        links = ", ".join([link(url, "original"), timemap, _memento(row, [], base)])
        location = f"{base}/web/{row.timestamp}/{quoted(row.original)}"
        return Answer(302, (("Location", location), ("Vary", "accept-datetime"), ("Link", links)))


def _first_part(rows: list[Row], most: int) -> tuple[list[Row], list[Row]]:
    """As many rows as fit, and the rest; captures of one second stay together, were they more than fit."""
    if len(rows) <= most:
        return rows, []
    edge = rows[most].timestamp
    stop = most
    while stop and rows[stop - 1].timestamp == edge:
        stop -= 1
    stop = stop or len(list(takewhile(lambda row: row.timestamp == edge, rows)))
    return rows[:stop], rows[stop:]


def _memento(row: Row, part: list[Row], base: str) -> str:
    names = [name for name, place in (("first", 0), ("last", -1)) if part and row is part[place]]
    target = f"{base}/web/{row.timestamp}/{quoted(row.original)}"
    return link(target, " ".join([*names, "memento"]), datetime=http_date(row.timestamp))
