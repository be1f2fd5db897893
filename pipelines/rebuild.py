"""WARC files -> a corpus, with no network: what a crawl made of them is made again.

Three passes over a database of its own in `CORPUS_DIR/.rebuild`: what the files hold goes into rows, in the order in
which it was written; the pages are read; the versions are derived. Each can be interrupted and goes on. Only when all
is done, and nothing that the old one holds would be lost, does the new database take its place.
"""

import hashlib
import logging
import shutil
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from sqlite_utils import Database

from crawler.exceptions import CorpusError, ListingFailed, RecordingFailed, WrongUse
from crawler.items import Capture, DocumentKey, HttpAnswer, ListingPage, Query, Snapshot, Target

from .merge import take_readings
from .reading import Progress, read_all
from .store import journal, moved
from .store.corpus import Corpus
from .store.database import DATABASE, open_corpus, recording
from .store.forgetting import keep_forgotten
from .store.identity import Own, carry_over, goes_before, own_of
from .store.ledger import Ledger
from .store.listings import Listings
from .store.losses import lost_captures, missing_files
from .store.remaking import Making, is_made_of
from .store.replacing import carry_over_runs, pass_over_damage, replace_by
from .store.warc_files import odd_files, place_of, warc_files
from .store.warc_held import Foreign, ForeignRevisit, Held, HeldJournal, HeldListing, HeldMemento, LeftOut
from .store.warc_members import Damage
from .store.warc_reading import Decode, scan
from .store.warc_turn import Turn, finish, tell_journal
from .text.worker import Readers

log = logging.getLogger(__name__)

WORK = ".rebuild"
_AT_ONCE = 200  # records a transaction

