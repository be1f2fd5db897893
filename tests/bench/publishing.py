"""A site of invented versions: how fast it is made, how fast it is found to be up to date, and the memory of it.

python -m tests.bench.publishing [VERSIONS]
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from pipelines.export.site.contents import publish
from pipelines.export.site.names import SiteSettings
from tests.bench.exporting import Measured, make


def measure(corpus: Path, to: Path) -> Measured:
    """Publish in a process of its own, twice."""
    command = [sys.executable, "-m", "tests.bench.publishing", "--one", str(corpus), str(to)]
    runs = [subprocess.run(command, check=True, capture_output=True, text=True, timeout=7200) for _ in range(2)]
    (first, memory, _), (again, more, written) = (map(float, run.stdout.split()) for run in runs)
    assert not written, "pages were written though nothing is new"
    size = sum(path.stat().st_size for path in to.rglob("*") if path.is_file())
    return Measured("site", first, again, max(memory, more), size)


def _one(corpus: Path, to: Path) -> None:
    """Print the seconds of a publishing, the most memory in MB, and how many pages were written."""
    import resource

    start = time.monotonic()
    report = publish(corpus, to, SiteSettings(), lambda *_: None)
    print(time.monotonic() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, report.written)


def main(versions: int) -> Measured:
    """Print what a site of so many versions takes."""
    with tempfile.TemporaryDirectory(prefix="policy-corpus-bench-") as place:
        make(Path(place, "corpus"), versions)
        found = measure(Path(place, "corpus"), Path(place, "site"))
        print(f"  {found}, {versions / found.seconds:,.0f} versions a second", flush=True)
    return found


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        _one(Path(sys.argv[2]), Path(sys.argv[3]))
    else:
        main(int((sys.argv[1:] or ["100000"])[0]))
