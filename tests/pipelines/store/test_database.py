import shutil
import sqlite3
import sys
import threading
from contextlib import closing, suppress
from pathlib import Path

import pytest
from sqlite_utils import Database

from pipelines.exceptions import CorpusError, DatabaseBusy, RecordingFailed, WrongUse
from pipelines.store.database import DATABASE, known_names, open_corpus, open_for_reading, recording
from tests.unprivileged import read_only, run_without_privileges


def test_a_corpus_is_made_where_there_is_none(tmp_path: Path) -> None:
    with closing(open_corpus(tmp_path / "new" / "corpus")) as db:
        assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert db.execute("PRAGMA foreign_keys").fetchone() == (1,)
        assert {"capture", "document", "version"} <= set(db.table_names())


def test_opening_again_changes_nothing(tmp_path: Path) -> None:
    with closing(open_corpus(tmp_path)) as db:
        before = db.schema
    with closing(open_corpus(tmp_path)) as db:
        assert db.schema == before


def test_reading_needs_a_corpus(tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match=r"no corpus in .*Crawl first, or set CORPUS_DIR"):
        open_for_reading(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_reading_does_not_write(tmp_path: Path) -> None:
    open_corpus(tmp_path).close()
    with closing(open_for_reading(tmp_path)) as db, pytest.raises(sqlite3.OperationalError, match="readonly"):
        db.execute("DELETE FROM capture")


def test_a_name_with_signs_that_addresses_use_is_opened(tmp_path: Path) -> None:
    folder = tmp_path / "a?b#c%20d"
    open_corpus(folder).close()
    with closing(open_for_reading(folder)) as db:
        assert db.execute("SELECT count(*) FROM capture").fetchone() == (0,)


@pytest.mark.parametrize("opened", [open_corpus, open_for_reading])
def test_another_programs_database_is_not_touched(tmp_path: Path, opened: type[Database]) -> None:
    with closing(sqlite3.connect(tmp_path / DATABASE)) as other:
        other.execute("CREATE TABLE recipes (name)")
    before = (tmp_path / DATABASE).read_bytes()
    with pytest.raises(WrongUse, match=r"is not a corpus of this program \(its tables are recipes\)"):
        opened(tmp_path)
    assert (tmp_path / DATABASE).read_bytes() == before


@pytest.mark.parametrize("opened", [open_corpus, open_for_reading])
def test_a_file_that_is_no_database_is_named(tmp_path: Path, opened: type[Database]) -> None:
    (tmp_path / DATABASE).write_bytes(b"This is a letter, and a long one.\n" * 100)
    with pytest.raises(WrongUse, match="is not a corpus of this program"):
        opened(tmp_path)


@pytest.mark.parametrize("opened", [open_corpus, open_for_reading])
def test_a_corpus_of_a_newer_release_is_refused(tmp_path: Path, opened: type[Database]) -> None:
    with closing(open_corpus(tmp_path)) as db:
        (table,) = [name for name in db.table_names() if "migrations" in name]
        columns = {"migration_set": "policy-corpus", "name": "of_next_year", "applied_at": "2027-01-01"}
        db[table].insert(columns, ignore=False)
    with pytest.raises(WrongUse, match=r"written by a newer release \(of_next_year\): upgrade this program"):
        opened(tmp_path)


def test_a_corpus_of_an_older_release_is_brought_up_by_writing_only(tmp_path: Path) -> None:
    Database(tmp_path / DATABASE).close()
    with pytest.raises(WrongUse, match="older layout"):
        open_for_reading(tmp_path)


def test_a_folder_that_is_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "corpus").write_text("a file")
    with pytest.raises(RecordingFailed, match="Check CORPUS_DIR"):
        open_corpus(tmp_path / "corpus")


def test_what_cannot_be_recorded_is_undone_and_told(tmp_path: Path) -> None:
    with closing(open_corpus(tmp_path)) as db:
        with pytest.raises(RecordingFailed, match=r"Cannot record in corpus\.sqlite: .*then start again"):
            _record_twice(db)
        assert db.execute("SELECT count(*) FROM reader").fetchone() == (0,)