ForgetAgain = Callable[[Database, Path, Turn], object]
"""Is given the new database, the `warc` folder and what is turned with the database."""


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What the crawler knows of the archive's ways, as functions."""

    parse_page: Callable[[Query, HttpAnswer], ListingPage]
    urlkey: Callable[[str], str]
    decode: Decode
    obstacle: Callable[[Capture], str]  # why a capture is no page
    keys_of: Callable[[str], Sequence[DocumentKey]]  # of an address: the document it shows, and names for a second


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What came of a rebuild: how many stretches of WARC, lines of the journal and pages could not be used."""

    files: int
    damaged: int
    lost: int

    @property
    def exit_code(self) -> int:
        """1 where not all could be used."""
        return 1 if self.damaged or self.lost else 0


def rebuild(
    folder: Path,
    archive: str,
    knowledge: Knowledge,
    *,
    reader: str,
    targets: Iterable[Target] = (),
    targets_digest: str = "",
    open_readers: Callable[[], Readers],
    workers: int,
    run: str = "",
    known: Iterable[Path] = (),
    joined: Iterable[Path] = (),
    brought: Iterable[str] = (),
    forget_again: ForgetAgain = lambda db, warc, turn: None,
    accept_losses: bool = False,
    progress: Progress = lambda what, done, todo: None,
) -> Rebuilt:
    """Make the database of `folder` again from its WARC files. Raises CorpusError; the old one then stays as it is.

    `known` are databases whose readings of the same bytes are taken over instead of reading again, `brought` files
    that become a part of the corpus with the new database, `joined` the databases of corpora that they came with. What
    was forgotten and has come back in with them is taken out again before that. Unless `accept_losses`, the old
    database also stays where it holds captures that the WARC files do not.
    """
    warc = folder / "warc"
    turn = Turn(new=[*brought])
    _refuse_missing_files(folder, accept_losses)
    _write_out_journal(folder, run)
    files = turn.files(warc)
    of = _fingerprint(warc, files, archive, reader, targets_digest)
    with _making_room(folder / WORK):
        with closing(open_readers()) as pool, closing(_work_database(folder / WORK, of)) as db:
            making = Making(db, archive, of)
            if making.is_new:
                Ledger(db, archive).register(targets, knowledge.urlkey)
            own = carry_over(db, folder / DATABASE, warc, files, joined)
            damaged = _FirstPass(db, archive, knowledge, making, own).run(warc, files, progress)
            for database in known:
                take_readings(db, database)
            lost = read_all(db, warc, pool, reader, workers=workers, decode=knowledge.decode, progress=progress)
            Corpus(db, archive).derive_waiting()
            _refuse_lost_captures(db, folder, accept_losses)
            keep_forgotten(db, folder / DATABASE)
            carry_over_runs(db, folder / DATABASE)
            with recording(db):
                making.finish()
                forget_again(db, warc, turn)
                turn.note(db, warc)
        replace_by(folder / WORK, folder)
    finish(folder)
    return Rebuilt(len(files), damaged, lost)


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
    if "making" in db.table_names() and is_made_of(db, of):
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
            tell_journal(db, folder / "warc", run)
            own_of(db, folder / "warc")  # it is the last time that this database can tell
    except (CorpusError, sqlite3.Error) as error:
        pass_over_damage(error)
        log.warning("The old database tells nothing more: %s", error)


class _FirstPass:
    """Records into rows."""

    def __init__(self, db: Database, archive: str, knowledge: Knowledge, making: Making, own: Own) -> None:
        self._db = db
        self._corpus = Corpus(db, archive)
        self._listings = Listings(db, archive)
        self._knowledge = knowledge
        self._making = making
        self._own = own
        self._joined: set[str] = set()  # own files that came with other corpora
        self._damaged = 0
        self._left_out = 0

    def run(self, folder: Path, files: list[str], progress: Progress) -> int:
        """Returns how much could not be used."""
        for name, why in odd_files(folder):
            self._damaged += 1
            log.warning("%s is passed over: %s", name, why)
        ours = {file for file in files if self._own.owns(file)}
        self._joined = {file for file in ours if self._own.is_joined(file)}
        for number, file in enumerate(sorted(files, key=lambda file: file not in ours), start=1):
            place = self._making.place(file)
            if not place.whole:
                self._file(folder, file, place.offset, file in ours)
            progress("WARC files", number, len(files))
        if self._left_out:
            log.warning("%d journals, notes and lists of strangers' files are left out.", self._left_out)
        with recording(self._db):
            moved.rename_unplayable(self._db)  # journals of release 0.1 call them so
        self._making.join_revisits()
        self._making.name_documents(self._knowledge.keys_of)
        return self._damaged

    def _file(self, folder: Path, file: str, start: int, own: bool) -> None:
        found = scan(place_of(folder, file), start=start, decode=self._knowledge.decode, name=file, own=own)
        while records := list(islice(found, _AT_ONCE)):
            with recording(self._db):
                for held in records:
                    self._keep_if_whole(held, file)
                # the last one is looked at once more when this is interrupted here: it changes nothing
                self._making.reached(file, _offset(records[-1]))
        with recording(self._db):
            self._making.reached(file, 0, whole=True)

    def _keep_if_whole(self, held: Held, file: str) -> None:
        """What a file says may be odd in ways that only show when it is used: an address that is none."""
        try:
            self._keep(held, file)
        except (ValueError, OverflowError, WrongUse) as error:
            self._damaged += 1
            log.warning("%s: the record at %d cannot be used: %s", file, _offset(held), ascii(str(error))[1:-1][:300])

    def _keep(self, held: Held, file: str) -> None:
        if isinstance(held, HeldMemento):
            self._memento(held.snapshot, file)
        elif isinstance(held, HeldListing):
            self._listing(held, file)
        elif isinstance(held, HeldJournal):
            self._journal(held, file)
        elif isinstance(held, LeftOut):
            self._left_out += 1
        elif isinstance(held, Foreign):
            self._foreign(held.snapshot)
        elif isinstance(held, ForeignRevisit):
            capture = self._with_key(held.capture)
            target = self._knowledge.urlkey(held.refers_to_uri) if held.refers_to_uri else ""
            self._making.hold_revisit(capture, target, held.refers_to_timestamp)
        elif isinstance(held, Damage):
            self._damaged += 1
            log.warning("%s: %d bytes at %d cannot be used: %s", file, held.length, held.offset, held.reason)

    def _memento(self, snapshot: Snapshot, file: str) -> None:
        if goes_before(self._db, self._joined, file, snapshot.memento.capture.key):
            self._making.replace(snapshot)
        else:
            self._corpus.hold(snapshot)
        self._making.was_played(snapshot.memento.capture)

    def _journal(self, held: HeldJournal, file: str) -> None:
        lines: list[journal.Line] = []
        for line in journal.checked_lines(held.text):
            if isinstance(line, journal.BadLine):
                self._damaged += 1
                where = f"{file}: line {line.number} of the journal at {held.location.offset}"
                log.warning("%s cannot be used: %s", where, line.reason)
            elif self._is_taken(line, file):
                lines.append(line)
        self._damaged += journal.apply(self._db, lines)

    def _is_taken(self, line: journal.Line, file: str) -> bool:
        """What is forgotten is what this corpus has forgotten, not one that was merged into it."""
        if "forgotten" not in line:
            return True
        return line["corpus"] == self._own.names.corpus or not (line["corpus"] or file in self._joined)

    def _listing(self, held: HeldListing, file: str) -> None:
        try:
            page = self._knowledge.parse_page(held.query, held.answer)
        except ListingFailed as error:
            self._damaged += 1
            log.warning("%s: the listing at %d cannot be used: %s", file, held.location.offset, error)
            return
        self._listings.restore(page, self._knowledge.urlkey(held.query.url))

    def _foreign(self, snapshot: Snapshot) -> None:
        capture = self._with_key(snapshot.memento.capture)
        obstacle = self._knowledge.obstacle(capture)
        if capture.statuscode.startswith("3"):
            obstacle = obstacle or "redirect"
        self._making.hold_foreign(replace(snapshot, memento=replace(snapshot.memento, capture=capture)), obstacle)

    def _with_key(self, capture: Capture) -> Capture:
        return replace(capture, urlkey=self._knowledge.urlkey(capture.original))


def _offset(held: Held) -> int:
    if isinstance(held, Damage):
        return held.offset
    location = held.snapshot.location if isinstance(held, HeldMemento | Foreign) else held.location
    return location.offset
