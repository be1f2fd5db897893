"""Faults of playback: what is listed and cannot be played, and redirects that lead astray."""

import re
from dataclasses import replace

from crawler.local_archive.server.asked import WAYBACK
from crawler.local_archive.server.fault_kinds import PLAYBACK, Case, Catalogue
from crawler.local_archive.server.loopback import Answer
from crawler.local_archive.server.playback import NOT_ARCHIVED

REPLAYS = Catalogue(WAYBACK)
_HTML = (("Content-Type", "text/html; charset=utf-8"),)
_STEP = re.compile(r"(.*?)(?:[?&]fault-step=(\d+))?", re.DOTALL)


@REPLAYS.add(22, on=PLAYBACK, lasting=True)
def not_playable(case: Case) -> Answer:
    """Listed, and yet: the archive has not archived that URL"""
    return Answer(404, _HTML, NOT_ARCHIVED) if case.is_memento else case.given


@REPLAYS.add(18, on=PLAYBACK, lasting=True)
def excluded_page(case: Case) -> Answer:
    """200 with a page that says the site is excluded"""
    return Answer(200, _HTML, b"<html><body>This URL has been excluded from the Wayback Machine.</body></html>\n")


@REPLAYS.add(23, on=PLAYBACK, lasting=True)
def far_hop(case: Case) -> Answer:
    """The nearest capture is said to be three years away"""
    if not case.is_memento:
        return case.given
    timestamp = f"{int(case.asked.timestamp[:4]) - 3:04d}{case.asked.timestamp[4:]}"
    headers = (
        ("Content-Type", "text/plain; charset=utf-8"),
        ("X-Archive-Redirect-Reason", f"found capture at {timestamp}"),
        ("Location", f"http://{case.request.header('host')}/web/{timestamp}{case.asked.flag}/{case.asked.url}"),
    )
    return Answer(302, headers)


@REPLAYS.add(25, on=PLAYBACK, lasting=True)
def redirect_loop(case: Case) -> Answer:
    """An archived redirect to a second address, which leads back to the first"""
    step = _step(case)
    return _redirect(case, "" if step else f"{_joint(case)}fault-step=1") if _is_struck(case) else case.given


@REPLAYS.add(25, on=PLAYBACK, lasting=True)
def redirect_chain(case: Case) -> Answer:
    """Archived redirects without end"""
    return _redirect(case, f"{_joint(case)}fault-step={_step(case) + 1}") if _is_struck(case) else case.given


@REPLAYS.add(40, on=PLAYBACK, lasting=True)
def redirect_away(case: Case) -> Answer:
    """A redirect that leaves the archive"""
    if not case.is_memento:
        return case.given
    places = (
        "http://169.254.169.254/latest/",
        "//evil.example/",
        "file:///etc/passwd",
        "http://user@evil.example/web/",
    )
    return _to(case, case.dice.choice(places))


@REPLAYS.add(26, on=PLAYBACK)
def view_page(case: Case) -> Answer:
    """The page that view mode shows instead of a redirect, with status 200"""
    body = (
        b"<html><body><p class='code shift red'>Got an HTTP 302 response at crawl time</p>\n"
        b"<p class='code'>Redirecting to...</p><p class='impatient'><a href='/web/2004/http://example.com/'>"
        b"Impatient?</a></p></body></html>\n"
    )
    return Answer(200, _HTML, body)


def _is_struck(case: Case) -> bool:
    """The first address if it is a memento; the others exist only through the fault."""
    return case.is_memento or _step(case) > 0


def _step(case: Case) -> int:
    match = _STEP.fullmatch(case.asked.url)
    return int(match[2] or 0) if match else 0


def _joint(case: Case) -> str:
    return "&" if "?" in _first(case) else "?"


def _first(case: Case) -> str:
    match = _STEP.fullmatch(case.asked.url)
    return str(match[1]) if match else case.asked.url


def _redirect(case: Case, suffix: str) -> Answer:
    return _to(case, f"/web/{case.asked.timestamp}{case.asked.flag}/{_first(case)}{suffix}")


def _to(case: Case, location: str) -> Answer:
    kept = tuple(pair for pair in case.given.headers if pair[0].lower() in ("memento-datetime", "x-archive-src"))
    date = () if kept else (("memento-datetime", "Thu, 01 Jan 2004 00:00:00 GMT"),)
    return replace(case.given, status=302, reason="", headers=(*kept, *date, ("location", location)), body=b"")
