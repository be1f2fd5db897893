"""The dialect of any Memento archive: TimeMaps in link format (RFC 7089), for one address at a time.

A TimeMap has times and addresses, and nothing else: no status, type or digest. It may come in several parts, of which
each leads to the next. Bytes are asked for as the book says, with `id_` behind the 14 digits.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from crawler.archives.addresses import escaped, filled, is_playable, matching
from crawler.archives.base import Ask
from crawler.archives.cdx import MAX_ROWS, bounded, printable, shown
from crawler.archives.pywb import Pywb, without_rows
from pipelines.exceptions import ListingFailed, ReplayFailed, WrongUse
from pipelines.formats.surt import urlkey
from pipelines.formats.timestamps import from_http_date, in_range
from pipelines.items.captures import Capture, HttpAnswer, ListingPage, Query

_LINK = re.compile(r'\s*<([^<>]*)>((?:\s*;\s*(?:[^\s=;,"]+\s*=\s*(?:"[^"]*"|[^\s;,"]*)|[^\s=;,"]+)?)*)\s*(?:,|\Z)')
_ATTRIBUTE = re.compile(r';\s*([^\s=;,"]+)\s*=\s*(?:"([^"]*)"|([^\s;,"]*))')
_IN_ADDRESS = re.compile(r"/([0-9]{14})(?:[a-z]{2}_)?/(.+)", re.DOTALL)
_PART = "part:"


@dataclass(frozen=True, slots=True)
class Link:
    """One link: where it leads, its relations, and its other attributes by name."""

    target: str
    relations: frozenset[str]
    attributes: dict[str, str]


def links_in(text: str) -> Iterator[Link | str]:
    """The links of a document in link format, and what stands between that is none (at most a line each).

    Commas within `<...>` and within quotes part nothing; attributes stand in any order; the last link may have a comma.
    """
    at = 0
    while at < len(text):
        found = _LINK.match(text, at)
        if found is None:
            end = text.find("\n", at)
            rest = text[at : end if end >= 0 else len(text)]
            if rest.strip(" ,\r\t"):
                yield rest
            at = end + 1 if end >= 0 else len(text)
            continue
        pairs = {name.lower(): quoted or bare for name, quoted, bare in _ATTRIBUTE.findall(found[2])}
        yield Link(found[1].strip(), frozenset(pairs.pop("rel", "").lower().split()), pairs)
        at = found.end()


class TimeMap(Pywb):
    """One Memento archive. What it plays is read as pywb's answers are, which are those of the RFC."""

    def ask_listing(self, query: Query, rows: int, cursor: str) -> Ask:
        if query.match != "exact":
            raise WrongUse(f"{self._name} has TimeMaps alone, which list one address: no {query.match}.")
        if cursor.startswith(_PART):
            return Ask(cursor.removeprefix(_PART))
        url = query.url if "://" in query.url else f"http://{query.url}"
        return Ask(self._listing.replace("{url}", escaped(url)))

    def read_listing(self, query: Query, answer: HttpAnswer, rows: int, cursor: str) -> ListingPage:
        if answer.status != 200:
            return without_rows(query, answer, is_further=bool(cursor))
        links, strange = _sorted(answer)
        covers = matching(query.url, query.match)
        captures = dict.fromkeys(capture for link in links if (capture := _capture(link)))
        inside = [row for row in captures if covers(row.urlkey, row.original)]
        outside = [shown(f"{row.timestamp} {row.original}") for row in captures if row not in set(inside)]
        kept = tuple(row for row in inside if in_range(row.timestamp, query.since, query.until))
        page = ListingPage(
            query, answer, kept, bounded(strange), self._next_part(links, answer, inside), outside=bounded(outside)
        )
        if not captures and not cursor:
            return ListingPage(query, answer, (), page.malformed, outcome="empty")
        return page

    def _next_part(self, links: list[Link], answer: HttpAnswer, rows: list[Capture]) -> str:
        """Where the next part begins. Some servers let it begin a second after the last capture, and so lose those of
        that second: it is asked for from the last second on."""
        here = answer.request_url
        for link in links:
            if "timemap" not in link.relations or "self" in link.relations or "from" not in link.attributes:
                continue
            if link.target == here or urlsplit(link.target)[:2] != urlsplit(here)[:2]:
                continue
            last = max((row.timestamp for row in rows), default="")
            if (from_http_date(link.attributes["from"]) or last) < last:
                continue  # a part before this one
            return _PART + re.sub(r"/[0-9]{14}/", f"/{last}/" if last else r"\g<0>", link.target, count=1)
        return ""

    def ask_replay(self, capture: Capture, timestamp: str, original: str) -> Ask:
        if "{timestamp}" not in self._replay:
            raise ReplayFailed("the archive gives no unchanged bytes")
        return Ask(filled(self._replay, timestamp, original))


def _sorted(answer: HttpAnswer) -> tuple[list[Link], list[str]]:
    """The links of an answer, and what is none. Raises ListingFailed where it has no link at all."""
    start = answer.body[:1000].lstrip()
    if start[:1] == b"<" and re.match(rb"<(?:!|html|\?xml|head|body)", start, re.IGNORECASE):
        raise ListingFailed("HTML instead of rows", transient=True, detail=printable(start))
    links: list[Link] = []
    strange: list[str] = []
    for found in links_in(answer.body.decode("utf-8", "replace")):
        if isinstance(found, Link):
            links.append(found)
        else:
            strange.append(shown(found))
        if len(links) + len(strange) > MAX_ROWS:
            raise ListingFailed("listing too long", detail=f"more than {MAX_ROWS} links in one answer")
    if strange and not links:
        raise ListingFailed("not CDX rows", transient=True, detail=strange[0])
    return links, strange


def _capture(link: Link) -> Capture | None:
    """The capture that a link leads to: time and original as its address has them, else its date."""
    if "memento" not in link.relations or "datetime" not in link.attributes:
        return None
    found = _IN_ADDRESS.search(link.target)
    timestamp = found[1] if found else from_http_date(link.attributes["datetime"])
    original = found[2] if found else ""
    if not timestamp or not is_playable(original) or re.search(r"[\x00-\x20\x7f]", original):
        return None
    return Capture(urlkey(original), timestamp, original, "unk", "-", "-")
