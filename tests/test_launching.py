"""A process that is forked for a test does what one does that is started anew."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryFile

import psutil

from crawler.local_archive.embedded import EmbeddedArchive
from tests.crawls.crawling import Crawling
from tests.launching import ROOT, Launched, launch, launched


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "scrapy", *arguments]


def test_it_says_and_returns_the_same(crawled: Path, tmp_path: Path) -> None:
    for corpus in (crawled, tmp_path / "absent"):
        given = command("status", "--json", "-s", f"CORPUS_DIR={corpus}")
        anew = subprocess.run(given, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
        forked = launched(given, dict(os.environ), 60)
        assert (forked.returncode, forked.stdout, forked.stderr) == (anew.returncode, anew.stdout, anew.stderr)


def test_it_has_a_session_of_its_own_and_can_be_killed(crawled: Path) -> None:
    with TemporaryFile("w+") as out:
        given = command("serve-archive", str(crawled / "warc"), "--port", "0")
        process = launch(given, {"PATH": ""}, out, out)
        try:
            while not os.pread(out.fileno(), 100, 0):
                assert process.poll() is None
                time.sleep(0.01)
            assert os.getsid(process.pid) == process.pid
            assert os.readlink(f"/proc/{process.pid}/cwd") == str(ROOT)
        finally:
            process.kill()
        assert process.wait(60) == -signal.SIGKILL


FORKS_AND_STAYS = """
import os, signal
from tests.launching import end_with_parent
if not (pid := os.fork()):
    end_with_parent()
    os.write(1, b"ready")
    signal.pause()
os.write(1, b"%d " % pid)
signal.pause()
"""


def test_one_that_has_ended_and_is_not_told_of_yet_needs_no_signal() -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    told, tell = os.pipe()
    process = Launched(gone.pid, told)
    process.kill()
    os.write(tell, b"0")
    os.close(tell)
    assert process.wait(10) == 0


def test_nothing_outlives_the_tests_that_were_killed() -> None:
    with subprocess.Popen([sys.executable, "-c", FORKS_AND_STAYS], stdout=subprocess.PIPE, cwd=ROOT) as tests:
        assert tests.stdout
        said = b""
        while b"ready" not in said or b" " not in said:
            said += os.read(tests.stdout.fileno(), 100)
        started = psutil.Process(int(said.replace(b"ready", b"")))
        tests.kill()
    assert psutil.wait_procs([started], timeout=60)[1] == []


def test_its_reading_processes_have_no_file_of_it_and_end_with_it(
    archive: EmbeddedArchive, sample: Path, tmp_path: Path
) -> None:
    crawling = Crawling(tmp_path / "corpus", archive.url, sample / "targets.txt", {"READERS": 2})

    def are_apart() -> bool:
        readers = running.family()[1:]
        paths = {file.path for reader in readers for file in reader.open_files()}
        return bool(readers) and not any(path.startswith(str(tmp_path)) for path in paths)

    with crawling.started() as running:
        assert running.wait_for(lambda: any((tmp_path / "corpus/warc").glob("*.gz")) and are_apart())
        assert running.kill() == []
