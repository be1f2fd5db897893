from collections.abc import Iterator
from pathlib import Path

import pytest

from crawler.wayback.embedded import EmbeddedArchive
from crawler.wayback.sample import make_sample
from tests.crawler.wayback.archive_client import Client


@pytest.fixture(scope="session")
def sample_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sample")
    make_sample(folder)
    return folder


@pytest.fixture
def sample_archive(sample_folder: Path) -> Iterator[EmbeddedArchive]:
    with EmbeddedArchive(sample_folder) as archive:
        yield archive


@pytest.fixture
def client(sample_archive: EmbeddedArchive) -> Iterator[Client]:
    client = Client(sample_archive)
    yield client
    client.close()
