"""What a crawl is made with, from the settings."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from crawler.politeness.request_budget import Budget, seconds_in
from crawler.spiders.planner import Selection
from pipelines.items import Failure


@dataclass(frozen=True, slots=True)
class Options:
    """What a crawl is made with. Times in seconds."""

    folder: Path
    archive: str  # the public host whose captures these are
    base: str  # where requests go
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
    scale = settings.getfloat("TIME_SCALE")
    readers = settings.getint("READERS")
    return Options(
        folder=Path(settings["CORPUS_DIR"]),
        archive=settings["ARCHIVE"],
        base=settings["WAYBACK_URL"].rstrip("/"),
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
