"""`make bench`: ratios measured side by side in one run, so that a slow or busy machine changes little.

On the pages of the shared archive where it lies beside the project, else on generated ones. Ends with 1 where a ratio
that the project promises is not reached.
"""

import argparse
import os
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from crawler.local_archive.sample import make_sample
from tests.bench import (
    big_corpus,
    comparing,
    exporting,
    peers,
    planning,
    ranges,
    reading_speed,
    rebuild_real,
    rebuild_speed,
    rebuild_synthetic,
    recording,
    simulate_changes,
    starting,
    table,
    troubled,
)
from tests.bench.crawling import Crawl, crawl, fetched, one_after_the_other, read_alone, second_alone, served
from tests.bench.holdings import addresses, generate, shared_archive
from tests.bench.listing import rows_a_second

LEAST_RATIO = 0.7  # crawl beside all the reading that it does
LEAST_ROWS = 5_000  # a second
LATENCY = 0.2  # seconds, a quick answer of the real archive
SEQUENTIAL = 100  # requests
CORES = os.cpu_count() or 1
TEXTS = 3_000  # different ones among the invented captures
LEAST_TROUBLED = 0.7  # replays a minute while some requests fail, beside none that fail
TROUBLED = (4, 335)  # sites, captures of each
MOST_PLANNING = 30.0  # seconds
MOST_SLOWER = 1.2  # the last tenth of a rebuild beside the first
MOST_AGAIN = 0.1  # of the time of a site: the second run, with nothing new
MOST_MEMORY = 400.0  # MB, of a rebuild, of each of its readers, and of an export


