"""What a corpus is kept with, from the settings: the one place of the pipelines that knows their names.

The settings were checked before (`crawler.jobs.configuration`); here they get their types.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self


@dataclass(frozen=True, slots=True, kw_only=True)
class CorpusOptions:
    """Sizes in bytes, times in seconds. What a command has no use for may be empty: `archive`, `run`, `target_list`."""

    folder: Path
    archive: str  # the public host whose captures these are
    run: str  # id of this run
    target_list: tuple[str, str]  # its URN and its file, of a list that is not in WARC yet
    writer_patience: float
    warc_size: int  # a new file begins there
    public_url: str  # of the archive, for links
    export_style: str  # empty: the one that the folder has
    extractor: str  # its name; empty: the default
    readers: int  # processes
    reading_deadline: float  # a page
    reading_memory: int  # a process

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any]) -> Self:
        """Of Scrapy's settings, or any mapping of their names. Raises ValueError for a number that is none."""
        return cls(
            folder=Path(settings["CORPUS_DIR"]),
            archive=settings.get("ARCHIVE") or "",
            run=settings.get("RUN_ID") or "",
            target_list=settings.get("TARGET_LIST") or ("", ""),
            writer_patience=float(settings["WRITER_PATIENCE"]),
            warc_size=int(settings["WARC_MAX_MB"]) << 20,
            public_url=settings["WAYBACK_PUBLIC_URL"],
            export_style=settings["EXPORT_STYLE"],
            extractor=settings["EXTRACTOR"],
            readers=int(settings["READERS"]),
            reading_deadline=float(settings["READING_DEADLINE"]),
            reading_memory=int(settings["READING_MEMORY_MB"]) << 20,
        )
