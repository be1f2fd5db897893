"""The console script `policy-corpus`. It loads Scrapy, which takes longer than all the rest, only where a command is to
run, and of our commands that one alone."""

import ast
import os
import signal
import sys
from difflib import get_close_matches
from pathlib import Path
from typing import NoReturn

from pipelines.exceptions import WrongUse
from pipelines.formats.release import __version__
from pipelines.formats.terminal import complain, say

PROGRAM = "policy-corpus"

_COMMANDS = Path(__file__).parent.parent / "commands"


def main() -> None:
    """Run one of our commands, from any folder. Ends with the command's exit code."""
    name = sys.argv[1] if len(sys.argv) > 1 else "--help"
    if name in ("-h", "--help", "help"):
        say(*_overview())
    elif name in ("-V", "--version", "version"):
        say(f"{PROGRAM} {__version__}")
    elif name not in (known := _commands()):
        near = get_close_matches(name, known, 1)
        hint = f"did you mean {near[0]}?" if near else f"`{PROGRAM} --help` lists all."
        complain(f"There is no command {name!r}: {hint}")
        sys.exit(WrongUse.exit_code)
    else:
        try:
            _run(name)
        except KeyboardInterrupt:  # while Scrapy is loaded, or what the command needs
            end_interrupted()


def end_interrupted() -> NoReturn:
    """End as who presses Ctrl-C expects it."""
    complain("Stopped by SIGINT; run the same command again to continue.")
    sys.exit(128 + signal.SIGINT)


def _run(name: str) -> None:
    from scrapy.cmdline import execute
    from scrapy.utils.project import get_project_settings

    os.environ["SCRAPY_SETTINGS_MODULE"] = "crawler.settings"  # whatever project lies in this folder
    settings = get_project_settings()
    settings.set("COMMANDS_MODULE", f"crawler.commands.{name}", priority="project")
    execute([PROGRAM, *sys.argv[1:]], settings)


def _commands() -> list[str]:
    return sorted(path.stem for path in _COMMANDS.glob("[!_]*.py"))


def _overview() -> list[str]:
    """All commands with what they do, as `--help` shows them."""
    return [
        f"{PROGRAM} {__version__}: a versioned corpus of policies from web archives",
        "",
        f"usage: {PROGRAM} COMMAND [options]",
        "",
        *(f"  {name:<14} {_short_description(name)}" for name in _commands()),
        "",
        f"`{PROGRAM} COMMAND --help` tells more, with examples.",
    ]


def _short_description(name: str) -> str:
    """What a command's `short_desc` returns, a string as it stands there, read from the file."""
    tree = ast.parse((_COMMANDS / f"{name}.py").read_text("utf-8"))
    [says] = [one for one in ast.walk(tree) if isinstance(one, ast.FunctionDef) and one.name == "short_desc"]
    [returned] = [one.value for one in says.body if isinstance(one, ast.Return)]
    return str(ast.literal_eval(returned)) if returned else ""
