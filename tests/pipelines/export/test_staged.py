"""Whole or not at all, the same bytes each time, and nothing where nothing is new: of all formats of files."""

import os
import re
import shutil
import sys
from pathlib import Path

import pytest

from pipelines.exceptions import CorpusBusy, RecordingFailed, WrongUse
from pipelines.export.base import Order, export_to
from pipelines.export.staged import MARK, staged
from pipelines.formats import atomic
from pipelines.warc.lock import only_run
from tests.corpora import copied
from tests.launching import launched
from tests.pipelines.export.views import also, exported, files, seen

FILES = ("parquet", "jsonl", "csv", "dataset")


@pytest.fixture
def corpus(hostile: Path, tmp_path: Path) -> Path:
    return copied(hostile, tmp_path / "corpus")


def grown(corpus: Path) -> None:
    also(corpus, 1, "2022")


@pytest.mark.parametrize("name", FILES)
def test_two_exports_are_equal_and_the_second_to_one_place_writes_nothing(
    name: str, hostile: Path, tmp_path: Path
) -> None:
    first = exported(hostile, name, tmp_path / "a")
    exported(hostile, name, tmp_path / "b")
    assert files(tmp_path / "a") == files(tmp_path / "b")
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "a").rglob("*")}
    again = exported(hostile, name, tmp_path / "a")
    assert (again.files, again.written, again.removed) == (first.files, 0, 0)
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "a").rglob("*")} == before


@pytest.mark.parametrize("name", FILES)
def test_what_is_new_alone_is_written_and_a_missing_file_comes_back(name: str, corpus: Path, tmp_path: Path) -> None:
    to = tmp_path / "to"
    exported(corpus, name, to)
    runs = next(path for path in to.rglob("runs*"))
    before = runs.stat().st_mtime_ns
    grown(corpus)
    report = exported(corpus, name, to)
    assert 0 < report.written < report.files
    assert runs.stat().st_mtime_ns == before
    exported(corpus, name, tmp_path / "fresh")
    assert files(to) == files(tmp_path / "fresh")
    runs.unlink()
    assert exported(corpus, name, to).written == 1


def test_a_folder_of_something_else_is_refused_and_left_alone(hostile: Path, tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("mine")
    with pytest.raises(WrongUse, match=r"holds something else \(README.md\)"):
        exported(hostile, "dataset", tmp_path)
    (tmp_path / "README.md").unlink()
    exported(hostile, "csv", tmp_path)
    with pytest.raises(WrongUse, match="an export of the format csv"):
        exported(hostile, "jsonl", tmp_path)
    with pytest.raises(WrongUse, match="no folder"):
        exported(hostile, "jsonl", tmp_path / MARK)


def test_parts_of_ours_go_and_those_of_others_stay(hostile: Path, tmp_path: Path) -> None:
    (tmp_path / "versions.csv.part").write_text("left by a kill")
    exported(hostile, "csv", tmp_path)
    (tmp_path / "film.mkv.part").write_text("mine")
    (tmp_path / "runs.csv.part").write_text("left by a kill")
    exported(hostile, "csv", tmp_path)
    assert {path.name for path in tmp_path.glob("*.part")} == {"film.mkv.part"}
    with pytest.raises(WrongUse, match="something else"):
        exported(hostile, "csv", _folder_with(tmp_path / "new", "film.mkv.part"))


def _folder_with(folder: Path, name: str) -> Path:
    folder.mkdir()
    (folder / name).write_text("mine")
    return folder


def test_a_mark_that_leads_elsewhere_is_no_mark(hostile: Path, tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("mine")
    to = tmp_path / "to"
    to.mkdir()
    (to / MARK).write_text('{"format": "csv", "fingerprint": "", "files": {"../kept": {"sha256": "", "bytes": 1}}}')
    with pytest.raises(WrongUse, match="something else"):
        exported(hostile, "csv", to)
    assert (tmp_path / "kept").read_text() == "mine"


@pytest.mark.parametrize("name", FILES)
def test_a_full_disk_leaves_what_was_there(
    name: str, corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    to = tmp_path / "to"
    exported(corpus, name, to)
    before = files(to)
    grown(corpus)

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(atomic, "write_whole", full)
        with pytest.raises(RecordingFailed, match="No space left"):
            exported(corpus, name, to)
        with pytest.raises(RecordingFailed, match="No space left"):
            exported(corpus, name, tmp_path / "new")
    assert files(to) == before
    assert not (tmp_path / "new").exists()
    assert exported(corpus, name, to).written


@pytest.mark.parametrize("name", [*FILES, "git", "warc", "wacz"])
def test_where_no_file_may_grow_nothing_is_left(name: str, crawled: Path, tmp_path: Path) -> None:
    script = f"""
import resource
from pathlib import Path
from pipelines.exceptions import RecordingFailed
from pipelines.export.base import Order, export_to
from tests.pipelines.export.views import seen
try:
    with seen(Path({str(crawled)!r})) as view:
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
        export_to(view, {name!r}, Order(Path({str(tmp_path / "to")!r})))
except RecordingFailed as error:
    assert error.exit_code == 5
    print(error)
"""
    command = [sys.executable, "-c", script]
    ended = launched(command, dict(os.environ), 120)
    assert ended.returncode == 0, ended
    assert re.match(r"Cannot export to \S+: .+ then export again\.$", ended.stdout), ended
    assert (ended.stdout.count("\n"), ended.stderr) == (1, "")
    assert not (tmp_path / "to").exists()


@pytest.mark.slow
def test_a_killed_export_is_whole_or_not_begun_at_every_step(corpus: Path, tmp_path: Path) -> None:
    to, fresh = tmp_path / "to", tmp_path / "fresh"
    exported(corpus, "csv", to)
    old = files(to)
    grown(corpus)
    exported(corpus, "csv", fresh)
    script = f"""
import sys
from pathlib import Path
from tests.dying import die_at
from tests.pipelines.export.views import exported
die_at(int(sys.argv[1]), "replace", "unlink", "fsync")
exported(Path({str(corpus)!r}), "csv", Path({str(to)!r}))
"""
    ends = set()
    for step in (1, 2, 4, 5, 6):
        shutil.rmtree(to)
        for name, content in old.items():
            (to / name).parent.mkdir(exist_ok=True)
            (to / name).write_bytes(content)
        ended = launched([sys.executable, "-c", script, str(step)], dict(os.environ), 60)
        ends.add(ended.returncode)
        with staged(to, "csv"):
            pass  # who comes next brings it to an end
        assert files(to) in (old, files(fresh))
    assert -9 in ends <= {0, -9}


def test_a_corpus_that_is_written_and_a_selection_of_nothing_are_told(corpus: Path, tmp_path: Path) -> None:
    with only_run(corpus), pytest.raises(CorpusBusy, match=f"written by process {os.getpid()}"), seen(corpus):
        pass
    with pytest.raises(WrongUse, match=r"No version fits --site nobody\.example, --language xx"):
        exported(corpus, "csv", tmp_path / "to", site=["nobody.example"], language=["xx"])
    assert not (tmp_path / "to").exists()


def test_what_is_written_meanwhile_is_not_seen(corpus: Path, tmp_path: Path) -> None:
    exported(corpus, "csv", tmp_path / "before")
    with seen(corpus) as view:
        view.fingerprint()
        grown(corpus)
        export_to(view, "csv", Order(tmp_path / "meanwhile"))
    assert files(tmp_path / "meanwhile") == files(tmp_path / "before")
