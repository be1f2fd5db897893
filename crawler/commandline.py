"""What all commands share: help that keeps its lines, and errors told in one sentence."""

import argparse
import sys
from typing import Protocol

from scrapy.commands import ScrapyHelpFormatter

from crawler.exceptions import CorpusError, WrongUse


class Help(ScrapyHelpFormatter, argparse.RawDescriptionHelpFormatter):
    """Keeps the lines of the examples."""


class Ending(Protocol):
    """A command, which ends with a code."""

    exitcode: int


def add_examples(parser: argparse.ArgumentParser, examples: str) -> None:
    """End a command's help with `examples`, line by line as they stand."""
    parser.formatter_class = Help
    parser.epilog = examples.strip("\n")


def refuse(command: Ending, error: CorpusError) -> None:
    """Say what went wrong, on standard error, and end with its code."""
    print(f"error: {error}", file=sys.stderr)
    command.exitcode = error.exit_code


def take_none(args: list[str], way_out: str = "-s CORPUS_DIR=DIR names the corpus") -> None:
    """Raises WrongUse where a command that takes no arguments is given one."""
    if args:
        raise WrongUse(f"{args[0]!r} belongs nowhere here: {way_out}.")
