"""Many WARC files of many runs into few: equal payloads become revisits of the first one."""

from pathlib import Path

from sqlite_utils import Database

from pipelines.warc.files import run_of
from pipelines.warc.identity import own_files
from pipelines.warc.moving import Mover
from pipelines.warc.turn import turning


def compact(db: Database, folder: Path, *, max_size: int) -> tuple[int, int]:
    """Write all WARC files of our own anew, in order, into files of about `max_size` bytes. Returns how many there
    were and how many there are. Raises RecordingFailed; the old files hold until all new ones do."""
    warc = folder / "warc"
    old = own_files(db, warc)
    if old:
        # under the first one's name: files are read in the order of their names
        with turning(db, folder) as turn:
            mover = Mover(db, warc, turn)
            mover.write(old, run_of(old[0]), max_size)
            mover.turn_rows()
    return len(old), len(own_files(db, warc))
