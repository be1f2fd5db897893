"""Rebuild of the shared archive: seconds with one and two workers, with and without the path for equal pages.

python -m tests.bench.rebuild_real ../shared/archive
"""

import sys
import tempfile
from pathlib import Path

from pipelines.executors.process_pool import REMEMBERED
from pipelines.warc.bringing import bring_in
from tests.bench.rebuilding import timed_rebuild


def seconds(archive: Path, workers: int, remembered: int) -> float:
    """How long a rebuild takes, from the bytes to the versions."""
    with tempfile.TemporaryDirectory() as name:
        brought = bring_in(Path(name) / "warc", [archive], trusted=True)
        return timed_rebuild(Path(name), workers, remembered=remembered, brought=brought)


def main(archive: Path) -> bool:
    """Tell the figures. Whether two workers are as much faster than one as is promised."""
    good = True
    for remembered, least in ((REMEMBERED, 1.2), (0, 1.7)):
        one, two = (seconds(archive, workers, remembered) for workers in (1, 2))
        path = "on" if remembered else "off"
        ratio = one / two
        print(f"  equal pages {path}: one worker {one:.1f} s, two {two:.1f} s, {ratio:.2f} times (at least {least})")
        good &= ratio >= least
    return good


if __name__ == "__main__":
    sys.exit(not main(Path(sys.argv[1] if len(sys.argv) > 1 else "../shared/archive")))
