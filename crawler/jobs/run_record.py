"""A row of `runs` for each command that changes a corpus without crawling."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from scrapy.settings import Settings

from crawler.jobs.configuration import reader_of
from pipelines.exceptions import CorpusError
from pipelines.options import Config
from pipelines.store import runs
from pipelines.store.database import DATABASE, open_corpus
from pipelines.store.imported import refuse_imported


@dataclass(slots=True)
class Note:
    """What is to be told of a run that ends without an error."""

    exit_code: int = 0


@contextmanager
def noted(settings: Settings, command: str, targets_digest: str = "") -> Iterator[Note]:
    """Note that a command began, and how it ended; what it does on behalf of another noted one is a part of that.

    The rows are written by connections of their own, because the database may be another one afterwards, or be so
    damaged before that it says nothing. Raises WrongUse for a corpus that was imported, where it is not forgetting.
    """
    config = Config.of(settings)
    folder = config.folder
    if command != "forget":
        refuse_imported(folder)
    start = runs.RunStart(config.run_id, command, _now(), targets_digest, reader_of(settings))
    note = Note()
    if not _begin(folder, start):
        yield note
        return
    try:
        yield note
    except CorpusError as error:
        with suppress(CorpusError, sqlite3.Error):
            _end(folder, start, error.exit_code)
        raise
    _end(folder, start, note.exit_code)


def _begin(folder: Path, start: runs.RunStart) -> bool:
    """False where the run is noted already. A new corpus, and one that says nothing, gets its row at the end."""
    if (folder / DATABASE).is_file():
        with suppress(CorpusError, sqlite3.Error), closing(open_corpus(folder)) as db:
            if runs.is_known(db, start.run_id):
                return False
            runs.begin(db, start)
    return True


def _end(folder: Path, start: runs.RunStart, exit_code: int) -> None:
    with closing(open_corpus(folder)) as db:
        if not runs.is_known(db, start.run_id):
            runs.begin(db, start)
        runs.finish(db, start.run_id, runs.RunEnd(_now(), runs.outcome_of(exit_code), exit_code))


def _now() -> str:
    return f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
