import re
import subprocess
import sys

import pytest

from pipelines.exceptions import WrongUse
from pipelines.extraction.version import NUMBERS, check_extractor, extractor_of, reader_version
from tests.conftest import ROOT


def test_the_version_names_its_extractor_and_is_short_hex() -> None:
    versions = {name: reader_version(name) for name in NUMBERS}
    assert len(set(versions.values())) == len(NUMBERS) == 3
    assert {version: extractor_of(version) for version in versions.values()} == {v: n for n, v in versions.items()}
    digests = [version.rpartition("-")[2] for version in versions.values()]
    assert all(len(digest) == 16 and int(digest, 16) for digest in digests)


@pytest.mark.parametrize("reader", ["", "older", "0123456789abcdef", "gone-0123456789abcdef"])
def test_a_reader_that_names_no_extractor_of_ours_is_the_default(reader: str) -> None:
    assert extractor_of(reader) == "corpus"


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("trafilatra", "did you mean trafilatura?"),
        ("Princeton", "did you mean princeton?"),
        ("", "choose one of corpus, princeton, trafilatura."),
    ],
)
def test_a_name_that_is_no_extractor_is_told_with_the_nearest(name: str, hint: str) -> None:
    with pytest.raises(WrongUse, match=re.escape(f"EXTRACTOR={name!r} is no extractor: {hint}")):
        check_extractor(name)


def test_the_version_follows_the_libraries(monkeypatch: pytest.MonkeyPatch) -> None:
    before = reader_version.__wrapped__("corpus")
    monkeypatch.setattr("pipelines.extraction.version.version", lambda name: "0")
    assert reader_version.__wrapped__("corpus") != before


def test_the_version_is_told_without_loading_the_reader() -> None:
    tell = "import sys, crawler.jobs.crawl, pipelines.stages.extract; print('trafilatura' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", tell], cwd=ROOT, capture_output=True, text=True, check=True)
    assert told.stdout == "False\n"
