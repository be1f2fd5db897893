"""A copy of the database that is whole, taken while a run is writing (SQLite's online backup API)."""

import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from pipelines.exceptions import RecordingFailed, WrongUse
from pipelines.formats import atomic
from pipelines.store.database import DATABASE

_PAGES = 1000  # a step: a running crawl waits no longer than for one


def backup(folder: Path, to: Path) -> int:
    """Copy the database of the corpus in `folder` to the file `to`, whole or not at all. Returns its bytes."""
    source = folder / DATABASE
    if not source.is_file():
        raise WrongUse(f"There is no corpus in {folder}: {DATABASE} is missing.")
    if to.exists():
        raise WrongUse(f"{to} is there already: name a new file.")
    part = atomic.part_of(to)
    try:
        to.parent.mkdir(parents=True, exist_ok=True)
        part.unlink(missing_ok=True)  # of a backup that was killed
        with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(part)) as copy:
            live.backup(copy, pages=_PAGES)
            copy.execute("PRAGMA journal_mode = DELETE")
        atomic.sync(part)
        atomic.put_in_place(part, to)
    except (OSError, sqlite3.Error) as error:
        _remove(part)
        raise RecordingFailed(f"Cannot copy {source} to {to}: {error}.") from error
    return to.stat().st_size


def _remove(part: Path) -> None:
    with suppress(OSError):
        for path in (part, part.with_name(part.name + "-journal")):
            path.unlink(missing_ok=True)
