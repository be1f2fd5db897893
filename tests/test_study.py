"""The tutorial, from top to bottom: each command of docs/study.md, in one folder, and what it promises to print."""

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT
from tests.corpora import copied
from tests.shell_program import program

STUDY = (ROOT / "docs/study.md").read_text()
BLOCKS = re.findall(r"^```(sh|text)\n(.*?)^```", STUDY, re.MULTILINE | re.DOTALL)
QUESTIONS = ("How long", "Since when", "What changed", "Who copies", "What is there")


def test_the_tutorial_runs_from_top_to_bottom(crawled: Path, tmp_path: Path) -> None:
    copied(crawled, tmp_path / "output")  # the first crawl has less to do: it is the same as `make crawl`
    programs = tmp_path / "bin"
    programs.mkdir()
    launching, descriptor = program(programs)
    path = os.pathsep.join([str(programs), str(Path(sys.executable).parent), os.environ["PATH"]])
    env = os.environ | {"PATH": path, "PYTHONPATH": str(ROOT)} | launching
    said = ""
    for kind, block in BLOCKS:
        if kind == "sh":
            command = ["sh", "-e", "-c", block]
            ended = subprocess.run(
                command, cwd=tmp_path, capture_output=True, text=True, timeout=120, env=env, check=False,
                pass_fds=[descriptor],
            )  # fmt: skip
            assert ended.returncode == 0, (block, ended.stderr)
            assert "error:" not in ended.stderr
            said = ended.stdout
        else:
            assert [line for line in block.splitlines() if line not in said] == []
        assert said.strip()
    for name in ("before/versions.csv", "change.html", "corpus.md", "data/README.md", "plots/words.svg"):
        assert (tmp_path / name).stat().st_size > 500
    assert "invented" in (tmp_path / "corpus.md").read_text()


def test_each_question_takes_at_most_three_commands() -> None:
    parts = re.split(r"^## ", STUDY, flags=re.MULTILINE)
    for question in QUESTIONS:
        [part] = [part for part in parts if part.startswith(question)]
        commands = re.findall(r"^(?:policy-corpus|sqlite-utils) ", part, re.MULTILINE)
        assert 1 <= len(commands) <= 3, question
