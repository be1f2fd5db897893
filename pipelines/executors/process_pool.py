"""Reading in worker processes: a page that kills or stalls its reader fails alone; none outlives the parent.

Each worker is a thread of the parent that owns one single-process executor: the page in hand is always known.
"""

import ctypes
import errno
import gc
import os
import queue
import resource
import signal
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures import TimeoutError as TookTooLong
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from tempfile import gettempdir
from typing import TYPE_CHECKING, Any, TypeVar

from pipelines.exceptions import ReadingFailed, RecordingFailed
from pipelines.formats.content_encoding import decode
from pipelines.formats.memory import load_database_alone
from pipelines.items import Failure, Page, Reading
from pipelines.warc.reader import payload_at

if TYPE_CHECKING:  # neither is to be loaded before `_prepare` says how
    from pipelines.extraction.base import Extractor
    from pipelines.store.readings import Unread

PR_SET_PDEATHSIG = 1
REMEMBERED = 256  # readings of a worker; a few megabytes
TOO_MUCH_MEMORY = "reading took too much memory"
WARM_UP = b"<p>We collect personal information as this policy says, and disclose none of it to third parties.</p>" * 4
COLLECTED = (20_000, 20, 20)  # garbage of cycles, of which reading makes little
AT_ONCE = 16  # held pages that are handed over together
AHEAD = 3  # how often, for each process: with few, one slow page lets the other processes run out of work
STARTUP = 60.0  # seconds a fresh process may take to import the reader

Outcome = Reading | Failure | None
"""What came of a held page: None where its bytes are damaged or gone, of which `verify` tells."""

T = TypeVar("T")

_reader: "Extractor | None" = None  # of this worker process
_decoded = partial(decode, error=ReadingFailed)


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
        self.at_once, self.ahead = AT_ONCE, AHEAD * workers
        self._workers = [_Worker(deadline, memory, extractor, remembered, at_once) for _ in range(workers)]

    def submit(self, page: Page) -> Future[Reading]:
        """The reading to come; `close` cancels it. The future raises ReadingFailed, or RecordingFailed (full disk)."""
        chosen = self._worker_for(page.original)
        return chosen.submit(partial(chosen.read, page))

    def submit_held(self, folder: Path, held: "Sequence[Unread]") -> Future[list[Outcome]]:
        """The same for pages in WARC files of a `warc` folder: what came of each. It raises RecordingFailed alone."""
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
        self._process: _Process | None = None
        self._lock = threading.Lock()
        self._stopped = False
        self._waiting: set[Future[Any]] = set()
        self._thread = threading.Thread(target=self._run, name="reader", daemon=True)
        self._thread.start()

    @property
    def waiting(self) -> int:  # in hand and in the queue
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
                outcomes = self._started().call(_read_held, folder, held, timeout=self._deadline)
            except Exception:  # which of them it was, shows below
                self._discard()
        if len(outcomes) < len(held) and outcomes:
            self._discard()
        for one in held[len(outcomes) :]:
            try:
                outcomes += self.call(_read_held, folder, [one])
            except ReadingFailed as error:
                outcomes.append(Failure(error.stage, error.reason, error.transient, error.detail))
        return outcomes

    def read(self, page: Page) -> Reading:
        return self.call(_read, page)

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

    def _started(self) -> "_Process":
        if not self._process:
            process = _Process(*self._options)
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


class _Process:
    """One single-process executor, whose process can be killed."""

    def __init__(self, parent: int, memory: int, extractor: str, remembered: int) -> None:
        options = (parent, memory, extractor, remembered)
        self._executor = ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=_prepare, initargs=options)
        self._pid = self._executor.submit(os.getpid).result(timeout=STARTUP)

    def call(self, function: Callable[..., T], *arguments: object, timeout: float) -> T:
        return self._executor.submit(function, *arguments).result(timeout=timeout)

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            os.kill(self._pid, signal.SIGKILL)

    def clean_up(self) -> None:
        """Wait for the executor's own threads; the process must have been killed."""
        self._executor.shutdown(wait=True, cancel_futures=True)


def _trouble(error: OSError) -> str:
    """py3langid unpacks its model into a temporary file."""
    full = error.errno in (errno.ENOSPC, errno.EFBIG, errno.EDQUOT)
    where = f" ({gettempdir()}, where the language model is unpacked, may be full)" if full else ""
    return f"Pages cannot be read on this machine: {error}{where}. Fix that, then run the same command again."


def _prepare(parent: int, memory: int, extractor: str, remembered: int) -> None:
    """Runs first in a worker process: bind its life and its memory, then load the reader."""
    global _reader  # noqa: PLW0603 - an initializer has no other place to leave things for the calls that follow
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before the line above
        os._exit(1)
    os.environ["OPENBLAS_NUM_THREADS"] = "1"  # numpy's threads would spin beside the other workers
    load_database_alone()
    from pipelines.extraction import extractors

    _reader = extractors.extractor(extractor, remembered)
    with suppress(OSError, ReadingFailed):  # a model that cannot be unpacked is told of by the first page that is read
        _reader.read(Page(WARM_UP, "http://localhost/", "20000101000000"))  # loads the rest: models, tables
    gc.freeze()  # what is loaded stays: looking through it again and again took a tenth of the time
    gc.set_threshold(*COLLECTED)
    pages = int(Path("/proc/self/statm").read_text().split()[0])  # what is mapped by now belongs to the baseline
    most = pages * resource.getpagesize() + memory
    resource.setrlimit(resource.RLIMIT_AS, (most, most))


def _read(page: Page) -> Reading:
    assert _reader is not None
    try:
        return _reader.read(page)
    except MemoryError:
        raise ReadingFailed(TOO_MUCH_MEMORY) from None


def _read_held(folder: Path, held: "Sequence[Unread]") -> list[Outcome]:
    """What came of each, up to the first that takes too much memory; of a single one, that is raised."""
    outcomes: list[Outcome] = []
    for one in held:
        try:
            outcomes.append(_read(page_of(folder, one)))
        except RecordingFailed:
            outcomes.append(None)
        except ReadingFailed as error:
            if error.reason == TOO_MUCH_MEMORY:
                if outcomes:
                    return outcomes
                raise
            outcomes.append(Failure(error.stage, error.reason, error.transient, error.detail))
    return outcomes


def page_of(folder: Path, one: "Unread") -> Page:
    """The page that is held. Raises RecordingFailed for damaged or lost bytes, ReadingFailed for an unknown coding."""
    body = payload_at(folder, one.location, one.payload_digest, decode=_decoded)
    return Page(body, one.capture.original, one.capture.timestamp, one.content_type)
