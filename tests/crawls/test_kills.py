"""`kill -9` at any moment loses nothing, repeats next to nothing and leaves nobody behind."""

import os
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from crawler.local_archive.embedded import EmbeddedArchive
from crawler.local_archive.server.limits import Latency
from tests.crawls.conftest import Holdings
from tests.crawls.crawling import Crawling

KILLS = int(os.environ.get("TORTURE_KILLS", "10"))
SEED = int(os.environ.get("TORTURE_SEED", "1"))
# of one corpus, in the order in which a crawl comes by
PHASES = ("setting up", "listing", "listing", "fetching", "appending", "reading", "recording", "appending",
          "exporting", "exporting")  # fmt: skip
TWO_READERS: dict[str, object] = {"READERS": 2}
IN_FLIGHT = 5  # replays that may be on the wire or on their way to the WARC at one moment

Moment = Callable[[], bool]


@pytest.fixture(scope="module")
def served(holdings: Holdings) -> Iterator[EmbeddedArchive]:
    with EmbeddedArchive(holdings.folder, wrappers=[Latency(0.03)]) as archive:
        yield archive


class Torturer:
    """Kills crawls at moments that the dice choose."""

    def __init__(self, archive: EmbeddedArchive, seed: int) -> None:
        self._archive = archive
        self._dice = random.Random(seed)
        self.kills: list[str] = []
        self.orphans: list[psutil.Process] = []

    def kill_once(self, crawling: Crawling, phase: str) -> None:
        """Start a crawl and kill it in that phase, if it comes there before it ends."""
        crawling.started_anew = phase == "setting up"
        with crawling.started() as running:
            if running.wait_for(self._moment(phase, crawling)):
                time.sleep(self._dice.uniform(0, 0.03))
                self.orphans += running.kill()
                self.kills.append(phase)

    def _moment(self, phase: str, crawling: Crawling) -> Moment:
        if phase == "setting up":
            end = time.monotonic() + self._dice.uniform(0.2, 2)
            return lambda: time.monotonic() > end
        value: Callable[[], object] = {
            "listing": lambda: self._archive.requests.count("cdx"),
            "fetching": lambda: self._archive.requests.count("replay"),
            "appending": lambda: _bytes_in(crawling.folder / "warc", "*.warc.gz"),
            "reading": lambda: _bytes_in(crawling.folder / "warc", "*.cdxj"),
            "recording": lambda: _bytes_in(crawling.folder, "corpus.sqlite-wal"),
            "exporting": lambda: sorted(path.name for path in (crawling.folder / "text").glob("**/*.new")),
        }[phase]
        return _changes(value, self._dice.randint(1, {"exporting": 1, "listing": 5}.get(phase, 12)))


def _changes(value: Callable[[], object], times: int) -> Moment:
    """The moment at which a value has changed so often."""
    seen = [value()]

    def moment() -> bool:
        if (now := value()) != seen[-1]:
            seen.append(now)
        return len(seen) > times

    return moment


def _bytes_in(folder: Path, pattern: str) -> list[tuple[int, int]]:
    try:
        found = [path.stat() for path in folder.glob(pattern)]
    except OSError:  # one has just gone
        return []
    return [(stat.st_size, stat.st_mtime_ns) for stat in found]


def listings(archive: EmbeddedArchive) -> Counter[str]:
    """How often each page of a listing was asked for."""
    return Counter(seen.target for seen in archive.requests.of("cdx"))


@pytest.mark.timeout(60 + 12 * KILLS)
def test_killed_anywhere_and_started_again(served: EmbeddedArchive, holdings: Holdings, tmp_path: Path) -> None:
    calm = Crawling(tmp_path / "calm", served.url, holdings.targets, TWO_READERS)
    assert calm.run().code == 0
    once = served.requests.replayed()
    assert max(once.values()) == 1, "nothing is fetched twice"
    once_listed = listings(served)
    torturer = Torturer(served, SEED)
    repeated = corpora = 0
    while len(torturer.kills) < KILLS:
        crawling = Crawling(tmp_path / f"killed-{corpora}", served.url, holdings.targets, TWO_READERS)
        listed = listings(served)
        before, killed = served.requests.replayed(), len(torturer.kills)
        for phase in PHASES[: KILLS - killed]:
            torturer.kill_once(crawling, phase)
        ended = crawling.run()
        assert ended.code == 0, ended
        again = served.requests.replayed() - before
        repeats = sum((again - once).values())
        assert repeats <= IN_FLIGHT * (len(torturer.kills) - killed), again - once
        assert sum((listings(served) - listed - once_listed).values()) <= len(torturer.kills) - killed
        assert once - again == {}, "something was not fetched at all"
        assert crawling.exported() == calm.exported()
        assert crawling.versions() == calm.versions()
        assert crawling.captures() == calm.captures()
        checked = crawling.warcio_check()
        assert checked.returncode == 0, checked.stdout
        repeated, corpora = repeated + repeats, corpora + 1
    assert torturer.orphans == []
    print(f"{len(torturer.kills)} kills of {corpora} corpora, {repeated} replays repeated: {torturer.kills}")
