"""How far a crawl is, and how long it will take; what one would take. Pure: numbers in, numbers and lines out."""

import math
from dataclasses import dataclass

CONNECTIONS = {"cdx": 1, "replay": 4}
_CAUSES = {
    "limited": "429 Too Many Requests",
    "refused": "connections refused",
    "unavailable": "archive not available",
}
_SHORT = 5.0  # seconds; less is not worth a number, which would stand still while each answer brings new work
_UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))


@dataclass(slots=True)
class Way:
    """One way of asking the archive. `allowed` is requests a second, 0 for no limit; `latency` their mean seconds."""

    allowed: float
    connections: int
    answered: int = 0
    latency: float = 0.0

    def answered_in(self, seconds: float) -> None:
        """Note an answer; the mean follows the last hundred or so."""
        self.answered += 1
        self.latency += (seconds - self.latency) / min(self.answered, 100)

    @property
    def rate(self) -> float:
        """Requests a second that can be had: what is allowed, or what so many connections can carry."""
        carried = self.connections / self.latency if self.latency else math.inf
        return min(self.allowed or math.inf, carried)


def told_pause(cause: str, until: str) -> str:
    """That all work stands still, until when (ISO 8601 UTC) and why: at most 57 characters."""
    return f"paused until {until}: {_CAUSES.get(cause, cause)}"


@dataclass(frozen=True, slots=True)
class Standing:
    """A moment of a crawl. `listed` and `fetched` are of this run; `reading_rate` is pages a second, 0 if readers wait
    for pages rather than pages for readers. `pause` tells why nothing goes on, empty where it does. `searching`
    documents may still select captures that nobody knows of yet."""

    listed: int
    listings_left: int
    fetched: int
    captures_left: int
    read: int
    versions: int
    listing_rate: float
    replay_rate: float
    reading_rate: float = 0.0
    pause: str = ""
    searching: int = 0

    @property
    def rate(self) -> float:
        """Captures a second that can be had, whatever is in the way."""
        return min(self.replay_rate, self.reading_rate or math.inf)

    @property
    def seconds_left(self) -> float:
        """What is known to be left, and what listings still to come will bring if they are like those before."""
        coming = self.listings_left * (self.fetched + self.captures_left) / self.listed if self.listed else 0
        return max((self.captures_left + coming) / self.rate, self.listings_left / self.listing_rate)

    @property
    def time_left(self) -> str:
        """Nothing where it cannot be told: at the start, and near the end while changes are still searched for."""
        if not self.listed and not self.fetched:
            return ""
        if self.seconds_left < _SHORT:
            return "" if self.searching else "seconds left"
        return f"{'at least' if self.searching else 'about'} {duration(self.seconds_left)} left"

    def line(self) -> str:
        """One plain line of at most 80 columns, whatever the size of the corpus."""
        fetched = f"fetched {shown_count(self.fetched)}/{shown_count(self.fetched + self.captures_left)}"
        if self.pause:
            return f"{self.pause}, {fetched}"
        parts = [
            f"listed {shown_count(self.listed)}/{shown_count(self.listed + self.listings_left)}",
            fetched,
            f"read {shown_count(self.read)}",
            f"versions {shown_count(self.versions)}",
            *([f"{shown_rate(self.rate)}/s"] if math.isfinite(self.rate) else []),
            self.time_left.removeprefix("about ").replace("at least ", ">"),
        ]
        return " ".join(filter(None, parts))


def duration(seconds: float) -> str:
    """Seconds in the largest unit that gives 2 or more of it, rounded up: 90 s, 5 min, 30 h, 4 d."""
    if not math.isfinite(seconds):
        return "some time"
    size, unit = next((one for one in _UNITS if seconds >= 2 * one[0]), _UNITS[-1])
    return f"{max(1, math.ceil(seconds / size))} {unit}"


def shown_rate(rate: float) -> str:
    return f"{rate:.1f}" if rate < 10 else f"{rate:.0f}"


def shown_count(count: int) -> str:
    """Exact up to 9999, then in thousands and millions, rounded down: never over four characters below a billion."""
    if count < 10_000:
        return str(count)
    return f"{count // 1000}k" if count < 1_000_000 else f"{count // 1_000_000}M"


@dataclass(frozen=True, slots=True)
class Expected:
    """Requests of one purpose: surely so many, and with what is reckoned so many. `assumed` says on what grounds where
    that is not this corpus's own average."""

    purpose: str
    least: int
    most: int
    assumed: str = ""


@dataclass(frozen=True, slots=True)
class Forecast:
    """A crawl as it would be. `rates` are requests a minute, by kind."""

    expected: tuple[Expected, ...]
    rates: dict[str, float]

    def minutes(self, kind: str) -> tuple[float, float]:
        """How long the requests of a kind take: at least and at most."""
        ours = [one for one in self.expected if one.purpose.startswith(kind)]
        return sum(one.least for one in ours) / self.rates[kind], sum(one.most for one in ours) / self.rates[kind]


def forecast_lines(forecast: Forecast) -> list[str]:
    """What a crawl would ask, by purpose, and how long that would take."""
    lines = ["No requests were sent. A crawl would send:"]
    lines += [f"  {_span(one.least, one.most):>16} {one.purpose}{_grounds(one.assumed)}" for one in forecast.expected]
    for kind, rate in forecast.rates.items():
        least, most = forecast.minutes(kind)
        took = f"{least:,.1f} min" if most == least else f"{least:,.1f} to {most:,.1f} min"
        lines.append(f"  {kind}: {took} at {rate:.0f} a minute")
    return lines


def _span(least: int, most: int) -> str:
    return f"{least:,}" if least == most else f"{least:,} to {most:,}"


def _grounds(assumed: str) -> str:
    return f" (assumed: {assumed})" if assumed else ""
