"""Work on the machines of a Dask cluster: done again where a worker dies or the scheduler restarts.

`local` is a cluster of processes on this machine, for as long as it is needed. Any other address is that of a scheduler
with workers on which this program is installed, and which see the same files under the same paths. Dask runs what it is
sent: a scheduler belongs on a network of trust, or behind TLS (docs/operations.md).
"""

import gc
import logging
import os
import socket
import time
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager, suppress
from pathlib import Path
from types import ModuleType
from typing import Any, Generic, TypeVar

from pipelines.exceptions import CorpusError, RecordingFailed, WrongUse
from pipelines.formats import atomic

LOCAL = "local"
PATIENCE = 60.0
"""Seconds that we wait for a scheduler that has gone, or for a first worker."""

TRIES = 10  # of a task whose workers die
# what Dask watches beside the work, in each process a hundred times a second: as much as reading pages that are known
_UNWATCHED = {
    "distributed.worker.profile.enabled": False,
    "distributed.admin.tick.interval": "1s",
    "distributed.admin.system-monitor.interval": "10s",
}
_LOOK = 5.0  # seconds between two looks at whether there is a worker at all
_CONNECT = 10.0  # seconds
_SEEN = ".cluster"

T = TypeVar("T")

log = logging.getLogger(__name__)


