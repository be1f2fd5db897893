from collections.abc import Iterator

import pytest

from crawler.wayback.embedded import EmbeddedArchive
from tests.crawler.wayback.server.archive_client import Client


@pytest.fixture
def client(archive: EmbeddedArchive) -> Iterator[Client]:
    """A client of the sample archive."""
    client = Client(archive)
    yield client
    client.close()
