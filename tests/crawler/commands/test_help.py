"""The help of every command, as a user sees it in a terminal of 80 columns."""

import subprocess
import sys
from pathlib import Path

import pytest

from crawler.commands.crawl import EXAMPLES
from tests.conftest import ROOT, run_scrapy

COMMANDS = sorted(path.stem for path in Path(ROOT, "crawler/commands").glob("*.py") if path.stem != "__init__")


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_a_command_has_examples_that_stand_as_they_are_typed(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    ended = run_scrapy(name, "--help")
    assert (ended.code, ended.err) == (0, "")
    examples = ended.out.partition("examples:\n")[2].splitlines()
    assert any(line.startswith(f"  policy-corpus {name}") for line in examples)
    assert [line for line in ended.out.splitlines() if len(line) > 80] == []


def loaded_by(*command: str) -> set[str]:
    """What a command has loaded by its end, where nothing of it is hidden."""
    code = f"import sys; from scrapy.cmdline import execute\ntry: execute(['scrapy', *{command}])\nfinally: "
    code += "print(*sys.modules, file=sys.stderr)"
    ended = subprocess.run(
        [sys.executable, "-E", "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    return set(ended.stderr.split())


HEAVY = {
    "trafilatura",
    "waybackpy",
    "crawler.jobs.crawl",
    "pandas",
    "numpy",
    "regex",
    "warcio",
    "tldextract",
    "requests",
}


def test_help_does_not_load_what_only_a_crawl_needs() -> None:
    assert loaded_by("status", "--help") & (HEAVY | {"sqlite_utils"}) == set()


def test_status_does_not_load_what_only_a_crawl_needs(crawled: Path) -> None:
    loaded = loaded_by("status", "-s", f"CORPUS_DIR={crawled}")
    assert "sqlite_utils" in loaded
    assert loaded & HEAVY == set()


def test_the_examples_of_a_crawl_say_who_asks() -> None:
    commands = EXAMPLES.partition("exit codes")[0].replace("\\\n", "").split("policy-corpus crawl")[1:]
    assert [command for command in commands if "CONTACT=" not in command] == []
    assert len(commands) == 4
