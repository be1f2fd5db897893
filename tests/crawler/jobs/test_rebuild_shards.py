"""What is noted of shards that are done, and for whom it counts."""

from pathlib import Path

import pytest

from crawler.jobs import rebuild_shards
from crawler.jobs.rebuild import Request
from crawler.jobs.rebuild_shards import _Done


def done(folder: Path, reader: str = "r1", *, accept_losses: bool = False) -> _Done:
    return _Done(folder / "c.toml", Request(accept_losses=accept_losses), reader)


def test_the_next_command_of_the_same_kind_goes_on(tmp_path: Path) -> None:
    done(tmp_path).add("one")
    done(tmp_path).add("two")
    assert done(tmp_path).names == ["one", "two"]
    done(tmp_path).remove()
    assert (done(tmp_path).names, list(tmp_path.iterdir())) == ([], [])


def test_what_another_reader_release_or_command_did_is_done_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done(tmp_path).add("one")
    assert done(tmp_path, "r2").names == []
    assert done(tmp_path, accept_losses=True).names == []
    monkeypatch.setattr(rebuild_shards, "__version__", "another")
    assert done(tmp_path).names == []


@pytest.mark.parametrize("written", [b"", b"[]", b"{", b'{"what": 1}', b"\xff"])
def test_a_note_that_is_none_counts_for_nothing(tmp_path: Path, written: bytes) -> None:
    done(tmp_path).path.write_bytes(written)
    assert done(tmp_path).names == []
