"""Whole crawls as a user starts them, in processes of their own that can be watched, signalled and killed."""

import os
import resource
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

import psutil

from crawler.local_archive.server.accounting import Seen
from tests.conftest import FAST, ROOT, Ended
from tests.launching import Launched, end_with_parent, launch, launched

_SETTLE = 60.0  # seconds within which processes of a dead run are gone


@dataclass
class Crawling:
    """One corpus, and how it is crawled. `settings` are added to those of a fast crawl.

    The process is forked from one that has loaded the program, or `started_anew`. No file of it may grow beyond
    `largest_file` bytes.
    """

    folder: Path
    url: str
    targets: Path
    settings: dict[str, object] = field(default_factory=dict)
    environ: dict[str, str] = field(default_factory=dict)
    largest_file: int = resource.RLIM_INFINITY
    started_anew: bool = False

    def command(self) -> list[str]:
        given = {"CORPUS_DIR": self.folder, "WAYBACK_URL": self.url} | FAST | self.settings
        options = [part for name, value in given.items() for part in ("-s", f"{name}={value}")]
        arguments = ["-m", "scrapy", "crawl", "policies", "-a", f"targets={self.targets}", *options]
        return [sys.executable, *arguments]

    @contextmanager
    def started(self) -> Iterator["Running"]:
        """A crawl in a session of its own, so that all its processes can be found; killed if it still runs."""
        with TemporaryFile("w+", encoding="utf-8") as out, TemporaryFile("w+", encoding="utf-8") as err:
            running = Running(self._process(out, err), out, err)
            try:
                yield running
            finally:
                if running.process.poll() is None:
                    running.kill()

    def _process(self, out: IO[str], err: IO[str]) -> "Launched | subprocess.Popen[bytes]":
        command, environ = self.command(), os.environ | self.environ
        if self.started_anew:
            return subprocess.Popen(
                command, cwd=ROOT, env=environ, stdout=out, stderr=err, start_new_session=True,
                preexec_fn=end_with_parent,  # noqa: PLW1509 - one call of the system
            )  # fmt: skip
        return launch(command, dict(environ), out, err, largest_file=self.largest_file)

    def run(self, timeout: float = 240) -> Ended:
        with self.started() as running:
            return running.end(timeout)

    # -- what it came to

    def exported(self) -> dict[str, bytes]:
        root = self.folder / "text"
        return {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        with closing(sqlite3.connect(self.folder / "corpus.sqlite")) as db:
            return db.execute(sql).fetchall()

    def versions(self) -> list[tuple[object, ...]]:
        return self.rows("SELECT * FROM versions ORDER BY site, kind, variant, number")

    def captures(self) -> list[tuple[object, ...]]:
        """What became of each capture of a document; of others it depends on what was known when they were listed."""
        return self.rows(
            "SELECT site, kind, variant, timestamp, original, digest, statuscode, state, reason, text_digest "
            "FROM captures WHERE site <> '' ORDER BY 1, 2, 3, 4, 5, 6, 7"
        )

    def warcs(self) -> list[Path]:
        return sorted((self.folder / "warc").glob("*.warc.gz"))

    def warcio_check(self) -> subprocess.CompletedProcess[str]:
        return launched([sys.executable, "-m", "warcio.cli", "check", *map(str, self.warcs())], dict(os.environ), 120)


def _written(file: IO[str]) -> str:
    return os.pread(file.fileno(), 1 << 24, 0).decode()


@dataclass(frozen=True)
class FirstCrawl:
    """What came of a crawl that several tests look at, and all that it asked for. `folder` is not to be changed."""

    folder: Path
    ended: Ended
    seen: list[Seen]


@dataclass
class Running:
    process: "Launched | subprocess.Popen[bytes]"
    out: IO[str]
    err: IO[str]

    def told(self) -> str:
        """What it has said on standard error up to now."""
        return _written(self.err)

    def family(self) -> list[psutil.Process]:
        """The crawl and all processes of its session."""
        try:
            parent = psutil.Process(self.process.pid)
            return [parent, *parent.children(recursive=True)]
        except psutil.NoSuchProcess:
            return []

    def kill(self) -> list[psutil.Process]:
        """`kill -9` for the crawl alone. Gives those of its processes that outlived it."""
        family = self.family()
        self.process.kill()
        self.process.wait()
        return psutil.wait_procs(family, timeout=_SETTLE)[1]

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def end(self, timeout: float = 240) -> Ended:
        code = self.process.wait(timeout)
        return Ended(code, _written(self.out), self.told())

    def wait_for(self, moment: Callable[[], bool], timeout: float = 240) -> bool:
        """Watch closely until `moment` or the crawl's end. Whether it still runs."""
        end = time.monotonic() + timeout
        while time.monotonic() < end and self.process.poll() is None:
            if moment():
                return True
            time.sleep(0.002)
        return self.process.poll() is None
