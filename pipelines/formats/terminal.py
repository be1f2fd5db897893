"""What strangers wrote, fit for a terminal and a log: signs that would move the cursor, colour or turn a line, or pass
for a line of ours, are shown as escapes.

Addresses, reasons and file names come from archives, lists and disks of others. All that commands print and log goes
through here.
"""

import logging
import sys
from types import TracebackType
from typing import TextIO

_OURS = "\n\t"  # what lays out a text of several lines

_Raised = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


def printable(text: object, keep: str = "") -> str:
    """`text` with all signs escaped that do not print: controls, bidirectional ones too, and halves of surrogates.

    Signs of `keep` stay as they are.
    """
    shown = str(text)
    if shown.isprintable():
        return shown
    return "".join(sign if sign.isprintable() or sign in keep else ascii(sign)[1:-1] for sign in shown)


def counted(number: int, one: str, several: str = "") -> str:
    """`1 file`, `2,000 files`; the plural is given where it is not made by an s."""
    return f"{number:,} {one if number == 1 else several or one + 's'}"


def say(*lines: object, file: TextIO | None = None) -> None:
    """Print lines, on standard output where no `file` is given. A line break within one is escaped."""
    print("\n".join(printable(line) for line in lines), file=file, flush=True)


def complain(error: object) -> None:
    """Say on standard error what went wrong; it may take several lines."""
    print(f"error: {printable(error, _OURS)}", file=sys.stderr, flush=True)


class PrintableRecord(logging.LogRecord):
    """A record of a log whose words and traceback are printable, whichever handler writes them."""

    def __init__(
        self,
        name: str,
        level: int,
        pathname: str,
        lineno: int,
        msg: object,
        args: tuple[object, ...] | dict[str, object] | None,
        exc_info: _Raised | None,
        func: str | None = None,
        sinfo: str | None = None,
        **extra: object,
    ) -> None:
        super().__init__(name, level, pathname, lineno, msg, args, exc_info, func, sinfo)
        if exc_info and exc_info[0]:
            self.exc_text = printable(logging.Formatter().formatException(exc_info), _OURS)

    def getMessage(self) -> str:
        return printable(super().getMessage(), _OURS)


def keep_logs_printable() -> None:
    """Have all log records of this process made printable."""
    logging.setLogRecordFactory(PrintableRecord)
