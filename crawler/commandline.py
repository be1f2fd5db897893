"""What all commands share: help that keeps its lines, and errors told in one sentence."""

import argparse
import sys
import time
from typing import Protocol

from scrapy.commands import ScrapyHelpFormatter

from crawler.exceptions import CorpusError, WrongUse
from crawler.terminal import complain, keep_logs_printable, say

_EVERY = 2.0  # seconds between two lines of progress


class Help(ScrapyHelpFormatter, argparse.RawDescriptionHelpFormatter):
    """Keeps the lines of the examples."""


class Ending(Protocol):
    """A command, which ends with a code."""

    exitcode: int


def add_examples(parser: argparse.ArgumentParser, examples: str) -> None:
    """End a command's help with `examples`, line by line as they stand, and let its logs hold what prints alone."""
    keep_logs_printable()  # every command comes by here before it does anything
    parser.formatter_class = Help
    parser.epilog = examples.strip("\n")


def refuse(command: Ending, error: CorpusError) -> None:
    """Say what went wrong, on standard error, and end with its code."""
    complain(error)
    command.exitcode = error.exit_code


def take_none(args: list[str], way_out: str = "-s CORPUS_DIR=DIR names the corpus") -> None:
    """Raises WrongUse where a command that takes no arguments is given one."""
    if args:
        raise WrongUse(f"{args[0]!r} belongs nowhere here: {way_out}.")


class ProgressLines:
    """Tells on standard error how far it has come, every few seconds and at the end of each part."""

    def __init__(self) -> None:
        self._next = time.monotonic() + _EVERY

    def __call__(self, what: str, done: int, todo: int) -> None:
        if time.monotonic() >= self._next or done == todo:
            self._next = time.monotonic() + _EVERY
            say(f"{what}: {done} of {todo}", file=sys.stderr)
