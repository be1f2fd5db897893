"""What a crawl is made with, from the settings."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from crawler.archives.asked import archives
from crawler.archives.base import Dialect
from crawler.archives.book import Archive
from crawler.archives.wayback import dialect_of
from crawler.politeness.wire_options import Budget, seconds_in
from crawler.spiders.planner import Selection
from pipelines.formats.timestamps import utc
from pipelines.items.readings import Failure
from pipelines.options import Config


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
        return utc(due, exact=True)


def budget_from(config: Config) -> Budget:
    """How much this run may ask."""
    return Budget(config.max_requests, seconds_in(config.max_time))


def options_from(config: Config) -> Options:
    """The options of a crawl."""
    asked = {archive.name: archive for archive in archives(config)}
    return Options(
        folder=config.folder,
        archives=asked,
        dialects={name: dialect_of(archive) for name, archive in asked.items()},
        page_rows=config.wayback_cdx_page_rows,
        cdx_timeout=config.wayback_cdx_timeout,
        replay_timeout=config.wayback_replay_timeout,
        hop_window=config.wayback_hop_hours * 3600,
        retry_limit=config.retry_limit,
        retry_wait=config.retry_wait / config.time_scale,
        patience=config.retry_patience / config.time_scale,
        writer_patience=config.writer_patience,
        in_flight=4 + 3 * config.readers,
        selection=Selection(
            strategy=config.select,
            cap=config.select_cap or None,
            since=config.from_,
            until=config.to,
            precision=config.precision,
            language=config.language,
        ),
    )
