"""Redlines and version histories as lines for a terminal."""

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence

from pipelines.formats.terminal import counted, printable
from pipelines.formats.timestamps import day
from pipelines.store.history import DocumentName, VersionRow

PAGER = "less -FRX"
_COLOURS = {"delete": "31;9", "insert": "32", "moved": "36", "link": "33", "section": "1"}
_PLAIN = {"delete": ("[-", "-]"), "insert": ("{+", "+}")}


def coloured(text: str, how: str) -> str:
    """Text in the colour of what became of it; what strangers wrote is escaped."""
    code = _COLOURS.get(how)
    return f"\x1b[{code}m{printable(text)}\x1b[0m" if code and text else printable(text)


def bracketed(text: str, how: str) -> str:
    """The same for where there are no colours, in the signs of `git diff --word-diff`."""
    before, after = _PLAIN.get(how, ("", ""))
    return f"{before}{printable(text)}{after}" if text.strip() else printable(text)


def wants_colours() -> bool:
    """Whether standard output is a terminal whose user has not said NO_COLOR."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def show(lines: Iterable[str]) -> None:
    """Print lines; on a terminal that is too short for them, with the pager ($PAGER, else less)."""
    text = "\n".join(lines)
    pager = shlex.split(os.environ.get("PAGER") or PAGER)
    is_long = text.count("\n") + 2 > shutil.get_terminal_size().lines
    if sys.stdout.isatty() and is_long and pager and shutil.which(pager[0]):
        subprocess.run(pager, input=f"{text}\n", text=True, encoding="utf-8", errors="replace", check=False)
    else:
        print(text, flush=True)


def log_lines(document: DocumentName, versions: Sequence[VersionRow]) -> Iterator[str]:
    """The versions of a document, the newest first, one line each with the change that led to it."""
    yield f"{printable(document.label)}: {counted(len(versions), 'version')}"
    for version in reversed(versions):
        yield f"  {version.number:>4}  {day(version.version)}  {version.words:>7,} words  {_change(version)}".rstrip()


def _change(version: VersionRow) -> str:
    if version.number == 1:
        return "first version"
    if version.words_added is None or version.share is None:
        return "not compared yet: the next crawl does it"
    moved = f" >{version.words_moved:,}" if version.words_moved else ""
    figures = f"+{version.words_added:,} -{version.words_removed:,}{moved}"
    sections = f"{version.sections_touched} section{'' if version.sections_touched == 1 else 's'}"
    cosmetic = f"; cosmetic: {version.cosmetic_kinds}" if version.cosmetic_kinds else ""
    between = f"{day(version.changed_after)} and {day(version.changed_before)}"
    return f"{figures} ({version.share:.1%}) in {sections}, between {between}{cosmetic}"
