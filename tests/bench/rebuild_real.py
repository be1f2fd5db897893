"""Rebuild of the shared archive: seconds with one and two workers, with and without the path for equal pages.

python -m tests.bench.rebuild_real ../shared
"""

import sys
import tempfile
import time
from functools import partial
from pathlib import Path

from crawler.rebuilding import knowledge
from pipelines.rebuild import rebuild
from pipelines.store.warc_files import bring_in
from pipelines.text.version import reader_version
from pipelines.text.worker import REMEMBERED, Readers


def seconds(archive: Path, workers: int, remembered: int) -> float:
    """How long a rebuild takes, from the bytes to the versions."""
    with tempfile.TemporaryDirectory() as name:
        bring_in(Path(name) / "warc", [archive])
        start = time.perf_counter()
        rebuild(
            Path(name),
            "web.archive.org",
            knowledge(),
            reader=reader_version(),
            open_readers=partial(Readers, workers, remembered=remembered),
            workers=workers,
        )
        return time.perf_counter() - start


def main(shared: Path) -> None:
    for remembered in (REMEMBERED, 0):
        one, two = (seconds(shared / "archive", workers, remembered) for workers in (1, 2))
        path = "on" if remembered else "off"
        print(f"equal pages {path}: one worker {one:.1f} s, two {two:.1f} s, {one / two:.2f} times", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "../shared"))
