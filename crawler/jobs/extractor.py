"""Which extractor reads for a corpus: what EXTRACTOR names, or else the one that it was read by so far."""

from collections.abc import Iterable
from pathlib import Path

from scrapy.settings import BaseSettings

from pipelines.extraction.version import check_extractor, extractor_of, reader_version
from pipelines.store.readings import latest_reader_in


def extractor_name(settings: BaseSettings) -> str:
    """Its name. Raises WrongUse where EXTRACTOR names none that there is."""
    name = str(settings["EXTRACTOR"])
    if not name:
        return extractor_of(latest_reader_in(Path(settings["CORPUS_DIR"])))
    check_extractor(name)
    return name


def readers_of(settings: BaseSettings, folders: Iterable[Path]) -> list[str]:
    """The same of each shard of a catalogue."""
    named = str(settings["EXTRACTOR"]) and extractor_name(settings)
    return [reader_version(named or extractor_of(latest_reader_in(folder))) for folder in folders]


def reader_of(settings: BaseSettings) -> str:
    """Its present version, as the database names it."""
    return reader_version(extractor_name(settings))
