"""One original at one second in two archives is two captures, each with bytes of its own."""

from contextlib import closing
from dataclasses import replace
from pathlib import Path

from pipelines.items.captures import Snapshot, WarcLocation
from pipelines.maintenance.merge import compact
from pipelines.store.checks import file_holding
from pipelines.store.corpus import Corpus
from pipelines.store.database import open_corpus
from pipelines.store.forgetting import is_condemned
from pipelines.warc.reader import read_memento
from pipelines.warc.writer import WarcWriter
from tests.pipelines.maintenance.test_merge import HOST, memento

ARCHIVES = (HOST, "arquivo.pt")


def two(folder: Path) -> None:
    with (
        closing(open_corpus(folder)) as db,
        WarcWriter(folder / "warc", "20260101T000000Z-000001", max_size=1) as writer,
    ):
        corpus = Corpus(db, HOST)
        for archive in ARCHIVES:
            kept = memento(1, 4, 1)
            body = f"The policy as {archive} has it.".encode()
            answer = replace(kept.answer, body=body)
            kept = replace(kept, capture=replace(kept.capture, archive=archive), answer=answer)
            location, digest = writer.write_memento(kept, find_twin=corpus.holding)
            corpus.hold(Snapshot(kept, location, digest))


def test_both_outlast_a_move_of_their_files(tmp_path: Path) -> None:
    two(tmp_path)
    with closing(open_corpus(tmp_path)) as db:
        compact(db, tmp_path, max_size=1 << 30)
        rows = db.execute(
            "SELECT archive, file, offset, snapshot.length FROM snapshot JOIN capture ON capture.id = capture_id"
        ).fetchall()
        assert sorted(row[0] for row in rows) == sorted(ARCHIVES)
        for archive, *place in rows:
            found = read_memento(tmp_path / "warc", WarcLocation(*place))
            assert found.answer.body == f"The policy as {archive} has it.".encode()


def test_a_third_archive_holds_nothing_of_it(tmp_path: Path) -> None:
    two(tmp_path)
    with closing(open_corpus(tmp_path)) as db:
        key = memento(1, 4, 1).capture.key
        held = {name: bool(file_holding(db, key._replace(archive=name))) for name in (*ARCHIVES, "third", "")}
    assert held == {**dict.fromkeys(ARCHIVES, True), "third": False, "": True}


def test_of_one_that_goes_the_other_stays(tmp_path: Path) -> None:
    two(tmp_path)
    with closing(open_corpus(tmp_path)) as db:
        db.execute("CREATE TEMP TABLE condemned (id INTEGER PRIMARY KEY)")
        db.execute("INSERT INTO condemned SELECT id FROM capture WHERE archive = ?", [HOST])
        key = memento(1, 4, 1).capture.key
        goes = {name: is_condemned(db, key._replace(archive=name)) for name in (*ARCHIVES, "")}
    assert goes == {HOST: True, "arquivo.pt": False, "": True}
