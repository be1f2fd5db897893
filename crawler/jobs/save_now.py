"""Have the Wayback Machine capture pages now, and follow each to its end. What the `save-now` command calls.

Opt-in, never a part of a crawl: with the user's own keys, at the pace that the archive allows, and noted in the ledger.
"""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from scrapy import Request, Spider
from scrapy.crawler import CrawlerProcessBase
from scrapy.http import Response
from scrapy.settings import Settings
from sqlite_utils import Database
from twisted.python.failure import Failure as Trouble

from crawler.archives import save_page_now as service
from crawler.archives.asked import archives
from crawler.jobs import configuration
from crawler.jobs.run_record import noted
from crawler.jobs.settling import add_derived
from crawler.politeness.limits import is_loopback
from crawler.politeness.wire_options import Budget
from crawler.spiders.responses import UNREACHED, why_no_answer
from crawler.targets.target_list import BadLine, read_targets
from pipelines.exceptions import WrongUse
from pipelines.formats.timestamps import utc
from pipelines.items.captures import WAYBACK
from pipelines.options import Config
from pipelines.store import saved
from pipelines.store.database import open_corpus
from pipelines.store.saved import Save
from pipelines.warc.lock import only_run

TRIES = 3  # of a page whose capture fails for what may pass
_LOOK = 6.0  # seconds between two looks at a job
_PATIENCE = 600.0  # seconds that a job is followed
_PAUSE = 60.0  # seconds before a page is asked for again
_DAY = timedelta(days=1)
_SECONDS = 60.0


@dataclass
class Done:
    """How many pages there were, by what became of them; sentences about those that were not captured."""

    count: dict[str, int] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)
    stopped: str = ""

    @property
    def is_well(self) -> bool:
        return not self.stopped and not any(self.count.get(state) for state in (saved.FAILED, saved.ASKED))


def save_now(process: CrawlerProcessBase, settings: Settings, targets: str, kind: str, within: str) -> Done:
    """Have the pages of a target list captured, but for those that the archive has captured `within` some time.
    Raises CorpusError."""
    authorization, urls = service.authorization(os.environ), _pages(targets, kind)
    service.form("https://example.com/", within)
    settings.set("ARCHIVES", WAYBACK, priority="cmdline")
    configuration.check_asking(settings)
    add_derived(settings)
    config = Config.of(settings)
    [archive] = archives(config)
    if not (archive.address.startswith("https:") or is_loopback(archive.host)):
        raise WrongUse(f"WAYBACK_URL={archive.address} is not encrypted: your keys are not sent there.")
    for setting in ("ITEM_PIPELINES", "EXTENSIONS"):
        settings.set(setting, {}, priority="cmdline")
    folder, done = config.folder, Done()
    with only_run(folder), noted(settings, "save-now") as note, closing(open_corpus(folder)) as db:
        crawler = process.create_crawler(SaveSpider)
        process.crawl(
            crawler, db=db, archive=archive.name, address=archive.address, authorization=authorization, urls=urls,
            within=within, scale=config.time_scale, done=done,
        )  # fmt: skip
        process.start()
        note.exit_code = 0 if done.is_well else 1
    return done


def _pages(targets: str, kind: str) -> list[str]:
    """The addresses of a list, each once. Raises WrongUse where there are none."""
    found = [one for one in read_targets(targets, kind=kind) if not isinstance(one, BadLine) and not one.discover]
    if not found:
        raise WrongUse(f"No addresses of pages in {targets}: a bare domain names none, write example.com/privacy.")
    return list(dict.fromkeys(one.url for one in found))


