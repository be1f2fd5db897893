"""Counts for a monitoring system: a text file in the format that Prometheus's node exporter collects.

https://prometheus.io/docs/instrumenting/exposition_formats/. The file is replaced as a whole, so that a reader finds
the old one or the new one. Where none is asked for nothing is done.
"""

import logging
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Self

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.statscollectors import StatsCollector
from scrapy.utils.asyncio import create_looping_call

from pipelines.formats import atomic
from pipelines.options import Config

log = logging.getLogger(__name__)

INTERVAL = 15.0  # seconds
_ABOUT = {
    "requests_total": "counter Requests sent to the archive",
    "answers_total": "counter How the archive took them",
    "waited_seconds_total": "counter Seconds that requests waited for their turn",
    "openings_total": "counter Times that all work stopped, by cause",
    "paused": "gauge Whether all work stands still now",
    "written_timestamp_seconds": "gauge When this was written",
}


class Metrics:
    """A Scrapy extension that keeps `path` up to date."""

    def __init__(self, path: Path, stats: StatsCollector) -> None:
        self._path = path
        self._stats = stats
        self._loop = create_looping_call(self.write)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        path = Config.of(crawler.settings).prometheus_file
        if not path:
            raise NotConfigured
        assert crawler.stats is not None
        metrics = cls(Path(path), crawler.stats)
        crawler.signals.connect(metrics.opened, signals.spider_opened)
        crawler.signals.connect(metrics.closed, signals.engine_stopped)  # the last counts come when the spider closes
        return metrics

    def opened(self) -> None:
        self._loop.start(INTERVAL)

    def closed(self) -> None:
        self._loop.stop()
        self.write()

    def write(self) -> None:
        """Replace the file. One that cannot be written is told on the log and does not concern the crawl."""
        text = exposition(self._stats.get_value("pace", {}), self._stats.get_value("pause") is not None, time.time())
        try:
            atomic.write_whole(self._path, [text.encode()], durable=False)
        except OSError as error:
            log.warning("PROMETHEUS_FILE=%s cannot be written: %s", self._path, error.strerror)


def exposition(pace: Mapping[str, Any], paused: bool, now: float) -> str:
    """The text for what `Pace.stats` gives; `now` in Unix seconds. Pure."""
    lines: list[str] = []
    samples = [*_samples(pace), ("paused", "", int(paused)), ("written_timestamp_seconds", "", round(now))]
    for name, about in _ABOUT.items():
        kind, _, text = about.partition(" ")
        lines += [f"# HELP policy_corpus_{name} {text}", f"# TYPE policy_corpus_{name} {kind}"]
        lines += [f"policy_corpus_{name}{labels} {value}" for found, labels, value in samples if found == name]
    return "\n".join([*lines, ""])


def _samples(pace: Mapping[str, Any]) -> Iterator[tuple[str, str, float]]:
    for kind, counts in pace.items():
        if kind == "openings":
            for cause, count in counts.items():
                yield "openings_total", f'{{cause="{cause}"}}', count
            continue
        yield "requests_total", f'{{kind="{kind}"}}', counts["requests"]
        yield "waited_seconds_total", f'{{kind="{kind}"}}', counts["waited"]
        for outcome in sorted(counts.keys() - {"requests", "waited"}):
            yield "answers_total", f'{{kind="{kind}",outcome="{outcome}"}}', counts[outcome]
