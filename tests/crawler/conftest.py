from collections.abc import Iterator

import pytest

from crawler.local_archive.embedded import EmbeddedArchive
from tests.crawler.local_archive.server.archive_client import Client


@pytest.fixture
def client(archive: EmbeddedArchive) -> Iterator[Client]:
    """A client of the sample archive."""
    client = Client(archive)
    yield client
    client.close()
