"""WARC files written anew, with their rows: to leave something out of them, or to make few of many.

The new files are whole and on the disk before one transaction turns all rows to them; only when that is on the disk,
too (`recording_for_good`), do the old ones go.
Interrupted before, the old files hold; after, the leftovers hold nothing that a row points to, and the next time what
is held elsewhere is left out.
"""

import os
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from sqlite_utils import Database

from crawler.exceptions import RecordingFailed
from crawler.items import ListingPage, WarcLocation

from . import cdxj
from .database import recording_for_good
from .warc import WarcWriter
from .warc_held import Held, HeldJournal, HeldListing, HeldMemento, HeldTargets
from .warc_members import Damage
from .warc_reading import read_memento, scan

Sift = Callable[[Held], Held | None]
"""What of a record is to be kept: itself, another in its place, or nothing."""

_MOVED = """CREATE TEMP TABLE moved (
    file TEXT NOT NULL, offset INTEGER NOT NULL, payload_digest TEXT NOT NULL, is_full INTEGER NOT NULL,
    new_file TEXT NOT NULL, new_offset INTEGER NOT NULL, new_length INTEGER NOT NULL, PRIMARY KEY (file, offset)
)"""


class Mover:
    """Writes the records of WARC files of one corpus into new ones. `folder` is its `warc` folder."""

    def __init__(self, db: Database, folder: Path, sift: Sift = lambda held: held) -> None:
        self._db = db
        self._folder = folder
        self._sift = sift
        self._old: list[str] = []
        db.execute("DROP TABLE IF EXISTS moved")
        db.execute(_MOVED)
        db.execute("CREATE INDEX moved_by_payload ON moved (payload_digest) WHERE is_full")

    def write(self, files: Iterable[str], writer: WarcWriter) -> None:
        """Write what is to be kept of these files, in order. Equal payloads become revisits of the first one.

        The new files are on the disk when it returns.
        """
        with writer:
            for file in files:
                self._old.append(file)
                for held in scan(self._folder / file, name=file):
                    self._write(held, writer)
        try:
            self._sync_folder()
        except OSError as error:
            raise RecordingFailed(f"Cannot write in {self._folder}: {error.strerror}.") from error

    def _sync_folder(self) -> None:
        """Be sure that names of new files, and that old ones are gone, outlast a power cut, too."""
        descriptor = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def _write(self, held: Held, writer: WarcWriter) -> None:
        if isinstance(held, HeldMemento) and self._is_held_elsewhere(held):
            return
        kept = self._sift(held)
        if isinstance(kept, HeldMemento):
            self._memento(kept, writer)
        elif isinstance(kept, HeldListing):
            page = ListingPage(kept.query, kept.answer, (), resume_key=kept.resume_key, outcome=kept.outcome)
            writer.write_listing(page)
        elif isinstance(kept, HeldTargets):
            writer.write_targets(kept.uri, kept.text, kept.date)
        elif isinstance(kept, HeldJournal):
            if kept.text:
                writer.write_journal(kept.text)
        elif isinstance(kept, Damage):
            raise RecordingFailed(
                f"{self._old[-1]} is damaged at byte {kept.offset}: run `python -m scrapy verify --repair` first."
            )

    def _memento(self, held: HeldMemento, writer: WarcWriter) -> None:
        old = held.snapshot.location
        memento = held.snapshot.memento
        if held.payload:
            body = read_memento(self._folder, old).answer.body
            memento = replace(memento, answer=replace(memento.answer, body=body))
        twins: list[WarcLocation] = []
        new, digest = writer.write_memento(memento, find_twin=lambda digest: self._twin(digest, twins))
        self._db.execute(
            "INSERT INTO moved VALUES (?, ?, ?, ?, ?, ?, ?)",
            [old.file, old.offset, digest, not twins, new.file, new.offset, new.length],
        )

    def _twin(self, digest: str, twins: list[WarcLocation]) -> WarcLocation | None:
        row = self._db.execute(
            "SELECT new_file, new_offset, new_length FROM moved WHERE payload_digest = ? AND is_full LIMIT 1", [digest]
        ).fetchone()
        if row:
            twins.append(WarcLocation(*row))
        return twins[0] if twins else None

    def _is_held_elsewhere(self, held: HeldMemento) -> bool:
        """Whether the capture's row points to another record: this one is left over from an interrupted move."""
        key, place = held.snapshot.memento.capture.key, held.snapshot.location
        row = self._db.execute(
            "SELECT file, offset FROM snapshot JOIN capture ON capture.id = capture_id WHERE timestamp = ? "
            "AND original = ? AND digest = ? AND statuscode = ?",
            [*key],
        ).fetchone()
        return row is not None and tuple(row) != (place.file, place.offset) and (self._folder / row[0]).is_file()

    def turn(self) -> None:
        """Let all rows point to the new records. A part of the caller's transaction."""
        self._db.execute(
            "UPDATE snapshot SET file = new_file, offset = new_offset, length = new_length FROM moved "
            "WHERE moved.file = snapshot.file AND moved.offset = snapshot.offset"
        )

    def drop_old(self) -> None:
        """Delete the old files, which no row points to any more."""
        if not self._old:
            return
        try:
            for file in self._old:
                path = self._folder / file
                path.unlink()
                cdxj.cdxj_path(path).unlink(missing_ok=True)
            self._sync_folder()
        except OSError as error:
            raise RecordingFailed(
                f"Cannot delete an old WARC file: {error.strerror}. Start again to finish."
            ) from error


def move_all(db: Database, folder: Path, files: list[str], writer: WarcWriter) -> None:
    """Write files anew into those of `writer`, and let the rows follow."""
    mover = Mover(db, folder)
    with recording_for_good(db):
        mover.write(files, writer)
        mover.turn()
    mover.drop_old()
