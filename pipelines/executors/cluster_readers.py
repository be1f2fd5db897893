"""Reading held pages on a cluster: each worker reads them where they lie, in guarded processes of its own.

What is sent are places in WARC files, what comes back are readings, in the order in which they were asked for; so the
corpus is the same as if one machine had read it, whichever worker did and however often.
"""

import multiprocessing
import socket
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar, cast

from pipelines.exceptions import ReadingFailed, RecordingFailed, WrongUse
from pipelines.executors.dask_cluster import Cluster, Task, mark, refuse_unseen, unmark
from pipelines.executors.process_pool import Readers
from pipelines.executors.reading_process import Outcome
from pipelines.extraction.version import reader_version
from pipelines.formats.memory import load_database_alone

if TYPE_CHECKING:
    from pipelines.store.readings import Unread

load_database_alone()  # before a worker takes apart what it is sent

T = TypeVar("T")
Asked = tuple[Callable[..., object], tuple[object, ...]]
Given = tuple[object, ReadingFailed | None]
"""What a call gave, or why it gave nothing."""

# a task costs Dask some 7 ms of CPU here and there, as much as reading a page; and who reads half of an address reads
# anew what the reader of the other half remembers
AT_ONCE = 256
CALLS_AT_ONCE = 16
LEAST_AHEAD = 8  # tasks in hand, for workers that join later
TASKS_A_WORKER = 2


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
        self.calls_ahead = CALLS_AT_ONCE * self.ahead
        self._cluster, self._how = cluster, how
        self._calls = _Calls(cluster, how)
        self._marks: dict[Path, str] = {}

    def submit_held(self, folder: Path, held: "Sequence[Unread]") -> Task[list[Outcome]]:
        """What will come of pages in a `warc` folder. Waiting for it raises WrongUse, RecordingFailed."""
        place = folder.resolve()
        if place not in self._marks:
            self._marks[place] = mark(place)
        return self._cluster.submit(read_held, self._how, place, self._marks[place], list(held))

    def submit_call(self, function: Callable[..., T], *arguments: object) -> "_Call[T]":
        """What a pure function of a module will give, within the bounds of a page. It goes with those that follow, at
        the latest when it is waited for."""
        if len(self._calls.asked) >= CALLS_AT_ONCE or self._calls.task is not None:
            self._calls = _Calls(self._cluster, self._how)
        return self._calls.add(function, arguments)

    def close(self) -> None:
        """Let go of the cluster."""
        for place in self._marks:
            unmark(place)
        self._cluster.close()


class _Calls:
    """Calls that go together."""

    def __init__(self, cluster: Cluster, how: ReadingOrder) -> None:
        self._cluster, self._how = cluster, how
        self.asked: list[Asked] = []
        self.task: Task[list[Given]] | None = None
        self._given: list[Given] | None = None

    def add(self, function: Callable[..., T], arguments: tuple[object, ...]) -> "_Call[T]":
        self.asked.append((function, arguments))
        if len(self.asked) == CALLS_AT_ONCE:
            self.send()
        return _Call(self, len(self.asked) - 1)

    def send(self) -> "Task[list[Given]]":
        """Send them on their way, where they are not."""
        if self.task is None:
            self.task = self._cluster.submit(call_all, self._how, self.asked)
        return self.task

    def given(self, place: int) -> Given:
        """What the call at a place gave: it is brought here with those that it went with, once."""
        if self._given is None:
            self._given = self.send().result()
        return self._given[place]


class _Call(Generic[T]):
    """One of them."""

    def __init__(self, calls: _Calls, place: int) -> None:
        self._calls, self._place = calls, place

    def result(self) -> T:
        """Wait for what came of it. Raises ReadingFailed where it took too long or too much; CorpusError as `Task`."""
        found, failure = self._calls.given(self._place)
        if failure is not None:
            raise failure
        return cast("T", found)


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


def call_all(how: ReadingOrder, asked: Sequence[Asked]) -> list[Given]:
    """What each call gives in a guarded process of this worker. Raises RecordingFailed."""
    pool = _pool(how)
    answers = [pool.submit_call(function, *arguments) for function, arguments in asked]
    return [_given(answer) for answer in answers]


def _given(answer: Future[object]) -> Given:
    try:
        return answer.result(), None
    except ReadingFailed as failure:
        return None, failure


def _pool(how: ReadingOrder) -> Readers:
    """The reading processes of this worker, one for each task that it does at a time."""
    from distributed import get_worker

    with _lock:
        if how not in _pools:
            multiprocessing.current_process().daemon = False  # those that Dask starts are, and may have no children
            threads = get_worker().state.nthreads
            _pools[how] = Readers(threads, deadline=how.deadline, memory=how.memory, extractor=how.extractor)
        return _pools[how]