class SaveSpider(Spider):
    """Asks for captures one after the other, and about those that were asked for until all have ended."""

    name = "save-now"

    def __init__(
        self, db: Database, archive: str, address: str, authorization: str, urls: Sequence[str], within: str,
        scale: float, done: Done, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(**kwargs)
        self.budget, self.stop_reason, self.left_out = Budget(), "", {}  # type: ignore[var-annotated]
        self._db, self._archive, self._address = db, archive, address
        self._headers = (("Authorization", authorization), ("Accept", "application/json"))
        self._urls, self._within, self._scale, self._done = urls, within, scale, done
        self._under_way: set[str] = set()
        self._last = -1e9

    async def start(self) -> AsyncIterator[Request]:
        since = utc(datetime.now(UTC) - _DAY, exact=True)
        for save in saved.not_ended(self._db, self._archive, since):  # a run before this one did not see their end
            self._under_way.add(save.address)
            yield self._ask_about(save, time.monotonic())
        for url in self._urls:
            if url not in self._under_way:
                if not await self._turn():
                    return
                yield self._ask_for(Save(url, utc(datetime.now(UTC), exact=True), self._archive), 1)

    async def _turn(self) -> bool:
        """Wait until another capture may be asked for; False where the run was stopped meanwhile."""
        while len(self._under_way) >= service.AT_ONCE and not self.stop_reason:
            await asyncio.sleep(1 / self._scale)
        wait = self._last + 60 / service.PER_MINUTE / self._scale - time.monotonic()
        if wait > 0:
            await asyncio.sleep(wait)
        self._last = time.monotonic()
        return not self.stop_reason

    # -- a capture

    def _ask_for(self, save: Save, tries: int) -> Request:
        self._under_way.add(save.address)
        body = service.form(save.address, self._within)
        answered = partial(self.asked, save=save, tries=tries)
        return self._request("/save", answered, partial(self.not_asked, save=save, tries=tries), body)

    async def asked(self, response: Response, save: Save, tries: int) -> AsyncIterator[Request]:
        job = self._read(response, save, is_last=tries >= TRIES)
        if job is None:
            async for request in self._once_more(save, tries):
                yield request
        elif job.is_done:
            self._end(save._replace(state=saved.HELD, job=job.name, timestamp=job.timestamp, reason=job.original))
        else:
            save = save._replace(job=job.name)
            saved.keep(self._db, save)
            yield self._ask_about(save, time.monotonic())

    async def not_asked(self, trouble: Trouble, save: Save, tries: int) -> AsyncIterator[Request]:
        reason = self._why_lost(trouble, save)
        if tries >= TRIES and not self.stop_reason:
            self._end(save._replace(state=saved.FAILED, reason=reason))
        async for request in self._once_more(save, tries):  # what was asked for twice is captured once
            yield request

    async def _once_more(self, save: Save, tries: int) -> AsyncIterator[Request]:
        if not self.stop_reason and save.address in self._under_way:
            self._under_way.discard(save.address)  # or those that wait would wait for each other
            await asyncio.sleep(_PAUSE / self._scale)
            if await self._turn():
                yield self._ask_for(save, tries + 1)
            else:
                self._end(save._replace(state=saved.FAILED, reason=self.stop_reason))

    def _ask_about(self, save: Save, since: float) -> Request:
        answered = partial(self.looked, save=save, since=since)
        return self._request(service.status_path(save.job), answered, partial(self.not_looked, save=save, since=since))

    async def looked(self, response: Response, save: Save, since: float) -> AsyncIterator[Request]:
        is_late = time.monotonic() - since > _PATIENCE / self._scale
        job = self._read(response, save, is_last=is_late)
        if job and job.is_done:
            self._end(save._replace(state=saved.SAVED, timestamp=job.timestamp, original=job.original))
        else:
            async for request in self._look_again(save, since, "has not ended yet"):
                yield request

    async def not_looked(self, trouble: Trouble, save: Save, since: float) -> AsyncIterator[Request]:
        reason = self._why_lost(trouble, save)
        async for request in self._look_again(save, since, reason):
            yield request

    async def _look_again(self, save: Save, since: float, reason: str) -> AsyncIterator[Request]:
        if save.address not in self._under_way:
            return
        if self.stop_reason or time.monotonic() - since > _PATIENCE / self._scale:
            self._end(save._replace(reason=f"{reason}: the next run looks again"))
            return
        await asyncio.sleep(_LOOK / self._scale)
        yield self._ask_about(save, since)

    # -- answers

    def _read(self, response: Response, save: Save, *, is_last: bool) -> service.Job | None:
        """What an answer says; None where it has failed, for good or until it is asked again."""
        try:
            return service.read_answer(response.status, response.body)
        except WrongUse as error:
            self._stop(save, str(error))
        except service.NotSaved as error:
            if is_last or not error.transient:
                self._end(save._replace(state=saved.FAILED, reason=str(error)))
        return None

    def _why_lost(self, trouble: Trouble, save: Save) -> str:
        """Why no answer came. An archive that cannot be reached stops the run."""
        failure = why_no_answer(trouble.value, "save")
        if isinstance(trouble.value, UNREACHED):
            self._stop(save, f"Cannot reach the archive at {self._address}: {failure.reason}.")
        return failure.reason

    def _end(self, save: Save) -> None:
        self._under_way.discard(save.address)
        saved.keep(self._db, save)
        self._done.count[save.state] = self._done.count.get(save.state, 0) + 1
        if save.state in (saved.FAILED, saved.ASKED):
            self._done.told.append(f"{save.address}: {save.reason}")

    def _stop(self, save: Save, reason: str) -> None:
        self.stop_reason = self._done.stopped = self._done.stopped or reason
        self._end(save._replace(state=save.state if save.job else saved.FAILED, reason=reason))

    def _request(self, path: str, answered: Any, failed: Any, body: bytes = b"") -> Request:
        more = (("Content-Type", "application/x-www-form-urlencoded"),) if body else ()
        meta = {
            "kind": "cdx", "archive": self._archive, "headers": (*self._headers, *more), "purpose": "save",
            "download_timeout": _SECONDS, "verbatim_url": True,
        }  # fmt: skip
        method = "POST" if body else "GET"
        return Request(
            self._address + path, method=method, body=body, callback=answered, errback=failed, meta=meta,
            dont_filter=True,
        )  # fmt: skip
