"""After an upgrade of the reader: what only older readers have read is read again, in the corpus as it is.

A crawl does it before it asks anything, `rebuild --only-changed` does nothing else. Were new captures read by one
reader and old ones by another, no reader would be complete for a document, and its versions would stand still.
"""

import logging
from contextlib import closing
from functools import partial

from scrapy.settings import Settings
from sqlite_utils import Database

from crawler.jobs.configuration import extractor_name, reader_of
from pipelines.exceptions import ReadingFailed
from pipelines.executors.process_pool import Readers
from pipelines.executors.read_all import HeldReader, Progress, read_all
from pipelines.executors.second_readings import ask_second
from pipelines.formats.content_encoding import decode
from pipelines.options import Config
from pipelines.store import readings
from pipelines.store.corpus import Corpus

log = logging.getLogger(__name__)

decoded = partial(decode, error=ReadingFailed)


def readers(settings: Settings, *, at_once: bool = True) -> Readers:
    """Reading processes, as many and as bounded as the settings say."""
    config = Config.of(settings)
    return Readers(
        config.readers,
        deadline=config.reading_deadline,
        memory=config.reading_memory,
        extractor=extractor_name(settings),
        at_once=at_once,
    )


def cluster_readers(settings: Settings, address: str) -> HeldReader:
    """The workers of the Dask cluster at an address, or as many here as the settings say where it is `local`. Raises
    WrongUse."""
    from pipelines.executors.cluster_readers import ClusterReaders, ReadingOrder
    from pipelines.executors.dask_cluster import Cluster

    config = Config.of(settings)
    order = ReadingOrder(extractor_name(settings), reader_of(settings), config.reading_deadline, config.reading_memory)
    return ClusterReaders(Cluster(address, config.readers), order)


def catch_up(db: Database, settings: Settings, progress: Progress) -> None:
    """Read again what an upgrade of the reader, or the choice of another extractor, left behind, if it left anything.
    Raises RecordingFailed."""
    reader = reader_of(settings)
    behind = readings.count_outdated(db, reader)
    if not behind:
        if readings.choose(db, reader):
            log.warning("Texts are those of %s again, which has read all pages before.", extractor_name(settings))
            Corpus(db, Config.of(settings).archive).derive_waiting()
        return
    log.warning("The reader has changed: %d pages held are read again before anything is asked.", behind)
    if lost := read_again(db, settings, progress):
        log.warning("%d pages cannot be read again, their bytes are damaged or gone: run verify.", lost)


def read_again(db: Database, settings: Settings, progress: Progress, cluster: str = "") -> int:
    """Read what the present reader has not read, and derive the versions anew. Interrupted, it goes on where it was.

    Returns how many pages could not be read because their bytes are damaged or gone.
    """
    config = Config.of(settings)
    # where all is lost, no process starts
    with closing(cluster_readers(settings, cluster) if cluster else readers(settings, at_once=False)) as pool:
        lost = read_all(db, config.folder / "warc", pool, reader_of(settings), progress=progress)
        Corpus(db, config.archive).derive_waiting()
        ask_second(db, config.folder / "warc", pool, progress=progress)
    return lost
