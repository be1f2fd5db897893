"""One process that reads pages, and what runs in it."""

import ctypes
import gc
import os
import resource
import signal
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pipelines.exceptions import ReadingFailed, RecordingFailed
from pipelines.formats.content_encoding import decode
from pipelines.formats.memory import load_database_alone
from pipelines.items.readings import Failure, Page, Reading
from pipelines.warc.reader import payload_at

if TYPE_CHECKING:  # neither is to be loaded before `_prepare` says how
    from pipelines.extraction.base import Extractor
    from pipelines.store.readings import Unread

PR_SET_PDEATHSIG = 1
TOO_MUCH_MEMORY = "reading took too much memory"
WARM_UP = b"<p>We collect personal information as this policy says, and disclose none of it to third parties.</p>" * 4
COLLECTED = (20_000, 20, 20)  # garbage of cycles, of which reading makes little
STARTUP = 60.0  # seconds a fresh process may take to import the reader

Outcome = Reading | Failure | None
"""What came of a held page: None where its bytes are damaged or gone, of which `verify` tells."""

T = TypeVar("T")

_reader: "Extractor | None" = None  # of this worker process
_decoded = partial(decode, error=ReadingFailed)


class ReadingProcess:
    """One process that answers one call at a time, and can be killed. Raises TookTooLong or BrokenProcessPool where it
    does not start; `call` raises these, and what the function raises."""

    def __init__(self, *options: Any) -> None:
        context = get_context("spawn")
        self._executor = ProcessPoolExecutor(1, mp_context=context, initializer=_prepare, initargs=options)
        started = self._executor.submit(os.getpid)
        [self._pid] = self._executor._processes
        try:
            started.result(timeout=STARTUP)
        except BaseException:  # nobody else could end it, and Python waits for it where it exits
            self.kill()
            self.clean_up()
            raise

    def call(self, function: Callable[..., T], *arguments: object, timeout: float) -> T:
        return self._executor.submit(function, *arguments).result(timeout=timeout)

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            os.kill(self._pid, signal.SIGKILL)

    def clean_up(self) -> None:
        """Wait for the executor's own threads; the process must have been killed."""
        self._executor.shutdown(wait=True, cancel_futures=True)


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


def read(page: Page) -> Reading:
    assert _reader is not None
    try:
        return _reader.read(page)
    except MemoryError:
        raise ReadingFailed(TOO_MUCH_MEMORY) from None


def read_held(folder: Path, held: "Sequence[Unread]") -> list[Outcome]:
    """What came of each, up to the first that takes too much memory; of a single one, that is raised."""
    outcomes: list[Outcome] = []
    for one in held:
        try:
            outcomes.append(read(page_of(folder, one)))
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
    """The page that is held. Raises RecordingFailed where its bytes are damaged or gone, ReadingFailed where they are
    in a coding that cannot be undone."""
    body = payload_at(folder, one.location, one.payload_digest, decode=_decoded)
    return Page(body, one.capture.original, one.capture.timestamp, one.content_type)
