"""Archives for whole crawls, and what comes of them when nothing happens."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from crawler.local_archive.embedded import EmbeddedArchive
from crawler.local_archive.sample import make_sample
from tests.conftest import made_once
from tests.crawls.crawling import Crawling
from tests.crawls.holdings import write_sites


@dataclass(frozen=True)
class Holdings:
    folder: Path
    targets: Path


@pytest.fixture(scope="session")
def holdings(tmp_path_factory: pytest.TempPathFactory) -> Holdings:
    """The sample with all its oddities, and some plain sites beside it to keep a crawl busy."""
    folder = made_once("holdings", _hold, tmp_path_factory)
    return Holdings(folder, folder / "targets.txt")


def _hold(folder: Path) -> None:
    make_sample(folder)
    with (folder / "targets.txt").open("a", encoding="utf-8") as file:
        file.writelines(f"{url}\n" for url in write_sites(folder, sites=6, captures=24))


@pytest.fixture(scope="session")
def calm(holdings: Holdings, tmp_path_factory: pytest.TempPathFactory) -> Crawling:
    """An uninterrupted crawl of the holdings, to compare with. Not to be changed."""
    return _calm(holdings, "calm", tmp_path_factory)


@pytest.fixture(scope="session")
def calm_all(holdings: Holdings, tmp_path_factory: pytest.TempPathFactory) -> Crawling:
    """The same with `SELECT=all`."""
    return _calm(holdings, "calm-all", tmp_path_factory, SELECT="all")


def _calm(holdings: Holdings, name: str, factory: pytest.TempPathFactory, **settings: object) -> Crawling:
    def crawl(folder: Path) -> None:
        with EmbeddedArchive(holdings.folder) as archive:
            ended = Crawling(folder / "corpus", archive.url, holdings.targets, settings).run()
        assert ended.code == 0, ended

    return Crawling(made_once(name, crawl, factory) / "corpus", "", holdings.targets)
