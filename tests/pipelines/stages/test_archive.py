from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from pipelines.exceptions import RecordingFailed
from pipelines.items.captures import Decision, DocumentKey, Snapshot, State, Target
from pipelines.stages.archive import ArchiveStage, opened_by
from pipelines.store.checks import files_of_rows
from pipelines.store.target_lists import TargetFile
from pipelines.warc.held import HeldListing, HeldMemento, HeldTargets
from pipelines.warc.reader import scan
from tests.desk import ARCHIVE, Desk, row
from tests.pipelines.store.samples import a_listing, a_memento

RUN = "20260101T000000Z-aaaaaa"


def opened(folder: Path, targets: tuple[str, str] = ("", ""), size: int = 1 << 30, run: str = RUN) -> ArchiveStage:
    stage = ArchiveStage(folder, ARCHIVE, run, size, targets)
    stage.open_spider()
    return stage


@pytest.fixture
def stage(desk: Desk) -> Iterator[ArchiveStage]:
    made = opened(desk.folder)
    yield made
    made.close_spider()


def files(desk: Desk) -> list[Path]:
    return sorted((desk.folder / "warc").glob("*.warc.gz"))


def test_what_another_spider_calls_its_db_is_not_taken_for_the_corpus(desk: Desk) -> None:
    assert opened_by(SimpleNamespace(db=desk.db)) is desk.db
    assert [opened_by(SimpleNamespace(db={"a": 1})), opened_by(object()), opened_by(None)] == [None, None, None]


def test_a_memento_becomes_the_snapshot_that_is_held(desk: Desk, stage: ArchiveStage) -> None:
    memento = a_memento()
    snapshot = stage.process_item(memento)
    assert isinstance(snapshot, Snapshot)
    assert (snapshot.memento, snapshot.location.file) == (memento, f"{RUN}-00001.warc.gz")
    assert desk.corpus.holding(snapshot.payload_digest) == snapshot.location
    held = [each for each in scan(files(desk)[0]) if isinstance(each, HeldMemento)]
    assert [each.snapshot.location for each in held] == [snapshot.location]


def test_a_listing_is_kept_and_passed_on(desk: Desk, stage: ArchiveStage) -> None:
    page = a_listing()
    assert stage.process_item(page) is page
    (held,) = [each for each in scan(files(desk)[0]) if isinstance(each, HeldListing)]
    assert (held.query, held.answer.body) == (page.query, page.answer.body)


def test_other_items_pass_and_leave_no_trace(desk: Desk, stage: ArchiveStage) -> None:
    decision = Decision(row("2004"), State.SELECTED)
    assert stage.process_item(decision) is decision
    assert files_of_rows(desk.db) == []


def test_bytes_go_before_rows(desk: Desk) -> None:
    """Where the row cannot be written, the bytes are there, and the next run finds them."""
    stage = opened(desk.folder)
    desk.db.execute("CREATE TRIGGER full BEFORE INSERT ON snapshot BEGIN SELECT RAISE(ABORT, 'disk is full'); END")
    with pytest.raises(RecordingFailed, match="disk is full"):
        stage.process_item(a_memento())
    stage.close_spider()
    assert files_of_rows(desk.db) == []
    desk.db.execute("DROP TRIGGER full")
    opened(desk.folder, run="20260102T000000Z-bbbbbb").close_spider()
    assert files_of_rows(desk.db) == [f"{RUN}-00001.warc.gz"]


def test_a_target_list_is_kept_in_records_of_bounded_size(desk: Desk, tmp_path: Path) -> None:
    kept = TargetFile(tmp_path / "targets")
    kept.write(Target(f"http://shop{n}.example/", DocumentKey(f"shop{n}.example", "imprint")) for n in range(25_000))
    opened(desk.folder, ("sites.txt", str(kept.path))).close_spider()
    held = [each for each in scan(files(desk)[0]) if isinstance(each, HeldTargets)]
    assert [each.text.count("\n") for each in held] == [10_001, 10_001, 5_001]
    assert {each.uri for each in held} == {"sites.txt"}
    assert held[2].text.startswith("target,kind,variant\nhttp://shop20000.example/,imprint,\n")


def test_files_are_rolled_at_their_size(desk: Desk) -> None:
    stage = opened(desk.folder, size=1)
    for year in ("2004", "2005", "2006"):
        stage.process_item(a_memento(year.encode() * 500, f"{year}0101000000"))
    stage.close_spider()
    assert len(files(desk)) >= 3


def test_a_run_that_keeps_nothing_makes_no_file(desk: Desk) -> None:
    desk.db.execute("DELETE FROM unwritten")
    opened(desk.folder).close_spider()
    assert files(desk) == []
