"""Progress as it is seen: a crawl in a terminal of 80 columns, and one whose output is piped."""

import os
import pty
import re
import select
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from crawler.local_archive.embedded import EmbeddedArchive
from crawler.local_archive.server.faults import Faults
from crawler.reporting.progress import Terminal, table, view_for
from crawler.reporting.progress_state import Standing
from tests.conftest import FAST
from tests.launching import launch, launched

ONE = "http://inkwell-post.example/privacy"
_CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_COLOUR = re.compile(r"\x1b\[(?:[0-9;]*;)?(?:3[0-7]|38|9[0-7])[0-9;]*m")


def in_terminal(command: list[str], **environment: str) -> tuple[int, str]:
    """Exit code and all that a terminal of 80 columns was sent."""
    leader, follower = pty.openpty()
    given = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "80", "LINES": "24", **environment}
    with open(follower, "wb", buffering=0) as terminal:
        process = launch(command, given, terminal, terminal)
    sent = b""
    while select.select([leader], [], [], 60)[0]:
        try:
            sent += os.read(leader, 65_536)
        except OSError:  # the other side is closed
            break
    os.close(leader)
    return process.wait(60), sent.decode()


def in_pipe(command: list[str]) -> subprocess.CompletedProcess[str]:
    return launched(command, dict(os.environ), timeout=120)


def crawl(folder: Path, archive: EmbeddedArchive, **settings: object) -> list[str]:
    """The command that crawls one document."""
    given = {"CORPUS_DIR": folder / "corpus", "STATE_DIR": folder / "state", "WAYBACK_URL": archive.url}
    options = [f"-s{name}={value}" for name, value in (given | FAST | settings).items()]
    return [sys.executable, "-m", "scrapy", "crawl", "policies", "-a", f"targets={ONE}", *options]


def test_a_terminal_shows_a_table_that_renews_itself_within_eighty_columns(
    archive: EmbeddedArchive, tmp_path: Path
) -> None:
    code, sent = in_terminal(crawl(tmp_path, archive))
    assert code == 0
    assert _COLOUR.search(sent)
    assert "Traceback" not in sent
    lines = re.split(r"[\r\n]+", _CONTROL.sub("", sent))
    assert all(any(line.startswith(part) for line in lines) for part in ("listing ", "fetching ", "versions "))
    assert [line for line in lines if len(line) > 80 and str(tmp_path) not in line] == []


def test_a_terminal_that_asks_for_no_colour_gets_none(archive: EmbeddedArchive, tmp_path: Path) -> None:
    _, sent = in_terminal(crawl(tmp_path, archive), NO_COLOR="1")
    assert "fetching" in sent
    assert not _COLOUR.search(sent)


def test_a_pipe_gets_plain_lines_on_standard_error_alone(archive: EmbeddedArchive, tmp_path: Path) -> None:
    ended = in_pipe(crawl(tmp_path, archive, PROGRESS_SECONDS=0.1))
    told = [line for line in ended.stderr.splitlines() if line.startswith("listed ")]
    assert told
    assert all(
        re.fullmatch(r"listed \d+/\d+ fetched \d+/\d+ read \d+ versions \d+( \S+/s)?( .* left)?", it) for it in told
    )
    assert "listed " not in ended.stdout
    assert "\x1b" not in ended.stderr + ended.stdout


def limited(sample: Path) -> EmbeddedArchive:
    """An archive that has enough of each address once."""
    return EmbeddedArchive(sample, wrappers=[Faults.of("too-many:1")])


PAUSED = re.compile(r"paused until \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ: 429 Too Many Requests")


def test_a_pipe_is_told_of_a_pause(sample: Path, tmp_path: Path) -> None:
    with limited(sample) as archive:
        ended = in_pipe(crawl(tmp_path, archive, PROGRESS_SECONDS=0.1, TIME_SCALE=40, MAX_REQUESTS=3))
    lines = ended.stderr.splitlines()
    assert any(PAUSED.match(line) and ", fetched 0/" in line for line in lines)
    assert any(line.startswith("listed ") for line in lines), "and of what goes on afterwards"


def test_a_terminal_shows_a_pause_below_the_table(sample: Path, tmp_path: Path) -> None:
    with limited(sample) as archive:
        _, sent = in_terminal(crawl(tmp_path, archive, TIME_SCALE=60, MAX_REQUESTS=2))
    assert any(PAUSED.match(line) for line in re.split(r"[\r\n]+", _CONTROL.sub("", sent)))


def test_a_pipe_that_wants_no_progress_gets_none(archive: EmbeddedArchive, tmp_path: Path) -> None:
    ended = in_pipe(crawl(tmp_path, archive, PROGRESS_SECONDS=0))
    assert (ended.returncode, ended.stderr) == (0, "")


def test_a_dumb_terminal_gets_plain_lines(archive: EmbeddedArchive, tmp_path: Path) -> None:
    _, sent = in_terminal(crawl(tmp_path, archive, PROGRESS_SECONDS=0.1), TERM="dumb")
    assert "listed " in sent
    assert "\x1b" not in sent


@pytest.mark.parametrize("size", [0, 7, 12_345, 123_456_789])
def test_the_table_fits_eighty_columns_whatever_the_numbers(size: int) -> None:
    console = Console(width=200, force_terminal=False)
    with console.capture() as captured:
        console.print(table(Standing(size, size, size, size, size, size, 0.4, 0.001)))
    assert max(map(len, captured.get().rstrip().splitlines())) <= 80


def test_nothing_is_shown_where_nobody_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    assert view_for(0) is None
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert isinstance(view_for(0), Terminal)
