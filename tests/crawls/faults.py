"""Faults in what a command writes: each write can fail as on a full disk, or be the last before a `kill -9`.

Writes are the calls of the system that change a file below a folder, and each statement with which SQLite changes one.
As a program, `python -m tests.crawls.faults FOLDER NUMBER COMMAND [ARGUMENT ...]` runs a command and dies at a write.
"""

import errno
import os
import signal
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from importlib import import_module
from io import StringIO
from pathlib import Path
from typing import Any
from unittest.mock import patch

from tests.conftest import Ended
from tests.corpora import settings_of
from tests.new_corpora import laid_out_by_step

_CHANGING = ("insert", "update", "delete", "replace", "create", "drop", "alter", "commit", "vacuum", "release")
_NEVER = 1 << 60


class DiskFull(OSError):
    """Stands for ENOSPC."""

    def __init__(self) -> None:
        super().__init__(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _fail() -> None:
    raise DiskFull


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@dataclass
class Writes:
    """Counts the writes below a folder; at number `at` and, where the disk stays full, at all behind it, `then`."""

    folder: Path
    at: int = _NEVER
    then: Callable[[], None] = _fail
    stays: bool = False
    count: int = 0
    told: list[str] = field(default_factory=list)

    def happens(self, what: str) -> bool:
        self.count += 1
        self.told.append(what)
        return self.count == self.at or (self.stays and self.count > self.at)

    def is_below(self, path: Any) -> bool:
        if isinstance(path, int):
            path = os.readlink(f"/proc/self/fd/{path}")
        return os.path.abspath(os.fspath(path)).startswith(str(self.folder))


@contextmanager
def injected(writes: Writes) -> Iterator[Writes]:
    """Let all that this process writes below the folder be counted, and fail where it is to."""
    patches = [patch.object(os, name, _wrapped(writes, name)) for name in ("fsync", "replace", "rename", "ftruncate")]
    patches += [patch.object(os, "write", _torn(writes)), patch.object(os, "open", _opened(writes))]
    patches += [patch.object(os, name, _wrapped(writes, name, may_fail=False)) for name in ("unlink", "remove")]
    patches.append(patch.object(sqlite3, "connect", _connected(writes)))
    for each in patches:
        each.start()
    try:
        yield writes
    finally:
        for each in patches:
            each.stop()


def _wrapped(writes: Writes, name: str, *, may_fail: bool = True) -> Callable[..., Any]:
    """A full disk does not hinder anybody from removing a file; a kill does."""
    real: Callable[..., Any] = getattr(os, name)

    def call(path: Any, *args: Any, **named: Any) -> Any:
        counts = writes.is_below(path) and (may_fail or writes.then is _die)
        if counts and writes.happens(f"{name} {path}"):
            writes.then()
        return real(path, *args, **named)

    return call


def _opened(writes: Writes) -> Callable[..., int]:
    real = os.open

    def call(path: Any, flags: int, *args: Any, **named: Any) -> int:
        if flags & os.O_CREAT and writes.is_below(path) and writes.happens(f"open {path}"):
            writes.then()
        return real(path, flags, *args, **named)

    return call


def _torn(writes: Writes) -> Callable[[int, Any], int]:
    """Half of it is on the disk when the fault comes."""
    real = os.write

    def call(descriptor: int, data: Any) -> int:
        if writes.is_below(descriptor) and writes.happens(f"write {os.readlink(f'/proc/self/fd/{descriptor}')}"):
            real(descriptor, memoryview(data)[: len(data) // 2])
            writes.then()
        return real(descriptor, data)

    return call


def _connected(writes: Writes) -> Callable[..., sqlite3.Connection]:
    real = sqlite3.connect

    class Connection(sqlite3.Connection):
        def execute(self, sql: str, *args: Any) -> sqlite3.Cursor:
            self._may_fail(sql)
            return super().execute(sql, *args)

        def executemany(self, sql: str, *args: Any) -> sqlite3.Cursor:
            self._may_fail(sql)
            return super().executemany(sql, *args)

        def backup(self, *args: Any, **named: Any) -> None:
            self._may_fail("vacuum into a copy")
            super().backup(*args, **named)

        def _may_fail(self, sql: str) -> None:
            statement = " ".join(sql.split()[:6]).lower()
            changes = statement.startswith(_CHANGING) or "checkpoint" in statement
            if changes and writes.happens(statement):
                try:
                    writes.then()
                except DiskFull:
                    self.rollback()  # as SQLite does by itself
                    error = sqlite3.OperationalError("database or disk is full")
                    error.sqlite_errorcode, error.sqlite_errorname = sqlite3.SQLITE_FULL, "SQLITE_FULL"
                    raise error from None

    def connect(*args: Any, **named: Any) -> sqlite3.Connection:
        return real(*args, **{"factory": Connection} | named)

    return connect


def run_command(corpus: Path, name: str, *arguments: str, **settings: object) -> Ended:
    """Run a command of ours in this process, as `policy-corpus` does."""
    import argparse

    command = import_module(f"crawler.commands.{name}").Command()
    command.settings = settings_of(corpus, **settings)
    parser = argparse.ArgumentParser()
    command.add_options(parser)
    options, rest = parser.parse_known_args(list(arguments))
    out, err = StringIO(), StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        command.run(rest, options)
    return Ended(command.exitcode or 0, out.getvalue(), err.getvalue())


def main(folder: str, corpus: str, at: str, name: str, *arguments: str) -> None:
    with laid_out_by_step(), injected(Writes(Path(folder), int(at), _die)):
        run_command(Path(corpus), name, *arguments)


def deaths(folder: Path, corpus: Path, name: str, *arguments: str) -> int:
    """At how many moments the command can be killed."""
    with injected(Writes(folder, _NEVER, _die)) as writes:
        run_command(corpus, name, *arguments)
    return writes.count


if __name__ == "__main__":
    main(*sys.argv[1:])
