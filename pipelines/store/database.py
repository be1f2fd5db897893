"""Opening corpus.sqlite: migrations, WAL, foreign keys, and refusals that say what is wrong."""

import json
import logging
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path

from sqlite_utils import Database

from pipelines.exceptions import DatabaseBusy, RecordingFailed, WrongUse
from pipelines.items.readings import Reading
from pipelines.store.schema_speed import migrations

log = logging.getLogger(__name__)

DATABASE = "corpus.sqlite"

PATIENCE = 300.0
"""Seconds that we wait for another program's writing, unless told otherwise."""

_SLICE = 5.0  # seconds of waiting at a time: SQLite hears no signal meanwhile


class _Opened(Database):
    """The database of a corpus, and for how many seconds to wait for another program that writes in it."""

    patience = PATIENCE


def open_corpus(folder: Path, patience: float = PATIENCE) -> Database:
    """Open the corpus in `folder` for writing, making it where there is none.

    Raises WrongUse, RecordingFailed; DatabaseBusy where another program writes in it for longer than `patience`.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        db = _Opened(folder / DATABASE)
        db.patience = patience
        db.execute(f"PRAGMA busy_timeout = {int(min(_SLICE, patience) * 1000)}")
        _refuse_foreign_layouts(db, folder)
        _prepare(db)
    except (OSError, sqlite3.OperationalError) as error:
        raise RecordingFailed(f"Cannot write the corpus in {folder}: {error}. Check CORPUS_DIR.") from error
    except sqlite3.DatabaseError as error:
        raise WrongUse(_not_ours(folder, str(error))) from error
    return db


def _prepare(db: Database) -> None:
    """What is written when a corpus is opened, where it is not there yet."""
    with _patiently(db):
        db.execute("ROLLBACK")  # only to know that nobody else writes: a journal mode is not changed in a transaction
    db.enable_wal()
    db.execute("PRAGMA synchronous = NORMAL")
    if migrations.pending(db):
        with _patiently(db):  # of two programs one brings it up, and the other one finds it done
            migrations.apply(db)
    db.execute("PRAGMA foreign_keys = ON")  # not before: a migration may write a table anew that others refer to


def open_for_reading(folder: Path) -> Database:
    """Open an existing corpus read-only, also where nothing can be written. Raises WrongUse where there is none, it
    cannot be read or is of another layout; RecordingFailed where the disk has no room for what SQLite needs."""
    path = folder / DATABASE
    if not path.is_file():
        raise WrongUse(f"There is no corpus in {folder}: {DATABASE} is missing. Crawl first, or set CORPUS_DIR.")
    try:
        db = Database(connect_for_reading(path))
        _refuse_foreign_layouts(db, folder)
        if migrations.pending(db):
            raise WrongUse(f"The corpus in {folder} has an older layout: run a crawl or rebuild once to bring it up.")
    except sqlite3.OperationalError as error:
        if (error.sqlite_errorcode & 0xFF) in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR):
            raise RecordingFailed(f"Cannot open {path}: {error}. Make room on its disk.") from error
        raise WrongUse(f"Cannot read {path}: {error}. See whether you may read it and {path.name}-wal.") from error
    except sqlite3.DatabaseError as error:
        raise WrongUse(_not_ours(folder, str(error))) from error
    return db


def open_existing(folder: Path) -> Database:
    """Open an existing corpus for writing. Raises WrongUse where there is none, RecordingFailed."""
    see_existing(folder)
    return open_corpus(folder)


def see_existing(folder: Path) -> None:
    """Raises WrongUse where there is no corpus in a folder: for those who would else leave something there."""
    if not (folder / DATABASE).is_file():
        raise WrongUse(f"There is no corpus in {folder}: {DATABASE} is missing. Crawl first, or set CORPUS_DIR.")


@contextmanager
def copied(folder: Path) -> Iterator[Database]:
    """A copy of the corpus's database to try things on, gone afterwards; an empty one where there is no corpus.

    It is made of the files as they lie: a database in WAL mode cannot be opened without a trace. Raises WrongUse;
    RecordingFailed where there is no room for it.
    """
    with tempfile.TemporaryDirectory(prefix="policy-corpus-copy-") as place:
        _copy(folder, Path(place))
        with closing(open_corpus(Path(place))) as db:
            yield db


def _copy(folder: Path, place: Path) -> None:
    try:
        for name in (DATABASE, f"{DATABASE}-wal"):
            if (folder / name).is_file():
                shutil.copy(folder / name, place)
    except OSError as error:
        raise RecordingFailed(
            f"Cannot copy {folder / DATABASE} to {place}: {error.strerror}. Make room there, or set TMPDIR."
        ) from error


def connect_for_reading(path: Path) -> sqlite3.Connection:
    """A database in WAL mode is opened with two files beside it. Where they are not there and cannot be made, in a
    folder without write bits or on a medium that is read-only, nobody is writing either: then it needs none
    (https://www.sqlite.org/wal.html#read_only_databases)."""
    address = path.resolve().as_uri()
    db = sqlite3.connect(f"{address}?mode=ro", uri=True)
    try:
        db.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    except sqlite3.OperationalError:
        db.close()
        waiting = path.with_name(f"{path.name}-wal")
        if waiting.exists() and waiting.stat().st_size:
            raise
        db = sqlite3.connect(f"{address}?mode=ro&immutable=1", uri=True)
    return db


def connect_without_trace(path: Path) -> sqlite3.Connection:
    """A database for one short look. Where nobody has it open, none of the files that belong to its WAL is made."""
    if path.with_name(f"{path.name}-wal").exists():
        return connect_for_reading(path)
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)


