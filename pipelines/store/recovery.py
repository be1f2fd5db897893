"""After a crash: the newest WARC file and the rows about it are brought together again, nothing fetched twice.

Bytes go to the WARC first and rows follow, so the file may know more than the database, or, after a power cut, less.
"""

import logging
from pathlib import Path

from .corpus import Corpus
from .warc_held import HeldMemento
from .warc_members import recover
from .warc_reading import scan

log = logging.getLogger(__name__)


def adopt(folder: Path, corpus: Corpus) -> None:
    """Cut a torn tail off the newest WARC file, give whole records without a row one, and let rows behind its end go:
    their captures are selected again."""
    newest = max(folder.glob("*.warc.gz"), default=None)
    if newest is None:
        return
    tail = recover(newest)
    if tail.cut:
        log.warning("%s: %d torn bytes at its end were cut off", newest.name, tail.cut)
    if lost := corpus.let_go(newest.name, tail.end):
        log.warning("%s: %d captures lie behind its end and are fetched again", newest.name, lost)
    known = corpus.locations(newest.name)
    for held in scan(newest):
        if isinstance(held, HeldMemento) and held.snapshot.location.offset not in known:
            corpus.hold(held.snapshot)
