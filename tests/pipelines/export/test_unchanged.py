"""An export with nothing new: told by the marks of documents, without reading a text."""

from collections.abc import Iterator
from contextlib import closing
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from pipelines.export import corpus_files
from pipelines.export.corpus_files import export_corpus
from pipelines.export.unchanged import STATE
from pipelines.options import Config
from pipelines.store.database import open_corpus
from tests.bench import big_corpus
from tests.corpora import copied

SETTINGS = {name: value for name, value in vars(import_module("crawler.settings")).items() if name.isupper()}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Not to be changed."""
    folder = tmp_path_factory.mktemp("made")
    big_corpus.make(folder, 2 * big_corpus.A_DOCUMENT)
    return folder


@pytest.fixture
def corpus(made: Path, tmp_path: Path) -> Path:
    return copied(made, tmp_path / "corpus")


@pytest.fixture
def db(corpus: Path) -> Iterator[Database]:
    with closing(open_corpus(corpus)) as opened:
        yield opened


def export(db: Database, corpus: Path, **settings: Any) -> tuple[int, int, int, int]:
    counts = export_corpus(db, Config.of({**SETTINGS, "CORPUS_DIR": str(corpus), **settings}))
    return counts.files, counts.written, counts.removed, counts.stay


def test_an_export_with_nothing_new_writes_no_manifest(db: Database, corpus: Path) -> None:
    first = export(db, corpus)
    before = (corpus / "text" / "manifest.jsonl").stat().st_ino
    assert (first, export(db, corpus)) == ((50, 50, 0, 0), (50, 0, 0, 0))
    assert (corpus / "text" / "manifest.jsonl").stat().st_ino == before


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("UPDATE document SET open = 1 WHERE id = 1", (25, 0, 0, 25)),
        ("DELETE FROM version WHERE document_id = 1 AND number = 25", (49, 0, 1, 0)),
        ("UPDATE version SET title = 'Other' WHERE document_id = 2 AND number = 3", (50, 1, 0, 0)),
    ],
)
def test_what_changes_is_exported(db: Database, corpus: Path, change: str, told: tuple[int, ...]) -> None:
    export(db, corpus)
    with db.atomic():
        db.execute(change)
    assert export(db, corpus) == told


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE extraction SET stated_date = '2019-05-01' WHERE capture_id = 1",
        "UPDATE version SET captures = 99 WHERE document_id = 1 AND number = 1",
        "INSERT INTO archive (name, title, replay) VALUES ('web.archive.org', 'W', 'https://w.example/{timestamp}/{url}')",
    ],
)
def test_what_only_the_manifest_tells_is_told(db: Database, corpus: Path, change: str) -> None:
    export(db, corpus)
    before = (corpus / "text" / "manifest.jsonl").read_bytes()
    with db.atomic():
        db.execute(change)
    export(db, corpus)
    assert (corpus / "text" / "manifest.jsonl").read_bytes() != before


def test_a_capture_that_becomes_a_twin_marks_its_document(db: Database, corpus: Path) -> None:
    marks = "SELECT document_id, mark FROM document_mark ORDER BY 1"
    before = db.execute(marks).fetchall()
    with db.atomic():
        db.execute("UPDATE capture SET same_as = 11 WHERE id = 1")
    after = db.execute(marks).fetchall()
    assert [old == new for old, new in zip(before, after, strict=True)] == [False, True]


def test_a_file_that_was_taken_away_comes_back(db: Database, corpus: Path) -> None:
    export(db, corpus)
    gone = next((corpus / "text").glob("*/*/*.txt"))
    gone.unlink()
    assert export(db, corpus) == (50, 1, 0, 0)
    assert gone.is_file()


def test_a_manifest_that_was_edited_is_written_anew(db: Database, corpus: Path) -> None:
    export(db, corpus)
    manifest = corpus / "text" / "manifest.jsonl"
    whole = manifest.read_bytes()
    manifest.write_bytes(whole[:1000])
    export(db, corpus)
    assert manifest.read_bytes() == whole


@pytest.mark.parametrize("held", [b"", b"{}", b'{"standing": 1}', b"\xff"])
def test_a_damaged_state_costs_a_whole_export_and_nothing_else(db: Database, corpus: Path, held: bytes) -> None:
    first = export(db, corpus)
    (corpus / STATE).write_bytes(held)
    assert export(db, corpus)[0] == first[0]


def test_links_to_another_archive_are_written(db: Database, corpus: Path) -> None:
    export(db, corpus)
    export(db, corpus, WAYBACK_PUBLIC_URL="https://other.example")
    assert "https://other.example" in (corpus / "text" / "manifest.jsonl").read_text()


def test_nothing_is_read_where_nothing_is_new(db: Database, corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    export(db, corpus)
    monkeypatch.delattr(corpus_files, "export")  # it would be missed
    assert export(db, corpus)[0] == 50
