# ruff: noqa: F401
"""Commands as processes of their own that need not load the program anew: forked from one that has.

A process that a test starts is that of `python -m scrapy ...` in all but its first second of processor time: it has its
own session, environment, folder and output, ends by itself, and can be signalled and killed; it ends with the tests
that started it. What is about the start itself, or about what is loaded for it, starts Python.

Their reading processes are forked of them in turn, where the product starts Python.

Run as a module this is the process that is forked. It takes its orders through the socket that it is given.
"""

import atexit
import ctypes
import gc
import json
import os
import pkgutil
import resource
import runpy
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from importlib import import_module, metadata
from multiprocessing.context import ForkContext, ForkProcess
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any, NoReturn

ROOT = Path(__file__).parent.parent
LARGEST = 1 << 20  # bytes of an order
UNLIMITED = resource.RLIM_INFINITY
_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_stays = ExitStack()


@dataclass
class Launched:
    """A process that was forked for us; has of `subprocess.Popen` what is used of it here."""

    pid: int
    _told: int  # a pipe, on which its end is told
    returncode: int | None = None

    def poll(self) -> int | None:
        return self._ended(0)

    def wait(self, timeout: float | None = None) -> int:
        """Raises subprocess.TimeoutExpired."""
        code = self._ended(timeout)
        if code is None:
            raise subprocess.TimeoutExpired(f"process {self.pid}", timeout or 0)
        return code

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            with suppress(ProcessLookupError):  # it has ended, and that is about to be told
                os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def _ended(self, timeout: float | None) -> int | None:
        if self.returncode is None and select.select([self._told], [], [], timeout)[0]:
            code = os.read(self._told, 16)
            os.close(self._told)
            assert code, "the process that is forked has gone"
            self.returncode = int(code)
        return self.returncode


def launch(
    command: list[str], environ: dict[str, str], out: IO[Any], err: IO[Any], *, largest_file: int = UNLIMITED,
    without: Iterable[int] = (), folder: Path = ROOT,
) -> Launched:  # fmt: skip
    """Start `python -m MODULE ...` or `python -c SCRIPT ...`, in the folder of the project and a session of its own;
    `without` these capabilities."""
    assert command[0] == sys.executable, command
    assert command[1] in ("-m", "-c"), command
    told, tell = os.pipe()
    try:
        given = {"environ": environ, "largest_file": largest_file, "without": [*without], "folder": str(folder)}
        order = json.dumps({"command": command[1:], **given}).encode()
        orders, _ = forked_from(os.getpid())
        socket.send_fds(orders, [order], [out.fileno(), err.fileno(), tell])
        return Launched(int(orders.recv(LARGEST)), told)
    finally:
        os.close(tell)


def launched(
    command: list[str], environ: dict[str, str], timeout: float, *, without: Iterable[int] = (), folder: Path = ROOT
) -> "subprocess.CompletedProcess[str]":
    """Run such a command to its end. Raises subprocess.TimeoutExpired, and leaves nothing running."""
    with TemporaryFile("w+", encoding="utf-8") as out, TemporaryFile("w+", encoding="utf-8") as err:
        process = launch(command, environ, out, err, without=without, folder=folder)
        try:
            code = process.wait(timeout)
        finally:
            process.kill()
        out.seek(0)
        err.seek(0)
        return subprocess.CompletedProcess(command, code, out.read(), err.read())


@contextmanager
def piped(command: list[str]) -> Iterator[tuple[Launched, IO[str], IO[str]]]:
    """Such a command, and what it says on both outputs while it runs; killed if it still runs at last."""
    (said, out), (told, err) = os.pipe(), os.pipe()
    with open(said, encoding="utf-8") as standard, open(told, encoding="utf-8") as errors:
        with open(out, "w") as written, open(err, "w") as complained:
            process = launch(command, dict(os.environ), written, complained)
        try:
            yield process, standard, errors
        finally:
            process.kill()


@cache
def forked_from(ours: int) -> "tuple[socket.socket, subprocess.Popen[bytes]]":
    """Where to send orders to, and who takes them: one for each of our processes, which ends with it."""
    mine, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with its:
        command = [sys.executable, "-m", "tests.launching", str(its.fileno())]
        taking = subprocess.Popen(
            command, cwd=ROOT, pass_fds=[its.fileno()], stdin=subprocess.DEVNULL, stdout=sys.__stderr__,
            start_new_session=True,
        )  # fmt: skip
    atexit.register(_let_go, mine, taking)
    assert mine.recv(LARGEST) == b"loaded"
    return mine, taking


def _let_go(mine: socket.socket, taking: "subprocess.Popen[bytes]") -> None:
    mine.close()
    taking.wait()


def take_orders(orders: socket.socket) -> list[str]:
    """Fork a process for each order. Comes back in each of them alone, with its command."""
    running: dict[int, tuple[int, int]] = {}  # its pidfd: its pid, and where to tell its end
    orders.send(b"loaded")
    while True:
        for ready in select.select([orders.fileno(), *running], [], [])[0]:
            if ready in running:
                _tell_end(ready, *running.pop(ready))
                continue
            order, files, _, _ = socket.recv_fds(orders, LARGEST, 3)
            if not order:
                raise SystemExit
            if not (pid := os.fork()):
                return _become(json.loads(order), files)
            running[os.pidfd_open(pid)] = pid, files[2]
            for file in files[:2]:
                os.close(file)
            orders.send(str(pid).encode())


