"""WARC files -> a corpus, with no network: what a crawl made of them is made again.

Three passes over a database of its own in `CORPUS_DIR/.rebuild`: what the files hold goes into rows, in the order in
which it was written; the pages are read; the versions are derived. Each can be interrupted and goes on. Only when all
is done, and nothing that the old one holds would be lost, does the new database take its place.
"""

import hashlib
import logging
import shutil
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlite_utils import Database

from pipelines.exceptions import CorpusError, RecordingFailed, WrongUse
from pipelines.executors.read_all import HeldReader, Progress, compare_all, read_all
from pipelines.executors.second_readings import ask_second
from pipelines.items.captures import Target
from pipelines.maintenance.first_pass import FirstPass, Knowledge
from pipelines.maintenance.merge import take_readings
from pipelines.store import searching, second_readings, unwritten
from pipelines.store.checks import lost_captures, missing_files
from pipelines.store.corpus import Corpus
from pipelines.store.database import DATABASE, open_corpus, recording
from pipelines.store.file_book import Book
from pipelines.store.forgetting import keep_forgotten
from pipelines.store.ledger import Ledger
from pipelines.store.remaking import Making, is_made_of
from pipelines.store.replacing import carry_over_runs, pass_over_damage, replace_by
from pipelines.warc.files import place_of, warc_files
from pipelines.warc.identity import carry_over, own_of
from pipelines.warc.turn import Turn, finish, tell_journal

log = logging.getLogger(__name__)

WORK = ".rebuild"

