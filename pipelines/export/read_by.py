"""The corpus as another extractor reads it: on a copy of its database, which is gone afterwards."""

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from sqlite_utils import Database

from pipelines.exceptions import WrongUse
from pipelines.extraction.version import check_extractor, reader_version
from pipelines.store import readings
from pipelines.store.corpus import Corpus
from pipelines.store.database import copied, open_for_reading
from pipelines.store.joined import Joined, Shard, folders_of, refuse_unlike
from pipelines.warc.lock import refuse_while_written


@contextmanager
def read_by(folder: Path, extractor: str = "") -> Iterator[Database]:
    """The database of the corpus in `folder`, its versions derived from what `extractor` reads; empty: as it is.

    Raises WrongUse where there is no such extractor, or it has not read all that is held; CorpusBusy while a run
    writes in the corpus; RecordingFailed where there is no room for the copy.
    """
    if extractor:
        check_extractor(extractor, "--extractor ")
    with closing(open_for_reading(folder)) as db:
        reader = reader_version(extractor) if extractor else readings.latest_reader(db)
        if reader == readings.latest_reader(db):
            yield db
            return
        _refuse_unread(db, reader, extractor)
    refuse_while_written(folder)
    with copied(folder) as db:
        readings.choose(db, reader)
        Corpus(db, "").derive_waiting()
        yield db


@contextmanager
def all_read_by(path: Path, extractor: str = "") -> Iterator[Joined]:
    """The same of the corpus in a folder, or of the shards of a catalogue, as one."""
    folders = folders_of(path)
    with ExitStack() as opened:
        joined = Joined([Shard(opened.enter_context(read_by(folder, extractor)), folder) for folder in folders])
        if len(folders) > 1:
            refuse_unlike(joined)
        yield joined


def _refuse_unread(db: Database, reader: str, extractor: str) -> None:
    if unread := readings.count_unread(db, reader):
        raise WrongUse(
            f"{unread} pages are not read by {extractor} yet: `policy-corpus rebuild --only-changed "
            f"-s EXTRACTOR={extractor}` reads them, and keeps what others have read."
        )
