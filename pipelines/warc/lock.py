"""One run a corpus, one export a folder: locks that end with the process that holds them, however that ends."""

import fcntl
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipelines.exceptions import CorpusBusy, RecordingFailed
from pipelines.formats import atomic
from pipelines.warc.turn import settle

log = logging.getLogger(__name__)

LOCK = ".lock"


@contextmanager
def only_run(folder: Path) -> Iterator[None]:
    """Hold the corpus for this process, once what another one left unfinished there has come to its end.

    Raises CorpusBusy where another living process holds it (flock(2)), RecordingFailed.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise RecordingFailed(f"Cannot write in {folder}: {error.strerror}. Check CORPUS_DIR.") from error
    try:
        _take(descriptor, folder)
        _sign(descriptor, folder)
        settle(folder)
        yield
    finally:
        os.close(descriptor)


def _take(descriptor: int, folder: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.read(descriptor, 20).decode("ascii", "replace").strip() or "unknown"
        raise CorpusBusy(f"{folder} is in use by process {holder}: wait for it, or use another CORPUS_DIR.") from None


def _sign(descriptor: int, folder: Path) -> None:
    try:
        os.ftruncate(descriptor, 0)
        atomic.write(descriptor, f"{os.getpid()}\n".encode())
    except OSError as error:
        raise RecordingFailed(f"Cannot write in {folder}: {error.strerror}. Make room, then start again.") from error


@contextmanager
def in_turn(folder: Path) -> Iterator[None]:
    """Write in a folder as the only process, once those that were there before are done. Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)  # the folder itself: no file is left in an export
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            log.warning("Another process writes in %s: waiting for it.", folder)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def refuse_while_written(folder: Path) -> None:
    """Raises CorpusBusy where a living process holds the corpus. Nothing is written, and nothing is held afterwards."""
    try:
        descriptor = os.open(folder / LOCK, os.O_RDONLY)
    except OSError:
        return  # nobody ever ran there, or nobody may
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.read(descriptor, 20).decode("ascii", "replace").strip() or "unknown"
        raise CorpusBusy(f"{folder} is being written by process {holder}: wait for it, then try again.") from None
    finally:
        os.close(descriptor)
