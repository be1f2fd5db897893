"""What a crawl is made with, from the settings."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from crawler.archives.asked import archives
from crawler.archives.base import Dialect
from crawler.archives.book import Archive
from crawler.archives.wayback import dialect_of
from crawler.politeness.wire_options import Budget, seconds_in
from crawler.spiders.planner import Selection
from pipelines.items import Failure


@dataclass(frozen=True, slots=True)
class Options:
    """What a crawl is made with. Times in seconds."""

    folder: Path
    archives: Mapping[str, Archive]  # that are asked, by name, the main one first
    dialects: Mapping[str, Dialect]  # they are spoken to in
    page_rows: int
    cdx_timeout: float
    replay_timeout: float
    hop_window: float
    retry_limit: int
    retry_wait: float
    patience: float
    writer_patience: float
    in_flight: int
    selection: Selection

    @property
    def several(self) -> list[str]:
        """The names of several archives, the one that is asked the quickest first; of equals, as they were given.
        Empty where there is one."""
        if len(self.archives) == 1:
            return []
        return sorted(self.archives, key=lambda name: -(self.archives[name].rates.replay or math.inf))

    def next_try(self, failure: Failure, attempts: int) -> str | None:
        """When what failed for the n-th time is due again (ISO 8601 UTC), waits doubling; None when that is enough."""
        if not failure.transient or attempts + 1 >= self.retry_limit:
            return None
        due = datetime.now(UTC) + timedelta(seconds=self.retry_wait * 2**attempts)
        return due.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def budget_from(settings: Any) -> Budget:
    """How much this run may ask."""
    return Budget(settings.getint("MAX_REQUESTS"), seconds_in(settings["MAX_TIME"]))


def options_from(settings: Any) -> Options:
    """The options of a crawl from Scrapy's settings."""
    asked = {archive.name: archive for archive in archives(settings)}
    scale = settings.getfloat("TIME_SCALE")
    readers = settings.getint("READERS")
    return Options(
        folder=Path(settings["CORPUS_DIR"]),
        archives=asked,
        dialects={name: dialect_of(archive) for name, archive in asked.items()},
        page_rows=settings.getint("WAYBACK_CDX_PAGE_ROWS"),
        cdx_timeout=settings.getfloat("WAYBACK_CDX_TIMEOUT"),
        replay_timeout=settings.getfloat("WAYBACK_REPLAY_TIMEOUT"),
        hop_window=settings.getfloat("WAYBACK_HOP_HOURS") * 3600,
        retry_limit=settings.getint("RETRY_LIMIT"),
        retry_wait=settings.getfloat("RETRY_WAIT") / scale,
        patience=settings.getfloat("RETRY_PATIENCE") / scale,
        writer_patience=settings.getfloat("WRITER_PATIENCE"),
        in_flight=4 + 3 * readers,
        selection=Selection(
            strategy=settings["SELECT"],
            cap=settings.getint("SELECT_CAP") or None,
            since=settings["FROM"],
            until=settings["TO"],
            precision=settings["PRECISION"],
            language=settings["LANGUAGE"],
        ),
    )
