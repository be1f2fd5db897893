"""What it costs to look at a corpus, and to ask which commands there are and what one does, beside 0.1.0: CPU seconds
from start to end.

    python -m tests.bench.starting

Each release looks at a corpus of its own, crawled of its sample.
"""

import sys
import tempfile
from pathlib import Path
from statistics import median

from tests.bench import table
from tests.bench.baseline import HERE, NoBaseline, Tree, baseline

MOST = {"status": 0.7, "--help": 0.7, "status --help": 1.0}
"""Of 0.1.0's CPU time, by command. The help of a command is made by Scrapy, which takes its time to load."""

ROUNDS = 7
_PROGRAM = ("-c", "import sys; from crawler.cli.main import main; main()")  # as the console script does
_BEFORE = ("-m", "scrapy")  # 0.1.0 had no script


def main() -> bool:
    """Print a line for each of them. Whether none costs more than `MOST` says of what it cost."""
    try:
        with baseline() as before, tempfile.TemporaryDirectory() as name:
            return _measure(before, Path(name))
    except NoBaseline as error:
        print(f"start beside 0.1.0: not measured, {error}")
        return True


def _measure(before: Tree, folder: Path) -> bool:
    ours, its = (f"CORPUS_DIR={folder / release}" for release in ("ours", "its"))
    before.run(*_BEFORE, "crawl-sample", "-s", its)
    HERE.run(*_PROGRAM, "crawl-sample", "-s", ours)
    good = _beside("status", before, ("status", "-s", its), ("status", "-s", ours))
    for asked in (("--help",), ("status", "--help")):
        good = _beside(" ".join(asked), before, asked, asked) and good
    return good


def _beside(name: str, before: Tree, its: tuple[str, ...], ours: tuple[str, ...]) -> bool:
    """Measured in turns, so that a machine that becomes busy is so for both; the first turn fills caches."""
    turns = [
        (before.cpu_seconds(*_BEFORE, *its), HERE.cpu_seconds(*_PROGRAM, *ours)) for _ in range(ROUNDS + 1)
    ][1:]  # fmt: skip
    old, new = (median(times) for times in zip(*turns, strict=True))
    print(f"`{name}`: {new:.2f} s of CPU, 0.1.0 {old:.2f} s: {new / old:.2f} (at most {MOST[name]})", flush=True)
    table.add(f"`{name}`, CPU s", new, old, "0.6" if name == "status" else f"{MOST[name]} times")
    return new <= MOST[name] * old


if __name__ == "__main__":
    sys.exit(int(not main()))
