"""What all commands share: help that keeps its lines, and errors told in one sentence."""

import argparse
import signal
import sys
import time
from typing import Protocol

from scrapy.commands import ScrapyHelpFormatter

from crawler.exceptions import CorpusError, WrongUse

_EVERY = 2.0  # seconds between two lines of progress


class Help(ScrapyHelpFormatter, argparse.RawDescriptionHelpFormatter):
    """Keeps the lines of the examples."""


class Ending(Protocol):
    """A command, which ends with a code."""

    exitcode: int


def add_examples(parser: argparse.ArgumentParser, examples: str) -> None:
    """End a command's help with `examples`, line by line as they stand."""
    parser.formatter_class = Help
    parser.epilog = examples.strip("\n")


def refuse(command: Ending, error: CorpusError | KeyboardInterrupt) -> None:
    """Say what went wrong, on standard error, and end with its code."""
    stopped = isinstance(error, KeyboardInterrupt)
    told = "Stopped by SIGINT: the corpus is whole; start again to go on." if stopped else error
    print(f"error: {told}", file=sys.stderr)
    command.exitcode = 128 + signal.SIGINT if isinstance(error, KeyboardInterrupt) else error.exit_code


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
            print(f"{what}: {done} of {todo}", file=sys.stderr, flush=True)
