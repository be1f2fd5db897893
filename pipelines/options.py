"""Every setting of ours as a typed value: the one place where settings are read by their names.

Scrapy gives them as numbers, or as text from the command line; Python as what they are. What follows from several of
them together is checked in `crawler.jobs.configuration`.
"""

from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields
from math import inf, isfinite
from pathlib import Path
from typing import Any, Self

from pipelines.exceptions import WrongUse


def _within(least: float, most: float) -> Any:
    """A number with the least and the most that it can be: the most is beyond all use, and within what clocks and
    calendars can reckon with."""
    return field(metadata={"bounds": (least, most)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """A field a setting, in small letters (`from_` is FROM); docs/settings.md tells of each."""

    contact: str
    user_agent: str

    archives: str
    wayback_url: str
    wayback_public_url: str
    wayback_cdx_per_minute: float  # the archive's limits bound these two, and TIME_SCALE
    wayback_replay_per_minute: float
    wayback_cdx_page_rows: int = _within(1, 150_000)
    wayback_connect_timeout: float = _within(1, 3600)
    wayback_cdx_first_byte_timeout: float = _within(1, 3600)
    wayback_replay_first_byte_timeout: float = _within(1, 3600)
    wayback_cdx_timeout: float = _within(1, 3600)
    wayback_replay_timeout: float = _within(1, 3600)
    wayback_hop_hours: float = _within(0, 87_600)
    state_dir: str
    time_scale: float

    corpus_dir: str
    select: str
    precision: str
    language: str
    select_cap: int = _within(0, 1_000_000_000)
    from_: str
    to: str
    extractor: str
    export_style: str
    family_jaccard: float = _within(0.5, 1)
    readers: int = _within(0, 256)
    reading_deadline: float = _within(1, 3600)
    reading_memory_mb: int = _within(64, 1 << 20)
    writer_patience: float = _within(0, 86_400)
    warc_max_mb: int = _within(1, 1 << 20)
    relist_overlap_days: int = _within(0, 36_500)
    relist_whole_days: int = _within(0, 36_500)
    relist_fresh_hours: float = _within(0, 87_600)
    retry_limit: int = _within(1, 20)
    retry_wait: float = _within(0, 86_400)
    progress_seconds: float = _within(0, 86_400)
    prometheus_file: str
    on_change: str
    max_requests: int = _within(0, 1_000_000_000)
    max_time: str
    retry_patience: float = _within(0, 2_592_000)

    # What a run adds to them, for its components
    archive: str = ""  # the name of the main one, whose captures are of no other
    run_id: str = ""
    target_list: tuple[str, str] = ("", "")  # its URN and its file, of a list that is not in WARC yet

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> Self:
        """Of Scrapy's settings, or any mapping of their names. Raises WrongUse for a number that is none or out of its
        bounds, with its name."""
        given = {one.name: one for one in fields(cls) if setting(one.name) in settings}
        return cls(**{name: _typed(one, settings[setting(name)]) for name, one in given.items()})

    def by_name(self) -> dict[str, object]:
        """The settings by their names, as they stand on a command line."""
        return {setting(one.name): getattr(self, one.name) for one in fields(self)}

    @property
    def folder(self) -> Path:
        return Path(self.corpus_dir)

    @property
    def warc_size(self) -> int:
        """Bytes, from which on a new file begins."""
        return self.warc_max_mb << 20

    @property
    def reading_memory(self) -> int:
        """Bytes of a reading process."""
        return self.reading_memory_mb << 20

    @property
    def rates(self) -> dict[str, float]:
        """Requests a minute, by kind; 0 is no limit."""
        return {"cdx": self.wayback_cdx_per_minute, "replay": self.wayback_replay_per_minute}


def setting(name: str) -> str:
    """The setting of a field."""
    return name.removesuffix("_").upper()


def bounds() -> dict[str, tuple[float, float]]:
    """The settings that have a least and a most."""
    return {setting(one.name): one.metadata["bounds"] for one in fields(Config) if "bounds" in one.metadata}


def _typed(one: Field[Any], value: Any) -> Any:
    if one.type in (int, float):
        return _number(setting(one.name), value, one.metadata.get("bounds"), whole=one.type is int)
    return ("" if value is None else str(value)) if one.type is str else value


def _number(name: str, value: Any, within: tuple[float, float] | None, *, whole: bool) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise WrongUse(f"{name}={value!r} is not a number.") from None
    least, most = within or (-inf, inf)
    if within and not (isfinite(number) and least <= number <= most):
        raise WrongUse(f"{name}={value} is out of bounds; give {least} to {most}.")
    if whole and not str(value).strip().isdecimal():
        raise WrongUse(f"{name}={value} is not a whole number; give {least} to {most}.")
    return int(number) if whole else number
