"""What tests share: the data beside the project where there is any, and whole crawls through the command line."""

import fcntl
import gc
import os
import signal
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

import tests.without_pandas  # noqa: F401 - before all others

# isort: split

from crawler.local_archive.embedded import EmbeddedArchive
from crawler.local_archive.sample import make_sample
from pipelines.executors.process_pool import Readers
from tests import corpora
from tests.desk import Desk
from tests.forked_readers import forked_readers
from tests.launching import launched
from tests.new_corpora import copied_layout

ROOT = Path(__file__).parent.parent
os.environ["PYTHONPATH"] = str(ROOT / "tests" / "fixtures" / "without_pandas")  # for all processes that tests start

settings.register_profile("suite", deadline=None)  # a busy machine is no failure; pytest-timeout ends what hangs
settings.load_profile("suite")

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # started in the background of a script: what is tested is not
    signal.signal(signal.SIGINT, signal.default_int_handler)


_SLOW_FOLDERS = {"crawls", "quality", "bench", "commands"}
_SLOW_FIXTURES = {"scrapy", "crawled", "shared", "archive"}  # commands, whole crawls, and real pages


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest first: whole crawls, which wait for much of it, the pages of the ratchet, and commands."""
    places = {"crawls": 0, "quality": 1, "commands": 2, "maintenance": 2}
    items.sort(key=lambda item: places.get(item.path.parent.name, 3))
    for item in items:
        if item.path.parent.name in _SLOW_FOLDERS or not _SLOW_FIXTURES.isdisjoint(getattr(item, "fixturenames", ())):
            item.add_marker("slow")


def pytest_collection_finish() -> None:
    """What is loaded stays: looking through it again and again for garbage would take a tenth of the time.
    What tests leave is looked for more rarely."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 50, 100)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real captures and pages that lies beside the project in CI; a user does not have it."""
    folder = Path(os.environ.get("SHARED_DIR", ROOT.parent / "shared"))
    if not folder.is_dir():
        pytest.skip(f"no shared data at {folder}: set SHARED_DIR to run this")
    return folder


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str


def refusal(ended: Ended, code: int = 2) -> str:
    """The sentence with which a command ended with that code. Fails where it said more of it, or showed a traceback."""
    last = (ended.err.splitlines() or [""])[-1]
    assert (ended.code, ended.err.count("error: "), "Traceback" in ended.err) == (code, 1, False), ended
    assert last.startswith("error: "), ended
    return last


def run_scrapy(*args: str, timeout: float = 240, **settings: object) -> Ended:
    """Run `python -m scrapy ...` as a user does; keyword arguments are settings."""
    options = [part for name, value in settings.items() for part in ("-s", f"{name}={value}")]
    ended = launched([sys.executable, "-m", "scrapy", *args, *options], dict(os.environ), timeout)
    return Ended(ended.returncode, ended.stdout, ended.stderr)


Run = Callable[..., Ended]


@pytest.fixture
def scrapy(tmp_path: Path) -> Run:
    """`run_scrapy` with a corpus and a state of the test's own."""

    def run(*args: str, timeout: float = 240, **settings: object) -> Ended:
        given = {"CORPUS_DIR": tmp_path / "corpus", "STATE_DIR": tmp_path / "state"} | settings
        return run_scrapy(*args, timeout=timeout, **given)

    return run


def made_once(name: str, make: Callable[[Path], object], factory: pytest.TempPathFactory) -> Path:
    """A folder that `make` fills, once for all workers of a run. Not to be changed: work on a copy."""
    base = factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / name
    with folder.with_suffix(".lock").open("a+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not lock.tell():
            folder.mkdir(exist_ok=True)
            make(folder)
            lock.write("made")
    return folder


@pytest.fixture(scope="session", autouse=True)
def new_corpora() -> Iterator[None]:
    """Quickly made ones."""
    with copied_layout():
        yield


class KeptReaders(Readers):
    """Reading processes that stay when those who used them are done."""

    def close(self) -> None:
        """What was not read yet is cancelled."""
        for worker in self._workers:
            for reading in tuple(worker._waiting):
                reading.cancel()

    def end(self) -> None:
        super().close()


@pytest.fixture(scope="session", autouse=True)
def kept_readers() -> Iterator[None]:
    """Readers for all that this process runs of the product: to start one takes longer than what it reads."""
    kept: dict[str, KeptReaders] = {}

    def readers(workers: int, **options: Any) -> KeptReaders:
        asked = f"{workers} {options | {'at_once': False}}"
        if asked not in kept:
            kept[asked] = KeptReaders(workers, **options)
        return kept[asked]

    with forked_readers(), pytest.MonkeyPatch.context() as patched:
        patched.setattr("crawler.jobs.reread.Readers", readers)
        yield
        for pool in kept.values():
            pool.end()


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The embedded sample archive: WARC files, targets.txt and blocked.txt."""
    return made_once("sample", make_sample, tmp_path_factory)


@pytest.fixture
def archive(sample: Path) -> Iterator[EmbeddedArchive]:
    """The sample, served on loopback for one test."""
    with EmbeddedArchive(sample) as served:
        yield served


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A corpus with one document and nothing listed yet."""
    made = Desk(tmp_path / "corpus")
    yield made
    with suppress(sqlite3.ProgrammingError):  # some close it themselves
        made.check_counts()
    made.close()


FAST = {"WAYBACK_CDX_PER_MINUTE": 0, "WAYBACK_REPLAY_PER_MINUTE": 0, "READERS": 1}
"""Settings of a crawl that need not be polite: the archive is ours. A second reader costs more than it brings here."""


@pytest.fixture(scope="session")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A corpus crawled of the sample archive. Not to be changed: work on a copy."""
    return made_once("crawled", lambda folder: corpora.crawl_sample(folder / "corpus"), tmp_path_factory) / "corpus"
