"""WARC files written anew, with their rows: to leave something out of them, or to make few of many.

The new files are parts of a turn (turn.py): whole and on the disk before the transaction ends in which all rows
are turned to them; only then do the old ones go.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from sqlite_utils import Database

from pipelines.exceptions import RecordingFailed
from pipelines.formats import atomic
from pipelines.items.captures import ListingPage, WarcLocation
from pipelines.store.checks import file_holding
from pipelines.store.file_book import Book
from pipelines.store.relocating import Moved, is_pointed_to
from pipelines.warc.files import place_of
from pipelines.warc.held import Held, HeldJournal, HeldListing, HeldMemento, HeldTargets
from pipelines.warc.members import Damage
from pipelines.warc.reader import read_memento, scan
from pipelines.warc.sifting import Goes, sift
from pipelines.warc.turn import Turn
from pipelines.warc.writer import WarcWriter

Sift = Callable[[Held], Held | None]
"""What of a record is to be kept: itself, another in its place, or nothing."""


class Mover:
    """Writes the records of WARC files of one corpus into new ones, within the transaction of a turn.

    `folder` is its `warc` folder.
    """

    def __init__(self, db: Database, folder: Path, turn: Turn, sift: Sift = lambda held: held) -> None:
        self._db = db
        self._folder = folder
        self._turn = turn
        self._sift = sift
        self._file = ""
        self._moved = Moved(db)

    def write(self, files: Iterable[str], run: str, max_size: int = 1 << 30) -> None:
        """Write what is to be kept of these files, in order, into those of `run`. Equal payloads become revisits of
        the first one. The new files are on the disk when it returns."""
        writer = WarcWriter(self._folder, run, max_size=max_size, part=True, book=Book(self._db))
        with writer:
            for self._file in files:
                self._turn.old.append(self._file)
                for held in scan(place_of(self._folder, self._file), name=self._file):
                    self._write(held, writer)
        self._turn.new += writer.files
        try:
            atomic.sync_folder(self._folder)
        except OSError as error:
            raise RecordingFailed(f"Cannot write in {self._folder}: {error.strerror}.") from error

    def sift(self, file: str, goes: Goes) -> None:
        """Write a file of another program anew, without the records that are to go."""
        try:
            sifted = sift(self._folder, file, place_of(self._folder, file), goes)
        except OSError as error:
            raise RecordingFailed(f"Cannot write {file} anew: {error.strerror}.") from error
        self._turn.old.append(file)
        self._turn.new.append(sifted.name)
        self._moved.add_all(file, sifted.name, sifted.moved.items())

    def _write(self, held: Held, writer: WarcWriter) -> None:
        if isinstance(held, HeldMemento) and self._is_held_elsewhere(held):
            return
        kept = self._sift(held)
        if isinstance(kept, HeldMemento):
            self._memento(kept, writer)
        elif isinstance(kept, HeldListing):
            page = ListingPage(
                kept.query, kept.answer, (), resume_key=kept.resume_key, outcome=kept.outcome, dialect=kept.dialect
            )
            writer.write_listing(page)
        elif isinstance(kept, HeldTargets):
            writer.write_targets(kept.uri, kept.text, kept.date)
        elif isinstance(kept, HeldJournal):
            if kept.text:
                writer.write_journal(kept.text)
        elif isinstance(kept, Damage):
            raise RecordingFailed(
                f"{self._file} is damaged at byte {kept.offset}: run `policy-corpus verify --repair` first."
            )

    def _memento(self, held: HeldMemento, writer: WarcWriter) -> None:
        old = held.snapshot.location
        memento = held.snapshot.memento
        if held.payload:
            body = read_memento(self._folder, old).answer.body
            memento = replace(memento, answer=replace(memento.answer, body=body))
        twins: list[WarcLocation] = []
        new, digest = writer.write_memento(memento, find_twin=lambda digest: self._twin(digest, twins))
        self._moved.add(old, digest, new, is_full=not twins)

    def _twin(self, digest: str, twins: list[WarcLocation]) -> WarcLocation | None:
        if found := self._moved.full_record(digest):
            twins.append(found)
        return found

    def _is_held_elsewhere(self, held: HeldMemento) -> bool:
        """Whether the capture's row points to another record: this one is left over from an interrupted move."""
        key, place = held.snapshot.memento.capture.key, held.snapshot.location
        if is_pointed_to(self._db, place):
            return False
        file = file_holding(self._db, key)
        return bool(file) and place_of(self._folder, file).is_file()

    def turn_rows(self) -> None:
        """Let all rows point to the new records."""
        self._moved.turn_rows()
