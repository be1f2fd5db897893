from pathlib import Path

import pytest

from tests.conftest import made_once
from tests.pipelines.export import views


@pytest.fixture(scope="session")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A corpus with titles that nobody wishes for and a text of a megabyte. Not to be changed."""
    return made_once("hostile", lambda folder: views.hostile(folder / "corpus"), tmp_path_factory) / "corpus"