ForgetAgain = Callable[[Database, Path, Turn], object]
"""Is given the new database, the `warc` folder and what is turned with the database."""


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What came of a rebuild: how many stretches of WARC, lines of the journal and pages could not be used, and how
    many files, or parts of them, were not read when they were brought in."""

    files: int
    damaged: int
    lost: int
    unread: int = 0

    @property
    def exit_code(self) -> int:
        """1 where not all could be used."""
        return 1 if self.damaged or self.lost or self.unread else 0


def rebuild(
    folder: Path,
    archive: str,
    knowledge: Knowledge,
    *,
    reader: str,
    targets: Iterable[Target] = (),
    targets_digest: str = "",
    open_readers: Callable[[], HeldReader],
    run: str = "",
    known: Iterable[Path] = (),
    joined: Iterable[Path] = (),
    brought: Iterable[str] = (),
    forget_again: ForgetAgain = lambda db, warc, turn: None,
    accept_losses: bool = False,
    progress: Progress = lambda what, done, todo: None,
) -> Rebuilt:
    """Make the database of `folder` again from its WARC files. Raises CorpusError; the old one then stays as it is.
    `known` are databases with readings of the same bytes, which are taken over, `brought` files that come to the corpus
    with the new database, and `joined` the databases of the corpora that they came with."""
    warc, turn = folder / "warc", Turn(new=[*brought])
    _refuse_missing_files(folder, accept_losses)
    _write_out_journal(folder, run)
    files = turn.files(warc)
    of = _fingerprint(warc, files, archive, reader, targets_digest)
    with _making_room(folder / WORK):
        with closing(open_readers()) as pool, closing(_work_database(folder / WORK, of)) as db:
            making = _begun(db, archive, of, targets, knowledge)
            own = carry_over(db, folder / DATABASE, warc, files, joined)
            damaged = FirstPass(db, archive, knowledge, making, own).run(warc, files, progress)
            _take_known(db, known)
            lost = read_all(db, warc, pool, reader, progress=progress)
            making.all_is_read()
            _derive(db, archive, warc, pool, progress)
            _decide(db, folder, making, turn, forget_again, accept_losses)
        replace_by(folder / WORK, folder)
    finish(folder)
    return Rebuilt(len(files), damaged, lost)


def _derive(db: Database, archive: str, warc: Path, pool: HeldReader, progress: Progress) -> None:
    """Versions, their changes and their second readings, of all that is read."""
    _index(db)
    Corpus(db, archive).derive_waiting(compared=False)
    compare_all(db, pool, progress=progress)
    second_readings.forget_unshown(db)
    ask_second(db, warc, pool, progress=progress)
    Corpus(db, archive).found_when_fetched()


def _begun(db: Database, archive: str, of: str, targets: Iterable[Target], knowledge: Knowledge) -> Making:
    making = Making(db, archive, of)
    with recording(db):
        searching.pause(db)
    if making.is_new:
        Ledger(db, archive).register(targets, knowledge.urlkey)
    return making


def _index(db: Database) -> None:
    """Put all texts into the indexes, each as it would have been when it came."""
    waiting = True
    while waiting:
        with recording(db):
            waiting = searching.put_in_some(db)
    with recording(db):
        searching.resume(db)


def _take_known(db: Database, known: Iterable[Path]) -> None:
    for database in known:
        take_readings(db, database)


def _decide(
    db: Database, folder: Path, making: Making, turn: Turn, forget_again: ForgetAgain, accept_losses: bool
) -> None:
    """The last step before the new database takes its place: what only the old one knows, and what goes."""
    _refuse_lost_captures(db, folder, accept_losses)
    keep_forgotten(db, folder / DATABASE)
    carry_over_runs(db, folder / DATABASE)
    with recording(db):
        making.finish()
        forget_again(db, folder / "warc", turn)
        turn.note(db, folder / "warc")


def _refuse_missing_files(folder: Path, accept_losses: bool) -> None:
    """Raises WrongUse where the old database knows WARC files that are not there."""
    old, warc = folder / DATABASE, folder / "warc"
    if not accept_losses and old.is_file() and (missing := missing_files(old, warc_files(warc))):
        raise WrongUse(
            f"{warc} lacks {len(missing)} WARC files of this corpus, {missing[0]} first: mount the disk or bring them "
            "back, or give up what they held with `rebuild --accept-losses`."
        )


def _refuse_lost_captures(db: Database, folder: Path, accept_losses: bool) -> None:
    """Raises WrongUse where the old database holds captures that the new one does not."""
    old = folder / DATABASE
    if not accept_losses and old.is_file() and (lost := lost_captures(db, old)):
        raise WrongUse(
            f"{lost} captures that the corpus holds are not in {folder / 'warc'} any more: bring the files back, or "
            f"give them up with `rebuild --accept-losses` (what was made so far is in {folder / WORK})."
        )


@contextmanager
def _making_room(work: Path) -> Iterator[None]:
    """A half-made database stays where one is interrupted or refused, but not on a disk that is full of it."""
    try:
        yield
    except RecordingFailed:
        shutil.rmtree(work, ignore_errors=True)
        raise


def _work_database(folder: Path, of: str) -> Database:
    """The half-made database of an interrupted rebuild of the same files, or a new one."""
    db = open_corpus(folder)
    if is_made_of(db, of):
        log.warning("Going on with the rebuild that was interrupted.")
        return db
    db.close()
    shutil.rmtree(folder)
    return open_corpus(folder)


def _fingerprint(folder: Path, files: list[str], *made_with: str) -> str:
    digest = hashlib.sha256(repr(made_with).encode())
    for file in files:
        digest.update(repr((file, place_of(folder, file).stat().st_size)).encode())
    return digest.hexdigest()


def _write_out_journal(folder: Path, run: str) -> None:
    """What the old database has not told the WARC files yet, as far as it can be read."""
    if not (folder / DATABASE).is_file():
        return
    try:
        with closing(open_corpus(folder)) as db:
            own = own_of(db, folder / "warc")  # it is the last time that this database can tell
            with recording(db):
                if Book(db).changed(file for file in own.entries if own.is_changed(file)):
                    unwritten.mark_all(db)  # what such a file tells is not taken from it
            tell_journal(db, folder / "warc", run)
    except (CorpusError, sqlite3.Error) as error:
        pass_over_damage(error)
        log.warning("The old database tells nothing more: %s", error)
