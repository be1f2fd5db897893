"""The dialect of pywb collections, national archives' as well as one's own. Seen with pywb 2.10.

What a client has to know of it:

* An empty listing says little: 200 without a byte is also what an unknown collection and a sick index give.
* No row tells that a listing is whole. Collections with a ZipNum index give their first page alone where no page is
  asked for, so how many there are is asked first; all others answer that question with the listing itself. They take no
  notice of `page`, and would never end.
* `allowFuzzy` brings rows of similar addresses where nothing matches.
* Raw replay gives the nearest capture with status 200, however far it is; a Location as it was archived; and never a
  redirect that leads to the same key.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import quote, urlencode, urljoin

import msgspec

from crawler.archives.addresses import filled, is_playable, location_in_archive
from crawler.archives.base import Ask, Found
from crawler.archives.book import Archive
from crawler.archives.cdx import printable
from crawler.archives.memento import REDIRECTS, Played, Refused, original_of, read_answer
from crawler.archives.rows import Row, lines_of, page_of, read_line
from pipelines.exceptions import ListingFailed, ReplayFailed, WrongUse
from pipelines.formats.timestamps import from_http_date
from pipelines.items.captures import Capture, HttpAnswer, ListingPage, Query, State
from pipelines.items.readings import Failure

MOST_ROWS = 100_000
"""What every pywb stops at, whatever it is asked."""

_LONGEST_COUNT = 1000  # bytes
_AFTER, _PAGE = "after:", "page:"
_NAMES = {"original": "url", "mimetype": "mime", "statuscode": "status"}
_FILTER = re.compile(r"(!?)([a-z]+):(.*)", re.DOTALL)
_SELF_REDIRECT = re.compile(rb"Self Redirect")
_LOST_REVISIT = b"Original for revisit record could not be loaded"


class Pywb:
    """One collection."""

    def __init__(self, archive: Archive) -> None:
        self._listing = archive.listing_template
        self._replay = archive.replay_template
        self._matches = archive.matches
        self._base = self._replay.partition("{timestamp}")[0].rstrip("/")
        self._name = archive.name

    # -- listings

    def ask_listing(self, query: Query, rows: int, cursor: str) -> Ask:
        if query.match not in self._matches:
            raise WrongUse(f"{self._name} does not list by {query.match}, only by {', '.join(self._matches)}.")
        url = query.url if "://" in query.url else f"http://{query.url}"  # else a port finds nothing
        limit = MOST_ROWS if cursor.startswith(_PAGE) else limit_of(query, rows)  # it holds within a page, too
        given = [("url", url), ("output", "json"), ("allowFuzzy", "false"), ("limit", str(limit))]
        if query.match != "exact":
            given.append(("matchType", query.match))
        given += [("filter", text) for text in map(cdx_filter, query.filters) if text]
        given += [("collapseTime", text.partition(":")[2]) for text in query.collapses if text.startswith("timestamp:")]
        since = cursor.removeprefix(_AFTER) if cursor.startswith(_AFTER) else query.since
        given += [(name, value) for name, value in (("from", since), ("to", query.until)) if value]
        if cursor.startswith(_PAGE):
            given.append(("page", cursor.removeprefix(_PAGE).partition("/")[0]))
        elif not cursor:
            given.append(("showNumPages", "true"))
        return Ask(f"{self._listing}?{urlencode(given, quote_via=quote)}")

    def read_listing(self, query: Query, answer: HttpAnswer, rows: int, cursor: str) -> ListingPage:
        if answer.status != 200:
            return without_rows(query, answer, is_further=cursor.startswith(_PAGE))
        refuse_pages(answer)
        if not cursor and (pages := number_of_pages(answer.body)) is not None:
            return _counted(query, answer, pages)
        lines = lines_of(answer.body)
        if not lines:
            return _next_page(ListingPage(query, answer, (), outcome="rows" if cursor else "empty"), cursor)
        page = page_of(query, answer, lines, wanted_by(query))
        if cursor.startswith(_PAGE):
            return _next_page(page, cursor)
        return _continued(page, lines) if _is_full(len(lines), limit_of(query, rows)) else page

    # -- replay

    def ask_replay(self, capture: Capture, timestamp: str, original: str) -> Ask:
        return Ask(filled(self._replay, timestamp, original))

    def unwrapped(self, answer: HttpAnswer, raw: bytes) -> tuple[HttpAnswer, bytes]:
        return answer, raw

    def read_replay(self, answer: HttpAnswer, original: str) -> Found:
        if answer.header("Memento-Datetime"):
            return self._played(answer, original)
        if answer.status == 451:
            return _refused(State.BLOCKED, "closed by the archive")
        if answer.status == 400 and _SELF_REDIRECT.search(answer.body):
            return _refused(State.REDIRECT, "redirects to its own address, which the archive does not play")
        if answer.status == 503 and _LOST_REVISIT in answer.body:
            return _refused(State.UNPLAYABLE, "the archive has lost what this repeats")
        return read_answer(answer, self._base, below="/")

    def _played(self, answer: HttpAnswer, original: str) -> Played | Refused:
        played = Played(from_http_date(answer.header("Memento-Datetime")) or "", original_of(answer))
        if answer.status not in REDIRECTS:
            return played
        target = self._target(answer, played.original or original)
        if not target:
            return _refused(State.FAILED, "redirect leads nowhere", answer.header("Location")[:200])
        return replace(played, redirect_to=target)

    def _target(self, answer: HttpAnswer, original: str) -> str:
        """Where an archived redirect leads: its Location is as archived here, and rewritten at others."""
        location = answer.header("Location").strip()
        inside = location_in_archive(location, answer.request_url, self._base, "/")
        if inside is not None:
            return inside.original
        try:
            target = urljoin(original, location) if location else ""
        except ValueError:
            return ""
        return target if is_playable(target) else ""

    def is_well(self, status: int, body: bytes) -> bool:
        return status == 503 and _LOST_REVISIT in body


def limit_of(query: Query, rows: int) -> int:
    """The limit to send: what is not one address cannot go on behind its last row, so it is asked for at once."""
    return min(rows, MOST_ROWS) if query.match == "exact" else MOST_ROWS


def _is_full(lines: int, limit: int) -> bool:
    """Whether there may be more than these. What is longer than was asked for is no page, and so whole: pywb takes no
    notice of a limit where it is asked for the number of pages, and some archives never do."""
    return lines == limit or lines >= MOST_ROWS


def cdx_filter(text: str) -> str:
    """A CDX filter in this dialect; empty for one that is left to `wanted_by`. `~` matches at the start alone."""
    found = _FILTER.fullmatch(text)
    if found is None:
        raise WrongUse(f"{text!r} is no filter of a listing.")
    no, field, pattern = found.groups()
    if field == "statuscode" and not no:
        return ""
    return f"{no}~{_NAMES.get(field, field)}:(?:{pattern})$"


def wanted_by(query: Query) -> Callable[[Capture], bool]:
    """What the filters on status let through, with rows that have none: old ones and revisits lack it here."""
    found = [match for text in query.filters if (match := _FILTER.fullmatch(text))]
    wanted = [re.compile(match[3]) for match in found if match[2] == "statuscode" and not match[1]]
    return lambda row: row.statuscode == "-" or all(each.fullmatch(row.statuscode) for each in wanted)


def refuse_pages(answer: HttpAnswer) -> None:
    """Raises ListingFailed for a page of HTML, or another dialect's listing, in place of rows."""
    start = answer.body[:1000].lstrip()
    if start.startswith(b"<"):
        raise ListingFailed("HTML instead of rows", transient=True, detail=printable(start))
    if start.startswith(b"[["):
        raise ListingFailed("not CDX rows", detail='this looks like the Wayback Machine: set dialect = "wayback"')


