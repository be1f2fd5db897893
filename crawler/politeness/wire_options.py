"""How requests go out and what is told of them, from the settings: for middlewares, handlers and reporting.

The settings were checked before (`crawler.jobs.configuration`); here they get their types. What the spider is made with
is in `crawler/spiders/options.py`, which archives are asked in `crawler/archives/asked.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self


@dataclass(frozen=True, slots=True, kw_only=True)
class WireOptions:
    """Times in seconds, rates in requests a minute, by kind of request: cdx and replay."""

    user_agent: str  # with the contact, where there is one
    state_folder: str  # empty: the user's
    time_scale: float
    connect_timeout: float
    first_byte_timeout: Mapping[str, float]
    rates: Mapping[str, float]
    progress_every: float  # 0: never
    prometheus_file: str  # empty: none

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any]) -> Self:
        """Of Scrapy's settings, or any mapping of their names. Raises ValueError for a number that is none."""
        contact = f" (+{settings['CONTACT']})" if settings["CONTACT"] else ""
        return cls(
            user_agent=settings["USER_AGENT"] + contact,
            state_folder=settings["STATE_DIR"],
            time_scale=float(settings["TIME_SCALE"]),
            connect_timeout=float(settings["WAYBACK_CONNECT_TIMEOUT"]),
            first_byte_timeout={
                "cdx": float(settings["WAYBACK_CDX_FIRST_BYTE_TIMEOUT"]),
                "replay": float(settings["WAYBACK_REPLAY_FIRST_BYTE_TIMEOUT"]),
            },
            rates={
                "cdx": float(settings["WAYBACK_CDX_PER_MINUTE"]),
                "replay": float(settings["WAYBACK_REPLAY_PER_MINUTE"]),
            },
            progress_every=float(settings["PROGRESS_SECONDS"]),
            prometheus_file=settings["PROMETHEUS_FILE"],
        )
