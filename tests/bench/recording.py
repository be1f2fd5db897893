"""What the crawling process spends on a capture and on a listed row, beside 0.1.0: CPU time, and bytes of a row.

    python -m tests.bench.recording

A crawl of generated pages with SELECT=all and no rates: the process of the spider alone, without its readers and
without the archive. Both releases ask one archive, in turns.
"""

import re
import sys
import tempfile
from contextlib import closing
from pathlib import Path
from statistics import median

from pipelines.store.database import open_for_reading
from tests.bench import table
from tests.bench.baseline import HERE, NoBaseline, Tree, baseline
from tests.bench.crawling import served
from tests.bench.holdings import addresses, generate

DOCUMENTS, CAPTURES = 30, 20
ROUNDS = 3
ROWS = 60_000
PLANNED = 5_000  # captures of one document
AIMS = {"a capture, ms": 0.45, "a listed row, us": 0.47, "a listed row, bytes": 0.61, "a round of a plan, s": 0.13}
"""Of 0.1.0's time, as it is aimed at: not all of it is reached."""

_CRAWL = """
import resource, sys
from scrapy.cmdline import execute
settings = [part for one in sys.argv[3:] for part in ("-s", one)]
sys.argv = ["scrapy", "crawl", sys.argv[1], "-a", "targets=" + sys.argv[2], *settings]
try:
    execute()
except SystemExit:
    pass
used = resource.getrusage(resource.RUSAGE_SELF)
print("seconds", used.ru_utime + used.ru_stime)
"""
_LIST = """
import sys, tempfile, time
from pathlib import Path
from tests.bench import listing
listing.time.monotonic = time.process_time
with tempfile.TemporaryDirectory() as folder:
    rows = int(sys.argv[1])
    print("seconds", rows / listing.rows_a_second(Path(folder), rows))
    print("bytes", Path(folder, "corpus.sqlite").stat().st_size / rows)
"""
_PLAN = """
import sys, time
try:
    from crawler.selection.plan import DocumentPlan, plan
    from pipelines.items.captures import Capture, Known, State
except ImportError:  # 0.1.0, which begins anew in each round
    from crawler.plan import plan
    from crawler.items import Capture, Known, State
    DocumentPlan = None
url, key = "http://a.example/privacy", "example,a)/privacy"
times = [time.strftime("%Y%m%d%H%M%S", time.gmtime(10**9 + place * 10**5)) for place in range(int(sys.argv[1]))]
rows = [Capture(key, each, url, "text/html", "200", "D" + each) for each in times]
texts = {row.key: f"text {place // 97}" for place, row in enumerate(rows)}
known, rounds, asked = {}, 0, 0
start = time.process_time()
document = DocumentPlan("changes", rows, known) if DocumentPlan else None
while True:
    decisions = document.next() if document else plan("changes", rows, known)
    rounds += 1
    known.update((each.capture.key, Known(each.state, same_as=each.same_as)) for each in decisions)
    wanted = [each.capture.key for each in decisions if each.state is State.SELECTED]
    asked += len(wanted)
    if not wanted:
        break
    for each in wanted:
        known[each] = Known(State.READ, reading_key=texts[each])
        if document:
            document.learn(each, known[each])
print(rounds, "rounds", asked, "asked")
print("seconds", (time.process_time() - start) / rounds)
"""


def main() -> bool:
    """Print a line for each of them. Whether none costs more than it did."""
    try:
        with baseline() as before, tempfile.TemporaryDirectory() as name:
            return _measure(before, Path(name))
    except NoBaseline as error:
        print(f"recording beside 0.1.0: not measured, {error}")
        return True


def _measure(before: Tree, folder: Path) -> bool:
    holdings, targets = folder / "holdings", folder / "targets.txt"
    holdings.mkdir()
    generate(holdings, DOCUMENTS, CAPTURES)
    targets.write_text("".join(f"{url}\n" for url in addresses(holdings)))
    with served(holdings) as base:
        turns = [
            [
                crawl_alone(before, base, targets, folder / f"{number}-before"),
                crawl_alone(HERE, base, targets, folder / f"{number}-here", DOCUMENTS * CAPTURES),
            ]
            for number in range(ROUNDS)
        ]
    good = _tell("a capture, ms", [[one * 1000 / (DOCUMENTS * CAPTURES) for one in turn] for turn in turns])
    listed = [[tree.run("-c", _LIST, str(ROWS)) for tree in (before, HERE)] for _ in range(ROUNDS)]
    good &= _tell("a listed row, us", [[_seconds(told) * 1e6 / ROWS for told in turn] for turn in listed])
    good &= _tell("a listed row, bytes", [[_told("bytes", told) for told in turn] for turn in listed[:1]])
    planned = [[_seconds(tree.run("-c", _PLAN, str(PLANNED))) for tree in (before, HERE)] for _ in range(ROUNDS)]
    return _tell("a round of a plan, s", planned) and good


def crawl_alone(tree: Tree, base: str, targets: Path, corpus: Path, captures: int = 0) -> float:
    """CPU seconds of the process that crawls all captures, without its readers. Raises RuntimeError where it does not
    hold so many `captures` afterwards; 0: not looked at."""
    settings = {
        "WAYBACK_URL": base, "CORPUS_DIR": corpus, "READERS": 1, "SELECT": "all",
        "WAYBACK_CDX_PER_MINUTE": 0, "WAYBACK_REPLAY_PER_MINUTE": 0,
    }  # fmt: skip
    told = tree.run("-c", _CRAWL, "policies", str(targets), *(f"{name}={value}" for name, value in settings.items()))
    if captures:
        with closing(open_for_reading(corpus)) as db:
            [(held,)] = db.execute("SELECT count(*) FROM snapshot").fetchall()
        if held != captures:
            raise RuntimeError(f"{held} of {captures} captures are held")
    return _seconds(told)


def _seconds(told: str) -> float:
    return _told("seconds", told)


def _told(name: str, told: str) -> float:
    found = re.search(rf"^{name} ([0-9.e-]+)$", told, re.MULTILINE)
    if found is None:
        raise RuntimeError(f"no {name} in {told[-500:]!r}")
    return float(found[1])


def _tell(name: str, turns: list[list[float]]) -> bool:
    old, new = (median(times) for times in zip(*turns, strict=True))
    print(f"{name}: {new:.3g}, 0.1.0 {old:.3g}: {new / old:.2f} (aimed at {AIMS[name]})", flush=True)
    table.add(name, new, old, f"{AIMS[name]} times")
    return new <= old


if __name__ == "__main__":
    sys.exit(int(not main()))
