"""How requests go out, and how many of them: for middlewares, handlers and reporting.

What the spider is made with is in `crawler/spiders/options.py`, which archives are asked in
`crawler/archives/asked.py`.
"""

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Self

from pipelines.exceptions import WrongUse
from pipelines.options import Config

STOPPING = "the run is stopping"
"""Why a request is given up that waited when its run ended."""

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "": 1}
_SPAN = re.compile(r"(\d+(?:\.\d+)?)\s*([smhd]?)")


class Budget:
    """`requests` and `seconds` are the most that a run may use; 0 is no limit. `clock` gives seconds."""

    def __init__(self, requests: int = 0, seconds: float = 0.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._requests = requests
        self._seconds = seconds
        self._clock = clock
        self._start = clock()
        self.used = 0

    def spend(self) -> bool:
        """Use one request. False where there is none left to use."""
        if self.spent:
            return False
        self.used += 1
        return True

    @property
    def spent(self) -> str:
        """Which limit has been reached, as a sentence tells it; empty while neither is."""
        if self._requests and self.used >= self._requests:
            return f"{self._requests} requests"
        if self._seconds and self._clock() - self._start >= self._seconds:
            return f"{self._seconds:g} seconds"
        return ""

    @property
    def left(self) -> float | None:
        """Seconds that are left; None where time is no limit."""
        return max(self._seconds - (self._clock() - self._start), 0.0) if self._seconds else None


def seconds_in(text: str) -> float:
    """`90`, `90s`, `45m`, `6h` or `1d` in seconds; an empty text is 0, no limit. Raises WrongUse."""
    found = _SPAN.fullmatch(text.strip().lower())
    if text and not found:
        raise WrongUse(f"MAX_TIME={text!r} is no time: give seconds, or a number with s, m, h or d, e.g. 6h.")
    return float(found[1]) * _UNITS[found[2]] if found else 0.0


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
    def of(cls, config: Config) -> Self:
        contact = f" (+{config.contact})" if config.contact else ""
        return cls(
            user_agent=config.user_agent + contact,
            state_folder=config.state_dir,
            time_scale=config.time_scale,
            connect_timeout=config.wayback_connect_timeout,
            first_byte_timeout={
                "cdx": config.wayback_cdx_first_byte_timeout,
                "replay": config.wayback_replay_first_byte_timeout,
            },
            rates=config.rates,
            progress_every=config.progress_seconds,
            prometheus_file=config.prometheus_file,
        )
