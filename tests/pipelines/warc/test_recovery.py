from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.items.captures import Snapshot
from pipelines.store.checks import files_of_rows
from pipelines.warc.lock import only_run
from pipelines.warc.recovery import adopt
from pipelines.warc.writer import WarcWriter
from tests.desk import Desk
from tests.pipelines.store.samples import a_listing, a_memento

YEARS = ("2004", "2005", "2006")


@pytest.fixture
def warc(tmp_path: Path) -> Path:
    return tmp_path / "corpus" / "warc"


def kept(desk: Desk, folder: Path, run: str = "20260101T000000Z-aaaaaa", noted: int = 3) -> list[int]:
    """Three mementos and a listing go to a WARC file; the first `noted` have rows. Where each begins."""
    starts = []
    with WarcWriter(folder, run) as writer:
        for number, year in enumerate(YEARS):
            memento = a_memento(f"Text of {year} in {run}".encode(), f"{year}0101000000")
            location, payload_digest = writer.write_memento(memento)
            starts.append(location.offset)
            if number < noted:
                desk.corpus.hold(Snapshot(memento, location, payload_digest))
        writer.write_listing(a_listing())
    return starts


def noted(desk: Desk, folder: Path) -> set[int]:
    (file,) = [path.name for path in folder.glob("*.warc.gz")]
    return desk.corpus.locations(file)


def test_nothing_is_adopted_from_an_empty_folder(desk: Desk, warc: Path) -> None:
    adopt(warc, desk.corpus)
    assert files_of_rows(desk.db) == []


def test_who_takes_the_corpus_removes_copies_that_were_begun(desk: Desk, warc: Path) -> None:
    (warc / "imported").mkdir(parents=True)
    for name in ("20260101T000000Z-aaaaaa-00000.warc.gz.part", "imported/other.warc.gz.part"):
        (warc / name).write_bytes(b"half")
    with only_run(desk.folder):
        assert list(warc.rglob("*.part")) == []


def test_whole_records_without_a_row_get_one(desk: Desk, warc: Path) -> None:
    starts = kept(desk, warc, noted=1)
    adopt(warc, desk.corpus)
    assert noted(desk, warc) == set(starts)
    assert desk.db.execute("SELECT count(*) FROM capture WHERE reason = 'met in replay'").fetchone() == (3,)


def test_a_torn_tail_is_cut_off_and_its_capture_fetched_again(desk: Desk, warc: Path) -> None:
    starts = kept(desk, warc)
    (path,) = warc.glob("*.warc.gz")
    with path.open("r+b") as file:
        file.truncate(starts[2] + 40)
    adopt(warc, desk.corpus)
    assert path.stat().st_size == starts[2]
    assert noted(desk, warc) == set(starts[:2])
    lost = desk.db.execute("SELECT timestamp, state, reason, next_try FROM capture WHERE state = 'selected'").fetchall()
    assert lost == [("20060101000000", "selected", "bytes lost", "")]


def test_adopting_twice_changes_nothing(desk: Desk, warc: Path) -> None:
    kept(desk, warc, noted=2)
    adopt(warc, desk.corpus)
    before = list(desk.db.execute("SELECT * FROM snapshot"))
    adopt(warc, desk.corpus)
    assert list(desk.db.execute("SELECT * FROM snapshot")) == before


def test_the_newest_file_is_that_of_the_latest_run_whatever_its_name(desk: Desk, warc: Path) -> None:
    kept(desk, warc, "20260101T000000Z-bbbbbb", noted=0)
    kept(desk, warc, "20250101T000000Z-aaaaaa", noted=0)
    adopt(warc, desk.corpus, ["20270101T000000Z-wrote-nothing", "20250101T000000Z-aaaaaa", "20260101T000000Z-bbbbbb"])
    assert files_of_rows(desk.db) == ["20250101T000000Z-aaaaaa-00001.warc.gz"]


def test_a_row_behind_the_end_of_the_file_is_let_go(desk: Desk, warc: Path) -> None:
    starts = kept(desk, warc)
    (path,) = warc.glob("*.warc.gz")
    with path.open("r+b") as file:
        file.truncate(starts[1])
    adopt(warc, desk.corpus)
    assert path.stat().st_size == starts[1]
    assert noted(desk, warc) == {starts[0]}


@pytest.mark.parametrize("harm", [lambda lines: [lines[2], lines[0]], lambda lines: lines[:1], lambda lines: []])
def test_an_index_that_a_kill_left_behind_is_made_again(
    desk: Desk, warc: Path, harm: Callable[[list[bytes]], list[bytes]]
) -> None:
    kept(desk, warc)
    (index,) = warc.glob("*.cdxj")
    whole = index.read_bytes()
    index.write_bytes(b"".join(harm(whole.splitlines(keepends=True))))
    adopt(warc, desk.corpus)
    assert index.read_bytes() == whole


def test_older_files_are_not_read(desk: Desk, warc: Path) -> None:
    kept(desk, warc, "20250101T000000Z-aaaaaa", noted=0)
    starts = kept(desk, warc, "20260101T000000Z-bbbbbb", noted=0)
    adopt(warc, desk.corpus)
    assert files_of_rows(desk.db) == ["20260101T000000Z-bbbbbb-00001.warc.gz"]
    assert len(starts) == 3
