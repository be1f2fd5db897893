"""Whatever fails or is killed on the way, a maintenance command is done whole or not at all.

A sample of the writes and moments; WRITES=all and MAINTENANCE_KILLS=30 are for `make torture`.
"""

import os
import shutil
import signal
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from crawler.jobs.rebuild import Request, run_rebuild
from crawler.jobs.verify import run_verify
from crawler.local_archive.embedded import EmbeddedArchive
from tests.conftest import Ended, made_once, refusal
from tests.corpora import copied, settings_of, tables, texts
from tests.crawls.crawling import Crawling
from tests.crawls.faults import Writes, deaths, injected, run_command
from tests.crawls.holdings import write_sites
from tests.launching import launched
from tests.new_corpora import laid_out_by_step

WRITES = os.environ.get("WRITES", "2")  # so many of each command, spread evenly; or all
KILLS = int(os.environ.get("MAINTENANCE_KILLS", "0"))  # of each command; 0: one of some commands
KILLED = ("compact", "forget", "rebuild of files")
SITE = "site-0001.example"
State = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """A command on a corpus that was made ready for it."""

    name: str
    arguments: tuple[str, ...] = ()
    ready: Callable[[Path], object] = lambda place: None


def _damage(place: Path) -> None:
    """A bit of one page is another one."""
    warc = max((place / "corpus/warc").glob("*.warc.gz"), key=lambda path: path.stat().st_size)
    data = bytearray(warc.read_bytes())
    data[len(data) // 2] ^= 4
    warc.write_bytes(data)


def _divide(place: Path) -> None:
    """Another machine still holds what this one has forgotten."""
    copied(place / "corpus", place / "other")
    assert run_command(place / "corpus", "forget", SITE).code == 0


def _bring(place: Path) -> None:
    """One of the files has not come yet."""
    last = max((place / "corpus/warc").glob("*.warc.gz"))
    (place / "brought").mkdir()
    last.rename(place / "brought" / last.name)
    _rebuild(place / "corpus", accept_losses=True)


def _mix_texts(place: Path) -> None:
    """Of the texts some are missing, and some are none any more."""
    first, *_, last = sorted((place / "corpus/text").glob("*/*/*.txt"))
    shutil.copy(first, first.with_name("1999-01-01.txt"))
    last.unlink()


CASES = {
    "compact": Case("compact"),
    "forget": Case("forget", (SITE,)),
    "merge": Case("merge", ("{place}/other",), _divide),
    "rebuild": Case("rebuild"),
    "rebuild of files": Case("rebuild", ("{place}/brought",), _bring),
    "verify --repair": Case("verify", ("--repair",), _damage),
    "backup": Case("backup", ("{place}/copy.sqlite",)),
    "export": Case("export", (), _mix_texts),
}


@pytest.fixture(scope="module")
def crawled_thrice(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A corpus of three WARC files, whose records are too many for one file of a MiB."""
    return made_once("crawled-thrice", _crawl, tmp_path_factory) / "corpus"


def _crawl(folder: Path) -> None:
    urls = write_sites(folder / "archive", 2, 6, every=2, weight=240_000)
    with EmbeddedArchive(folder / "archive") as archive:
        for number, listed in enumerate([urls[:1], urls[1:], urls]):
            targets = folder / f"{number}.txt"
            targets.write_text("".join(f"{url}\n" for url in listed))
            settings = {"SELECT": "all", "RELIST_FRESH_HOURS": 0}
            assert Crawling(folder / "corpus", archive.url, targets, settings).run().code == 0


@pytest.fixture(scope="module", autouse=True)
def each_write() -> Iterator[None]:
    """Those of the layout, too."""
    with laid_out_by_step():
        yield


class Trial:
    """A case, how it ends when nothing happens, and the places to try it in."""

    def __init__(self, name: str, corpus: Path, folder: Path) -> None:
        self._case = CASES[name]
        self._folder = folder
        self._made = 0
        self._master = folder / "master"
        copied(corpus, self._master / "corpus")
        self._case.ready(self._master)
        self.before = state(self._master / "corpus")
        self._untouched = contents(self._master)
        place = self.place()
        with injected(Writes(place)) as counted:
            ended = self.run(place)
        assert ended.code == 0, ended
        self.writes = counted.count
        self.told = counted.told
        self.after = state(place / "corpus")

    def place(self) -> Path:
        """A fresh copy of all."""
        self._made += 1
        return copied(self._master, self._folder / f"{self._made}")

    def command(self, place: Path) -> list[str]:
        return [self._case.name, *(argument.format(place=place) for argument in self._case.arguments)]

    def run(self, place: Path) -> Ended:
        return run_command(place / "corpus", *self.command(place), WARC_MAX_MB=1)

    def deaths(self) -> int:
        place = self.place()
        return deaths(place, place / "corpus", *self.command(place))

    def killed(self, place: Path, at: int) -> bool:
        command = [sys.executable, "-m", "tests.crawls.faults", str(place), str(place / "corpus"), str(at)]
        return launched([*command, *self.command(place)], dict(os.environ), 120).returncode == -signal.SIGKILL

    def assert_whole(self, place: Path, what: str) -> None:
        """As if nothing had happened, or as if all had: as it stands, made again, and made again of the files alone.

        Where all is there as it was, to the byte and the row, what is made of it is known.
        """
        if contents(place) == self._untouched:
            shutil.rmtree(place)
            return
        corpus, repairs = place / "corpus", "--repair" in self._case.arguments
        findings = run_verify(settings_of(corpus), full=True, tell=lambda finding: None)
        assert repairs or [finding for finding in findings if not finding.file.startswith("text/")] == [], what
        rows, files = tables(corpus), texts(corpus)
        assert rows in (self.before["rows"], self.after["rows"]), what
        assert findings or files in (self.before["texts"], self.after["texts"]), what
        if repairs:
            assert self.run(place).code == 0, what
            assert tables(corpus) == self.after["rows"], what
            return
        copy = place / "copy.sqlite"
        assert not copy.exists() or tables_of_copy(copy, place) == self.after["rows"], what
        alone = place / "alone"
        shutil.copytree(corpus / "warc", alone / "warc")
        for again in (corpus, alone):
            _rebuild(again)
            assert tables(again) == rows, f"{what}: {again.name}"
            assert texts(again) in (self.before["texts"], self.after["texts"]), f"{what}: {again.name}"
        shutil.rmtree(place)


def is_decided(corpus: Path) -> bool:
    """Whether all is done but for what the next command that takes the corpus brings to its end."""
    with closing(sqlite3.connect(corpus / "corpus.sqlite")) as db:
        row = db.execute("SELECT 1 FROM sqlite_master WHERE name = 'turn'").fetchone()
    return row is not None or (corpus / "text/manifest.turn").exists()


def tables_of_copy(copy: Path, place: Path) -> dict[str, list[tuple[object, ...]]]:
    (place / "backup").mkdir()
    shutil.copy(copy, place / "backup/corpus.sqlite")
    return tables(place / "backup")


def state(corpus: Path) -> State:
    return {"rows": tables(corpus), "texts": texts(corpus)}


def contents(place: Path) -> dict[str, object]:
    """All that lies there: files by their bytes, databases by all that they hold but for the runs; who held the lock
    last does not matter."""
    found: dict[str, object] = {}
    for path in place.rglob("*"):
        if path.suffix == ".sqlite":
            with closing(sqlite3.connect(path)) as db:
                found[str(path)] = [line for line in db.iterdump() if not line.startswith('INSERT INTO "run"')]
        elif path.name != ".lock" and path.suffix not in (".sqlite-wal", ".sqlite-shm"):
            found[str(path)] = path.read_bytes() if path.is_file() else None
    return {name.removeprefix(str(place)): what for name, what in found.items()}


def _rebuild(corpus: Path, *, accept_losses: bool = False) -> None:
    run_rebuild(settings_of(corpus), Request(accept_losses=accept_losses), lambda what, done, todo: None)


@pytest.fixture(scope="module")
def trials(crawled_thrice: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Trial]:
    """Each is made ready once for all that is tried."""
    return cache(lambda name: Trial(name, crawled_thrice, tmp_path_factory.mktemp("trial")))


@pytest.fixture(params=CASES)
def trial(request: pytest.FixtureRequest, trials: Callable[[str], Trial]) -> Trial:
    return trials(request.param)


def test_an_interrupted_rebuild_says_so_and_goes_on(crawled_thrice: Path, tmp_path: Path) -> None:
    crawling = Rebuilding(copied(crawled_thrice, tmp_path / "corpus"), "", tmp_path)
    with crawling.started() as running:
        assert running.wait_for((crawling.folder / ".rebuild/corpus.sqlite").exists)
        running.signal(signal.SIGINT)
        ended = running.end()
    assert (
        refusal(ended, 130) == "error: Stopped by SIGINT: the corpus is whole; run the same command again to continue."
    )
    assert tables(crawling.folder) == tables(crawled_thrice)
    assert crawling.run().code == 0
    assert tables(crawling.folder) == tables(crawled_thrice)


class Rebuilding(Crawling):
    """A rebuild in a process of its own."""

    def command(self) -> list[str]:
        return [sys.executable, "-m", "scrapy", "rebuild", "-s", f"CORPUS_DIR={self.folder}", "-s", "READERS=1"]


def chosen(count: int, of: str) -> list[int]:
    """Numbers of writes, spread evenly."""
    if of == "all" or int(of) >= count:
        return list(range(1, count + 1))
    return [1 + (2 * number + 1) * count // (2 * int(of)) for number in range(int(of))]


@pytest.mark.timeout(120 if WRITES != "all" else 7200)
@pytest.mark.parametrize("stays", [False, True], ids=["once", "for good"])
def test_each_write_fails(trial: Trial, request: pytest.FixtureRequest, stays: bool) -> None:
    numbers = chosen(trial.writes, WRITES)
    for at in numbers:
        place = trial.place()
        with injected(Writes(place, at, stays=stays)) as writes:
            ended = trial.run(place)
        what = f"{at} of {trial.writes}: {writes.told[at - 1] if writes.count >= at else 'not reached'}"
        assert ended.code in (0, 5), f"{what}: {ended}"
        assert "Traceback" not in ended.err, f"{what}: {ended}"
        assert (ended.code == 5) == (ended.err.count("error: ") == 1), f"{what}: {ended}"
        left = [*place.rglob("*.part"), *place.rglob("manifest.new"), *place.rglob(".rebuild")]
        assert left == [] or is_decided(place / "corpus"), what
        trial.assert_whole(place, f"{what}, {ended}")
    print(f"{request.node.callspec.id}: {len(numbers)} of {trial.writes} writes failed, 0 differ")


@pytest.mark.parametrize("trial", ["compact", "forget"], indirect=True)
def test_of_a_new_file_that_is_half_written_nothing_is_read(trial: Trial) -> None:
    inside = [at for at, what in enumerate(trial.told, 1) if what.startswith("write") and ".warc.gz" in what]
    place = trial.place()
    with injected(Writes(place, inside[len(inside) // 2], stays=True)):
        assert "Traceback" not in refusal(trial.run(place), 5)
    trial.assert_whole(place, "half of a file")


@pytest.mark.timeout(120 + 20 * KILLS)
@pytest.mark.parametrize("trial", CASES if KILLS else KILLED, indirect=True)
def test_each_moment_kills(trial: Trial, request: pytest.FixtureRequest) -> None:
    count = trial.deaths()
    numbers = chosen(count, str(KILLS)) if KILLS else [count * 3 // 4]
    kills = 0
    for at in numbers:
        place = trial.place()
        kills += trial.killed(place, at)
        trial.assert_whole(place, f"killed at {at} of {count}")
    assert kills
    print(f"{request.node.callspec.id}: {kills} kills at {count} moments, 0 differ")
