"""How long a list of a million domains takes to read, and how much memory: `python -m tests.bench.read_targets`."""

import resource
import sys
import tempfile
import time
from pathlib import Path

from crawler.targets.target_list import read_targets

LINES = 1_000_000
MOST_MEGABYTES = 150
SUFFIXES = ("com", "org", "co.uk", "github.io", "example")


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ranked.csv"
        with path.open("w") as file:
            file.writelines(f"{rank},site{rank}.{SUFFIXES[rank % len(SUFFIXES)]}\n" for rank in range(1, LINES + 1))
        start = time.perf_counter()
        found = sum(1 for _ in read_targets(str(path)))
        seconds = time.perf_counter() - start
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{found:,} targets in {seconds:.1f} s ({found / seconds:,.0f} a second), {megabytes} MB at most")
    return 0 if found == LINES and megabytes < MOST_MEGABYTES else 1


if __name__ == "__main__":
    sys.exit(main())
