"""One crawl from start to end: check, lock, register, crawl, export, tell. What the `crawl` command calls.

Everything before the first request can fail without a trace; everything after is in the ledger and in `runs`.
"""

import gc
import logging
import signal
import warnings
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from typing import Any

from scrapy.crawler import Crawler, CrawlerProcessBase
from scrapy.settings import Settings
from sqlite_utils import Database

from crawler.archives.asked import archives
from crawler.jobs.configuration import extractor_name, reader_of
from crawler.jobs.hook import run_for_each
from crawler.jobs.register import Request, listed, register
from crawler.jobs.reread import catch_up, readers
from crawler.jobs.settling import settle
from crawler.middlewares import REQUESTS
from crawler.politeness.wire_options import Budget
from pipelines.exceptions import ArchiveUnavailable, CorpusError, DatabaseBusy, RecordingFailed, WrongUse
from pipelines.executors.process_pool import Readers
from pipelines.executors.read_all import Progress
from pipelines.executors.second_readings import ask_second
from pipelines.export.corpus_files import export_corpus
from pipelines.formats.release import __version__
from pipelines.formats.timestamps import utc
from pipelines.options import Config
from pipelines.stages.extract import LENT
from pipelines.store import runs
from pipelines.store.corpus import Corpus
from pipelines.store.database import open_corpus
from pipelines.store.news import News, news
from pipelines.store.summary import Summary, summarise
from pipelines.warc.lock import only_run

LIBRARIES = ("scrapy", "trafilatura", "lxml", "sqlite-utils", "waybackpy", "warcio", "py3langid", "pypdfium2")
COLLECTED = (5_000, 20, 20)  # a crawl leaves few cycles, and what is in one is small; by default 3 % go into the search

