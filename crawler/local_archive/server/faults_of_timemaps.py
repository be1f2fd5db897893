"""What TimeMaps of other servers and of aggregators are like, and players where the bytes should be."""

import re
from collections.abc import Callable
from dataclasses import replace

from crawler.local_archive.server.asked import TIMEMAP
from crawler.local_archive.server.fault_kinds import LISTING, PLAYBACK, Case, Catalogue
from crawler.local_archive.server.loopback import Answer
from crawler.local_archive.server.row_forms import link, written

TIMEMAPS = Catalogue(TIMEMAP)
_MEMENTO = re.compile(r'; rel="[^"]*\bmemento"')
_REST = re.compile(r'<([^>]*/)(\d{14})(/[^>]*)>(; rel="timemap".*)')
_PLAYER = b"<!DOCTYPE html>\n<html><body><replay-web-page source='/x.wacz'></replay-web-page></body></html>\n"

Links = list[str]


@TIMEMAPS.add(on=LISTING, apart=True)
def failing_archives(case: Case) -> Answer:
    """Every other memento is missing, as where an aggregator's archives fail"""

    def halved(links: Links) -> Links:
        mementos = [one for one in links if _MEMENTO.search(one)]
        return [one for one in links if one not in mementos[1::2]]

    return _with_links(case, halved)


@TIMEMAPS.add(on=LISTING, apart=True)
def no_mementos(case: Case) -> Answer:
    """404 with X-Memento-Count 0 although there are some"""
    return Answer(404, (("X-Memento-Count", "0"),)) if case.given.status == 200 else case.given


@TIMEMAPS.add(on=LISTING, apart=True)
def lost_second(case: Case) -> Answer:
    """The rest begins a second too late, as in OpenWayback"""

    def later(one: str) -> str:
        found = _REST.fullmatch(one)
        return f"<{found[1]}{int(found[2]) + 1:014d}{found[3]}>{found[4]}" if found else one

    return _with_links(case, lambda links: [later(one) for one in links])


@TIMEMAPS.add(on=LISTING, lasting=True, harmless=True)
def endless_timemap(case: Case) -> Answer:
    """The last link leads back to this TimeMap"""

    def led_back(links: Links) -> Links:
        itself = next((one.partition(">")[0][1:] for one in links if 'rel="self"' in one), "")
        return links if _REST.fullmatch(links[-1]) else [*links, link(itself, "timemap")]

    return _with_links(case, led_back)


@TIMEMAPS.add(on=LISTING, harmless=True)
def loose_links(case: Case) -> Answer:
    """Attributes in another order, without blanks; empty lines; a comma behind the last link"""

    def loose(one: str) -> str:
        target, _, rest = one.partition(">; ")
        return f"{target}>;" + ";".join(reversed(rest.split("; ")))

    if case.given.status != 200:
        return case.given
    return replace(case.given, body=",\n\n".join([*map(loose, _links(case)), ""]).encode())


@TIMEMAPS.add(on=LISTING, harmless=True)
def escaped_addresses(case: Case) -> Answer:
    """`&` in addresses written as in HTML"""
    body = case.given.body.replace(b"&", b"&amp;")
    return replace(case.given, body=body) if body != case.given.body else case.given


@TIMEMAPS.add(on=LISTING, harmless=True)
def future_memento(case: Case) -> Answer:
    """One more memento, dated years ahead"""
    return _with_links(case, lambda links: [*links, _more(links, "20991231000000", "Thu, 31 Dec 2099 00:00:00 GMT")])


@TIMEMAPS.add(on=LISTING, harmless=True)
def undated_memento(case: Case) -> Answer:
    """One more memento, without a time"""
    return _with_links(case, lambda links: [*links, _more(links, "20100101000000", "")])


@TIMEMAPS.add(on=LISTING, lasting=True)
def foreign_mementos(case: Case) -> Answer:
    """Mementos of another archive, which nobody named"""

    def foreign(one: str) -> str:
        return re.sub(r"<http://[^/]*/", "<https://other-archive.example/", one) if _MEMENTO.search(one) else one

    return _with_links(case, lambda links: [foreign(one) for one in links])


@TIMEMAPS.add(on=PLAYBACK, lasting=True)
def player_page(case: Case) -> Answer:
    """200 with a player for browsers: raw bytes are not given"""
    return Answer(200, (("Content-Type", "text/html"),), _PLAYER) if case.is_memento else case.given


def _links(case: Case) -> Links:
    return [one.strip() for one in case.given.body.decode().split(",\n")]


def _with_links(case: Case, change: Callable[[Links], Links]) -> Answer:
    if case.given.status != 200:
        return case.given
    links = _links(case)
    changed = change(links)
    return case.given if changed == links else replace(case.given, body=written(changed).encode())


def _more(links: Links, timestamp: str, date: str) -> str:
    """A memento like the first, of another time."""
    first = next(one for one in links if _MEMENTO.search(one))
    target = re.sub(r"/\d{14}/", f"/{timestamp}/", first.partition(">")[0][1:], count=1)
    return link(target, "memento", datetime=date) if date else link(target, "memento")
