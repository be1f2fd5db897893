"""A rebuild as the command makes it, timed."""

import time
from collections.abc import Iterable
from functools import partial
from pathlib import Path

from crawler.jobs.rebuild import knowledge
from pipelines.executors.process_pool import REMEMBERED, Readers
from pipelines.executors.read_all import Progress
from pipelines.extraction.version import reader_version
from pipelines.items.captures import Target
from pipelines.maintenance.rebuild import rebuild
from tests.corpora import settings_of


def timed_rebuild(
    folder: Path,
    workers: int,
    *,
    remembered: int = REMEMBERED,
    targets: Iterable[Target] = (),
    brought: Iterable[str] = (),
    progress: Progress = lambda what, done, todo: None,
) -> float:
    """Seconds to make a corpus of the WARC files in `folder`, from the bytes to the versions."""
    start = time.perf_counter()
    rebuild(
        folder,
        "web.archive.org",
        knowledge(settings_of(folder)),
        reader=reader_version(),
        targets=targets,
        open_readers=partial(Readers, workers, remembered=remembered, at_once=True),
        brought=brought,
        progress=progress,
    )
    return time.perf_counter() - start
