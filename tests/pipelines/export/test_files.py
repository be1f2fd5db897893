import hashlib
import json
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from pipelines.exceptions import ReadingFailed, RecordingFailed
from pipelines.export.files import Counts, export
from pipelines.export.manifest import MANIFEST
from pipelines.items.captures import DocumentKey
from pipelines.items.readings import Verdict
from pipelines.store.selection import SelectedVersion
from pipelines.warc.lock import in_turn
from tests.desk import SHOP, URL, Desk, reading, row
from tests.launching import piped

PUBLIC = "https://web.archive.org"
FOLDER = "shop.example/privacy-policy"

Exported = Callable[..., Counts]


@pytest.fixture
def text(tmp_path: Path) -> Path:
    return tmp_path / "text"


@pytest.fixture
def exported(desk: Desk, text: Path) -> Exported:
    def run(**options: Any) -> Counts:
        desk.corpus.derive_waiting()
        return export(desk.db, text, public_url=PUBLIC, **options)

    return run


def files(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): path.read_text("utf-8") for path in sorted(folder.rglob("*.txt"))}


def manifest(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / MANIFEST).read_text("utf-8").splitlines()]


def two_versions(desk: Desk) -> None:
    desk.listed(row("2004"), row("2005"))
    desk.plan()
    desk.read(row("2004"), "We keep it.")
    desk.read(row("2005"), "We sell it.")


def test_each_version_is_a_file_with_note_title_and_body(desk: Desk, text: Path, exported: Exported) -> None:
    two_versions(desk)
    assert exported() == Counts(files=2, written=2)
    found = files(text)
    assert list(found) == [f"{FOLDER}/2004-01-01.txt", f"{FOLDER}/2005-01-01.txt"]
    note, title, *body = found[f"{FOLDER}/2005-01-01.txt"].split("\n\n")
    assert "shop.example privacy policy that was archived on 2005-01-01" in note
    assert "(https://web.archive.org/web/20050101000000id_/http%3A//shop.example/privacy)" in note
    assert title == "# Title of We sell it."
    assert body == ["We sell it.\n"]


def test_the_manifest_tells_where_each_file_comes_from(desk: Desk, text: Path, exported: Exported) -> None:
    two_versions(desk)
    exported()
    first, second = manifest(text)
    assert first["path"] == f"{FOLDER}/2004-01-01.txt"
    assert first["sha256"] == hashlib.sha256((text / first["path"]).read_bytes()).hexdigest()
    assert (first["site"], first["kind"], first["variant"], first["number"]) == (SHOP.site, SHOP.kind, "", 1)
    assert (first["held_timestamp"], first["original"], first["language"]) == ("20040101000000", URL, "en")
    assert second["changed_after"] == "20040101000000"
    assert "replaces" not in second
    assert "body" not in second
    assert "capture_id" not in second


def test_what_did_not_change_is_not_written_again(desk: Desk, text: Path, exported: Exported) -> None:
    two_versions(desk)
    exported()
    before = {path: path.stat().st_mtime_ns for path in text.rglob("*.txt")}
    lines = (text / MANIFEST).read_bytes()
    assert exported() == Counts(files=2)
    assert {path: path.stat().st_mtime_ns for path in text.rglob("*.txt")} == before
    assert (text / MANIFEST).read_bytes() == lines


def test_a_later_capture_of_the_same_text_only_tells_the_manifest(desk: Desk, text: Path, exported: Exported) -> None:
    two_versions(desk)
    exported()
    desk.listed(row("2006"))
    desk.plan()
    desk.read(row("2006"), "We sell it.")
    assert exported() == Counts(files=2)
    assert manifest(text)[1]["last_timestamp"] == "20060101000000"


def test_a_file_that_is_missing_or_has_another_style_is_written(desk: Desk, text: Path, exported: Exported) -> None:
    two_versions(desk)
    exported()
    (text / FOLDER / "2004-01-01.txt").unlink()
    assert exported() == Counts(files=2, written=1)

    def render(version: SelectedVersion) -> tuple[str, str]:
        return version.title.upper(), version.text.upper()

    assert exported(style="loud", render=render) == Counts(files=2, written=2)
    assert "WE KEEP IT." in files(text)[f"{FOLDER}/2004-01-01.txt"]
    assert manifest(text)[0]["style"] == "loud"


def test_a_file_whose_manifest_is_lost_is_written(desk: Desk, text: Path, exported: Exported) -> None:
    two_versions(desk)
    exported()
    (text / MANIFEST).unlink()
    (text / FOLDER / "2004-01-01.txt").write_text("edited")
    assert exported() == Counts(files=2, written=2)
    assert files(text)[f"{FOLDER}/2004-01-01.txt"] != "edited"


def test_a_file_that_vanishes_is_named_by_the_one_that_replaces_it(desk: Desk, text: Path, exported: Exported) -> None:
    two_versions(desk)
    desk.listed(row("2003"), row("2006"))
    desk.plan()
    desk.read(row("2006"), "We sell it.")
    exported()
    assert "replaces" not in manifest(text)[0]
    desk.read(row("2003"), "We keep it.")  # it comes late, and is the same policy
    assert exported() == Counts(files=2, written=1, removed=1)
    assert list(files(text)) == [f"{FOLDER}/2003-01-01.txt", f"{FOLDER}/2005-01-01.txt"]
    assert [entry.get("replaces") for entry in manifest(text)] == [[f"{FOLDER}/2004-01-01.txt"], None]
    assert exported() == Counts(files=2)
    assert [entry.get("replaces") for entry in manifest(text)] == [[f"{FOLDER}/2004-01-01.txt"], None]


