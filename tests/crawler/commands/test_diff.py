"""`diff`, `log` and `news`, as a user types them."""

import fcntl
import json
import os
import pty
import struct
import subprocess
import sys
import termios
from contextlib import suppress
from pathlib import Path

import pytest

from pipelines.store import runs
from tests.conftest import ROOT, Run, refusal, run_scrapy
from tests.desk import Desk, row

TEXTS = (
    "## Data\n\nWe collect names.\n\n## Rights\n\nYou may ask us what we know of you.",
    "## Data\n\nWe collect names \x1b[31mand addresses.\n\n## Rights\n\nYou may ask us what we know of you.",
    "## Data\n\nWe collect names and <script>alert(1)</script> addresses.\n\n## Rights\n\nYou may ask us.",
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("history")
    desk = Desk(made)
    runs.begin(desk.db, runs.RunStart("run-1", "crawl", "2026-01-02T00:00:00Z"))
    rows = [row(str(year)) for year in (2004, 2006, 2008)]
    desk.listed(*rows)
    desk.plan()
    for capture, text in zip(rows, TEXTS, strict=True):
        desk.read(capture, text)
    desk.corpus.derive_waiting()
    desk.close()
    return made


def _told(folder: Path, *args: str) -> str:
    ended = run_scrapy(*args, CORPUS_DIR=folder)
    assert (ended.code, ended.err) == (0, ""), ended
    return ended.out


def test_the_last_change_is_shown_where_nothing_else_is_asked(folder: Path) -> None:
    out = _told(folder, "diff", "shop.example")
    assert "2 of 2006-01-01 to 3 of 2008-01-01" in out
    assert "[- what we know of you-]" in out


def test_nothing_of_a_page_moves_the_cursor(folder: Path) -> None:
    for form in ("text", "markdown", "html", "json"):
        assert "\x1b" not in _told(folder, "diff", "shop.example", "1", "2", "--format", form).replace("\\u001b", "")


def test_html_runs_nothing_of_a_page(folder: Path) -> None:
    out = _told(folder, "diff", "shop.example", "privacy", "first", "last", "--format", "html")
    assert "<script" not in out
    assert "&lt;script&gt;" in out
    assert "default-src 'none'" in out
    assert "<ins>" in out


def test_json_has_both_versions_and_all_figures(folder: Path) -> None:
    whole = json.loads(_told(folder, "diff", "shop.example", "2004", "2007", "--format", "json"))
    assert (whole["from"]["version"], whole["to"]["number"]) == ("20040101000000", 2)
    assert whole["comparison"]["changes"]
    stat = json.loads(_told(folder, "diff", "shop.example", "2004", "2007", "--format", "json", "--stat"))
    assert "changes" not in stat["comparison"]


def test_figures_by_section(folder: Path) -> None:
    out = _told(folder, "diff", "shop.example", "--stat")
    assert "Rights" in out
    assert "words added" in out


def test_scripts_may_ask_whether_two_versions_differ(folder: Path) -> None:
    assert run_scrapy("diff", "shop.example", "--exit-code", CORPUS_DIR=folder).code == 1
    assert run_scrapy("diff", "shop.example", "1", "first", "--exit-code", CORPUS_DIR=folder).code == 0


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["diff", "shop.exmple"], "did you mean shop.example?"),
        (["diff", "shop.example", "terms"], "it has privacy policy"),
        (["diff", "shop.example", "1", "9"], "numbered 1 to 3"),
        (["diff", "shop.example", "1999", "last"], "before the first version"),
        (["diff", "shop.example", "1", "soon"], "is no version"),
        (["diff"], "Give a site"),
        (["log", "shop.example", "privacy", "x"], "Unexpected argument"),
        (["news", "--since", "soon"], "neither a date"),
    ],
)
def test_bad_input_gets_one_sentence(folder: Path, args: list[str], said: str) -> None:
    assert said in refusal(run_scrapy(*args, CORPUS_DIR=folder))


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["diff", "shop.example"], "version"),
        (["log"], "version"),
        (["log", "shop.example"], "version"),
        (["news"], "Nothing ever ran in this corpus"),
    ],
)
def test_an_empty_corpus_is_told(desk: Desk, scrapy: Run, command: list[str], said: str) -> None:
    assert said in refusal(scrapy(*command, CORPUS_DIR=desk.folder))


def test_the_log_has_a_line_a_version(folder: Path) -> None:
    out = _told(folder, "log", "shop.example").splitlines()
    assert [line.split()[0] for line in out[1:]] == ["3", "2", "1"]
    assert "in 2 sections, between 2006-01-01 and 2008-01-01" in out[1]
    assert "first version" in out[3]
    assert [json.loads(line)["number"] for line in _told(folder, "log", "shop.example", "--json").splitlines()] == [
        3,
        2,
        1,
    ]
    assert "shop.example" in _told(folder, "log")


def test_the_news_of_a_run(folder: Path) -> None:
    told = json.loads(_told(folder, "news", "--json"))
    assert [each["number"] for each in told["versions"]] == [1, 2, 3]
    assert (told["run"]["id"], told["documents"][0]["versions"]) == ("run-1", 3)
    assert "new versions: 3" in _told(folder, "news")
    assert "nothing is new" in _told(folder, "news", "--since", "2099-01-01")
    assert run_scrapy("news", "--exit-code", CORPUS_DIR=folder).code == 1


def test_a_corpus_that_is_being_written_is_read(folder: Path) -> None:
    from pipelines.store.database import open_corpus, recording

    db = open_corpus(folder)
    with recording(db):
        db.execute("UPDATE document SET open = open")
        assert "shop.example" in _told(folder, "log")
    db.close()


def test_a_terminal_gets_colours_and_a_pager(folder: Path) -> None:
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 2, 80, 0, 0))
    environ = {**os.environ, "PAGER": "sed s/^/paged:/", "TERM": "xterm", "NO_COLOR": "", "LINES": "2", "COLUMNS": "80"}
    command = [sys.executable, "-m", "scrapy", "diff", "shop.example", "-s", f"CORPUS_DIR={folder}"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=theirs, stderr=theirs, env=environ)
    os.close(theirs)
    said = b""
    with suppress(OSError):  # the other end is closed
        while part := os.read(ours, 4096):
            said += part
    os.close(ours)
    assert process.wait(60) == 0
    assert b"paged:" in said
    assert b"\x1b[31;9m" in said
