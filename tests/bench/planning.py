"""How long the plans of documents take that have very many captures: `python -m tests.bench.planning`.

Of one document at once, and of one whose changes are searched for round by round on a ledger. CPU seconds.
"""

import tempfile
import time
from contextlib import closing
from pathlib import Path
from time import process_time

from crawler.selection.plan import plan
from crawler.spiders.planner import Planner, Selection
from crawler.spiders.site_discovery import Discovery
from pipelines.items.captures import Capture
from pipelines.store.moves import Moves
from tests.desk import ARCHIVE, Desk, row

CAPTURES = 100_000
OF_ROUNDS = 5_000  # captures
A_TEXT = 97  # captures that follow each other and show one text


def seconds_to_plan() -> float:
    """For every one of them to be selected, all digests being different."""
    url = "http://a.example/privacy"
    rows = [
        Capture("example,a)/privacy", str(20000101000000 + number), url, "text/html", "200", f"D{number}", "1000")
        for number in range(CAPTURES)
    ]
    start = time.perf_counter()
    selected = len(plan("changes", rows, {}))
    seconds = time.perf_counter() - start
    if selected != CAPTURES:
        raise RuntimeError(f"{selected} of {CAPTURES} captures were selected")
    return seconds


def seconds_a_round() -> list[float]:
    """CPU seconds of each round of the search for changes in one document, its rows read and written included."""
    captures = [
        row(time.strftime("%Y%m%d%H%M%S", time.gmtime(1_000_000_000 + place * 100_000)), f"bytes {place}")
        for place in range(OF_ROUNDS)
    ]
    texts = {one.timestamp: f"text {place // A_TEXT}" for place, one in enumerate(captures)}
    with tempfile.TemporaryDirectory() as folder, closing(Desk(Path(folder))) as desk:
        discovery = Discovery(Moves(desk.db, ARCHIVE), desk.listings, desk.corpus, "", "")
        planner = Planner(desk.ledger, discovery, Selection("changes"))
        desk.listed(*captures)
        took = []
        while True:
            start = process_time()
            selected = planner.plan(1)
            took.append(process_time() - start)
            if not selected:
                return took
            for work in desk.ledger.next_work("9", OF_ROUNDS):
                desk.read(work.capture, texts[work.capture.timestamp])


def main() -> None:
    """Print both."""
    print(f"plan of {CAPTURES:,} captures: {seconds_to_plan():.1f} s")
    tell_rounds()


def tell_rounds() -> None:
    """Print what a round takes."""
    first, *later = seconds_a_round()
    each = (first + sum(later)) / (1 + len(later))
    print(
        f"plan of a document of {OF_ROUNDS:,} captures: {each:.3f} s of CPU a round, of {1 + len(later)}; "
        f"the first {first:.3f} s, each later one {sum(later) / len(later):.3f} s",
        flush=True,
    )


if __name__ == "__main__":
    main()
