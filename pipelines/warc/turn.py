"""The turn of WARC files: new ones take the place of old ones, all at once, whatever happens on the way.

What is to come lies beside the corpus under the names of parts, and no rebuild, crawl or check sees it. One row in the
database, in the transaction that makes its rows point to the new files, is the turn. From then on the new files count,
and whoever holds the corpus next brings to an end what is left to do: names, old files, and what deleted rows have left
in the database. `warc/turn.json` says the same to a rebuild that has no database any more.
"""

import json
import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from sqlite_utils import Database

from pipelines.exceptions import CorpusError, RecordingFailed
from pipelines.formats import atomic
from pipelines.store import unwritten
from pipelines.store.database import DATABASE, open_corpus, recording, recording_for_good
from pipelines.store.file_book import Book
from pipelines.store.relocating import change_turn, decide_on_turn, end_turn, has_turn, take_back_turn, turn_in
from pipelines.store.searching import sweep
from pipelines.warc import cdxj, journal
from pipelines.warc.files import ENDINGS, is_ours, order, remove_begun, remove_begun_of, warc_files
from pipelines.warc.writer import WarcWriter

log = logging.getLogger(__name__)

TOLD = "turn.json"


@dataclass(slots=True)
class Turn:
    """Names of files below the `warc` folder: those to come, and those to go; `sweep` where deleted rows must leave
    nothing in the database."""

    new: list[str] = field(default_factory=list)
    old: list[str] = field(default_factory=list)
    sweep: bool = False

    def files(self, warc: Path) -> list[str]:
        """The names of all WARC files of the corpus after the turn, in their order."""
        return sorted({*warc_files(warc), *self.new} - {*self.old}, key=order)

    def note(self, db: Database, warc: Path) -> None:
        """Decide on it: the last part of the caller's transaction. Raises RecordingFailed."""
        if not (self.new or self.old or self.sweep):
            return
        self.sweep = take_back_turn(db) or self.sweep  # one is there that is not swept yet
        self.new = [name for name in self.new if name not in self.old]  # brought in and written anew at once
        text = json.dumps(asdict(self))
        decide_on_turn(db, text)
        Book(db).gone(name for name in self.old if is_ours(name))
        try:  # written before it is needed: there may be no room later
            warc.mkdir(parents=True, exist_ok=True)
            atomic.write_part(atomic.part_of(warc / TOLD), [text.encode()])
            atomic.sync_folder(warc)
        except OSError as error:
            raise _not_turned(warc, error) from error


@contextmanager
def turning(db: Database, folder: Path) -> Iterator[Turn]:
    """A transaction in which files are written anew. At its end all of it counts, or nothing is left of it.

    `folder` is the corpus's. Raises RecordingFailed.
    """
    turn = Turn()
    try:
        with recording_for_good(db):
            yield turn
            turn.note(db, folder / "warc")
    except BaseException:
        with suppress(CorpusError):
            finish(folder)
        raise
    finish(folder)


@contextmanager
def brought_in(folder: Path) -> Iterator[list[str]]:
    """Names of files that are to come into a corpus with the next turn; where that fails, nothing is left of them."""
    names: list[str] = []
    try:
        yield names
    except BaseException:
        with suppress(CorpusError):
            finish(folder)
        raise


def tell_journal(db: Database, warc: Path, run: str) -> None:
    """Write to WARC what only the database knows, in files that count when they are whole. Raises RecordingFailed."""
    book = Book(db)
    told = book.to_tell()
    try:
        with recording(db):  # the book knows a file before it is there, and the marks go when it is
            with unwritten.kept_marks(db):
                files = journal_written(db, warc, run)
            book.told(told, so=False)
        _name(warc, files)
        with recording(db):
            unwritten.take_kept_marks_off(db)
            book.told(told if files else ())
    except BaseException as error:
        remove_begun_of(warc, run)
        if isinstance(error, OSError):
            raise _not_turned(warc, error) from error
        raise


def journal_written(db: Database, warc: Path, run: str) -> list[str]:
    """The names of files, parts still, that hold what only the database knows. Within the caller's transaction."""
    with WarcWriter(warc, run, part=True, book=Book(db)) as writer:
        journal.write_out(db, writer.write_journal)
    return writer.files


def settle(folder: Path) -> None:
    """What was begun and not ended by a process that is no more comes to its end. For who holds the corpus.

    Raises RecordingFailed.
    """
    try:
        finish(folder)
    except _NotSwept as error:
        log.warning("%s", error)


def finish(folder: Path) -> None:
    """Bring the turn that was decided on to its end, and take away what was begun for one that was not."""
    warc = folder / "warc"
    try:
        turn = _decided(folder)
        if turn:
            _turn(warc, turn)
        remove_begun(warc)
    except OSError as error:
        raise _not_turned(warc, error) from error
    if turn:
        _forget_turn(folder, turn)


def _turn(warc: Path, turn: Turn) -> None:
    told = warc / TOLD
    if atomic.part_of(told).exists():
        atomic.put_in_place(atomic.part_of(told), told)
    _name(warc, turn.new)
    for name in turn.old:
        (warc / name).unlink(missing_ok=True)
        cdxj.cdxj_path(warc / name).unlink(missing_ok=True)
    _sync(warc, turn.old)
    told.unlink(missing_ok=True)


def _name(warc: Path, names: list[str]) -> None:
    for name in names:
        for path in (cdxj.cdxj_path(warc / name), warc / name):
            if atomic.part_of(path).exists():
                atomic.part_of(path).replace(path)
    _sync(warc, names)


def _sync(warc: Path, names: list[str]) -> None:
    for folder in {(warc / name).parent for name in names}:
        if folder.is_dir():
            atomic.sync_folder(folder)


def _decided(folder: Path) -> Turn | None:
    """The turn as the database tells it, else as a file that was named after it."""
    told = turn_in(folder / DATABASE)
    return (_read(told) if told else None) or _of_file(folder / "warc" / TOLD)


def _of_file(path: Path) -> Turn | None:
    return _read(path.read_bytes()) if path.is_file() else None


def _read(text: Any) -> Turn | None:
    """None for what is no turn: files that others made up remove nothing outside of the folder."""
    try:
        turn = Turn(**json.loads(text))
        return turn if all(map(_is_inside, [*turn.new, *turn.old])) else None
    except (TypeError, ValueError, RecursionError):
        return None


def _is_inside(name: Any) -> bool:
    path = PurePosixPath(name)
    return name.lower().endswith(ENDINGS) and not path.is_absolute() and ".." not in path.parts


def _forget_turn(folder: Path, turn: Turn) -> None:
    """As long as there is something that deleted rows have left, the turn is not at its end."""
    if not (folder / DATABASE).is_file():
        return
    with closing(open_corpus(folder)) as db:
        if not has_turn(db):
            return
        if turn.sweep:
            change_turn(db, json.dumps(asdict(Turn(sweep=True))))
            _sweep(db)
        end_turn(db)


def _sweep(db: Database) -> None:
    try:
        sweep(db)
    except sqlite3.Error as error:
        raise _NotSwept(
            f"The site is forgotten, but its deleted rows still lie in free pages of {DATABASE}, which cannot be "
            f"written anew: {error}. Make room for a second {DATABASE}, then start again to finish."
        ) from error


class _NotSwept(RecordingFailed):
    """All is turned, but deleted rows have left something behind."""


def _not_turned(warc: Path, error: OSError) -> RecordingFailed:
    return RecordingFailed(f"Cannot write in {warc}: {error.strerror}. Make room, then start again to finish.")
