import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.exceptions import CorpusBusy, RecordingFailed
from pipelines.warc.lock import LOCK, only_run
from tests.conftest import ROOT

HOLDER = """
import sys
from pathlib import Path
from pipelines.warc.lock import only_run
with only_run(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_one_run_holds_a_corpus(tmp_path: Path) -> None:
    with only_run(tmp_path / "corpus"):
        assert (tmp_path / "corpus" / LOCK).read_text() == f"{os.getpid()}\n"
        with (
            pytest.raises(CorpusBusy, match=f"in use by process {os.getpid()}: wait for it"),
            only_run(tmp_path / "corpus"),
        ):
            pass
    with only_run(tmp_path / "corpus"):
        assert (tmp_path / "corpus" / LOCK).exists()


def test_corpora_do_not_hold_each_other(tmp_path: Path) -> None:
    with only_run(tmp_path / "one"), only_run(tmp_path / "two"):
        assert len(list(tmp_path.iterdir())) == 2


def test_a_run_that_was_killed_holds_nothing(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLDER, str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(CorpusBusy, match=f"process {holder.pid}"), only_run(tmp_path):
            pass
        holder.send_signal(signal.SIGKILL)
        holder.wait()
    with only_run(tmp_path):
        assert (tmp_path / LOCK).read_text() == f"{os.getpid()}\n"


def test_an_error_within_lets_go(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), only_run(tmp_path):
        _ = 1 / 0
    with only_run(tmp_path):
        assert (tmp_path / LOCK).exists()


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RecordingFailed, match=r"Cannot write in .*file.*Check CORPUS_DIR"), only_run(tmp_path / "file"):
        pass