_TOLD = ("SELECT", "SELECT_CAP", "FROM", "TO", "ARCHIVES", "WAYBACK_URL", "WAYBACK_PUBLIC_URL",
         "WAYBACK_CDX_PER_MINUTE", "WAYBACK_REPLAY_PER_MINUTE", "EXTRACTOR", "EXPORT_STYLE")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a crawl ended. `message` is one sentence where it did not end well."""

    exit_code: int
    message: str
    summary: Summary
    closing: str = ""  # one line for the log of a timer
    requests: Mapping[str, int] = field(default_factory=dict)  # that went out, by what they were for
    news: News | None = None


def run_crawl(process: CrawlerProcessBase, settings: Settings, request: Request, progress: Progress) -> Outcome:
    """Crawl and export. Raises CorpusError with its exit code where the crawl could not begin."""
    settle(settings)
    config = Config.of(settings)
    folder = config.folder
    if request.spider not in process.spider_loader.list():
        raise WrongUse(f"There is no spider {request.spider!r}: the one to run is `crawl policies`.")
    with (
        listed(request) as (targets, digest),
        only_run(folder),
        closing(open_corpus(folder, config.writer_patience)) as db,
    ):
        settings.set("EXTRACTOR", extractor_name(settings), priority="cmdline")
        register(db, settings, targets, request, digest)
        if not runs.finished_with(db, digest):
            settings.set("TARGET_LIST", (f"urn:policy-corpus:targets:{digest}", str(targets.path)), priority="cmdline")
        _begin(db, settings, digest)
        crawler = process.create_crawler(request.spider)
        with closing(readers(settings, at_once=False)) as pool:
            setattr(crawler, LENT, pool)
            code, message = _caught_up(db, settings, progress) or _crawl(process, crawler)
            if code not in (RecordingFailed.exit_code, DatabaseBusy.exit_code):
                code, message = _exported(db, settings, pool, progress, (code, message), _budget(crawler))
        summary = summarise(db, reader_of(settings), [archive.name for archive in archives(config)])
        if not code and summary.to_be_tried_again:
            code = 1
        with suppress(RecordingFailed):  # the message tells of it already; the run counts as interrupted
            _finish(db, settings, crawler, summary, code)
        found = news(db)
    if code <= ArchiveUnavailable.exit_code:  # not where it was stopped, or rows could not be kept
        run_for_each(config.on_change, found.versions)
    line = _closing_line(settings, _budget(crawler), summary, code)
    return Outcome(code, message, summary, line, _requests(crawler), found)


def _caught_up(db: Database, settings: Settings, progress: Progress) -> tuple[int, str] | None:
    """Exit code and message where what is held is not all read again: then nothing is asked."""
    try:
        catch_up(db, settings, progress)
    except RecordingFailed as error:
        return error.exit_code, f"{error}"
    except KeyboardInterrupt:
        return _stopped_by(signal.SIGINT)
    return None


def _exported(
    db: Database, settings: Settings, pool: Readers, progress: Progress, ended: tuple[int, str], budget: Budget
) -> tuple[int, str]:
    """Derive what waits, and export it. Only then a second reader is asked, which may take long and costs nobody the
    export; the manifest tells what it said. Who stopped the crawl does not wait for it: the next run asks it."""
    config = Config.of(settings)
    try:
        Corpus(db, config.archive).derive_waiting()
        export_corpus(db, config)
        if ended[0] < 128 and _asked_second(db, config, pool, progress, budget):
            export_corpus(db, config)
    except RecordingFailed as error:
        return error.exit_code, f"{error}"
    except _Stopped as stop:
        return _stopped_by(stop.number)
    return ended


class _Stopped(BaseException):
    """A signal came; nothing on the way is to take it for an error of its own."""

    def __init__(self, number: int) -> None:
        self.number = number


def _asked_second(db: Database, config: Config, pool: Readers, progress: Progress, budget: Budget) -> bool:
    """Ask the second reader as far as the time of the run goes. Returns whether it was asked. Raises _Stopped."""

    def stop(number: int, frame: object) -> None:
        raise _Stopped(number)

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    try:
        return ask_second(
            db, config.folder / "warc", pool, progress=progress, has_time=lambda: budget.left is None or budget.left > 0
        )
    finally:
        _let_signals_end_us()


def _begin(db: Database, settings: Settings, targets_digest: str) -> None:
    config = Config.of(settings)
    given = config.by_name()
    start = runs.RunStart(
        run_id=config.run_id,
        command="crawl",
        started_at=utc(datetime.now(UTC)),
        targets_digest=targets_digest,
        reader=reader_of(settings),
        settings={name: given[name] for name in _TOLD} | {"ASKED": [one.name for one in archives(config)]},
        libraries={"policy-corpus": __version__} | {n: version(n) for n in LIBRARIES},
    )
    runs.begin(db, start)


def _crawl(process: CrawlerProcessBase, crawler: Crawler) -> tuple[int, str]:
    """Run the spider to its end. Exit code and message, 0 and "" where nothing stopped it."""
    received: list[int] = []
    for name in ("scrapy.core.scraper", "scrapy.core.engine", "scrapy.utils.signal"):
        logging.getLogger(name).addFilter(_is_unforeseen)
        # else they make records of each request and item, also where no handler takes them
        logging.getLogger(name).setLevel(crawler.settings["LOG_LEVEL"])
    # where one stage cannot be opened, Scrapy forgets the others that it was about to open
    warnings.filterwarnings("ignore", "coroutine 'ensure_awaitable", RuntimeWarning)
    _once_it_runs(lambda: _note_signals(received))
    failures: list[BaseException | None] = []
    gc.freeze()  # what is loaded by now stays
    gc.set_threshold(*COLLECTED)
    task: Any = process.crawl(crawler)
    task.add_done_callback(lambda done: failures.append(None if done.cancelled() else done.exception()))
    process.start()
    _let_signals_end_us()
    spider: Any = crawler.spider
    if received:
        return _stopped_by(received[0])
    if failures and isinstance(failures[0], CorpusError):
        return failures[0].exit_code, f"{failures[0]}"
    if process.bootstrap_failed or spider is None:
        return 5, "The crawl could not be set up; the log says why."
    if spider.recording_error is not None:
        return getattr(spider.recording_error, "exit_code", RecordingFailed.exit_code), spider.stop_reason
    if spider.stop_reason:
        return 4, spider.stop_reason
    return (1, _not_heard(spider.left_out)) if spider.left_out else (0, "")


def _not_heard(left_out: Mapping[str, str]) -> str:
    """Archives that a crawl had to do without, in a sentence."""
    return f"Not heard: {', '.join(sorted(left_out))}; the view `targets` says of what. Start again to go on."


def _stopped_by(number: int) -> tuple[int, str]:
    return 128 + number, f"Stopped by {signal.Signals(number).name}; run the same command again to continue."


def _is_unforeseen(record: logging.LogRecord) -> bool:
    """Our own errors are told in one sentence at the end; a traceback is for what nobody thought of."""
    return not (record.exc_info and isinstance(record.exc_info[1], CorpusError))


def _once_it_runs(do: Callable[[], None]) -> None:
    """Right after Scrapy has taken over the signals, which is the last thing that it does at the reactor's start: a
    signal in the same turn of the loop, while the spider is made, is to be noted too."""
    from twisted.internet import reactor  # importing it chooses one, which is for Scrapy to do

    loop: Any = reactor
    last = partial(loop.addSystemEventTrigger, "after", "startup", do)
    loop.addSystemEventTrigger("after", "startup", last)


def _note_signals(received: list[int]) -> None:
    """Remember which signal came, and let Scrapy's handlers do what they do: finish, and at the second one stop."""
    for number in (signal.SIGINT, signal.SIGTERM):
        handler = signal.getsignal(number)

        def noting(number: int, frame: Any, handler: Any = handler) -> None:
            received.append(number)
            signal.signal(number, handler)
            handler(number, frame)

        signal.signal(number, noting)