def number_of_pages(body: bytes) -> int | None:
    """How many pages a listing has, where this is the answer to that question, which ends without a newline."""
    try:
        told = msgspec.json.decode(body) if len(body) < _LONGEST_COUNT else None
    except (ValueError, RecursionError):
        return None
    pages = told.get("pages") if isinstance(told, dict) and "blocks" in told else told
    return pages if isinstance(pages, int) and not isinstance(pages, bool) and 0 <= pages < 1 << 31 else None


def _counted(query: Query, answer: HttpAnswer, pages: int) -> ListingPage:
    if not pages:
        return ListingPage(query, answer, (), outcome="empty")
    return ListingPage(query, answer, (), resume_key=f"{_PAGE}0/{pages}")


def _next_page(page: ListingPage, cursor: str) -> ListingPage:
    number, _, pages = cursor.removeprefix(_PAGE).partition("/")
    more = cursor.startswith(_PAGE) and int(number) + 1 < int(pages)
    return replace(page, resume_key=f"{_PAGE}{int(number) + 1}/{pages}" if more else "")


def _continued(page: ListingPage, lines: list[bytes]) -> ListingPage:
    """A full page: one address goes on from its last second, whose rows come again; anything else is cut."""
    last = read_line(lines[-1]) or Row()
    if page.query.match == "exact" and str(last.timestamp):
        return replace(page, resume_key=f"{_AFTER}{last.timestamp}")
    return replace(page, is_cut=True)


def without_rows(query: Query, answer: HttpAnswer, *, is_further: bool) -> ListingPage:
    """What an answer says that has no rows. A page that is too high ends the listing: the index was made anew."""
    said = printable(answer.body[:300])
    html = answer.body[:1000].lstrip().startswith(b"<")
    if answer.status == 404 and not html:
        return ListingPage(query, answer, (), outcome="empty")
    if answer.status == 400 and is_further and "invalid: First Page" in said:
        return ListingPage(query, answer, ())
    reasons = {429: "rate limited", 400: "query refused", 403: "forbidden by the archive", 504: "query too heavy"}
    reason = reasons.get(answer.status, "no listing at this address" if answer.status == 404 else "archive trouble")
    raise ListingFailed(reason, transient=answer.status != 400, detail=f"status {answer.status}: {said}")


def _refused(state: State, reason: str, detail: str = "") -> Refused:
    return Refused(state, Failure(ReplayFailed.stage, reason, False, detail))
