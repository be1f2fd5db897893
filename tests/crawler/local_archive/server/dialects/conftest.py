from collections.abc import Iterator
from pathlib import Path

import pytest

from crawler.local_archive.embedded import EmbeddedArchive
from tests.conftest import made_once
from tests.crawler.local_archive.server.archive_client import Client
from tests.crawler.local_archive.server.dialects.museum import make_museum


@pytest.fixture(scope="session")
def museum(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the small archive of `museum.py`. Not to be changed: work on a copy."""
    return made_once("museum", make_museum, tmp_path_factory)


@pytest.fixture
def asking(served: EmbeddedArchive) -> Iterator[Client]:
    """A client of the archive that a test's module serves."""
    client = Client(served)
    yield client
    client.close()
