"""What a run brought, in lines: whole for `news`, in short at the end of a crawl."""

from collections.abc import Iterator, Sequence

from pipelines.formats.terminal import counted
from pipelines.formats.timestamps import day
from pipelines.store.news import News, Row

MOST_ROWS = 50  # of each part that `news` shows; --json has all
MOST_IN_SHORT = 5  # changes that the end of a crawl names


def news_lines(news: News) -> Iterator[str]:
    """All parts of the news, the largest changes first."""
    yield f"since {news.since}" + (f" ({news.run['command']} {news.run['id']})" if news.run else "")
    yield from _part("new versions", [_version_line(row) for row in _largest_first(news.versions)])
    yield from _part("versions that are no more", [f"{_label(row)} of {day(row['version'])}" for row in news.gone])
    yield from _part(
        "new documents", [f"{_label(row)}: {counted(row['versions'], 'version')}" for row in news.documents]
    )
    yield from _part("without a text", [_standing_line(row) for row in news.failed])
    yield from _part("failures by reason", [f"{count:,} {reason}" for reason, count in news.failures.items()])
    yield from _part("missing", [_standing_line(row) for row in news.missing])
    if not (news.versions or news.gone or news.documents):
        yield "nothing is new"


def short_lines(news: News) -> list[str]:
    """The last lines of a crawl."""
    changed = [row for row in _largest_first(news.versions) if row["from_version"]]
    counts = [
        counted(len(news.versions), "new version"),
        counted(len(news.documents), "new document"),
        f"{len(news.failed):,} without a text",
        f"{len(news.missing):,} missing",
    ]
    lines = [f"news: {', '.join(counts)}", *(f"  {_version_line(row)}" for row in changed[:MOST_IN_SHORT])]
    more = len(changed) - MOST_IN_SHORT
    return [*lines, f"  and {more:,} more changes: policy-corpus news"] if more > 0 else lines


def _part(name: str, lines: Sequence[str]) -> Iterator[str]:
    if lines:
        yield f"{name}: {len(lines):,}"
        yield from (f"  {line}" for line in lines[:MOST_ROWS])
        if len(lines) > MOST_ROWS:
            yield f"  and {len(lines) - MOST_ROWS:,} more: policy-corpus news --json"


def _largest_first(rows: Sequence[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: -((row["words_added"] or 0) + (row["words_removed"] or 0)))


def _label(row: Row) -> str:
    return " ".join(part for part in (row["site"], row["kind"], row["variant"]) if part)


def _version_line(row: Row) -> str:
    if not row["from_version"]:
        return f"{_label(row)} of {day(row['version'])}: first version, {row['words']:,} words"
    cosmetic = f"; cosmetic: {row['cosmetic_kinds']}" if row["cosmetic_kinds"] else ""
    figures = f"+{row['words_added']:,} -{row['words_removed']:,}" if row["words_added"] is not None else "not compared"
    return f"{_label(row)} of {day(row['version'])}: {figures}{cosmetic}"


def _standing_line(row: Row) -> str:
    reason = f", {row['reason']}" if row["reason"] not in ("", row["outcome"]) else ""
    return f"{_label(row)}: {row['outcome']}{reason}"
