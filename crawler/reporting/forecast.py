"""What a crawl would ask and how long that would take, as told to a person."""

from dataclasses import dataclass


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
