"""Long listings: memory does not grow with them.

ROWS=1000000 takes a million, and wants thousands of rows a second; the suite takes less, and tells the rate alone.
Peaks and processor time are those of the crawl, planning included.
"""

import os
import subprocess
import sys
from pathlib import Path

from crawler.local_archive.embedded import EmbeddedArchive
from tests.crawls.crawling import Crawling
from tests.crawls.holdings import write_index

ROWS = int(os.environ.get("ROWS", "20000"))
WHOLE = ROWS >= 1_000_000
EACH = 1000  # rows of a document, whose plan is made in memory
MOST = 300e6  # bytes
FEWEST = 5000  # rows a second of processor time

_MEASURED = """
import os, resource, subprocess, sys
code = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL).returncode
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(code, used.ru_maxrss * 1024, used.ru_utime + used.ru_stime)
"""


def measured(rows: int, tmp_path: Path) -> tuple[float, float]:
    """Bytes at the peak and seconds of processor time of a crawl that lists so many rows."""
    folder = tmp_path / f"holdings-{rows}"
    (tmp_path / "targets.txt").write_text("\n".join(write_index(folder, max(rows // EACH, 1), rows)))
    with EmbeddedArchive(folder) as archive:
        crawling = Crawling(tmp_path / f"corpus-{rows}", archive.url, tmp_path / "targets.txt", settings={"READERS": 1})
        command = [sys.executable, "-c", _MEASURED, *crawling.command()]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=1800, check=True)
    code, peak, seconds = ended.stdout.split()
    assert code == "0", ended.stderr
    assert crawling.rows("SELECT count(*) FROM capture WHERE state = 'not replayed'") == [(rows,)]
    return float(peak), float(seconds)


def test_memory_does_not_grow_with_the_listing(tmp_path: Path) -> None:
    few_peak, few_seconds = measured(ROWS // 10, tmp_path)
    peak, seconds = measured(ROWS, tmp_path)
    rate = (ROWS - ROWS // 10) / (seconds - few_seconds)
    print(
        f"{ROWS} rows: {peak / 1e6:.0f} MB at the peak, {few_peak / 1e6:.0f} MB for a tenth, {rate:.0f} rows a second"
    )
    assert peak < MOST
    assert peak < 1.05 * few_peak
    assert rate > FEWEST or not WHOLE, "a busy machine is slow; the bench tells the rate beside 0.1.0's"
