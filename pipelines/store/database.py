"""Opening corpus.sqlite: migrations, WAL, foreign keys, and refusals that say what is wrong."""

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlite_utils import Database

from crawler.exceptions import RecordingFailed, WrongUse

from .schema import migrations

DATABASE = "corpus.sqlite"


def open_corpus(folder: Path) -> Database:
    """Open the corpus in `folder` for writing, making it where there is none. Raises WrongUse, RecordingFailed."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        db = Database(folder / DATABASE)
        db.execute("PRAGMA foreign_keys = ON")
        db.execute("PRAGMA busy_timeout = 10000")
        _refuse_foreign_layouts(db, folder)
        db.enable_wal()
        db.execute("PRAGMA synchronous = NORMAL")
        migrations.apply(db)
    except (OSError, sqlite3.OperationalError) as error:
        raise RecordingFailed(f"Cannot write the corpus in {folder}: {error}. Check CORPUS_DIR.") from error
    except sqlite3.DatabaseError as error:
        raise WrongUse(_not_ours(folder, str(error))) from error
    return db


def open_for_reading(folder: Path) -> Database:
    """Open an existing corpus read-only. Raises WrongUse where there is none or it is of another layout,
    RecordingFailed where SQLite cannot make the files it needs beside it."""
    path = folder / DATABASE
    if not path.is_file():
        raise WrongUse(f"There is no corpus in {folder}: {DATABASE} is missing. Crawl first, or set CORPUS_DIR.")
    try:
        db = Database(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True))
        _refuse_foreign_layouts(db, folder)
        if migrations.pending(db):
            raise WrongUse(f"The corpus in {folder} has an older layout: run a crawl or rebuild once to bring it up.")
    except sqlite3.OperationalError as error:
        raise RecordingFailed(
            f"Cannot open {path}: {error}. Make room on its disk, or check its permissions."
        ) from error
    except sqlite3.DatabaseError as error:
        raise WrongUse(_not_ours(folder, str(error))) from error
    return db


def open_existing(folder: Path) -> Database:
    """Open an existing corpus for writing. Raises WrongUse where there is none, RecordingFailed."""
    if not (folder / DATABASE).is_file():
        raise WrongUse(f"There is no corpus in {folder}: {DATABASE} is missing. Crawl first, or set CORPUS_DIR.")
    return open_corpus(folder)


@contextmanager
def copied(folder: Path) -> Iterator[Database]:
    """A copy of the corpus's database to try things on, gone afterwards; an empty one where there is no corpus.

    It is made of the files as they lie: a database in WAL mode cannot be opened without a trace. Raises WrongUse.
    """
    with tempfile.TemporaryDirectory(prefix="policy-corpus-copy-") as place:
        for name in (DATABASE, f"{DATABASE}-wal"):
            if (folder / name).is_file():
                shutil.copy(folder / name, place)
        with closing(open_corpus(Path(place))) as db:
            yield db


@contextmanager
def recording(db: Database) -> Iterator[Database]:
    """A transaction whose failure is a RecordingFailed: rows that cannot be kept stop the run."""
    try:
        with db.atomic():
            yield db
    except sqlite3.Error as error:
        raise RecordingFailed(
            f"Cannot record in {DATABASE}: {error}. Free space or mend the file, then start again."
        ) from error


@contextmanager
def recording_for_good(db: Database) -> Iterator[Database]:
    """The same, and once it has ended it outlasts a power cut: for what is deleted afterwards there is no way back.

    In WAL mode the last transactions may else be undone by one (https://www.sqlite.org/pragma.html#pragma_synchronous).
    """
    db.execute("PRAGMA synchronous = FULL")
    try:
        with recording(db):
            yield db
    finally:
        db.execute("PRAGMA synchronous = NORMAL")


def _refuse_foreign_layouts(db: Database, folder: Path) -> None:
    tables = set(db.table_names())
    if tables and migrations.migrations_table not in tables:
        raise WrongUse(_not_ours(folder, f"its tables are {', '.join(sorted(tables)[:5])}"))
    newer = _applied(db) - known_names()
    if newer:
        raise WrongUse(
            f"The corpus in {folder} was written by a newer release ({', '.join(sorted(newer))}): upgrade this program."
        )


def known_names() -> set[str]:
    """The names of all migrations this release knows."""
    return {migration.name for migration in migrations.pending(Database(memory=True))}


def _applied(db: Database) -> set[str]:
    return {migration.name for migration in migrations.applied(db)}


def _not_ours(folder: Path, why: str) -> str:
    return f"{folder / DATABASE} is not a corpus of this program ({why}): move it away or set CORPUS_DIR."
