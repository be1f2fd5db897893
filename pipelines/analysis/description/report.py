"""Figures as tables: for a terminal, or as Markdown."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipelines.analysis.description.figures import Figures
from pipelines.formats.timestamps import day


@dataclass(frozen=True, slots=True)
class Section:
    """A heading, a table whose first line names its columns, and a sentence below it."""

    title: str
    table: Sequence[Sequence[str]]
    note: str = ""


def sections(figures: Figures) -> Iterator[Section]:
    """All tables that have something to show."""
    yield Section("The corpus", [("", ""), *_overview(figures)])
    for title, counts in (("Kinds", figures.kinds), ("Languages", figures.languages), ("Verdicts", figures.verdicts)):
        yield from _counted(title, counts, "versions")
    if figures.years:
        yield _years(figures)
    yield from _counted("Targets by outcome", figures.targets, "lines")
    if figures.longest_gaps:
        yield _gaps(figures)
    yield from _counted("Captures by state", figures.captures, "captures")
    yield from _counted("Failures by reason", figures.failures, "captures")


def _overview(figures: Figures) -> list[tuple[str, str]]:
    gaps = f"{figures.gaps:,} in {figures.documents_with_gaps:,} documents"
    rows = [
        ("sites", f"{figures.sites:,}"),
        ("documents", f"{figures.documents:,}"),
        ("versions", f"{figures.versions:,}"),
        ("different texts", f"{figures.texts:,}"),
        ("words", f"{figures.words:,}"),
        ("seen", f"{day(figures.first)} to {day(figures.last)}" if figures.first else "never"),
        ("versions a document, median", _number(figures.versions_a_document)),
        ("changes a document and year", _number(figures.changes_a_year)),
        ("changes, and those in words", f"{figures.changes:,}, {figures.changes_in_words:,}"),
        (f"gaps of more than {figures.gap_days:,} days", gaps),
    ]
    if figures.targeted:
        rows.append(("targets with captures", f"{figures.targets_with_document:,} of {figures.targeted:,}"))
        rows.append(("targets with a version", f"{figures.targets_with_version:,} of {figures.targeted:,}"))
    if figures.agreement:
        low, all_ = int(figures.agreement["below_0.9"]), int(figures.agreement["versions"])
        rows.append(("second reader agrees, median", f"{figures.agreement['median']:.1%}"))
        rows.append(("second reader below 90 %", f"{low:,} of {all_:,} versions"))
    return rows


def _years(figures: Figures) -> Section:
    languages = figures.ease_languages
    head = ("year", "versions", "documents", "words", *(f"ease {code}" for code in languages), "changes", "share")
    rows = [
        (
            str(one.year),
            f"{one.versions:,}",
            f"{one.documents:,}",
            _number(one.words),
            *(_number(one.ease.get(code)) for code in languages),
            f"{one.changes:,}",
            f"{one.share_changed:.1%}" if one.share_changed is not None else "",
        )
        for one in figures.years
    ]
    note = (
        "Versions begin in the year, documents are seen in it; words, reading ease and the share of a text that a "
        "change touches are medians."
    )
    return Section("Years", [head, *rows], note)


def _gaps(figures: Figures) -> Section:
    rows = [
        (f"{one.days:,}", day(one.since), day(one.until), " ".join(filter(None, (one.site, one.kind, one.variant))))
        for one in figures.longest_gaps
    ]
    note = "No capture that shows the page: a change in between cannot be dated, and one that was undone is not seen."
    return Section("Longest gaps", [("days", "from", "to", "document"), *rows], note)


def _counted(title: str, counts: Mapping[str, int], what: str) -> Iterator[Section]:
    if counts:
        yield Section(title, [("", what), *((name or "not known", f"{count:,}") for name, count in counts.items())])


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:,.1f}".removesuffix(".0")


def as_text(found: Sequence[Section]) -> Iterator[str]:
    """Lines for a terminal, columns below each other."""
    for section in found:
        yield section.title
        widths = [max(map(len, column)) for column in zip(*section.table, strict=True)]
        for row in section.table:
            if any(row):
                yield "  " + "  ".join(_placed(cell, width) for cell, width in zip(row, widths, strict=True)).rstrip()
        if section.note:
            yield f"  {section.note}"
        yield ""


def _placed(cell: str, width: int) -> str:
    return cell.rjust(width) if cell[:1].isdigit() and "-" not in cell else cell.ljust(width)


def as_markdown(found: Sequence[Section]) -> Iterator[str]:
    """Lines of Markdown: a table below each heading. Cells are escaped."""
    for section in found:
        head, *rows = section.table
        yield from (f"## {_cell(section.title)}", "", _line(head), "|" + "---|" * len(head))
        yield from map(_line, rows)
        yield ""
        if section.note:
            yield from (section.note, "")


def _line(row: Sequence[str]) -> str:
    return "| " + " | ".join(map(_cell, row)) + " |"


def _cell(text: str) -> str:
    text = " ".join(text.split()).replace("&", "&amp;").replace("<", "&lt;")
    return "".join(f"\\{sign}" if sign in "\\`*_[]|" else sign for sign in text)
