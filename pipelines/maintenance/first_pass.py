"""The first pass of a rebuild: what WARC files hold goes into rows, in the order in which it was written."""

import logging
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import islice
from pathlib import Path

from sqlite_utils import Database

from pipelines.exceptions import ListingFailed, WrongUse
from pipelines.executors.read_all import Progress
from pipelines.items.captures import (
    ArchivedRedirect,
    Capture,
    DocumentKey,
    Evidence,
    HttpAnswer,
    ListingPage,
    Memento,
    Query,
    Snapshot,
)
from pipelines.store import departing
from pipelines.store.corpus import Corpus
from pipelines.store.database import recording
from pipelines.store.following import Following
from pipelines.store.journal_rows import Line, apply
from pipelines.store.listings import Listings
from pipelines.store.moves import Moves
from pipelines.store.remaking import Making
from pipelines.warc import journal
from pipelines.warc.files import odd_files, place_of
from pipelines.warc.foreign import Decode
from pipelines.warc.held import (
    Foreign,
    ForeignRevisit,
    Held,
    HeldJournal,
    HeldListing,
    HeldMemento,
    LeftOut,
    PassedOver,
    Sent,
)
from pipelines.warc.identity import Own, goes_before
from pipelines.warc.members import Damage
from pipelines.warc.reader import scan

log = logging.getLogger(__name__)

_AT_ONCE = 200  # records a transaction


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What the crawler knows of the archive's ways, as functions."""

    parse_page: Callable[[str, Query, HttpAnswer], ListingPage]  # in the dialect of that name
    urlkey: Callable[[str], str]
    decode: Decode
    obstacle: Callable[[Capture], str]  # why a capture is no page
    keys_of: Callable[[str], Sequence[DocumentKey]]  # of an address: the document it shows, and names for a second
    own_address: Callable[[Memento], str]  # that a page names as its own, where it is another one
    is_likely: Callable[[Evidence], bool]  # whether the address of evidence looks like one of its kind of document
    hop_window: timedelta = timedelta(days=1)  # how far from the time asked for a replay may be
    place: Callable[[Database, str, Sequence[tuple[str, str]]], None] = lambda db, archive, subjects: None
    """Lets the documents of each site and kind lie where the evidence has them."""


