"""A crawl takes no more memory and no more files the longer it goes on."""

import time
from pathlib import Path

import psutil

from crawler.local_archive.embedded import EmbeddedArchive
from tests.crawls.crawling import Crawling
from tests.crawls.holdings import picture, write_sites

SITES, CAPTURES = 4, 80
WEIGHT = 50_000  # bytes of each body
WARM = SITES * CAPTURES // 3  # captures after which all that is loaded once is loaded


def test_memory_and_open_files_stay_flat(tmp_path: Path) -> None:
    urls = write_sites(tmp_path / "holdings", SITES, CAPTURES, every=1, weight=WEIGHT, page=picture)
    (tmp_path / "targets.txt").write_text("\n".join(urls))
    samples: list[tuple[int, int, int]] = []
    with EmbeddedArchive(tmp_path / "holdings") as archive:
        settings = {"SELECT": "all", "READERS": 1}
        crawling = Crawling(tmp_path / "corpus", archive.url, tmp_path / "targets.txt", settings, started_anew=True)
        with crawling.started() as running:
            process = psutil.Process(running.process.pid)

            def sample() -> bool:
                replayed = archive.requests.count("replay")
                if replayed < SITES * CAPTURES - 5:  # a process that has ended tells nothing more
                    samples.append((replayed, process.memory_info().rss, process.num_fds()))
                    time.sleep(0.02)
                return False

            running.wait_for(sample)
            assert running.end().code == 0
    warm = [one for one in samples if one[0] > WARM]
    memory, files = [one[1] for one in warm], [one[2] for one in warm]
    print(f"{WARM} to {warm[-1][0]} captures: {memory[0] / 1e6:.1f} to {max(memory) / 1e6:.1f} MB, {max(files)} files")
    assert len(warm) > 20
    assert max(memory) < 1.05 * memory[0], "a body a capture would be a tenth"
    assert max(files) <= min(files) + 2
