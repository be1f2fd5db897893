"""A copy of the database that is whole, taken while a run is writing (SQLite's online backup API)."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from crawler.exceptions import RecordingFailed, WrongUse

from .database import DATABASE

_PAGES = 1000  # a step: a running crawl waits no longer than for one


def backup(folder: Path, to: Path) -> int:
    """Copy the database of the corpus in `folder` to the file `to`, whole or not at all. Returns its bytes."""
    source = folder / DATABASE
    if not source.is_file():
        raise WrongUse(f"There is no corpus in {folder}: {DATABASE} is missing.")
    if to.exists():
        raise WrongUse(f"{to} is there already: name a new file.")
    part = to.with_name(to.name + ".part")
    try:
        to.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(part)) as copy:
            live.backup(copy, pages=_PAGES)
            copy.execute("PRAGMA journal_mode = DELETE")
        descriptor = os.open(part, os.O_RDONLY)
        os.fsync(descriptor)
        os.close(descriptor)
        part.replace(to)
    except (OSError, sqlite3.Error) as error:
        part.unlink(missing_ok=True)
        raise RecordingFailed(f"Cannot copy {source} to {to}: {error}.") from error
    return to.stat().st_size
