"""Datasette over a crawled corpus, as a process of its own: its pages answer, and say what the columns are."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote
from urllib.request import urlopen

import pytest

from pipelines.export.datasette import CONFIGURATION, METADATA, describe
from pipelines.store.database import open_for_reading
from tests.conftest import Run
from tests.corpora import copied

VIEWS = ("versions", "changes", "captures", "document_captures", "documents", "targets", "runs")


@pytest.fixture(scope="module")
def corpus(crawled: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copied(crawled, tmp_path_factory.mktemp("datasette") / "corpus")


@pytest.fixture(scope="module")
def datasette(corpus: Path) -> Iterator[str]:
    """The address of a Datasette that serves the corpus's folder, as the README tells to start it."""
    command = [sys.executable, "-m", "datasette", str(corpus), "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        address = next(found[0] for line in server.stderr if (found := re.search(r"http://\S+", line)))
        yield address
        server.terminate()


def _get(address: str) -> str:
    with urlopen(address, timeout=30) as answer:
        return str(answer.read().decode())


@pytest.mark.parametrize("view", VIEWS)
def test_a_view_is_served_with_its_columns_described(datasette: str, corpus: Path, view: str) -> None:
    page = _get(f"{datasette}/corpus/{view}")
    described = json.loads((corpus / METADATA).read_text())["databases"]["corpus"]["tables"][view]["columns"]
    assert all(f"<dt>{column}</dt>" in page for column in described)


def test_a_search_finds_versions_with_the_passage(datasette: str) -> None:
    hits = json.loads(_get(f"{datasette}/corpus/search.json?_shape=array&words={quote('COOKIES')}"))
    assert len({hit["site"] for hit in hits}) >= 2
    assert all("[cookies]" in hit["passage"].lower() for hit in hits)


@pytest.mark.parametrize("words", ['opt-out "', "a AND", "NEAR(", "", "col:umn"])
def test_no_search_words_break_the_page(datasette: str, words: str) -> None:
    assert "Search the texts" in _get(f"{datasette}/corpus/search?words={quote(words)}")


def test_the_versions_of_each_year_are_counted(datasette: str, corpus: Path) -> None:
    years = json.loads(_get(f"{datasette}/corpus/versions_by_year.json?_shape=array"))
    db = open_for_reading(corpus)
    assert sum(year["versions"] for year in years) == db.execute("SELECT count(*) FROM versions").fetchone()[0]
    db.close()


def test_every_column_of_the_views_is_described_and_no_other(corpus: Path) -> None:
    db = open_for_reading(corpus)
    tables = json.loads((corpus / METADATA).read_text())["databases"]["corpus"]["tables"]
    for view in VIEWS:
        assert list(tables[view]["columns"]) == [column.name for column in db[view].columns]
    hidden = {name for name, about in tables.items() if about.get("hidden")}
    shown = {name for name in db.table_names() if not name.startswith("text")} - hidden
    db.close()
    assert not shown, "tables that Datasette would show undescribed"


def test_the_description_is_written_once_and_mended(tmp_path: Path) -> None:
    describe(tmp_path)
    written = (tmp_path / METADATA).read_bytes()
    (tmp_path / METADATA).write_text("{}")
    describe(tmp_path)
    assert (tmp_path / METADATA).read_bytes() == written
    assert {path.name for path in tmp_path.iterdir()} == {METADATA, CONFIGURATION}


def test_an_export_elsewhere_leaves_the_corpus_as_it_is(scrapy: Run, corpus: Path, tmp_path: Path) -> None:
    (corpus / METADATA).write_text("{}")
    assert scrapy("export", "--to", str(tmp_path / "texts"), CORPUS_DIR=corpus).code == 0
    assert (corpus / METADATA).read_text() == "{}"
    assert scrapy("export", CORPUS_DIR=corpus).code == 0
    assert "versions" in (corpus / METADATA).read_text()