def _let_signals_end_us() -> None:
    """Scrapy's handlers would only talk to a crawl that is over; an export can be cut off at any moment."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _finish(db: Database, settings: Settings, crawler: Crawler, summary: Summary, code: int) -> None:
    spider: Any = crawler.spider
    budget = _budget(crawler)
    end = runs.RunEnd(
        finished_at=utc(datetime.now(UTC)),
        outcome="out of budget" if budget.spent and code <= 1 else runs.outcome_of(code),
        exit_code=code,
        counts={
            **summary.states,
            "requests": budget.used,
            "requests by purpose": _requests(crawler),
            "versions": summary.versions,
            "asked twice": spider.faults if spider else 0,  # refused; a fault of ours where it is not 0
        },
        pace=_stats(crawler).get("pace", {}),
        failures=summary.failures,
    )
    runs.finish(db, Config.of(settings).run_id, end)


def _budget(crawler: Crawler) -> Budget:
    """What the run may use and has used; where it never began, none was used."""
    spider: Any = crawler.spider
    return spider.budget if spider else Budget()


def _stats(crawler: Crawler) -> dict[str, Any]:
    try:
        return crawler.stats.get_stats()
    except RuntimeError:  # it never began
        return {}


def _requests(crawler: Crawler) -> dict[str, int]:
    stats = _stats(crawler)
    return {name.removeprefix(REQUESTS): number for name, number in sorted(stats.items()) if name.startswith(REQUESTS)}


def _closing_line(settings: Settings, budget: Budget, summary: Summary, code: int) -> str:
    spent = f"; stopped after {budget.spent}, the next run continues" if budget.spent else ""
    return (
        f"run {Config.of(settings).run_id}: exit {code}, {budget.used} requests, {summary.versions} versions, "
        f"{summary.to_be_tried_again} to retry{spent}"
    )
