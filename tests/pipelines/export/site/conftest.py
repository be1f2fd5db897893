from pathlib import Path

import pytest

from tests.conftest import made_once
from tests.pipelines.export.site import invented


@pytest.fixture(scope="session")
def tricky(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A corpus of hostile texts and one in Arabic. Not to be changed."""
    make = invented.make_hostile
    return made_once("tricky", lambda folder: make(folder / "corpus"), tmp_path_factory) / "corpus"


@pytest.fixture(scope="session")
def tricky_site(tricky: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its site. Not to be changed."""
    return made_once("tricky-site", lambda folder: invented.published(tricky, folder / "to"), tmp_path_factory) / "to"


@pytest.fixture(scope="session")
def sample_site(crawled: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of the sample. Not to be changed."""
    make = invented.published
    return made_once("sample-site", lambda folder: make(crawled, folder / "to"), tmp_path_factory) / "to"
