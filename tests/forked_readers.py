"""Reading processes of tests, forked of one that has loaded the reader where the product starts Python anew.

They are the product's in all else: each has its own memory and limit, can be killed, and ends with who started it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import forkserver, get_context
from typing import Any

import psutil
import pytest


def _server() -> Any:
    return forkserver._forkserver  # type: ignore[attr-defined]


@contextmanager
def forked_readers() -> Iterator[None]:
    """Let all that this process reads with be forked so."""
    from pipelines.executors import process_pool, reading_process

    class Forked(reading_process.ReadingProcess):
        def __init__(self, parent: int, *options: Any) -> None:
            forkserver.ensure_running()
            super().__init__(_server()._forkserver_pid, *options)  # that is what a reader ends with

    forkserver.set_forkserver_preload(["tests.warm_reader"])
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(process_pool, "ReadingProcess", Forked)
        patched.setattr(reading_process, "get_context", lambda method: get_context("forkserver"))
        yield


def running() -> list[psutil.Process]:
    """The reading processes that this process has now."""
    if not (pid := _server()._forkserver_pid):
        return []
    return psutil.Process(pid).children()
