"""The help of every command, as a user sees it in a terminal of 80 columns."""

import subprocess
import sys
from pathlib import Path

import pytest

from crawler.commands.crawl import EXAMPLES
from tests.conftest import ROOT

COMMANDS = sorted(path.stem for path in Path(ROOT, "crawler/commands").glob("*.py") if path.stem != "__init__")


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_a_command_has_examples_that_stand_as_they_are_typed(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    command = [sys.executable, "-m", "scrapy", name, "--help"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)
    examples = ended.stdout.partition("examples:\n")[2].splitlines()
    assert any(line.startswith(f"  python -m scrapy {name}") for line in examples)
    assert [line for line in ended.stdout.splitlines() if len(line) > 80] == []


def test_help_does_not_load_what_only_a_crawl_needs() -> None:
    code = "import sys; from scrapy.cmdline import execute\ntry: execute(['scrapy', 'status', '--help'])\nfinally: "
    code += "heavy = {'trafilatura', 'waybackpy', 'crawler.jobs.crawl', 'pandas'}; "
    code += "print(sorted(heavy & set(sys.modules)), file=sys.stderr)"
    ended = subprocess.run(
        [sys.executable, "-E", "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    assert ended.stderr == "[]\n"


def test_the_examples_of_a_crawl_say_who_asks() -> None:
    commands = EXAMPLES.partition("exit codes")[0].replace("\\\n", "").split("python -m")[1:]
    assert [command for command in commands if "CONTACT=" not in command] == []
    assert len(commands) == 4
