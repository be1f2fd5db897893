"""What a person reads at the end of a run, and from `status`: plain lines, at most 80 columns but for file names."""

from collections.abc import Mapping
from typing import Any, Protocol

from rich.console import Console
from rich.text import Text

from crawler.reporting.news import short_lines
from pipelines.formats.terminal import complain, counted, printable
from pipelines.items.captures import State
from pipelines.store.news import News
from pipelines.store.summary import Summary

MOST_REASONS = 5

_MEANINGS = {
    State.READ: "text is in the database",
    State.DUPLICATE: "the same bytes as another capture",
    State.SELECTED: "still to be fetched or read",
    State.PASSED_OVER: "not needed for SELECT, FROM and TO",
    State.FAILED: "no text; the reasons are below",
    State.NOT_REPLAYED: "errors and other types: mark the time line only",
    State.REDIRECT: "redirects; no page of that time at the target",
    State.UNPLAYABLE: "listed, but the archive cannot replay them",
    State.BLOCKED: "excluded by the site's owner or the archive",
}


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

    @property
    def news(self) -> News | None: ...


def tell_outcome(outcome: Told, folder: str) -> None:
    """The closing table of a run on standard output, what went wrong on standard error."""
    news = short_lines(outcome.news) if outcome.news else []
    tell([*summary_lines(outcome.summary, folder), *request_lines(outcome.requests), *news, outcome.closing])
    if outcome.message:
        complain(outcome.message)


class _Console(Console):
    def on_broken_pipe(self) -> None:
        raise BrokenPipeError  # rich would end with 1, which means something else here


def tell(lines: list[str]) -> None:
    """Print lines; on a terminal those that begin a part are bold. What is printed is the same everywhere."""
    console = _Console(highlight=False, soft_wrap=True)
    for line in lines:
        console.print(Text(printable(line), style="" if line.startswith(" ") else "bold"))


def summary_lines(summary: Summary, folder: str) -> list[str]:
    """The counts by outcome, the first reasons of failure, and where the files lie."""
    return [
        f"{counted(summary.documents, 'document')}, {counted(summary.captures, 'capture')}, "
        f"{counted(summary.versions, 'version')}",
        *_target_lines(summary),
        *(_counted(summary.states[state], state, _MEANINGS[state]) for state in _MEANINGS if state in summary.states),
        *_listing_lines(summary),
        *_second_look_lines(summary.second_look),
        *_outdated_lines(summary.outdated),
        *_failure_lines(summary),
        *_without_text_lines(summary),
        *_open_lines(summary.versions_open),
        "files",
        f"  texts      {folder}/text",
        f"  database   {folder}/corpus.sqlite",
        f"  bytes      {folder}/warc",
    ]


def _target_lines(summary: Summary) -> list[str]:
    """How the lines of all lists stand, and how many documents the last one follows."""
    told = ", ".join(f"{count:,} {outcome}" for outcome, count in summary.targets.items())
    followed = f"  {summary.documents_active:>9,}  documents are followed by the last list"
    return [followed, f"  {sum(summary.targets.values()):>9,}  targets: {told}"] if summary.targets else []


def _counted(count: int, what: str, meaning: str = "") -> str:
    return f"  {count:>9,}  {what:<14}{meaning}".rstrip()


def _listing_lines(summary: Summary) -> list[str]:
    """What keeps documents without captures, or with too few."""
    counts = {
        ("listing", "listings", "blocked by the owner or the archive"): summary.blocked,
        ("listing", "listings", "incomplete: the next run continues"): summary.listings_open + summary.listings_failed,
        ("document", "documents", "without a capture"): summary.without_captures,
        ("capture", "captures", "that belong to no document: see view `captures`"): summary.captures_of_none,
        ("row", "rows", "of listings cannot be used"): summary.malformed_rows,
        ("row", "rows", "left out: not asked for; an error of the archive"): summary.rows_not_asked_for,
    }
    return [_counted(count, one if count == 1 else many, what) for (one, many, what), count in counts.items() if count]


def _outdated_lines(count: int) -> list[str]:
    what = "page" if count == 1 else "pages"
    return [_counted(count, what, "read by an older reader: the next crawl reads again")] if count else []


def _second_look_lines(count: int) -> list[str]:
    what = "text" if count == 1 else "texts"
    return [_counted(count, what, "worth a second look: see docs/data-format.md")] if count else []


def _failure_lines(summary: Summary) -> list[str]:
    if not summary.failures:
        return []
    first = list(summary.failures.items())[:MOST_REASONS]
    more = len(summary.failures) - len(first)
    return [
        "reasons of failure",
        *(_counted(count, reason[:64]) for reason, count in first),
        *([f"  and {more} more: status --json"] if more else []),
    ]


def _without_text_lines(summary: Summary) -> list[str]:
    """Names the first targets that came to nothing."""
    if not summary.without_text:
        return []
    first = summary.without_text[:MOST_REASONS]
    more = len(summary.without_text) > len(first)
    return [
        "targets without a text",
        *(f"  {address.partition('://')[2] or address:.38}".ljust(41) + why[:38] for address, why in first),
        *(["  and more: the view `targets` of the database has them all"] if more else []),
    ]


def _open_lines(count: int) -> list[str]:
    """What is found and not exported yet, and how to have it all the same."""
    what = "1 version is open" if count == 1 else f"{count:,} versions are open"
    lines = [
        f"{what}: when exactly they changed is still searched for.",
        "  The next crawl goes on, and text files follow once it is known; for all now:",
        "  policy-corpus export --include open",
    ]
    return lines if count else []


def request_lines(requests: Mapping[str, int]) -> list[str]:
    """How many requests went out, by what they were for; nothing where there were none."""
    return ["requests", *(_counted(count, purpose) for purpose, count in requests.items())] if requests else []


def run_lines(run: Mapping[str, Any] | None) -> list[str]:
    """The newest run, as `status` shows it; nothing where there was none."""
    if run is None:
        return []
    code = "" if run["exit_code"] is None else f", exit code {run['exit_code']}"
    return [
        "last run",
        f"  {run['command']} {run['outcome']}{code}",
        f"  {run['started_at']} to {run['finished_at'] or 'no end: it was interrupted'}",
    ]
