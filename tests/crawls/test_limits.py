"""Whole crawls against an archive with limits over sliding windows, in shortened time.

In the suite for a few minutes of the archive's time. PACE_WHOLE=1 takes the real limits for five minutes of each kind
of work, and a hidden limit for two and a half hours. How much of the allowed rate is used is told and not judged here,
where it hangs on the machine: tests/crawler/politeness proves that of the pace, in virtual time.
"""

import os
from dataclasses import dataclass
from pathlib import Path

import pytest

from crawler.local_archive.embedded import EmbeddedArchive
from crawler.local_archive.server.limits import Latency, SlidingLimits
from tests.crawls.crawling import Crawling
from tests.crawls.holdings import picture, write_sites


@dataclass(frozen=True)
class Scene:
    """Limits a minute; `minutes` after the first one count. Latency in seconds of the archive's time."""

    cdx: int
    replay: int
    minutes: int
    scale: float
    latency: float = 0.2

    @property
    def sites(self) -> int:
        return int(self.cdx * 0.8 * (self.minutes + 1.5)) + 1

    @property
    def captures(self) -> int:
        return int(self.replay * 0.8 * (self.minutes + 1.5)) // self.sites + 1


WHOLE = bool(os.environ.get("PACE_WHOLE"))
USUAL = Scene(30, 600, 5, 10) if WHOLE else Scene(30, 60, 2, 20)
HIDDEN = Scene(30, 60, 150, 60) if WHOLE else Scene(30, 60, 4, 60)


def crawl(scene: Scene, tmp_path: Path, *, hidden: float = 1.0) -> tuple[EmbeddedArchive, Crawling, int]:
    folder = tmp_path / "holdings"
    urls = write_sites(folder, scene.sites, scene.captures, every=1, page=picture)
    (tmp_path / "targets.txt").write_text("\n".join(urls))
    limits = {"cdx": int(scene.cdx * hidden), "replay": int(scene.replay * hidden)}
    wrappers = [Latency(scene.latency / scene.scale), SlidingLimits(limits, time_scale=scene.scale)]
    settings = {
        "SELECT": "all",
        "TIME_SCALE": scene.scale,
        "WAYBACK_CDX_PER_MINUTE": scene.cdx * 0.8,
        "WAYBACK_REPLAY_PER_MINUTE": scene.replay * 0.8,
    }
    with EmbeddedArchive(folder, wrappers=wrappers) as archive:
        crawling = Crawling(tmp_path / "corpus", archive.url, tmp_path / "targets.txt", settings=settings)
        code = crawling.run(timeout=900).code
    return archive, crawling, code


@pytest.mark.timeout(1000)
def test_the_allowed_pace_is_used_and_never_passed(tmp_path: Path) -> None:
    archive, _, code = crawl(USUAL, tmp_path)
    assert code == 0
    assert archive.requests.causes() == {}
    for kind, limit in (("cdx", USUAL.cdx), ("replay", USUAL.replay)):
        times = [seen.at for seen in archive.requests.of(kind)]
        minute = 60 / USUAL.scale
        begin, end = times[0] + minute, times[0] + minute * (1 + USUAL.minutes)
        used = sum(begin <= at < end for at in times) / (0.8 * limit * USUAL.minutes)
        print(f"{kind}: {used:.1%} of {0.8 * limit:.0f} a minute used, {len(times)} requests, no 429")
        assert times[-1] >= end, "there was work to the end"


@pytest.mark.timeout(1000)
def test_a_hidden_limit_of_half_that_is_learned(tmp_path: Path) -> None:
    archive, crawling, code = crawl(HIDDEN, tmp_path, hidden=0.5)
    assert code == 0
    assert set(archive.requests.causes()) <= {"limit"}, "never a ban"
    assert crawling.rows("SELECT count(*) FROM capture WHERE next_try IS NOT NULL") == [(0,)]
    began = archive.requests.all[0].at
    hour = 3600 / HIDDEN.scale
    hours = [int((seen.at - began) // hour) for seen in archive.requests.all if seen.status == 429]
    lasted = (archive.requests.all[-1].at - began) / hour
    by_hour = {number: hours.count(number) for number in range(int(lasted) + 1)}
    print(f"429s by hour: {by_hour}, the crawl took {lasted:.1f} hours")
    assert all(count <= 2 for number, count in by_hour.items() if number > 0)
    assert 1 <= by_hour[0] <= 8, "it was met, and learned"
