"""How much one run may ask, in requests and in time: then it ends as if it were done, and the next one goes on."""

import re
import time
from collections.abc import Callable

from pipelines.exceptions import WrongUse

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
