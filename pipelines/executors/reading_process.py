"""One process that reads pages, and what runs in it.

Calls and answers go through two pipes. An executor of one process in its place has two threads more, which took a tenth
of what a crawl spends on a capture. Neither end of a pipe is waited for without end: a process that stands still takes
no more of a page than there is room in the pipe.
"""

import ctypes
import gc
import os
import pickle
import resource
import select
import signal
import struct
import time
from collections.abc import Callable, Sequence
from concurrent.futures import TimeoutError as TookTooLong
from contextlib import suppress
from functools import partial
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar, cast

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

_SIZE = struct.Struct("!Q")  # of an answer, before it
_PART = 1 << 20  # bytes that are read at once; a pipe holds fewer
_reader: "Extractor | None" = None  # of this worker process
_decoded = partial(decode, error=ReadingFailed)


class Died(Exception):
    """A process came to its end before it answered."""


class ReadingProcess:
    """One process that answers one call at a time, and can be killed. It dies with what raises here; `call` raises what
    the function raises, TookTooLong or Died."""

    def __init__(self, *options: Any) -> None:
        context = get_context("spawn")
        calls, self._calls = context.Pipe(duplex=False)
        self._answers, answers = context.Pipe(duplex=False)
        os.set_blocking(self._calls.fileno(), False)
        self._process = context.Process(target=_serve, args=(calls, answers, options), daemon=True)
        self._process.start()
        calls.close()
        answers.close()
        try:
            self._answer(time.monotonic() + STARTUP)
        except BaseException:
            self.kill()
            self.clean_up()
            raise

    def call(self, function: Callable[..., T], *arguments: object, timeout: float) -> T:
        until = time.monotonic() + timeout
        asked = pickle.dumps((function, arguments), pickle.HIGHEST_PROTOCOL)
        try:
            _put(self._calls.fileno(), asked, until)
        except TookTooLong:  # an OSError, too
            raise
        except OSError as error:  # nobody holds the other end
            raise Died from error
        result, failure = self._answer(until)
        if failure is not None:
            raise failure
        return cast("T", result)

    def _answer(self, until: float) -> tuple[Any, Exception | None]:
        place = self._answers.fileno()
        try:
            (size,) = _SIZE.unpack(_take(place, _SIZE.size, until))
            said = _take(place, size, until)
        except TookTooLong:
            raise
        except (EOFError, OSError) as error:
            raise Died from error
        answer: tuple[Any, Exception | None] = pickle.loads(said)
        return answer

    def kill(self) -> None:
        self._process.kill()

    def clean_up(self) -> None:
        """Wait for the end of the process, which must have been killed."""
        self._process.join()
        self._calls.close()
        self._answers.close()


def _put(place: int, data: bytes, until: float) -> None:
    """Write all to a pipe that does not block. Raises TookTooLong."""
    left = memoryview(data)
    while left:
        _wait(place, select.POLLOUT, until)
        left = left[os.write(place, left) :]


def _take(place: int, size: int, until: float) -> bytearray:
    """So many bytes of a pipe. Raises TookTooLong; EOFError where it ends before."""
    taken = bytearray()
    while len(taken) < size:
        _wait(place, select.POLLIN, until)
        part = os.read(place, min(size - len(taken), _PART))
        if not part:
            raise EOFError
        taken += part
    return taken


def _wait(place: int, what: int, until: float) -> None:
    ready = select.poll()
    ready.register(place, what)
    if not ready.poll(1000 * max(0.0, until - time.monotonic())):
        raise TookTooLong


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


def _serve(calls: Connection, answers: Connection, options: tuple[int, int, str, int]) -> None:
    """A worker process: makes itself ready and says so, then answers each call until the other end is closed."""
    _prepare(*options)
    with open(calls.fileno(), "rb", closefd=False) as asked, open(answers.fileno(), "wb", closefd=False) as said:
        _say(said, (None, None))
        with suppress(EOFError):
            while True:
                _say(said, _answered(*pickle.load(asked)))


def _say(said: BinaryIO, answer: tuple[Any, Exception | None]) -> None:
    told = pickle.dumps(answer, pickle.HIGHEST_PROTOCOL)
    said.write(_SIZE.pack(len(told)))
    said.write(told)
    said.flush()


def _answered(function: Callable[..., Any], arguments: tuple[Any, ...]) -> tuple[Any, Exception | None]:
    try:
        return function(*arguments), None
    except Exception as error:
        return None, error


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
