"""A crawl as started from Python: targets and settings as typed values, checked before anything is started."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

from crawler.jobs import configuration
from pipelines.corpus import Time
from pipelines.exceptions import WrongUse
from pipelines.formats.timestamps import digits


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlConfig:
    """A crawl. `targets` is a file, an address or several addresses; docs/settings.md tells of each setting.

    `settings` takes those that have no field here, by their names: `{"READERS": 2}`. Raises WrongUse for what cannot
    be used, at once.
    """

    targets: str | Path | Sequence[str]
    folder: str | Path = "output"
    contact: str = ""
    kind: str = "privacy policy"
    select: str = "changes"
    since: Time = ""
    until: Time = ""
    language: str = ""
    extractor: str = ""
    archive: str = "https://web.archive.org"
    max_requests: int = 0
    max_time: str = ""
    retry_failed: bool = False
    settings: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.targets:
            raise WrongUse("No targets: give a file, an address or a list of addresses.")
        configuration.check(_defaults() | self.as_settings())

    def as_settings(self) -> dict[str, Any]:
        """Scrapy's settings by name."""
        named = {
            "CORPUS_DIR": str(self.folder),
            "CONTACT": self.contact,
            "SELECT": self.select,
            "FROM": digits(self.since),
            "TO": digits(self.until),
            "LANGUAGE": self.language,
            "EXTRACTOR": self.extractor,
            "WAYBACK_URL": self.archive,
            "MAX_REQUESTS": self.max_requests,
            "MAX_TIME": self.max_time,
        }
        known = _defaults()
        for name in self.settings:
            if name not in known:
                raise WrongUse(f"There is no setting {name!r}: docs/settings.md names all.")
        return named | dict(self.settings)


def _defaults() -> dict[str, Any]:
    """Ours, as Scrapy finds them: by the module's name."""
    return {name: value for name, value in vars(import_module("crawler.settings")).items() if name.isupper()}
