"""A corpus that may not be written: on a medium of its own, or of another user."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Ended, refusal
from tests.corpora import copied
from tests.fixtures.make_sample_export import texts_of
from tests.unprivileged import read_only, run_without_privileges


@pytest.fixture(scope="module")
def kept(crawled: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("kept") / "corpus"
    copied(crawled, folder)
    with read_only(folder):
        yield folder


def scrapy(*args: str, corpus: Path) -> Ended:
    return run_without_privileges([sys.executable, "-m", "scrapy", *args, "-s", f"CORPUS_DIR={corpus}"])


def test_its_status_is_told(kept: Path) -> None:
    ended = scrapy("status", corpus=kept)
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith("4 documents, ")


def test_it_is_exported_elsewhere(kept: Path, tmp_path: Path) -> None:
    ended = scrapy("export", "--to", str(tmp_path / "texts"), corpus=kept)
    assert (ended.code, ended.err) == (0, "")
    assert texts_of(tmp_path / "texts") == texts_of(kept / "text")


@pytest.mark.parametrize("command", [("verify",), ("compact",), ("crawl-sample",)])
def test_what_writes_in_it_says_that_it_cannot(kept: Path, command: tuple[str, ...]) -> None:
    told = refusal(scrapy(*command, corpus=kept), 5)
    assert f"Cannot write in {kept}: Permission denied. Check CORPUS_DIR" in told
    assert "move it away" not in told


def test_a_database_that_may_not_be_read_is_not_called_a_strangers(crawled: Path, tmp_path: Path) -> None:
    copied(crawled, tmp_path / "corpus")
    (tmp_path / "corpus" / "corpus.sqlite").chmod(0)
    told = refusal(scrapy("status", corpus=tmp_path / "corpus"))
    assert "Cannot read " in told
    assert "move it away" not in told
