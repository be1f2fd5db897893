import json
from pathlib import Path

import pytest

from pipelines.export.manifest import MANIFEST, Entry, OldManifest, to_line


def manifest(folder: Path, *lines: str | Entry) -> Path:
    path = folder / MANIFEST
    path.write_text("".join(line if isinstance(line, str) else to_line(line) for line in lines), "utf-8")
    return path


def entry(path: str, **fields: object) -> Entry:
    return {"path": path, **fields}


def test_a_line_is_one_json_object_and_readable() -> None:
    line = to_line(entry("a.example/imprint/2004-01-01.txt", title="Où\nça"))
    assert line.count("\n") == 1
    assert "Où" in line
    assert json.loads(line)["title"] == "Où\nça"


def test_there_is_nothing_before_the_first_export(tmp_path: Path) -> None:
    with OldManifest(tmp_path / MANIFEST) as before:
        assert before.take("a.example/imprint") == []
        assert before.left() == []


def test_entries_are_taken_by_folder_once(tmp_path: Path) -> None:
    lines = [entry("a/x/1.txt"), entry("b/x/1.txt"), entry("a/x/2.txt")]
    with OldManifest(manifest(tmp_path, *lines)) as before:
        assert before.take("a/x") == [lines[0], lines[2]]
        assert before.take("a/x") == []
        assert before.left() == ["b/x"]


def test_broken_lines_are_passed_over(tmp_path: Path) -> None:
    good = entry("a/x/1.txt")
    with OldManifest(manifest(tmp_path, "not json\n", "[1]\n", '{"path": 7}\n', good, '{"path": "a/x')) as before:
        assert before.take("a/x") == [good]
        assert before.left() == []


@pytest.mark.parametrize("path", ["../outside/2004-01-01.txt", "/etc/2004-01-01.txt", "a/../../b/2004-01-01.txt"])
def test_a_path_that_leads_out_of_the_export_is_no_entry(tmp_path: Path, path: str) -> None:
    with OldManifest(manifest(tmp_path, entry(path))) as before:
        assert before.left() == []
