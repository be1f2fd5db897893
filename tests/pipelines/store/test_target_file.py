from pathlib import Path

import pytest

from pipelines.exceptions import RecordingFailed
from pipelines.items.captures import DocumentKey, Target
from pipelines.store.target_lists import TargetFile

TARGETS = [
    Target("http://shop.example/privacy,policy", DocumentKey("shop.example", "privacy policy")),
    Target("http://caf\u00e9.example/", DocumentKey("caf\u00e9.example", "imprint", "a \ud800 b"), discover=True),
]


def test_what_was_kept_comes_back_as_often_as_wanted(tmp_path: Path) -> None:
    kept = TargetFile(tmp_path / "targets")
    assert kept.write(TARGETS)
    assert [list(kept), list(kept)] == [TARGETS, TARGETS]


def test_the_digest_tells_lists_apart(tmp_path: Path) -> None:
    kept = TargetFile(tmp_path / "targets")
    lists = [[], TARGETS, TARGETS[:1], TARGETS[::-1]]
    digests = [kept.write(targets) for targets in lists]
    assert digests[0] == ""
    assert len(set(digests)) == len(lists)
    assert digests[1] == kept.write(TARGETS)


def test_as_text_it_is_csv(tmp_path: Path) -> None:
    kept = TargetFile(tmp_path / "targets")
    kept.write(TARGETS[:1])
    assert list(kept.texts()) == ['target,kind,variant\n"http://shop.example/privacy,policy",privacy policy,\n']


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(RecordingFailed, match="Cannot write to"):
        TargetFile(tmp_path / "missing" / "targets").write(TARGETS)
