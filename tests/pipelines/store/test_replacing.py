"""A backup is whole, also of a database that is being written."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from pipelines.exceptions import WrongUse
from pipelines.store.database import open_corpus
from pipelines.store.replacing import backup


def test_a_copy_taken_while_rows_are_written_is_whole(tmp_path: Path) -> None:
    with closing(open_corpus(tmp_path / "c")) as db:
        with db.atomic():
            db.execute("INSERT INTO document (site, kind, variant, url) VALUES ('a.example', 'k', '', 'u')")
        db.execute("BEGIN IMMEDIATE")
        db.execute("INSERT INTO document (site, kind, variant, url) VALUES ('b.example', 'k', '', 'u')")
        size = backup(tmp_path / "c", tmp_path / "copy.sqlite")
        db.execute("COMMIT")
    assert size == (tmp_path / "copy.sqlite").stat().st_size
    with closing(sqlite3.connect(tmp_path / "copy.sqlite")) as copy:
        assert copy.execute("SELECT site FROM document").fetchall() == [("a.example",)]
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_nothing_is_overwritten_and_nothing_is_made_of_nothing(tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match="no corpus"):
        backup(tmp_path, tmp_path / "copy.sqlite")
    open_corpus(tmp_path).close()
    (tmp_path / "copy.sqlite").write_text("mine")
    with pytest.raises(WrongUse, match="already"):
        backup(tmp_path, tmp_path / "copy.sqlite")
    assert (tmp_path / "copy.sqlite").read_text() == "mine"