class FirstPass:
    """Records into rows."""

    def __init__(self, db: Database, archive: str, knowledge: Knowledge, making: Making, own: Own) -> None:
        self._db = db
        self._archive = archive
        self._corpus = Corpus(db, archive)
        self._listings = Listings(db, archive)
        self._knowledge = knowledge
        self._making = making
        self._own = own
        self._joined: set[str] = set()  # own files that came with other corpora
        self._changed: set[str] = set()  # own files that hold something else than they did
        self._damaged = 0
        self._left_out = 0
        self._passed_over = Counter[tuple[str, str]]()  # by file and reason

    def run(self, folder: Path, files: list[str], progress: Progress) -> int:
        """Returns how much could not be used."""
        for name, why in odd_files(folder):
            self._damaged += 1
            log.warning("%s is passed over: %s", name, why)
        ours = {file for file in files if self._own.owns(file)}
        self._joined = {file for file in ours if self._own.is_joined(file)}
        self._changed = {file for file in ours if self._own.is_changed(file)}
        for file in sorted(self._changed):
            log.warning("%s is not what it was when it was closed: only what rows prove is taken.", file)
        for number, file in enumerate(sorted(files, key=lambda file: file not in ours), start=1):
            place = self._making.place(file)
            if not place.whole:
                self._file(folder, file, place.offset, file in ours)
            progress("WARC files", number, len(files))
        if self._left_out:
            log.warning("%d journals, notes and lists of strangers' or changed files are left out.", self._left_out)
        for (file, why), count in sorted(self._passed_over.items()):
            log.warning("%s: %d records are passed over: %s", file, count, why)
        with recording(self._db):
            departing.rename_unplayable(self._db)  # journals of release 0.1 call them so
        self._making.join_revisits()
        if posted := self._making.leave_out_posted():
            log.warning("%d answers to forms (POST) are left out.", posted)
        self._making.name_documents(self._knowledge.keys_of)
        following = Following(self._db, self._corpus, self._knowledge.urlkey, self._knowledge.hop_window)
        with recording(self._db):
            subjects = {*following.follow(), *self._called_their_own()}
            self._knowledge.place(self._db, self._archive, sorted(subjects))
        return self._damaged

    def _called_their_own(self) -> Iterator[tuple[str, str]]:
        """Keep what pages call their own addresses as a crawl does. Gives site and kind of what it is evidence of."""
        evidence = [one for one in self._making.own_addresses() if self._knowledge.is_likely(one)]
        Moves(self._db, self._archive).note(evidence)
        return ((one.site, one.kind) for one in evidence)

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
        if file in self._changed and not self._is_proved(held):
            self._left_out += 1
        elif isinstance(held, HeldMemento):
            self._memento(self._of_an_archive(held.snapshot), file)
        elif isinstance(held, HeldListing):
            self._listing(held, file)
        elif isinstance(held, HeldJournal):
            self._journal(held, file)
        elif isinstance(held, LeftOut | PassedOver):
            self._pass_over(held, file)
        elif isinstance(held, Foreign):
            self._foreign(held, file)
        elif isinstance(held, ForeignRevisit):
            capture = self._with_key(held.capture)
            target = self._knowledge.urlkey(held.refers_to_uri) if held.refers_to_uri else ""
            self._making.hold_revisit(capture, target, held.refers_to_timestamp)
            self._making.name(capture, file, held.names)
            self._making.refer(capture, held.refers_to, is_unchanged=held.is_unchanged)
        elif isinstance(held, Sent):
            self._making.sent(file, held.names)
        elif isinstance(held, Damage):
            self._damaged += 1
            log.warning("%s: %d bytes at %d cannot be used: %s", file, held.length, held.offset, held.reason)

    def _pass_over(self, held: LeftOut | PassedOver, file: str) -> None:
        if isinstance(held, PassedOver):
            self._passed_over[file, held.why] += 1
        else:
            self._left_out += 1

    def _is_proved(self, held: Held) -> bool:
        """Whether a record of a changed file is taken. Its journals were told once more in another file."""
        return self._own.is_proved(held) if isinstance(held, HeldMemento) else not isinstance(held, HeldJournal)

    def _of_an_archive(self, snapshot: Snapshot) -> Snapshot:
        """A snapshot of a capture that names its archive, as those of 0.1.0 do not."""
        memento = snapshot.memento
        if memento.capture.archive:
            return snapshot
        capture = replace(memento.capture, archive=self._archive)
        return replace(snapshot, memento=replace(memento, capture=capture))

    def _memento(self, snapshot: Snapshot, file: str) -> None:
        if goes_before(self._db, self._joined, file, snapshot.memento.capture.key):
            self._making.replace(snapshot)
        else:
            self._corpus.hold(snapshot)
        self._making.was_played(snapshot.memento.capture)

    def _journal(self, held: HeldJournal, file: str) -> None:
        lines: list[Line] = []
        for line in journal.checked_lines(held.text):
            if isinstance(line, journal.BadLine):
                self._damaged += 1
                where = f"{file}: line {line.number} of the journal at {held.location.offset}"
                log.warning("%s cannot be used: %s", where, line.reason)
            elif self._is_taken(line, file):
                lines.append(line)
        self._damaged += apply(self._db, lines)

    def _is_taken(self, line: Line, file: str) -> bool:
        """What is forgotten is what this corpus has forgotten, not one that was merged into it."""
        if "forgotten" not in line:
            return True
        return line["corpus"] == self._own.names.corpus or not (line["corpus"] or file in self._joined)

    def _listing(self, held: HeldListing, file: str) -> None:
        try:
            page = self._knowledge.parse_page(held.dialect, held.query, held.answer)
        except ListingFailed as error:
            self._damaged += 1
            log.warning("%s: the listing at %d cannot be used: %s", file, held.location.offset, error)
            return
        self._listings.restore(page, self._knowledge.urlkey(held.query.url))

    def _foreign(self, held: Foreign, file: str) -> None:
        snapshot = held.snapshot
        capture = self._with_key(snapshot.memento.capture)
        obstacle = self._knowledge.obstacle(capture)
        if capture.statuscode.startswith("3") and not isinstance(snapshot.memento, ArchivedRedirect):
            obstacle = obstacle or "redirect leads nowhere"
        self._making.hold_foreign(replace(snapshot, memento=replace(snapshot.memento, capture=capture)), obstacle)
        self._making.name(capture, file, (*held.names, *((held.digest,) if held.digest else ())))
        if not obstacle and (own := self._knowledge.own_address(snapshot.memento)):
            self._making.calls_itself(capture, own)

    def _with_key(self, capture: Capture) -> Capture:
        return replace(
            capture, urlkey=self._knowledge.urlkey(capture.original), archive=capture.archive or self._archive
        )


def _offset(held: Held) -> int:
    if isinstance(held, Damage):
        return held.offset
    location = held.snapshot.location if isinstance(held, HeldMemento | Foreign) else held.location
    return location.offset
