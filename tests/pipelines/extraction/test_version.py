import subprocess
import sys

import pytest

from pipelines.extraction.version import reader_version
from tests.conftest import ROOT


def test_the_version_is_short_hex_and_differs_by_style() -> None:
    versions = {reader_version(style) for style in ("corpus", "princeton")}
    assert len(versions) == 2
    assert all(len(version) == 16 and int(version, 16) for version in versions)


def test_the_version_follows_the_libraries(monkeypatch: pytest.MonkeyPatch) -> None:
    before = reader_version.__wrapped__("corpus")
    monkeypatch.setattr("pipelines.extraction.version.version", lambda name: "0")
    assert reader_version.__wrapped__("corpus") != before


def test_the_version_is_told_without_loading_the_reader() -> None:
    tell = "import sys, crawler.jobs.crawl, pipelines.stages.extract; print('trafilatura' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", tell], cwd=ROOT, capture_output=True, text=True, check=True)
    assert told.stdout == "False\n"