def main() -> int:
    options = _options()
    with tempfile.TemporaryDirectory(prefix="policy-corpus-bench-") as name:
        folder = Path(name)
        good = _reading(folder, options)
        good &= _listing(folder)
        good &= _planning()
        good &= comparing.main()
        good &= _troubled(folder / "troubled")
        _handing_on(folder)
    good &= reading_speed.main()
    good &= starting.main()
    good &= recording.main()
    print("other programs on the same archive", flush=True)
    good &= peers.main()
    good &= ranges.main()
    good &= _rebuilding(options.captures)
    if options.captures:
        good &= rebuild_speed.main(min(options.captures, rebuild_speed.CAPTURES))
    good &= _exporting(options.versions)
    if options.captures:
        print(f"commands on a corpus of {options.captures:,} invented captures", flush=True)
        big_corpus.main(options.captures)
    print()
    simulated = simulate_changes.main() if options.simulate else 0
    print()
    table.show()
    return simulated or int(not good)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--workers", type=int, default=max(1, CORES - 1), help="reading processes (default: a crawl's)")
    parser.add_argument("--rounds", type=int, default=2, help="how often to measure; the best round counts")
    parser.add_argument("--documents", type=int, help="only so many (default: all)")
    parser.add_argument("--generated", action="store_true", help="generated pages, even where the shared ones are")
    parser.add_argument(
        "--captures", type=int, default=100_000, help="invented ones to rebuild (0: leave rebuilds out)"
    )
    parser.add_argument("--versions", type=int, default=100_000, help="invented ones to export (0: leave exports out)")
    parser.add_argument("--no-simulate", dest="simulate", action="store_false", help="leave out the search for changes")
    return parser.parse_args()


def _reading(folder: Path, options: argparse.Namespace) -> bool:
    holdings = None if options.generated else shared_archive()
    source = "the shared archive" if holdings else "generated documents"
    print(f"pages of {source}, reading processes: {options.workers}", flush=True)
    if holdings is None:
        holdings = folder / "holdings"
        holdings.mkdir()
        generate(holdings)
    targets = folder / "targets.txt"
    targets.write_text("".join(f"{url}\n" for url in addresses(holdings)[: options.documents]))
    with served(holdings) as base:
        ratios = [
            _ratio(base, targets, folder / f"corpus{number}", options.workers) for number in range(options.rounds)
        ]
        if options.workers < CORES:
            print("  the same with as many reading processes as cores, which crawl and archive then share with them")
            _ratio(base, targets, folder / "corpus", CORES)
    _beside_sequential(folder, holdings, targets, options.workers)
    print(f"best ratio of crawl and reading alone {max(ratios):.2f} (at least {LEAST_RATIO})")
    return max(ratios) >= LEAST_RATIO


def _ratio(base: str, targets: Path, corpus: Path, workers: int) -> float:
    crawled = crawl(base, targets, corpus, workers)
    pages = [one.page for one in fetched(corpus)]
    return _tell(crawled, read_alone(pages, workers), second_alone(corpus, workers), len(pages))


def _tell(crawled: Crawl, alone: float, second: float, pages: int) -> float:
    """A crawl beside all the reading that it does, which is what it waits for where the archive is near."""
    ratio = (alone + second) / crawled.seconds
    print(f"  crawl with reading    {pages / crawled.seconds:>8.1f} pages a second, {pages} pages")
    print(f"  reading alone         {pages / alone:>8.1f}")
    print(f"  and its second reader {pages / (alone + second):>8.1f}")
    print(f"  ratio                 {ratio:>8.2f}", flush=True)
    print(f"  peak memory, MB       {crawled.memory / 1e6:>8.0f}, {crawled.memory_with_readers / 1e6:.0f} with readers")
    return ratio


def _beside_sequential(folder: Path, holdings: Path, targets: Path, workers: int) -> None:
    """An archive as far away as the real one: a few documents, crawled and read, beside plain requests in a row."""
    few = folder / "few.txt"
    few.write_text("".join(targets.read_text().splitlines(keepends=True)[:8]))
    with served(holdings, LATENCY) as base:
        crawled = crawl(base, few, folder / "few", workers)
        asked = fetched(folder / "few")
        paths = [one.requested for one in asked[:SEQUENTIAL]]
        rate = len(paths) / one_after_the_other(base, paths)
    crawl_rate = len(asked) / crawled.seconds
    print(f"archive that takes {LATENCY} s to answer, {len(asked)} pages")
    print(f"  crawl with reading    {crawl_rate:>8.1f} pages a second")
    print(f"  one after the other   {rate:>8.1f} without reading")
    print(f"  ratio                 {crawl_rate / rate:>8.2f}")


def _handing_on(folder: Path) -> None:
    """What each format takes for the corpora of the sample and of the pages that were crawled."""
    make_sample(folder / "sample")
    with served(folder / "sample") as base:
        crawl(base, folder / "sample" / "targets.txt", folder / "of_sample", 1)
    for name, corpus in (("the sample", folder / "of_sample"), ("the pages above", folder / "corpus0")):
        print(f"exports of {name}", flush=True)
        exporting.held(corpus)


def _listing(folder: Path) -> bool:
    rows = rows_a_second(folder / "listing")
    print(f"CDX rows into the ledger {rows:>7.0f} a second (at least {LEAST_ROWS})")
    return rows >= LEAST_ROWS


def _planning() -> bool:
    seconds = planning.seconds_to_plan()
    print(f"plan of {planning.CAPTURES} captures {seconds:>5.1f} seconds (at most {MOST_PLANNING:.0f})")
    planning.tell_rounds()
    return seconds <= MOST_PLANNING


def _troubled(folder: Path) -> bool:
    """Resets, 503 and 504, and cut bodies at random, as a busy archive has them."""
    faults = ", ".join(f"{share:.1%} {name}" for name, share in troubled.FAULTS)
    print(f"crawl at {troubled.REPLAYS_A_MINUTE:.0f} replays a minute, time {troubled.TIME_SCALE:.0f} times as fast")
    rates = [troubled.measure(folder / str(seed), *TROUBLED, seed) for seed in range(2)]
    for rate in rates:
        print(f"  without faults        {rate.calm:>8.1f} replays a minute, {rate.captures} captures")
        print(f"  with {faults}  {rate.struck:.1f}")
        print(f"  ratio                 {rate.ratio:>8.2f} (at least {LEAST_TROUBLED})", flush=True)
    least = min(rate.ratio for rate in rates)
    table.add("crawl with faults, of the rate without", least, None, f"{LEAST_TROUBLED}")
    return least >= LEAST_TROUBLED


def _rebuilding(captures: int) -> bool:
    if not captures:
        return True
    good = True
    if holdings := shared_archive():
        print("rebuild of the shared archive", flush=True)
        good = rebuild_real.main(holdings)
    print("rebuild of invented captures", flush=True)
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:  # this one holds pages by now
        measured = process.submit(rebuild_synthetic.measure, captures, TEXTS, workers=CORES).result()
    print(f"  {measured}")
    return good and measured.last_beside_first <= MOST_SLOWER and max(measured.parent, measured.reader) < MOST_MEMORY


def _exporting(versions: int) -> bool:
    if not versions:
        return True
    print(f"exports of {versions:,} invented versions", flush=True)
    measured = exporting.main(versions)
    lazy = [each for each in measured if each.name == exporting.SITE and each.again > each.seconds * MOST_AGAIN]
    return not lazy and all(each.memory < MOST_MEMORY for each in measured)


if __name__ == "__main__":
    sys.exit(main())
