"""Reading held pages on a cluster: each worker reads them where they lie, in guarded processes of its own.

What is sent are places in WARC files, what comes back are readings, in the order in which they were asked for; so the
corpus is the same as if one machine had read it, whichever worker did and however often.
"""

import multiprocessing
import socket
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from pipelines.exceptions import RecordingFailed, WrongUse
from pipelines.executors.dask_cluster import Cluster, Task, mark, refuse_unseen, unmark
from pipelines.executors.process_pool import Readers
from pipelines.executors.reading_process import Outcome
from pipelines.extraction.version import reader_version
from pipelines.formats.memory import load_database_alone

if TYPE_CHECKING:
    from pipelines.store.readings import Unread

load_database_alone()  # before a worker takes apart what it is sent

T = TypeVar("T")

AT_ONCE = 64
LEAST_AHEAD = 24  # tasks in hand, for workers that join later
TASKS_A_WORKER = 3


@dataclass(frozen=True, slots=True)
class ReadingOrder:
    """How pages are to be read: `reader` is the version that all workers must have of the extractor."""

    extractor: str
    reader: str
    deadline: float
    memory: int


class ClusterReaders:
    """Reads pages as worker processes of this machine do; see `HeldReader`."""

    def __init__(self, cluster: Cluster, how: ReadingOrder) -> None:
        self.at_once = AT_ONCE
        self.ahead = max(LEAST_AHEAD, TASKS_A_WORKER * cluster.threads)
        self._cluster, self._how = cluster, how
        self._marks: dict[Path, str] = {}

    def submit_held(self, folder: Path, held: "Sequence[Unread]") -> Task[list[Outcome]]:
        """What will come of pages in a `warc` folder. Waiting for it raises WrongUse, RecordingFailed."""
        place = folder.resolve()
        if place not in self._marks:
            self._marks[place] = mark(place)
        return self._cluster.submit(read_held, self._how, place, self._marks[place], list(held))

    def submit_call(self, function: Callable[..., T], *arguments: object) -> Task[T]:
        """What a pure function of a module will give, within the bounds of a page."""
        return self._cluster.submit(call, self._how, function, arguments)

    def close(self) -> None:
        """Let go of the cluster."""
        for place in self._marks:
            unmark(place)
        self._cluster.close()


# -- on a worker

_pools: dict[ReadingOrder, Readers] = {}
_lock = threading.Lock()


def read_held(how: ReadingOrder, folder: Path, said: str, held: "Sequence[Unread]") -> list[Outcome]:
    """What came of each. Raises WrongUse where this worker is not as the others, RecordingFailed where its machine is
    in trouble."""
    refuse_unseen(folder, said)
    if (here := reader_version(how.extractor)) != how.reader:
        raise WrongUse(
            f"The worker on {socket.gethostname()} reads as {here}, not as {how.reader}: install the same release of "
            "policy-corpus with the same libraries there, and run the same command again."
        )
    try:
        return _pool(how).submit_held(folder, held).result()
    except RecordingFailed as error:
        raise RecordingFailed(f"On {socket.gethostname()}: {error}") from error


def call(how: ReadingOrder, function: Callable[..., T], arguments: Sequence[object]) -> T:
    """What a function gives in a guarded process of this worker. Raises ReadingFailed, RecordingFailed."""
    return _pool(how).submit_call(function, *arguments).result()


def _pool(how: ReadingOrder) -> Readers:
    """The reading processes of this worker, one for each task that it does at a time."""
    from distributed import get_worker

    with _lock:
        if how not in _pools:
            multiprocessing.current_process().daemon = False  # those that Dask starts are, and may have no children
            threads = get_worker().state.nthreads
            _pools[how] = Readers(threads, deadline=how.deadline, memory=how.memory, extractor=how.extractor)
        return _pools[how]