def see_one_state(db: Database) -> None:
    """Have a database that was opened for reading show one state of all tables, whatever is written from here on."""
    db.execute("BEGIN")


@contextmanager
def recording(db: Database) -> Iterator[Database]:
    """A transaction whose failure is a RecordingFailed: rows that cannot be kept stop the run. One that another program
    keeps us from is a DatabaseBusy."""
    try:
        with _within(db) if db.conn.in_transaction else _patiently(db):
            yield db
    except sqlite3.Error as error:
        raise RecordingFailed(
            f"Cannot record in {DATABASE}: {error}. Free space or mend the file, then start again."
        ) from error


@contextmanager
def _within(db: Database) -> Iterator[None]:
    """A part of a transaction that fails alone. Its name is always the same, so that SQLite knows the statements."""
    db.conn.execute("SAVEPOINT part")
    try:
        yield
    except BaseException:
        if db.conn.in_transaction:  # an error may have ended all of it
            db.conn.execute("ROLLBACK TO part")
            db.conn.execute("RELEASE part")
        raise
    db.conn.execute("RELEASE part")


@contextmanager
def _patiently(db: Database) -> Iterator[None]:
    """A transaction that waits for its turn before it begins: once begun, nothing is in its way."""
    _take_turn(db)
    try:
        yield
        if db.conn.in_transaction:
            db.conn.execute("COMMIT")
    except BaseException:
        db.conn.rollback()
        raise


def _take_turn(db: Database) -> None:
    patience = getattr(db, "patience", PATIENCE)
    deadline, told = time.monotonic() + patience, False
    while True:
        try:
            db.conn.execute("BEGIN IMMEDIATE")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
            if time.monotonic() >= deadline:
                raise DatabaseBusy(
                    f"Another program has been writing in {DATABASE} for {patience:g} seconds: end it and start again."
                ) from error
        if not told:
            log.warning("Another program writes in %s: waiting for it, up to %g seconds.", DATABASE, patience)
            told = True


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


CAPTURE_COLUMNS = (
    "capture.urlkey, capture.timestamp, capture.original, mimetype, capture.statuscode, capture.digest, "
    "capture.length, capture.archive, record_at"
)


def reading_columns(reading: Reading) -> dict[str, object]:
    """What a reading says beside its text, by the names of the columns of `extraction`."""
    return {
        "reading_key": reading.reading_key,
        "title": reading.title,
        "language": reading.language,
        "language_probability": reading.language_probability,
        "charset": reading.charset,
        "words": reading.words,
        "verdict": reading.verdict,
        "reasons": json.dumps(reading.reasons, ensure_ascii=False),
        "looks_like": reading.looks_like,
        "stated_date": reading.stated_date,
        "stated_in": reading.stated_in,
    }


@cache
def insert_reading(names: tuple[str, ...]) -> str:
    """The statement that keeps these columns of `extraction` of a capture, and all others as in a new row: a failure
    leaves nothing of a text that was read before, nor a text of a failure. What a second reader said stays beside the
    text that it was said of; where there is another one, it is asked again."""
    columns, marks = ", ".join(names), ", ".join(f":{name}" for name in names)
    return f"""INSERT OR REPLACE INTO extraction ({columns}, second_reading, second_in_text, text_in_second)
    SELECT {marks}, CASE WHEN same THEN old.second_reading WHEN old.second_reading <> '' THEN 'due' ELSE '' END,
        iif(same, old.second_in_text, NULL), iif(same, old.text_in_second, NULL)
    FROM (SELECT 1) LEFT JOIN (SELECT *, text_digest = :text_digest AS same FROM extraction
        WHERE capture_id = :capture_id AND reader = :reader) AS old"""  # noqa: S608
