import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import psutil
import pytest

from crawler.local_archive.sample import make_sample
from tests.launching import launched, piped

SERVE = [sys.executable, "-m", "scrapy", "serve-archive"]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return launched([*SERVE, *arguments], dict(os.environ), timeout=60)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_serves_until_told_to_stop(tmp_path: Path, number: signal.Signals) -> None:
    make_sample(tmp_path)
    with piped([*SERVE, str(tmp_path), "--port", "0"]) as (process, said, _):
        line = said.readline()
        address = line.rpartition(" ")[2].strip()
        with urllib.request.urlopen(f"{address}/cdx/search/cdx?url=inkwell-post.example/terms", timeout=10) as answer:
            assert len(answer.read().splitlines()) == 2
        with urllib.request.urlopen(f"{address}/__requests__", timeout=10) as answer:
            assert json.load(answer)["counts"] == {"cdx 200": 1}
        process.send_signal(number)
        assert process.wait(10) == 0
    assert line == f"Serving {tmp_path} at {address}\n"


def test_ends_with_its_parent(tmp_path: Path) -> None:
    command = [*SERVE, str(tmp_path), "--port", "0", "--with-parent"]
    program = (
        "import subprocess, time\n"
        f"process = subprocess.Popen({command!r}, stdout=subprocess.PIPE)\n"
        "process.stdout.readline()\n"
        "print(process.pid, flush=True)\n"
        "time.sleep(600)\n"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = psutil.Process(int(parent.stdout.readline()))
        parent.kill()
    assert psutil.wait_procs([child], timeout=10)[1] == []


def test_missing_folder_is_one_sentence(tmp_path: Path) -> None:
    done = run(str(tmp_path / "absent"))
    assert done.returncode == 2
    assert done.stderr == f"{tmp_path}/absent is no folder: name one that holds WARC, ARC, WACZ or CDX files.\n"


def test_wrong_number_of_folders_and_bad_port_are_told(tmp_path: Path) -> None:
    assert run().returncode == 2
    wrong = run(str(tmp_path), "--port", "99999")
    assert wrong.returncode == 2
    assert wrong.stderr.startswith(f"{tmp_path} cannot be served on port 99999")
    assert "Traceback" not in wrong.stderr


def test_help_has_examples() -> None:
    done = run("--help")
    assert done.returncode == 0
    assert "policy-corpus serve-archive output/warc --port 8390\n" in done.stdout


def test_faults_are_listed_and_unknown_ones_told(tmp_path: Path) -> None:
    listed = run("--list-faults")
    assert listed.returncode == 0
    assert "too-many                 429 of the archive itself, without Retry-After\n" in listed.stdout
    wrong = run(str(tmp_path), "--fault", "nonsense")
    assert wrong.returncode == 2
    assert wrong.stderr.startswith("There is no fault 'nonsense': take one of ")
    assert run(str(tmp_path), "--time-scale", "0").returncode == 2


def test_speaks_other_dialects_and_says_what_is_left_out(tmp_path: Path) -> None:
    make_sample(tmp_path)
    (tmp_path / "notes.txt").write_text("not an archive file")
    options = ["--port", "0", "--dialect", "pywb", "--block-lines", "5", "--page-blocks", "1"]
    with piped([*SERVE, str(tmp_path), *options]) as (process, out, err):
        address = out.readline().rpartition(" ")[2].strip()
        assert address.endswith("/collection")
        query = f"{address}/cdx?url=*.inkwell-post.example&showNumPages=true"
        with urllib.request.urlopen(query, timeout=10) as answer:
            assert json.load(answer)["pageSize"] == 1
        process.send_signal(signal.SIGTERM)
        said = err.read()
    assert said.splitlines() == [
        "left out, no archive or index file: notes.txt",
        "not offered: rewritten pages, search pages, recording, several collections, fuzzy rules of single sites",
    ]


def test_wrong_dialects_and_counts_are_told(tmp_path: Path) -> None:
    assert "invalid choice: 'gopher'" in run(str(tmp_path), "--dialect", "gopher").stderr
    assert "0 is no number from 1" in run(str(tmp_path), "--max-rows", "0").stderr
    wrong = run(str(tmp_path), "--dialect", "pywb", "--fault", "stuck-cursor")
    assert wrong.returncode == 2
    assert wrong.stderr == "The fault 'stuck-cursor' is known of wayback, not of pywb: name that --dialect.\n"
    assert "slow-down  " in run("--dialect", "commoncrawl", "--list-faults").stdout


def test_faults_and_limits_stand_in_front(tmp_path: Path) -> None:
    make_sample(tmp_path)
    options = ["--port", "0", "--fault", "status-452", "--seed", "3", "--limit-cdx", "2", "--retry-after", "9"]
    with piped([*SERVE, str(tmp_path), *options]) as (_, said, _):
        address = said.readline().rpartition(" ")[2].strip()
        statuses = []
        for _ in range(3):
            try:
                urllib.request.urlopen(f"{address}/cdx/search/cdx?url=inkwell-post.example", timeout=10).close()
                statuses.append((200, None))
            except urllib.error.HTTPError as error:
                statuses.append((error.code, error.headers["Retry-After"]))
                error.close()
    assert statuses == [(452, None), (200, None), (429, "9")]
