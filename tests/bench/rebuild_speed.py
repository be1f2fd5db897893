"""Rebuilds beside 0.1.0, and on a cluster beside one process: `python -m tests.bench.rebuild_speed [CAPTURES]`.

CPU seconds; parent beside 0.1.0 in turns, the least of the rounds. On a cluster: workers of this machine, equal to one
process, also where they are killed.
"""

import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import mean
from typing import Any

from tests.bench import table
from tests.bench.baseline import HERE, NoBaseline, Tree, baseline
from tests.bench.holdings import shared_archive

SCRIPT = str(Path(__file__).with_name("rebuild_alone.py"))
ROUNDS = 2
CAPTURES = 20_000
MOST = {"synthetic": 0.3, "real": 2.0}
"""Milliseconds of the parent process for each capture that are wanted."""
MOST_MORE = 1.15  # CPU of all workers beside one process, where as many cores are busy
MOST_MEMORY = 400.0  # MB of a worker with its reader
KILLS = 20


def run(tree: Tree, source: str, captures: int, how: str = "one") -> dict[str, Any]:
    """What one rebuild told."""
    return dict(json.loads(tree.run(SCRIPT, source, str(captures), how).splitlines()[-1]))


def main(captures: int = CAPTURES, workers: tuple[int, ...] = (2, 4)) -> bool:
    """Tell the figures. Whether a cluster makes what one process makes, within its bounds."""
    sources = {"synthetic": ("synthetic", captures)}
    if (shared := shared_archive()) is not None:
        rows = sum(1 for _ in (shared / "captures.jsonl").open())
        sources["real"] = (str(shared.resolve()), rows)
    for name, source in sources.items():
        _beside_before(name, *source)
    told = [_on_cluster(name, *source, workers) for name, source in sources.items()]  # all of them, whatever one says
    return all(told)


def _beside_before(name: str, source: str, captures: int) -> None:
    here, before = list[float](), list[float]()
    try:
        with baseline() as old:
            for _ in range(ROUNDS):
                before.append(run(old, source, captures)["parent"] / captures * 1000)
                here.append(run(HERE, source, captures)["parent"] / captures * 1000)
    except NoBaseline as reason:
        print(f"rebuild beside 0.1.0: left out, {reason}")
        return
    print(
        f"rebuild, {name}, {captures:,} captures, parent: {min(here):.2f} ms a capture (wanted {MOST[name]}); "
        f"0.1.0 {min(before):.2f}, {min(before) / min(here):.1f} times",
        flush=True,
    )
    table.add(f"rebuild, parent, {name}, ms a capture", min(here), min(before), f"{MOST[name]}")


def _on_cluster(name: str, source: str, captures: int, numbers: tuple[int, ...]) -> bool:
    good, one = True, run(HERE, source, captures)
    alone, crowded = _spent(one), _crowded(source, captures)
    print(f"  one process, {name}: {alone:.1f} s of CPU, {crowded:.1f} s where every core has one", flush=True)
    for how in [*(f"local:{number}" for number in numbers), f"local:{numbers[0]}:{KILLS}"]:
        told = run(HERE, source, captures, how)
        spent, is_equal = _spent(told), told["digest"] == one["digest"]
        kills = f", {KILLS} workers killed" if how.count(":") > 1 else f" (at most {MOST_MORE})"
        print(
            f"  on a cluster, {how.split(':')[1]} workers, {name}: {'equal' if is_equal else 'NOT EQUAL'}, "
            f"CPU {spent / alone:.2f} times that of one process ({told['readers'] / alone:.2f} of it the workers'), "
            f"{spent / crowded:.2f} times that of one among others{kills}; a worker {told['memory']:.0f} MB "
            f"(at most {MOST_MEMORY:.0f})",
            flush=True,
        )
        good &= is_equal and told["memory"] <= MOST_MEMORY and (how.count(":") > 1 or spent <= MOST_MORE * crowded)
    return good


def _spent(told: dict[str, Any]) -> float:
    return float(told["parent"] + told["readers"])


def _crowded(source: str, captures: int) -> float:
    """What one process spends while each core has another one: they share caches and memory, as workers do."""
    with ThreadPoolExecutor() as threads:
        told = threads.map(lambda _: run(HERE, source, captures), range(os.cpu_count() or 1))
        return mean(map(_spent, told))


if __name__ == "__main__":
    sys.exit(not main(*map(int, sys.argv[1:2])))
