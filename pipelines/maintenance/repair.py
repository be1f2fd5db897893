"""Putting right what `verify` found, as far as the bytes are still there."""

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

from sqlite_utils import Database

from pipelines.exceptions import RecordingFailed, WrongUse
from pipelines.items.captures import Snapshot
from pipelines.maintenance.verify import Finding, Mend
from pipelines.store import checks, unwritten
from pipelines.store.corpus import Corpus
from pipelines.warc.files import stem_of, warc_files
from pipelines.warc.held import Held, HeldJournal, HeldMemento
from pipelines.warc.identity import own_of
from pipelines.warc.members import Damage
from pipelines.warc.moving import Mover
from pipelines.warc.reader import read_memento
from pipelines.warc.turn import journal_written, turning


def cut_out(db: Database, folder: Path, findings: Iterable[Finding], run: str, *, accept_losses: bool = False) -> int:
    """Let captures whose bytes are gone be fetched again, and write their files anew without what is damaged.

    Returns how many captures are to be fetched. Raises WrongUse where most files are missing, as on a disk that is not
    mounted, unless `accept_losses`.
    """
    if not accept_losses:
        _refuse_most_missing(db, folder / "warc")
    gone = [finding for finding in findings if finding.mend is Mend.FETCH]
    lost = sorted({capture_id for finding in gone for capture_id in finding.captures})
    warc = folder / "warc"
    own = own_of(db, warc)
    files = sorted({finding.file for finding in gone if (warc / finding.file).is_file()})
    with turning(db, folder) as turn:
        Corpus(db, "").lose(lost)
        proved = {file: checks.payloads_of_file(db, file) for file in files if own.is_changed(file)}
        mover = Mover(db, warc, turn, partial(_readable, warc, proved))
        for file in files:
            mover.write([file], stem_of(file))
        mover.turn_rows()
        unwritten.mark_all(db)  # what was told in the lost bytes is told again
        turn.new += journal_written(db, warc, run)
    return len(lost)


def _refuse_most_missing(db: Database, warc: Path) -> None:
    named = checks.files_of_rows(db)
    missing = sorted({*named} - {*warc_files(warc)})
    if 2 * len(missing) > len(named):
        raise WrongUse(
            f"{warc} lacks {len(missing)} of {len(named)} WARC files, {missing[0]} first: mount the disk or bring them "
            "back, or have all they held fetched again with --accept-losses."
        )


def remove_changed(folder: Path, findings: Iterable[Finding]) -> None:
    """Take away exported files that are not as they were written: the next export writes them."""
    for finding in findings:
        if finding.mend is Mend.EXPORT:
            (folder / finding.file).unlink(missing_ok=True)


def _readable(folder: Path, proved: dict[str, dict[int, str]], held: Held) -> Held | None:
    """What is neither damaged nor a revisit of what is; of a changed file the mementos that are `proved` by rows, and
    no journal: all is told again."""
    if isinstance(held, HeldJournal) and held.location.file in proved:
        return None
    if isinstance(held, HeldMemento) and not _is_proved(proved, held.snapshot):
        return None
    if isinstance(held, HeldMemento) and held.payload:
        try:
            read_memento(folder, held.snapshot.location)
        except RecordingFailed:
            return None
    return None if isinstance(held, Damage) else held


def _is_proved(proved: dict[str, dict[int, str]], snapshot: Snapshot) -> bool:
    place = snapshot.location
    return place.file not in proved or proved[place.file].get(place.offset) == snapshot.payload_digest


def mend(
    findings: list[Finding],
    *,
    cut: Callable[[list[Finding]], int],
    rebuild: Callable[[], object],
    remove: Callable[[list[Finding]], None],
) -> None:
    """Do what the findings need, bytes first, then rows, then files."""
    needed = {finding.mend for finding in findings}
    if Mend.FETCH in needed:
        cut(findings)
    if needed & {Mend.REBUILD, Mend.REREAD}:
        rebuild()
    remove(findings)
