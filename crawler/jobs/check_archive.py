"""Whether an archive answers as its entry says: its canary is listed, and one capture of it played. A few requests, at
the archive's pace and within its border, as those of a crawl. What the `archives check` command calls."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from scrapy import Request, Spider
from scrapy.crawler import CrawlerProcessBase
from scrapy.http import Response
from scrapy.settings import Settings
from twisted.python.failure import Failure as Trouble

from crawler.archives.answers import looks_like
from crawler.archives.asked import archives
from crawler.archives.base import Ask, Dialect
from crawler.archives.book import Archive
from crawler.archives.memento import Played
from crawler.archives.wayback import dialect_of
from crawler.jobs import configuration
from crawler.jobs.settling import add_derived
from crawler.politeness.wire_options import Budget
from crawler.spiders.responses import failure_of, http_answer, why_no_answer
from pipelines.exceptions import CaptureFailed, ListingFailed, ReplayFailed, WrongUse
from pipelines.items.captures import Capture, ListingPage, Query
from pipelines.options import Config

MOST_PAGES = 6
"""Answers to a listing that are asked for until one has rows: Common Crawl's indexes are asked one by one."""
_SECONDS = 60.0


@dataclass
class Checked:
    """What an archive did: sentences in order, and whether all is as it should be."""

    told: list[str] = field(default_factory=list)
    is_well: bool = False


def check_archive(process: CrawlerProcessBase, settings: Settings, name: str, address: str = "") -> Checked:
    """Ask an archive of the book, or of a file, about its canary or about `address`. Raises WrongUse."""
    settings.set("ARCHIVES", name, priority="cmdline")
    [archive] = archives(Config.of(settings))
    canary = address or archive.canary
    if not canary:
        raise WrongUse(f"{archive.name} has no canary in its entry: name an address that it holds with --address.")
    configuration.check_asking(settings)
    add_derived(settings)
    for setting, value in (("ITEM_PIPELINES", {}), ("EXTENSIONS", {}), ("WAYBACK_CDX_PAGE_ROWS", 100)):
        settings.set(setting, value, priority="cmdline")
    checked = Checked()
    process.crawl(process.create_crawler(CheckSpider), archive=archive, canary=canary, checked=checked)
    process.start()
    return checked


class CheckSpider(Spider):
    """Lists the canary, then plays one capture of it."""

    name = "archive-check"

    def __init__(self, archive: Archive, canary: str, checked: Checked, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.budget = Budget()
        self.stop_reason, self.left_out = "", {}  # type: ignore[var-annotated]
        self._archive = archive
        self._dialect: Dialect = dialect_of(archive)
        self._query = Query(canary)
        self._checked = checked
        self._pages = 0

    async def start(self) -> Any:
        yield self._list("")

    def _list(self, cursor: str) -> Request:
        self._pages += 1
        ask = self._dialect.ask_listing(self._query, 100, cursor)
        return self._request(ask, "cdx", partial(self.listed, cursor=cursor))

    def listed(self, response: Response, cursor: str) -> Iterator[Any]:
        try:
            answer = http_answer(response, ListingFailed)
            page = self._dialect.read_listing(self._query, answer, 100, cursor)
        except ListingFailed as error:
            self._fail("listing", error)
            if other := looks_like(http_answer(response, ListingFailed)):
                self._tell(f'this looks like {other}: set dialect = "{other}"' * (other != self._archive.dialect))
            return
        if not page.rows and page.resume_key and self._pages < MOST_PAGES:
            yield self._list(page.resume_key)
            return
        yield from self._play(page)

    def _play(self, page: ListingPage) -> Iterator[Any]:
        if not page.rows:
            self._tell(f"listing: nothing of {self._query.url}, which it should hold: its emptiness proves nothing")
            return
        self._tell(f"listing: {len(page.rows)} captures of {self._query.url}")
        playable = [row for row in page.rows if row.statuscode == "200"] or list(page.rows)
        try:
            ask = self._dialect.ask_replay(playable[-1], playable[-1].timestamp, playable[-1].original)
        except ReplayFailed as error:
            self._fail("replay", error)
            return
        yield self._request(ask, "replay", partial(self.played, capture=playable[-1]))

    def played(self, response: Response, capture: Capture) -> None:
        try:
            answer, _ = self._dialect.unwrapped(http_answer(response, ReplayFailed), response.body)
        except ReplayFailed as error:
            self._fail("replay", error)
            return
        found = self._dialect.read_replay(answer, capture.original)
        reason = getattr(getattr(found, "failure", None), "reason", "") or type(found).__name__.lower()
        self._checked.is_well = isinstance(found, Played)
        self._tell(f"replay: {capture.timestamp} {'played' if self._checked.is_well else reason}")

    def _request(self, ask: Ask, kind: str, answered: Any) -> Request:
        meta: dict[str, Any] = {
            "kind": kind,
            "archive": self._archive.name,
            "headers": ask.headers,
            "purpose": f"{kind} check",
        }
        meta |= {"download_timeout": _SECONDS, "verbatim_url": True}
        failed = partial(self.not_answered, kind=kind)
        return Request(ask.url, callback=answered, errback=failed, meta=meta, dont_filter=True)

    def not_answered(self, trouble: Trouble, kind: str) -> None:
        failure = why_no_answer(trouble.value, kind)
        self._tell(f"{'listing' if kind == 'cdx' else 'replay'}: {failure.reason}")

    def _fail(self, what: str, error: CaptureFailed) -> None:
        failure = failure_of(error)
        self._tell(f"{what}: {failure.reason}{f' ({failure.detail})' if failure.detail else ''}"[:300])

    def _tell(self, sentence: str) -> None:
        if sentence:
            self._checked.told.append(sentence)
