import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import made_once
from tests.pipelines.export import views


@pytest.fixture(scope="session")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A corpus with titles that nobody wishes for and a text of a megabyte. Not to be changed."""
    return made_once("hostile", lambda folder: views.hostile(folder / "corpus"), tmp_path_factory) / "corpus"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """A real browser, without a window."""
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install playwright")
    program = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        pytest.skip("no Chromium here: apt install chromium, or set CHROMIUM to one")
    with api.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()