def _tell_end(ended: int, pid: int, tell: int) -> None:
    os.close(ended)
    _, status = os.waitpid(pid, 0)
    with suppress(BrokenPipeError):  # nobody asks any more
        os.write(tell, str(os.waitstatus_to_exitcode(status)).encode())
    os.close(tell)


def end_with_parent() -> None:
    """Let this process be killed when the one that started it goes, whatever that one dies of."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _become(order: dict[str, Any], files: list[int]) -> list[str]:
    end_with_parent()
    os.setsid()
    os.dup2(files[0], 1)
    os.dup2(files[1], 2)
    os.closerange(3, max(files) + 64)
    resource.setrlimit(resource.RLIMIT_FSIZE, (order["largest_file"], resource.RLIM_INFINITY))
    os.environ.clear()
    os.environ.update(order["environ"])
    os.chdir(order["folder"])
    if order["without"]:
        _give_up(order["without"])
    command: list[str] = order["command"]
    return command


def _give_up(capabilities: Iterable[int]) -> None:
    """capset(2): root may what others may not, and what is tested may not."""
    version = (ctypes.c_uint32 * 2)(0x20080522, 0)
    held = (ctypes.c_uint32 * 6)()  # effective, permitted, inheritable; then the upper halves
    libc = ctypes.CDLL(None, use_errno=True)
    assert libc.capget(version, held) == 0
    for number in capabilities:
        held[0] &= ~(1 << number)
        held[1] &= ~(1 << number)
    assert libc.capset(version, held) == 0


def _load() -> None:
    """All that a crawl and the other commands load, but for what is to be chosen by each process itself."""
    os.environ["OPENBLAS_NUM_THREADS"] = "1"  # a process that has threads is not to be forked
    metadata.version, metadata.entry_points = (
        cache(metadata.version),
        cache(metadata.entry_points),
    )  # installed is what is
    import scrapy.cmdline
    import scrapy.core.downloader.handlers.http11
    import scrapy.core.scheduler
    import scrapy.downloadermiddlewares.httpcompression
    import scrapy.dupefilters
    import scrapy.extensions.corestats
    import scrapy.extensions.memusage
    import scrapy.logformatter
    import scrapy.spidermiddlewares.httperror
    import scrapy.squeues
    import twisted.web.client

    sys.modules["pyarrow"] = None  # type: ignore[assignment] - it starts threads
    for package in ("scrapy.commands", "crawler", "pipelines"):
        for module in pkgutil.walk_packages(import_module(package).__path__, f"{package}."):
            with suppress(ImportError):
                import_module(module.name)
    import_module("policy_corpus")
    del sys.modules["pyarrow"]
    _warm_up()
    assert "twisted.internet.reactor" not in sys.modules
    assert len(os.listdir("/proc/self/task")) == 1
    gc.collect()
    gc.freeze()


def _warm_up() -> None:
    """What is loaded with the first address and the first page; where our processes are forked, their readers are."""
    from scrapy.cmdline import _get_commands_dict
    from scrapy.utils.project import get_project_settings
    from scrapy.utils.versions import get_versions

    from crawler.jobs.crawl import LIBRARIES
    from crawler.targets.urls import site_of
    from pipelines.executors import reading_process
    from pipelines.extraction.extractors import extractor
    from pipelines.extraction.version import reader_version
    from pipelines.items.readings import Page
    from tests.new_corpora import copied_layout

    _stays.enter_context(copied_layout())
    _get_commands_dict(get_project_settings(), inproject=True)
    get_versions()
    reader_version("corpus"), [metadata.version(library) for library in LIBRARIES]
    site_of("site.example")
    extractor("corpus").read(Page(reading_process.WARM_UP, "http://localhost/", "20000101000000"))
    reading_process.get_context = lambda method: _ForkedReaders()  # type: ignore[assignment, attr-defined]


class _ForkedReader(ForkProcess):
    """Has of its parent what a process that was started anew has: the pipes between them, no file, no handler."""

    def _bootstrap(self, parent_sentinel: int) -> Any:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        for descriptor in map(int, os.listdir("/proc/self/fd")):
            with suppress(OSError):  # the list's own
                if descriptor > 2 and not os.readlink(f"/proc/self/fd/{descriptor}").startswith("pipe:"):
                    os.close(descriptor)
        gc.freeze()  # connections of the parent are not to be closed here
        return super()._bootstrap(parent_sentinel)  # type: ignore[misc]


class _ForkedReaders(ForkContext):
    Process = _ForkedReader


def _main() -> None:
    _load()
    how, what, *arguments = take_orders(socket.socket(fileno=int(sys.argv[1])))
    sys.path[0] = os.getcwd()
    sys.argv = [how, *arguments]
    code = 0
    try:
        if how == "-c":
            exec(compile(what, "<string>", "exec"), {"__name__": "__main__"})
        else:
            runpy.run_module(what, run_name="__main__", alter_sys=True)
    except SystemExit as ended:
        if not isinstance(ended.code, int | None):
            raise
        code = ended.code or 0
    _end(code)


def _end(code: int) -> NoReturn:
    """End as Python does, but for taking all that was loaded down piece by piece, which takes longer than a command."""
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    _main()