class Cluster:
    """A connection to a cluster. `workers` is how many processes a local one has.

    Raises WrongUse where Dask is not installed, no scheduler is there, or one of another version.
    """

    def __init__(self, address: str, workers: int) -> None:
        self._dask = _installed()
        self._address, self._local, self._wanted = address, None, workers
        if address == LOCAL:
            from dask import config

            with config.set(_UNWATCHED):
                self._local = self._dask.LocalCluster(
                    n_workers=workers,
                    threads_per_worker=1,
                    processes=True,
                    host="127.0.0.1",
                    dashboard_address=None,
                    memory_limit=0,
                    silence_logs=logging.ERROR,
                    security=True,
                )
        try:
            self._client = self._connected()
            self._refuse_others()
            self._await_worker()
        except BaseException:
            self.close()
            raise

    @property
    def threads(self) -> int:
        """How many tasks are done at a time, at present."""
        return sum(worker["nthreads"] for worker in self._workers().values())

    def submit(self, function: Callable[..., T], *arguments: object) -> "Task[T]":
        """Let a function of a module, which does the same however often it is called, be called somewhere."""
        return Task(self, function, arguments)

    def send(self, function: Callable[..., Any], arguments: tuple[object, ...]) -> Any:
        """A future of Dask's. What it raises when the scheduler has gone, `renew` is for."""
        return self._client.submit(function, *arguments, pure=False)

    def renew(self) -> None:
        """Find the scheduler again, for PATIENCE seconds. Raises RecordingFailed where it does not come back."""
        deadline = time.monotonic() + PATIENCE
        log.warning("The scheduler has gone: waiting for it, up to %g seconds.", PATIENCE)
        while True:
            with suppress(Exception):
                self._client.close(timeout=1)
            try:
                self._client = self._connected()
                return
            except WrongUse as error:
                if time.monotonic() >= deadline:
                    raise RecordingFailed(
                        f"The scheduler at {self._address} has gone: start it, then run the same command again; what "
                        "is done stays done."
                    ) from error
                time.sleep(0.2)

    def see_workers(self, since: float) -> float:
        """When there was last a worker. Raises RecordingFailed where there has been none for PATIENCE seconds."""
        there = len(self._workers())
        if self._local is not None and there < self._wanted:
            # Dask drops one that is not back in time, and starts none in its place; it keeps one that failed to start
            self._local.loop.add_callback(_let_go_of_failed, self._local.workers)
            self._local.scale(self._wanted)
        if there:
            return time.monotonic()
        if time.monotonic() - since > PATIENCE:
            raise RecordingFailed(
                f"The cluster has had no worker for {PATIENCE:g} seconds: start some, then run the same command again; "
                "what is done stays done."
            )
        return since

    def close(self) -> None:
        """Let go of the cluster; a local one ends."""
        for one in (getattr(self, "_client", None), self._local):
            if one is not None:
                with suppress(Exception):
                    one.close(timeout=5)

    def _connected(self) -> Any:
        try:
            with warnings.catch_warnings(), _uncollected():
                warnings.simplefilter("ignore")  # of other versions, which are refused below
                return self._dask.Client(self._local or self._address, timeout=_CONNECT, set_as_default=False)
        except Exception as error:  # whatever a port that is no scheduler's makes Dask raise
            raise WrongUse(
                f"No Dask scheduler answers at {self._address!r} ({_short(error)}): start one with `dask scheduler`, "
                "or give --cluster local."
            ) from error

    def _workers(self) -> dict[str, Any]:
        return dict(self._client.scheduler_info(n_workers=-1)["workers"])

    def _await_worker(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while not self._workers():
            if time.monotonic() >= deadline:
                raise WrongUse(
                    f"The scheduler at {self._address} has no workers: start some with "
                    f"`dask worker {self._address} --nthreads 1`."
                )
            time.sleep(0.1)

    def _refuse_others(self) -> None:
        """Raises WrongUse where scheduler or workers run another Python or another release of Dask."""
        told = self._client.get_versions()
        ours = _release(told["client"])
        others = [("scheduler", told["scheduler"]), *((f"worker {name}", one) for name, one in told["workers"].items())]
        for name, other in others:
            if other and _release(other) != ours:
                raise WrongUse(
                    f"The {name} has {_release(other)}, this machine {ours}: install the same versions on all of them."
                )


class Task(Generic[T]):
    """Something to be done somewhere."""

    def __init__(self, cluster: Cluster, function: Callable[..., T], arguments: tuple[object, ...]) -> None:
        self._cluster, self._function, self._arguments = cluster, function, arguments
        self._future = self._sent()

    def result(self) -> T:
        """Wait for what came of it. It is sent again where its worker or the scheduler was lost.

        Raises CorpusError: what the function raised, RecordingFailed where the cluster is lost, WrongUse where a worker
        does not have this program.
        """
        why = ""
        for _ in range(TRIES):
            try:
                return self._waited_for()
            except CorpusError:
                raise
            except ImportError as error:
                raise WrongUse(
                    f"A worker cannot do it ({_short(error)}): install this release of policy-corpus on all of them."
                ) from error
            except (Exception, CancelledError) as error:  # a worker, or the scheduler with all that it knew
                why = _short(error)
                log.warning("A part of the work was lost (%s), and is done again.", why)
            self._future = self._sent()
        raise RecordingFailed(
            f"Workers died or failed {TRIES} times over one part of the work, the last time so: {why}. See their logs, "
            "then run the same command again."
        )

    def _sent(self) -> Any:
        try:
            return self._cluster.send(self._function, self._arguments)
        except Exception:
            self._cluster.renew()
            return self._cluster.send(self._function, self._arguments)

    def _waited_for(self) -> T:
        since, wait = time.monotonic(), _LOOK
        while True:
            try:
                # Until it is done: waiting for the result of what is not, and giving that up just as the client asks
                # for it, would be in the way of all that is asked for later.
                self._future.exception(timeout=_LOOK)
                found: T = self._future.result(timeout=wait)
                return found
            except TimeoutError:
                if self._future.status == "error":  # it came just then, or is what the function raised
                    return self._future.result(timeout=wait)  # type: ignore[no-any-return]
                if self._future.status == "finished":  # it is on its way here; or lost, and nobody there to do it again
                    wait *= 2
                since = self._cluster.see_workers(since)


@contextmanager
def _uncollected() -> Iterator[None]:
    """A client that failed and is collected while another one starts would wait for it, and it for that one."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _let_go_of_failed(workers: dict[object, Any]) -> None:
    """In the loop of a local cluster: so that it starts another one.

    The worker that is to follow a lost one fails where the lost one, started again by its nanny, has the name still.
    """
    for name in [name for name, worker in workers.items() if worker.status.name in ("failed", "closed")]:
        del workers[name]


def _installed() -> ModuleType:
    try:
        import distributed
    except ImportError as error:
        raise WrongUse(
            "--cluster needs Dask, which is not installed: python -m pip install 'policy-corpus[cluster]'"
        ) from error
    return distributed


def _release(told: dict[str, Any]) -> str:
    packages = told["packages"]
    python = ".".join(str(packages["python"]).split(".")[:2])
    return f"Python {python} with distributed {packages['distributed']}"


def _short(error: BaseException) -> str:
    return ascii(" ".join(str(error).split()) or type(error).__name__)[1:-1][:160]


# -- whether a worker sees the files


def mark(folder: Path) -> str:
    """Leave a mark in a folder by which workers know it. Returns what it says. Raises RecordingFailed."""
    said = os.urandom(16).hex()
    try:
        atomic.write_whole(folder / _SEEN, [said.encode()])
    except OSError as error:
        raise RecordingFailed(f"Cannot write in {folder}: {error.strerror}. Make room, then start again.") from error
    return said


def unmark(folder: Path) -> None:
    """Take the mark away."""
    with suppress(OSError):
        (folder / _SEEN).unlink(missing_ok=True)


def refuse_unseen(folder: Path, said: str) -> None:
    """For a worker: raises WrongUse where it does not see the marked folder."""
    try:
        seen = (folder / _SEEN).read_text()
    except (OSError, ValueError):
        seen = ""
    if seen != said:
        raise WrongUse(
            f"The worker on {socket.gethostname()} does not see {folder} as this machine does: mount that storage "
            "there under the same path, or end that worker, and run the same command again."
        )
