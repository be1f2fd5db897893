"""One rebuild, told as JSON: CPU seconds of this process and of those that read, their memory, and what was made.

    python rebuild_alone.py synthetic CAPTURES [one|local:WORKERS[:KILLS]]
    python rebuild_alone.py FOLDER_OF_WARC_FILES CAPTURES [...]

Runs in the tree of any release whose folder is on PYTHONPATH; on a cluster in that of this one.
"""

import hashlib
import inspect
import json
import os
import re
import signal
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil

TEXTS = 600  # each change of a text is compared, which 0.1.0 did not do
# of files that are written for each run, records lie elsewhere each time
_BY_CHANCE = re.compile(r'INSERT INTO "?(_sqlite_migrations|run|identity|document_mark|own_file|snapshot)"?\b')


class Watch:
    """What the processes below this one have used, as they are seen while they live."""

    def __init__(self) -> None:
        self.cpu: dict[int, float] = {}
        self.memory: dict[int, float] = {}
        self.kill: Callable[[], None] = lambda: None
        self.own = 0.0  # CPU seconds that looking at them took, which is no part of a rebuild

    def __call__(self, what: str, done: int, todo: int) -> None:
        begun = time.process_time()
        self._look(what)
        self.own += time.process_time() - begun

    def _look(self, what: str) -> None:
        for child in psutil.Process().children(recursive=True):
            with suppress(psutil.Error):
                used = child.cpu_times()
                self.cpu[child.pid] = used.user + used.system
                tree = [child, *child.children(recursive=True)]
                self.memory[child.pid] = max(
                    self.memory.get(child.pid, 0), sum(one.memory_info().rss for one in tree) / 1e6
                )
        if what == "pages read":
            self.kill()


def main(source: str, captures: int, how: str) -> dict[str, Any]:
    # not above: each process that is started loads this file first, which is no part of what a worker takes
    from tests.bench import rebuild_real, rebuild_synthetic, rebuilding

    with tempfile.TemporaryDirectory() as name:
        folder, given = Path(name), dict[str, Any]()
        if source == "synthetic":
            with rebuild_synthetic.WarcWriter(folder / "warc", "20260101T000000Z-000000") as writer:
                for memento in rebuild_synthetic.mementos(captures, TEXTS):
                    writer.write_memento(memento)
            given["targets"] = rebuild_synthetic._targets(TEXTS)
        else:
            bring_in = rebuild_real.bring_in
            is_new = "trusted" in inspect.signature(bring_in).parameters
            brought = bring_in(folder / "warc", [Path(source)], **({"trusted": True} if is_new else {}))
            given |= {"brought": brought} if is_new else {}
        watch = Watch()
        if how != "one":
            _on_cluster(how, watch)
        begun = time.process_time()
        rebuilding.timed_rebuild(folder, 1, progress=watch, **given)
        parent = time.process_time() - begun - watch.own
        return {
            "parent": parent,
            "readers": sum(watch.cpu.values()),
            "memory": max(watch.memory.values(), default=0),
            "digest": _digest(folder),
        }


def _on_cluster(how: str, watch: Watch) -> None:
    """Let the rebuild of this release read on a cluster of this machine, some of whose workers are killed."""
    from pipelines.executors.cluster_readers import ClusterReaders, ReadingOrder
    from pipelines.executors.dask_cluster import Cluster
    from pipelines.extraction.version import reader_version
    from tests.bench import rebuilding

    _, workers, *kills = how.split(":")
    cluster = Cluster("local", int(workers))
    readers = ClusterReaders(cluster, ReadingOrder("corpus", reader_version(), 20.0, 1 << 30))
    left = [*range(int(kills[0]))] if kills else []

    def kill() -> None:
        if left and (pids := list(cluster._client.run(os.getpid).values())):
            os.kill(pids[left.pop() % len(pids)], signal.SIGKILL)

    watch.kill = kill
    rebuilding.Readers = lambda *given, **named: readers  # type: ignore[misc, assignment]


def _digest(folder: Path) -> str:
    with sqlite3.connect(folder / "corpus.sqlite") as db:
        lines = (line for line in db.iterdump() if not _BY_CHANCE.match(line))
        return hashlib.sha256("\n".join(lines).encode("utf-8", "replace")).hexdigest()


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], int(sys.argv[2]), (sys.argv[3:] or ["one"])[0])))
