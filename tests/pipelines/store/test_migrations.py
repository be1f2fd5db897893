"""A corpus that an earlier release made is brought up to date with all that it holds."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path
from threading import Barrier, BrokenBarrierError

import pytest
from sqlite_utils import Database

from pipelines.exceptions import WrongUse
from pipelines.items.captures import CaptureKey
from pipelines.store.checks import mistaken_keys
from pipelines.store.database import DATABASE, open_corpus, open_for_reading
from pipelines.store.ledger import Ledger
from pipelines.store.schema_speed import migrations
from pipelines.warc import journal

FIRST = Path(__file__).parents[2] / "fixtures" / "first_layout.sql"


@pytest.fixture
def old(tmp_path: Path) -> Path:
    with closing(sqlite3.connect(tmp_path / DATABASE)) as db:
        db.executescript(FIRST.read_text())
    return tmp_path


def test_the_first_layout_is_brought_up_and_keeps_its_rows(old: Path) -> None:
    with closing(open_corpus(old)) as db:
        assert db.execute("SELECT site, number, text FROM versions").fetchall() == [
            ("bell.example", 1, "We collect your name.")
        ]
        assert db.execute("SELECT count(*) FROM text_search WHERE text_search MATCH 'name'").fetchone() == (1,)
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []


def test_what_it_never_told_its_warc_files_waits_to_be_told(old: Path) -> None:
    told: list[str] = []
    with closing(open_corpus(old)) as db:
        journal.write_out(db, told.append)
    kinds = [next(iter(line)) for line in journal.lines_in("".join(told))]
    assert sorted(kinds) == ["document", "evidence", "query"], "the capture that was read is told by its bytes"


def test_a_second_reader_is_asked_anew_of_what_versions_show_and_nothing_else_changes(old: Path) -> None:
    figures = "SELECT reader = 'other', second_reading, second_in_text, text_in_second FROM extraction ORDER BY 1"
    # documents that nothing is planned for, and by which mark their pages and files were written
    untouched = "SELECT document_id, hex(mark) FROM planned JOIN document_mark USING (document_id)"
    with closing(sqlite3.connect(old / DATABASE)) as db:
        migrations.apply(Database(db), stop_before="second_readings_of_versions")
        db.execute("UPDATE extraction SET second_in_text = 0.5, text_in_second = 0.25")
        db.execute("INSERT INTO reader (reader) VALUES ('other')")
        db.execute(
            "INSERT INTO extraction (capture_id, reader, text_digest, second_in_text) "
            "SELECT capture_id, 'other', text_digest, 0.75 FROM extraction"
        )
        db.execute("INSERT INTO planned SELECT id, 'all' FROM document")
        before = db.execute(untouched).fetchall()
        db.commit()
    with closing(open_corpus(old)) as opened:
        assert opened.execute(figures).fetchall() == [(0, "due", None, None), (1, "", None, None)]
        assert opened.execute(untouched).fetchall() == before != []
        opened.execute("UPDATE extraction SET second_in_text = 1.0")
        assert opened.execute(untouched).fetchall() != before, "an answer is told"
        opened.execute("UPDATE extraction SET words = 7")
        assert opened.execute(untouched).fetchall() == []


def test_a_capture_is_found_by_a_digest_of_its_key_and_keeps_what_belongs_to_it(old: Path) -> None:
    belonging = (
        "SELECT type, name FROM sqlite_schema WHERE tbl_name = 'capture' AND sql IS NOT NULL ORDER BY type, name"
    )
    with closing(sqlite3.connect(old / DATABASE)) as db:
        migrations.apply(Database(db), stop_before="captures_by_short_keys")
        db.execute("UPDATE capture SET same_as = 1, state = 'duplicate' WHERE id = 2")
        db.commit()
        before = db.execute(belonging).fetchall()
        rows = db.execute("SELECT * FROM captures ORDER BY timestamp").fetchall()
    with closing(open_corpus(old)) as opened:
        assert opened.execute(belonging).fetchall() == before
        assert opened.execute("SELECT * FROM captures ORDER BY timestamp").fetchall() == rows
        assert opened.execute("PRAGMA foreign_key_check").fetchall() == []
        ledger = Ledger(opened, "web.archive.org")
        keys = (
            CaptureKey(f"{year}0101000000", "http://bell.example/privacy", year_digest, "200")
            for year, year_digest in (("2015", "AAAA"), ("2016", "BBBB"), ("2016", "AAAA"))
        )
        assert [ledger.capture_id(key) for key in keys] == [1, 2, None]
        with pytest.raises(sqlite3.IntegrityError, match="FOREIGN KEY"):
            opened.execute("DELETE FROM capture WHERE id = 1")
        assert [*mistaken_keys(opened)] == []


def test_an_interrupt_while_a_table_is_written_anew_is_told_as_one_and_loses_nothing(
    old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*key: str) -> bytes:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("pipelines.store.schema_speed.key_digest", interrupted)
        with pytest.raises(KeyboardInterrupt):
            open_corpus(old)
    with closing(open_corpus(old)) as opened:
        assert opened.execute("SELECT count(*) FROM captures").fetchone() == (2,)


@pytest.mark.parametrize(("many", "told"), [(2, ["its 2 captures are brought to today's layout"]), (3, [])])
def test_long_work_on_a_corpus_of_before_is_told(
    old: Path, many: int, told: list[str], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("pipelines.store.schema_speed._MANY", many)
    for expected in (told, []):  # and once alone
        caplog.clear()
        open_corpus(old).close()
        assert [part in caplog.text for part in expected] == [True] * len(expected)
        assert len(caplog.messages) == len(expected)


def test_of_two_programs_one_brings_a_corpus_up_and_the_other_finds_it_done(
    old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(sqlite3.connect(old / DATABASE)) as db:
        migrations.apply(Database(db), stop_before="captures_by_short_keys")
    together, apply = Barrier(2), migrations.apply

    def apply_together(db: Database) -> None:
        with suppress(BrokenBarrierError):  # as it should be: the other one does not come so far meanwhile
            together.wait(0.1)
        apply(db)

    def opened(_: int) -> int:
        with closing(open_corpus(old)) as db:
            return len(migrations.pending(db))

    monkeypatch.setattr(migrations, "apply", apply_together)
    with ThreadPoolExecutor(2) as programs:
        assert [*programs.map(opened, range(2))] == [0, 0]


def test_an_older_layout_is_not_read_before_it_is_brought_up(old: Path) -> None:
    with pytest.raises(WrongUse, match="older layout"):
        open_for_reading(old)
    open_corpus(old).close()
    open_for_reading(old).close()


def test_a_newer_layout_is_refused_in_one_sentence(old: Path) -> None:
    with closing(open_corpus(old)) as db:
        table = next(name for name in db.table_names() if "migrations" in name)
        columns = [column.name for column in db[table].columns]
        db.execute(f"INSERT INTO {table} SELECT * FROM {table} WHERE 0")  # noqa: S608
        row = dict(zip(columns, db.execute(f"SELECT * FROM {table} LIMIT 1").fetchone(), strict=True))  # noqa: S608
        db[table].insert({**{k: v for k, v in row.items() if k != "id"}, "name": "from_the_future"})
    with pytest.raises(WrongUse, match="newer release") as caught:
        open_corpus(old)
    assert "\n" not in str(caught.value)
