"""A rebuild as the command makes it, timed."""

import time
from collections.abc import Iterable
from functools import partial
from pathlib import Path

from crawler.items import Target
from crawler.rebuilding import knowledge
from pipelines.reading import Progress
from pipelines.rebuild import rebuild
from pipelines.text.version import reader_version
from pipelines.text.worker import REMEMBERED, Readers


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
        knowledge(),
        reader=reader_version(),
        targets=targets,
        open_readers=partial(Readers, workers, remembered=remembered, at_once=True),
        workers=workers,
        brought=brought,
        progress=progress,
    )
    return time.perf_counter() - start
