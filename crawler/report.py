"""What a person reads at the end of a run, and from `status`."""

import sys
from collections.abc import Mapping
from typing import Protocol

from crawler.dryrun import Forecast
from pipelines.store.summary import Summary


class Told(Protocol):
    """An outcome as far as it is told."""

    @property
    def message(self) -> str: ...

    @property
    def summary(self) -> Summary: ...

    @property
    def closing(self) -> str: ...

    @property
    def requests(self) -> Mapping[str, int]: ...


def tell_outcome(outcome: Told, folder: str) -> None:
    """The closing lines of a run: counts on standard output, what went wrong on standard error."""
    print("\n".join([*summary_lines(outcome.summary, folder), *request_lines(outcome.requests), outcome.closing]))
    if outcome.message:
        print(f"error: {outcome.message}", file=sys.stderr)


def summary_lines(summary: Summary, folder: str) -> list[str]:
    """The counts by outcome, the first reasons of failure, and where the files lie."""
    lines = [f"{summary.documents_active} documents, {summary.captures} captures, {summary.versions} versions"]
    lines += [f"  {count:>9,} {state}" for state, count in summary.states.items()]
    if summary.blocked:
        lines.append(f"  {summary.blocked:>9,} listings blocked")
    if summary.listings_open or summary.listings_failed:
        lines.append(f"  {summary.listings_open + summary.listings_failed:>9,} listings not whole")
    if summary.failures:
        lines.append("reasons:")
        lines += [f"  {count:>9,} {reason}" for reason, count in list(summary.failures.items())[:5]]
    return [*lines, f"texts: {folder}/text  database: {folder}/corpus.sqlite  bytes: {folder}/warc"]


def forecast_lines(forecast: Forecast) -> list[str]:
    """What a crawl would ask, by purpose, and how long that would take."""
    lines = ["nothing was asked; a crawl would ask:"]
    lines += [f"  {_span(one.least, one.most):>16} {one.purpose}" for one in forecast.expected]
    for kind, rate in forecast.rates.items():
        least, most = forecast.minutes(kind)
        took = f"{least:,.1f} min" if most == least else f"{least:,.1f} to {_told(most)} min"
        lines.append(f"  {kind}: {took} at {rate:.0f} a minute")
    return lines


def _span(least: int, most: int | None) -> str:
    return f"{least:,}" if least == most else f"{least:,} to {_told(most)}"


def _told(number: float | None) -> str:
    return "unknown" if number is None else f"{number:,.1f}" if isinstance(number, float) else f"{number:,}"


def request_lines(requests: Mapping[str, int]) -> list[str]:
    """How many requests went out, by what they were for; nothing where there were none."""
    return ["requests:", *(f"  {count:>9,} {purpose}" for purpose, count in requests.items())] if requests else []
