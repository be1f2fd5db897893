"""What all commands share: help that keeps its lines, and errors told in one sentence."""

import argparse
import atexit
import logging
import os
import re
import signal
import sqlite3
import sys
import textwrap
import time
from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path
from types import TracebackType
from typing import Protocol

from scrapy.commands import ScrapyCommand, ScrapyHelpFormatter

from crawler.cli.main import PROGRAM, end_interrupted
from pipelines.exceptions import CorpusError, RecordingFailed, WrongUse
from pipelines.formats.memory import load_database_alone
from pipelines.formats.terminal import complain, keep_logs_printable, say
from pipelines.options import Config

_EVERY = 2.0  # seconds between two lines of progress


class Help(ScrapyHelpFormatter, argparse.RawDescriptionHelpFormatter):
    """Keeps the lines of the examples."""


class CorpusCommand(ScrapyCommand):
    """What all commands do alike: they refuse settings that nobody reads, and end without a traceback where they are
    interrupted or nobody reads on. Scrapy makes all commands before it looks at the command line."""

    reads_corpus = True
    reads_catalogues = False

    def __init__(self) -> None:
        super().__init__()
        sys.excepthook = _told
        atexit.register(_flush_or_end)

    @property
    def config(self) -> Config:
        """The settings as they are now. Raises WrongUse."""
        assert self.settings is not None
        return Config.of(self.settings)

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        assert self.settings is not None
        known = set(self.settings)
        try:
            refuse_unknown_settings([given.partition("=")[0].strip() for given in opts.set], known)
        except WrongUse as error:
            refuse(self, error)
            sys.exit(self.exitcode)
        super().process_options(args, opts)
        try:
            check_log(str(self.settings["LOG_LEVEL"]), self.settings["LOG_FILE"])
            self._check_corpus(self.config)
        except WrongUse as error:
            refuse(self, error)
            sys.exit(self.exitcode)
        if self.reads_corpus:
            load_database_alone()

    def _check_corpus(self, config: Config) -> None:
        if self.reads_corpus and _is_file(config.folder) and not self.reads_catalogues:
            raise WrongUse(
                f"CORPUS_DIR={config.corpus_dir} is a file: a catalogue is for status, export and rebuild; name the "
                "folder of one corpus."
            )


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError as error:
        raise WrongUse(f"CORPUS_DIR={path} cannot be looked at: {error.strerror}.") from None


def check_log(level: str, file: str | None) -> None:
    """Raises WrongUse for a level that logging does not know, and for a file that cannot be one."""
    known = [name for name in logging.getLevelNamesMapping() if name not in ("NOTSET", "WARN", "FATAL")]
    if level not in logging.getLevelNamesMapping():
        near = get_close_matches(level.upper(), known, 1)
        raise WrongUse(f"LOG_LEVEL={level!r} is none; " + (f"did you mean {near[0]}?" if near else ", ".join(known)))
    if file and (not Path(file).parent.is_dir() or Path(file).is_dir()):
        raise WrongUse(f"LOG_FILE={file} cannot be written: it is no file in a folder that is there.")


def refuse_unknown_settings(given: Iterable[str], known: set[str]) -> None:
    """Raises WrongUse for the first name that is no setting, of ours or of Scrapy, with the nearest that is one."""
    for name in given:
        if name not in known:
            near = get_close_matches(name.upper(), known, 1)
            hint = f"did you mean {near[0]}?" if near else "docs/settings.md names all."
            raise WrongUse(f"There is no setting {name!r}: {hint}")


# of a file or a table that is not as it should be; its other errors are faults of ours
_UNUSABLE = (sqlite3.DatabaseError, sqlite3.OperationalError)


def _told(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """The end of a process by an exception: a traceback only for what nobody thought of."""
    if issubclass(kind, BrokenPipeError):
        _end_as_others_do()
    if kind in _UNUSABLE:
        logging.getLogger(__name__).debug("what the database said", exc_info=error)
        complain(
            f"The database cannot be used: {error}. If another program changed it, or it is damaged, "
            "`policy-corpus rebuild` makes it anew of the WARC files."
        )
        raise SystemExit(RecordingFailed.exit_code)
    if issubclass(kind, KeyboardInterrupt):
        end_interrupted()
    sys.__excepthook__(kind, error, trace)


def _flush_or_end() -> None:
    """Write out what is left before the interpreter does it, which would complain."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        _end_as_others_do()


def _end_as_others_do() -> None:
    """End by SIGPIPE, without a word: who reads, as `head` does, has seen enough."""
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    os.kill(os.getpid(), signal.SIGPIPE)


class Ending(Protocol):
    """A command, which ends with a code."""

    exitcode: int


def add_examples(parser: argparse.ArgumentParser, examples: str) -> None:
    """End a command's help with `examples`, line by line as they stand, and let its logs hold what prints alone."""
    keep_logs_printable()  # every command comes by here before it does anything
    parser.formatter_class = Help
    if parser.usage:
        parser.usage = _wrapped(parser.usage.replace("scrapy", PROGRAM, 1))
    parser.epilog = examples.strip("\n")


def _wrapped(usage: str) -> str:
    """A usage in lines for a terminal of 80 columns; an option in brackets stays in one."""
    whole = re.sub(r"\[[^]]*\]", lambda option: option[0].replace(" ", "\xa0"), usage)
    return textwrap.fill(whole, 76, subsequent_indent=" " * 6, break_on_hyphens=False).replace("\xa0", " ")


def refuse(command: Ending, error: CorpusError | KeyboardInterrupt) -> None:
    """Say what went wrong, on standard error, and end with its code."""
    stopped = isinstance(error, KeyboardInterrupt)
    complain("Stopped by SIGINT: the corpus is whole; run the same command again to continue." if stopped else error)
    command.exitcode = 128 + signal.SIGINT if isinstance(error, KeyboardInterrupt) else error.exit_code


def take_none(args: list[str], way_out: str = "-s CORPUS_DIR=DIR names the corpus") -> None:
    """Raises WrongUse where a command that takes no arguments is given one."""
    if args:
        raise WrongUse(f"Unexpected argument {args[0]!r}: {way_out}.")


class ProgressLines:
    """Tells on standard error how far it has come, every few seconds and at the end of each part."""

    def __init__(self) -> None:
        self._next = time.monotonic() + _EVERY

    def __call__(self, what: str, done: int, todo: int) -> None:
        if time.monotonic() >= self._next or done == todo:
            self._next = time.monotonic() + _EVERY
            say(f"{what}: {done} of {todo}", file=sys.stderr)