def test_what_comes_back_is_replaced_by_nothing(desk: Desk, text: Path, exported: Exported) -> None:
    two_versions(desk)
    exported()
    desk.read(row("2005"), reading("parked", Verdict.NOT_A_POLICY))
    assert exported() == Counts(files=1, removed=1)
    assert manifest(text)[0]["replaces"] == [f"{FOLDER}/2005-01-01.txt"]
    desk.read(row("2005"), "We sell it.")
    assert exported() == Counts(files=2, written=1)
    assert [entry.get("replaces") for entry in manifest(text)] == [None, None]


def test_a_document_without_versions_leaves_no_folder(desk: Desk, text: Path, exported: Exported) -> None:
    two_versions(desk)
    exported()
    desk.db.execute("DELETE FROM version")
    assert exported() == Counts(removed=2)
    assert files(text) == {}
    assert not (text / FOLDER).exists()
    assert manifest(text) == []


def test_what_else_lies_there_is_left_alone(desk: Desk, text: Path, exported: Exported) -> None:
    two_versions(desk)
    exported()
    (text / FOLDER / "notes.txt").write_text("mine")
    (text / FOLDER / "1999-01-01.txt").write_text("left by a run that was killed before its manifest")
    desk.db.execute("DELETE FROM version WHERE number = 2")
    assert exported() == Counts(files=1, removed=2)
    assert sorted(path.name for path in (text / FOLDER).iterdir()) == ["2004-01-01.txt", "notes.txt"]


def test_what_a_killed_export_had_begun_is_removed(desk: Desk, text: Path, exported: Exported) -> None:
    two_versions(desk)
    folders = [text / FOLDER, text / "gone.example/privacy-policy"]
    for folder in folders:
        folder.mkdir(parents=True)
        (folder / ".2004-01-01.txt.part").write_text("We kee")
    (text / FOLDER / ".notes.txt.part").write_text("not ours")
    exported()
    assert [path.name for path in text.rglob("*.part")] == [".notes.txt.part"]
    assert not folders[1].parent.exists()


def test_two_versions_of_a_day_have_their_time(desk: Desk, text: Path, exported: Exported) -> None:
    desk.listed(row("20040101080000"), row("20040101200000"), row("20040102"))
    desk.plan()
    for moment, told in (("20040101080000", "A"), ("20040101200000", "B"), ("20040102", "A")):
        desk.read(row(moment), told)
    exported()
    assert [Path(name).name for name in files(text)] == [
        "2004-01-01T080000.txt", "2004-01-01T200000.txt", "2004-01-02.txt",
    ]  # fmt: skip


def test_hostile_names_stay_inside(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "corpus", (URL, DocumentKey("../../outside", "privacy policy", "../x")))
    desk.listed(row("2004"))
    desk.plan()
    desk.read(row("2004"), "A")
    desk.corpus.derive_waiting()
    assert export(desk.db, tmp_path / "deep" / "text", public_url=PUBLIC).written == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["corpus", "deep"]
    assert sorted(path.name for path in (tmp_path / "deep").iterdir()) == ["text"]
    desk.close()


def test_no_half_file_is_ever_seen(desk: Desk, text: Path, exported: Exported) -> None:
    two_versions(desk)

    def render(version: SelectedVersion) -> tuple[str, str]:
        if version.number == 2:
            raise RecordingFailed("stopped in the middle")
        return version.title, version.text

    with pytest.raises(RecordingFailed, match="stopped in the middle"):
        exported(render=render)
    assert list(files(text)) == []
    assert not (text / MANIFEST).exists()
    assert exported() == Counts(files=2, written=2)
    assert [path.name for path in text.rglob("*.part")] == []


def test_a_place_that_cannot_be_written_is_named(desk: Desk, text: Path, exported: Exported) -> None:
    two_versions(desk)
    text.write_text("a file")
    with pytest.raises(RecordingFailed, match=r"Cannot export to .*text"):
        exported()


def test_a_page_that_cannot_be_read_in_a_style_is_left_out_alone(
    desk: Desk, text: Path, exported: Exported, caplog: pytest.LogCaptureFixture
) -> None:
    two_versions(desk)
    exported()
    slow = {"2004", "2005"}

    def render(version: SelectedVersion) -> tuple[str, str]:
        if version.held_timestamp[:4] in slow:
            raise ReadingFailed("reading took too long")
        return "Title", "Body.\n"

    assert exported(style="princeton", render=render) == Counts(removed=2, unread=2)
    assert (files(text), manifest(text)) == ({}, [])
    slow.discard("2004")
    assert exported(style="princeton", render=render) == Counts(files=1, written=1, unread=1)
    assert list(files(text)) == [entry["path"] for entry in manifest(text)] == [f"{FOLDER}/2004-01-01.txt"]
    assert f"{FOLDER}/2005-01-01.txt is left out: reading took too long" in caplog.text
    slow.clear()
    assert exported(style="princeton", render=render) == Counts(files=2, written=1)


def test_a_second_export_to_a_folder_waits_for_the_first(desk: Desk, text: Path) -> None:
    two_versions(desk)
    desk.corpus.derive_waiting()
    text.mkdir()
    command = [sys.executable, "-m", "scrapy", "export", "--to", str(text), "-s", f"CORPUS_DIR={desk.folder}"]
    with ExitStack() as held:
        held.enter_context(in_turn(text))
        with piped(command) as (other, _, told):
            assert f"Another process writes in {text}: waiting for it." in told.readline()
            desk.listed(row("2006"))
            desk.plan()
            desk.read(row("2006"), "We rent it.")
            desk.corpus.derive_waiting()
            assert (files(text), other.poll()) == ({}, None)
            held.close()
            assert other.wait(60) == 0
    assert len(files(text)) == len(manifest(text)) == 3, "the last one writes what stands when its turn has come"