def _record_twice(db: Database) -> None:
    with recording(db):
        db.execute("INSERT INTO reader (reader) VALUES ('one')")
        db.execute("INSERT INTO reader (reader) VALUES ('one')")


def test_other_errors_pass_as_they_are(tmp_path: Path) -> None:
    with closing(open_corpus(tmp_path)) as db:
        with pytest.raises(ZeroDivisionError):
            _record_and_fail(db)
        assert db.execute("SELECT count(*) FROM reader").fetchone() == (0,)


def _record_and_fail(db: Database) -> None:
    with recording(db):
        db.execute("INSERT INTO reader (reader) VALUES ('one')")
        _ = 1 / 0


def test_errors_here_have_an_exit_code() -> None:
    assert issubclass(RecordingFailed, CorpusError)
    assert len(known_names()) >= 1


def test_another_writer_is_waited_for_with_a_sentence(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with closing(open_corpus(tmp_path, patience=60)) as db, closing(_writing(tmp_path)) as other:
        db.execute("PRAGMA busy_timeout = 20")
        ended = threading.Timer(0.2, other.rollback)
        ended.start()
        with recording(db):
            db.execute("INSERT INTO forgotten (site, since) VALUES ('shop.example', '2026')")
        ended.join()
    [told] = caplog.messages
    assert told == "Another program writes in corpus.sqlite: waiting for it, up to 60 seconds."


def test_a_writer_that_does_not_end_is_a_busy_corpus(tmp_path: Path) -> None:
    with closing(open_corpus(tmp_path, patience=0.1)) as db, closing(_writing(tmp_path)) as other:
        with pytest.raises(DatabaseBusy, match=r"writing in corpus\.sqlite for 0\.1 seconds: end it"), recording(db):
            pass
        with pytest.raises(DatabaseBusy):
            open_corpus(tmp_path, patience=0.1)
        other.rollback()
        with recording(db):
            db.execute("INSERT INTO forgotten (site, since) VALUES ('shop.example', '2026')")
        assert db.execute("SELECT count(*) FROM forgotten").fetchone() == (1,)
    assert DatabaseBusy.exit_code == 3


def test_what_fails_half_way_is_undone(tmp_path: Path) -> None:
    with closing(open_corpus(tmp_path)) as db:
        with suppress(ZeroDivisionError), recording(db), recording(db):
            db.execute("INSERT INTO forgotten (site, since) VALUES ('shop.example', '2026')")
            _ = 1 // 0
        assert db.execute("SELECT count(*) FROM forgotten").fetchone() == (0,)


def _writing(folder: Path) -> sqlite3.Connection:
    """Another program that has begun to write."""
    other = sqlite3.connect(folder / DATABASE, check_same_thread=False, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    return other


def test_a_database_of_which_nobody_may_write_anything_is_read(tmp_path: Path) -> None:
    with closing(open_corpus(tmp_path)) as db, recording(db):
        db.execute("INSERT INTO forgotten (site, since) VALUES ('shop.example', '2026')")
    assert as_nobody(tmp_path, READ) == "1\n"


def test_changes_that_wait_in_a_file_that_cannot_be_opened_are_not_passed_over(tmp_path: Path) -> None:
    with closing(open_corpus(tmp_path)) as db:
        with recording(db):
            db.execute("INSERT INTO forgotten (site, since) VALUES ('shop.example', '2026')")
        copied = tmp_path / "copied"
        copied.mkdir()
        for name in (DATABASE, f"{DATABASE}-wal"):
            shutil.copy(tmp_path / name, copied)
    told = as_nobody(copied, READ)
    assert "1\n" in told or "Cannot read " in told
    assert "move it away" not in told


READ = """
import sys
from contextlib import closing
from pathlib import Path
from pipelines.exceptions import WrongUse
from pipelines.store.database import open_for_reading
try:
    with closing(open_for_reading(Path(sys.argv[1]))) as db:
        print(db.execute("SELECT count(*) FROM forgotten").fetchone()[0])
except WrongUse as error:
    print(error)
"""


def as_nobody(folder: Path, script: str) -> str:
    """What a script prints that may write nothing in a folder."""
    with read_only(folder):
        ended = run_without_privileges([sys.executable, "-c", script, str(folder)])
    assert ended.code == 0, ended.err
    return ended.out
