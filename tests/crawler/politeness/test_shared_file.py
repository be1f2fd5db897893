import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from crawler.politeness.shared_file import BLOCK, SharedFile
from pipelines.exceptions import RecordingFailed, WrongUse


def test_what_is_written_is_read_back_by_others(tmp_path: Path) -> None:
    one, two = SharedFile(tmp_path / "new" / "s.json"), SharedFile(tmp_path / "new" / "s.json")
    assert one.read() == b""
    with one.held():
        written = one.write("long " * 100)
        written = one.write("short", durable=True)
    with two.held():
        assert two.read() == written
        assert two.read().strip() == b"short"
    one.close()
    two.close()


def test_a_deleted_file_is_made_anew_and_shared_again(tmp_path: Path) -> None:
    one, two = SharedFile(tmp_path / "s.json"), SharedFile(tmp_path / "s.json")
    (tmp_path / "s.json").unlink()
    with one.held():
        one.write("here")
    with two.held():
        assert two.read().strip() == b"here"
    one.close()
    two.close()


def test_a_folder_that_cannot_be_written_is_named_with_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(WrongUse, match="XDG_STATE_HOME"):
        SharedFile(tmp_path / "file" / "s.json")


def test_a_text_that_cannot_be_kept_is_an_error(tmp_path: Path) -> None:
    file = SharedFile(tmp_path / "s.json")
    with file.held(), pytest.raises(RecordingFailed, match="could not be written"):
        file.write("x" * (BLOCK + 1))
    file.close()


def run(script: str, *arguments: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", script, *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[3])


COUNTING = """
import sys; from pathlib import Path; from crawler.politeness.shared_file import SharedFile
file = SharedFile(Path(sys.argv[1])); print("ready", flush=True)
for _ in range(int(sys.argv[2])):
    with file.held():
        file.write(str(int(file.read() or b"0") + 1))
"""


def test_processes_take_turns(tmp_path: Path) -> None:
    processes = [run(COUNTING, str(tmp_path / "s.json"), "20000") for _ in range(3)]
    for process in processes:
        process.communicate(timeout=60)
    assert (tmp_path / "s.json").read_text().strip() == "60000"


WRITING = """
import json, sys; from pathlib import Path; from crawler.politeness.shared_file import SharedFile
file = SharedFile(Path(sys.argv[1])); number = 0
while True:
    with file.held():
        file.write(json.dumps([number] * (number % 400)))
    number += 1
    if number == 50: print("ready", flush=True)
"""


def test_a_killed_writer_leaves_a_whole_text_and_no_lock(tmp_path: Path) -> None:
    file = SharedFile(tmp_path / "s.json")
    for _ in range(3):
        process = run(WRITING, str(file.path))
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
        with file.held():
            assert isinstance(json.loads(file.read()), list)
    file.close()
