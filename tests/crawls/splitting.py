"""One archive's WARC files dealt out over several folders, record by record."""

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from random import Random

from warcio.archiveiterator import ArchiveIterator
from warcio.warcwriter import WARCWriter


def split(source: Path, folders: Sequence[Path], seed: int) -> None:
    """Each response or revisit of `source` into one of the folders, at random; what describes them into none."""
    chance = Random(seed)
    with ExitStack() as stack:
        writers = []
        for folder in folders:
            folder.mkdir()
            writers.append(WARCWriter(stack.enter_context((folder / "part.warc.gz").open("wb")), gzip=True))
        for path in sorted(source.glob("*.warc*")):
            with path.open("rb") as file:
                for record in ArchiveIterator(file, no_record_parse=False):
                    if record.rec_type in ("response", "revisit"):
                        chance.choice(writers).write_record(record)
