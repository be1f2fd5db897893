"""Archives for whole crawls."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from crawler.wayback.sample import make_sample

from .holdings import write_sites


@dataclass(frozen=True)
class Holdings:
    folder: Path
    targets: Path


@pytest.fixture(scope="session")
def holdings(tmp_path_factory: pytest.TempPathFactory) -> Holdings:
    """The sample with all its oddities, and some plain sites beside it to keep a crawl busy."""
    folder = tmp_path_factory.mktemp("holdings")
    make_sample(folder)
    targets = folder / "targets.txt"
    with targets.open("a", encoding="utf-8") as file:
        file.writelines(f"{url}\n" for url in write_sites(folder, sites=6, captures=24))
    return Holdings(folder, targets)
