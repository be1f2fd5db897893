"""Reading in worker processes: a page that kills or stalls its reader fails alone; none outlives the parent.

Each worker is a thread of the parent that owns one process: the page in hand is always known.
"""

import errno
import os
import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TookTooLong
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from functools import partial
from pathlib import Path
from tempfile import gettempdir
from typing import TYPE_CHECKING, Any, TypeVar

from pipelines.exceptions import ReadingFailed, RecordingFailed
from pipelines.executors.reading_process import TOO_MUCH_MEMORY, Outcome, ReadingProcess, read, read_held
from pipelines.items.readings import Failure, Page, Reading

if TYPE_CHECKING:  # whoever takes it apart loads it without pandas: see reading_process.py
    from pipelines.store.readings import Unread

REMEMBERED = 256  # readings of a worker; a few megabytes
AT_ONCE = 16  # held pages that are handed over together
AHEAD = 3  # how often, for each process: with few, one slow page lets the other processes run out of work

T = TypeVar("T")


class Readers:
    """Worker processes that read pages. `deadline` is seconds a page may take; `memory` is bytes of address space a
    worker may take beyond what it needs to start; `extractor` is the name of the one that reads. Pages of one address
    go to one worker where it is free enough: it remembers equal pages, the last `remembered` ones it read. Each process
    starts with its first page, or `at_once`, beside other work."""

    def __init__(
        self,
        workers: int,
        *,
        deadline: float = 20.0,
        memory: int = 1 << 30,
        extractor: str = "corpus",
        remembered: int = REMEMBERED,
        at_once: bool = False,
    ) -> None:
        self.at_once, self.ahead, self.calls_ahead = AT_ONCE, AHEAD * workers, AHEAD * workers
        self._workers = [_Worker(deadline, memory, extractor, remembered, at_once) for _ in range(workers)]

    def submit(self, page: Page) -> Future[Reading]:
        """The reading to come. The future raises ReadingFailed, or RecordingFailed where the machine is in trouble
        (full disk, no more files); `close` cancels it."""
        chosen = self._worker_for(page.original)
        return chosen.submit(partial(chosen.read, page))

    def submit_held(self, folder: Path, held: "Sequence[Unread]") -> Future[list[Outcome]]:
        """The same for some pages that lie in the WARC files of a `warc` folder, where the worker reads them: what came
        of each. The future raises RecordingFailed alone."""
        chosen = self._worker_for(held[0].capture.original)
        return chosen.submit(partial(chosen.read_held, folder, held))

    def submit_call(self, function: Callable[..., T], *arguments: object) -> Future[T]:
        """What a pure function of a module gives, within the bounds of a page."""
        freest = min(self._workers, key=lambda worker: worker.waiting)
        return freest.submit(partial(freest.call, function, *arguments))

    def _worker_for(self, address: str) -> "_Worker":
        home = self._workers[hash(address) % len(self._workers)]
        freest = min(self._workers, key=lambda worker: worker.waiting)
        return home if home.waiting <= freest.waiting + 1 else freest

    def close(self) -> None:
        """Stop all workers now. What was not read yet is cancelled."""
        for worker in self._workers:
            worker.stop()
        for worker in self._workers:
            worker.join()


class _Worker:
    """One thread that feeds one process, page by page."""

    def __init__(self, deadline: float, memory: int, extractor: str, remembered: int, at_once: bool) -> None:
        self._deadline, self._options = deadline, (os.getpid(), memory, extractor, remembered)
        self._at_once = at_once
        self._queue: queue.SimpleQueue[tuple[Callable[[], Any], Future[Any]] | None] = queue.SimpleQueue()
        self._process: ReadingProcess | None = None
        self._lock = threading.Lock()
        self._stopped = False
        self._waiting: set[Future[Any]] = set()
        self._thread = threading.Thread(target=self._run, name="reader", daemon=True)
        self._thread.start()

    @property
    def waiting(self) -> int:
        """What is in hand and in the queue."""
        return len(self._waiting)

    def submit(self, work: Callable[[], T]) -> Future[T]:
        future: Future[T] = Future()
        if self._stopped:
            future.cancel()
            return future
        self._waiting.add(future)
        future.add_done_callback(self._waiting.discard)
        self._queue.put((work, future))
        return future

    def stop(self) -> None:
        """Kill the process, so that the thread comes to an end; it cleans up."""
        with self._lock:
            self._stopped = True
            if self._process:
                self._process.kill()
        self._queue.put(None)

    def join(self) -> None:
        self._thread.join()

    def _run(self) -> None:
        # the process is started from this thread, because PR_SET_PDEATHSIG watches the thread that started it
        if self._at_once:
            with suppress(OSError, TookTooLong, BrokenProcessPool):  # the first page will tell
                self._started()
        while (task := self._queue.get()) is not None:
            work, future = task
            if self._stopped:
                future.cancel()
            if future.set_running_or_notify_cancel():
                self._answer(work, future)
        self._discard()

    def _answer(self, work: Callable[[], Any], future: Future[Any]) -> None:
        try:
            future.set_result(work())
        except Exception as error:
            future.set_exception(error)

    def read_held(self, folder: Path, held: "Sequence[Unread]") -> list[Outcome]:
        """What came of each. They are handed over together; where one of them kills or stalls the process, or takes
        too much memory, it and those behind it are read one by one."""
        outcomes: list[Outcome] = []
        if len(held) > 1:
            try:
                outcomes = self._started().call(read_held, folder, held, timeout=self._deadline)
            except Exception:  # which of them it was, shows below
                self._discard()
        if len(outcomes) < len(held) and outcomes:
            self._discard()
        for one in held[len(outcomes) :]:
            try:
                outcomes += self.call(read_held, folder, [one])
            except ReadingFailed as error:
                outcomes.append(Failure(error.stage, error.reason, error.transient, error.detail))
        return outcomes

    def read(self, page: Page) -> Reading:
        return self.call(read, page)

    def call(self, function: Callable[..., T], *arguments: object) -> T:
        """What a reading function gives. Raises ReadingFailed, or RecordingFailed for what is no page's fault."""
        try:
            return self._tried_twice(function, *arguments)
        except ReadingFailed as failure:
            if failure.reason == TOO_MUCH_MEMORY:
                self._discard()  # what it took it may not give back
            raise
        except OSError as error:
            raise RecordingFailed(_trouble(error)) from error
        except Exception as error:
            self._discard()
            raise ReadingFailed("reader died", detail=repr(error)[:200]) from None

    def _tried_twice(self, function: Callable[..., T], *arguments: object) -> T:
        """A reader that dies may have been killed by somebody else, so its page has a second try."""
        for last in (False, True):
            try:
                return self._started().call(function, *arguments, timeout=self._deadline)
            except TookTooLong:
                self._discard()
                raise ReadingFailed("reading took too long") from None
            except BrokenProcessPool:
                self._discard()
                if last or self._stopped:
                    break
        raise ReadingFailed("reader died")

    def _started(self) -> "ReadingProcess":
        if not self._process:
            process = ReadingProcess(*self._options)
            with self._lock:
                self._process = process
                if self._stopped:
                    process.kill()
        return self._process

    def _discard(self) -> None:
        with self._lock:
            process, self._process = self._process, None
        if process:
            process.kill()
            process.clean_up()


def _trouble(error: OSError) -> str:
    """py3langid unpacks its model into a temporary file."""
    full = error.errno in (errno.ENOSPC, errno.EFBIG, errno.EDQUOT)
    where = f" ({gettempdir()}, where the language model is unpacked, may be full)" if full else ""
    return f"Pages cannot be read on this machine: {error}{where}. Fix that, then run the same command again."
