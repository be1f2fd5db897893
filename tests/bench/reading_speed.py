"""Reading beside 0.1.0 and beside stock trafilatura: `python -m tests.bench.reading_speed [FOLDER]`. Told alone, and
with the second reader, which 0.1.0 has not, asked of each version that the pages show.

All pages of a folder of WARC files (the shared archive where it lies beside the project, else generated ones) in their
order, each reader in a process of its own, in turns; CPU seconds, the least of the rounds.
"""

import json
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

from tests.bench import table
from tests.bench.baseline import HERE, NoBaseline, Tree, baseline
from tests.bench.holdings import generate, shared_archive

SCRIPT = str(Path(__file__).with_name("reading_alone.py"))
ROUNDS = 3
LEAST = 1.0  # times 0.1.0
WANTED = 2.0
WANTED_BESIDE_STOCK = 2.3
LEAST_PDF = 10.0


def seconds(tree: Tree, folder: Path, what: str) -> tuple[int, float]:
    """How many pages there are, and how long they took."""
    told = json.loads(tree.run(SCRIPT, str(folder.resolve()), what))
    return told["pages"], told["seconds"]


def main(folder: Path | None = None) -> bool:
    """Tell the figures. Whether none is below what is promised."""
    with tempfile.TemporaryDirectory(prefix="policy-corpus-bench-") as place:
        holdings = folder or shared_archive()
        if holdings is None:
            generate(Path(place))
            holdings = Path(place)
        try:
            with baseline() as before:
                return _beside(before, holdings)
        except NoBaseline as reason:
            print(f"reading beside 0.1.0: left out, {reason}")
            return True


def _beside(before: Tree, holdings: Path) -> bool:
    html: dict[str, list[float]] = {"here": [], "0.1.0": [], "stock": []}
    pdf: dict[str, list[float]] = {"here": [], "0.1.0": []}
    second: list[float] = []
    count = versions = papers = 0
    for _ in range(ROUNDS):
        for name, tree, what in (("here", HERE, "html"), ("0.1.0", before, "html"), ("stock", HERE, "stock")):
            count, took = seconds(tree, holdings, what)
            html[name].append(took)
        versions, took = seconds(HERE, holdings, "second")
        second.append(took)
        for name, tree in (("here", HERE), ("0.1.0", before)):
            papers, took = seconds(tree, holdings, "pdf")
            pdf[name] += [took] if papers else []
    here, old, stock = (min(html[name]) for name in ("here", "0.1.0", "stock"))
    print(
        f"reading, {count} pages in their order: {count / here:.1f} a CPU second; 0.1.0 {count / old:.1f},"
        f" {old / here:.2f} times (at least {LEAST:.1f}, wanted {WANTED});"
        f" trafilatura {version('trafilatura')} {count / stock:.1f}, {stock / here:.2f} times"
        f" (wanted {WANTED_BESIDE_STOCK})",
        flush=True,
    )
    table.add("reading, pages a CPU second", count / here, count / old, f"{WANTED} times 0.1.0")
    table.add(
        f"the same by trafilatura {version('trafilatura')}", count / stock, None, f"{WANTED_BESIDE_STOCK} times it"
    )
    asked = min(second)
    print(
        f"a second reader of the {versions} versions: {asked / versions * 1000:.1f} ms each; reading and second reader"
        f" {count / (here + asked):.1f} pages a CPU second, {old / (here + asked):.2f} times 0.1.0, which has none",
        flush=True,
    )
    if not pdf["here"]:
        print("PDF beside 0.1.0: left out, there is none among the pages")
        return old / here >= LEAST
    faster = min(pdf["0.1.0"]) / min(pdf["here"])
    print(f"PDF: {faster:.1f} times as fast as 0.1.0 (at least {LEAST_PDF:.0f})", flush=True)
    each, was = (min(pdf[name]) / papers * 1000 for name in ("here", "0.1.0"))
    table.add("a PDF, ms", each, was, f"a {LEAST_PDF:.0f}th")
    return old / here >= LEAST and faster >= LEAST_PDF


if __name__ == "__main__":
    sys.exit(not main(*map(Path, sys.argv[1:2])))
