"""The console script `policy-corpus`. It loads Scrapy, which takes longer than all the rest, only where a command is to
run, and of our commands that one alone; for a command's help it loads what Scrapy's commands are built on."""

import ast
import os
import sys
from difflib import get_close_matches
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from pipelines.exceptions import WrongUse
from pipelines.formats.release import __version__
from pipelines.formats.terminal import complain, say

if TYPE_CHECKING:
    from argparse import ArgumentParser

PROGRAM = "policy-corpus"

_SETTINGS = "crawler.settings"
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
    elif {"-h", "--help"} & {*_options(sys.argv[2:])}:
        _tell_help(name)
    else:
        _run(name)


def _options(arguments: list[str]) -> list[str]:
    """What of a command line is read for options."""
    return arguments[: arguments.index("--")] if "--" in arguments else arguments


def _tell_help(name: str) -> None:
    """Print what Scrapy would for a command that is asked for its help."""
    os.environ["SCRAPY_SETTINGS_MODULE"] = _SETTINGS
    before = {*sys.modules}
    try:
        _load_base_of_commands_alone()
        parser = _parser_of(name)
    except (ImportError, AttributeError):  # commands of this Scrapy are built on more of it
        _forget_loaded_since(before)
        parser = _parser_of(name)
    parser.print_help()


def _parser_of(name: str) -> "ArgumentParser":
    from argparse import ArgumentParser

    from scrapy.utils.project import get_project_settings

    command = import_module(f"crawler.commands.{name}").Command()
    command.settings = get_project_settings()
    parser = ArgumentParser(
        usage=f"scrapy {name} {command.syntax()}", description=command.long_desc(), conflict_handler="resolve"
    )
    command.add_options(parser)
    return parser


def _load_base_of_commands_alone() -> None:
    """Have `scrapy.commands` load neither what `import scrapy` does nor Twisted, by which it can export feeds: that
    takes ten times as long as all the rest of a help. For a process that ends with it."""
    found = find_spec("scrapy")
    scrapy, feeds = ModuleType("scrapy"), ModuleType("scrapy.extensions.feedexport")
    scrapy.__path__ = list((found and found.submodule_search_locations) or ())
    scrapy.__version__ = ""  # type: ignore[attr-defined]  # of the user agent
    feeds.FeedExporter = object  # type: ignore[attr-defined]
    sys.modules.update({module.__name__: module for module in (scrapy, feeds)})


def _forget_loaded_since(before: set[str]) -> None:
    """Let go of what was loaded on a false Scrapy."""
    for name in {*sys.modules} - before:
        if name.partition(".")[0] in ("scrapy", "crawler", "pipelines"):
            del sys.modules[name]


def _run(name: str) -> None:
    from scrapy.cmdline import execute
    from scrapy.utils.project import get_project_settings

    os.environ["SCRAPY_SETTINGS_MODULE"] = _SETTINGS  # whatever project lies in this folder
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
