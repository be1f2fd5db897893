"""A comparison for people, section by section: as lines, and as Markdown with `<del>` and `<ins>` around words."""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby

from msgspec.structs import replace

from pipelines.analysis.comparison.model import Change, Comparison, Section
from pipelines.analysis.comparison.runs import Run, runs_of

SIGNS = {"changed": "~", "removed": "-", "added": "+", "moved from": "<", "moved to": ">"}
NOTES = {"moved from": "(moved away) ", "moved to": "(moved here) "}
Mark = Callable[[str, str], str]
"""How text is set, by what became of it: delete, insert, link, moved, section or plain."""


def redline_lines(comparison: Comparison, mark: Mark) -> Iterator[str]:
    """The blocks that changed, each on a line, under the heading of their section."""
    section = None
    for change in comparison.changes:
        if change.op == "equal" or not _says_something(change):
            continue
        if change.section != section:
            section = change.section
            told = comparison.sections[section]
            yield mark(f"== {told.heading or '(start)'} == {counts_of(told)}", "section")
        yield f"{SIGNS[change.op]} {_text(change, mark)}"


def stat_lines(comparison: Comparison) -> Iterator[str]:
    """The figures by section, then in all."""
    for section in comparison.sections:
        if section.touched:
            yield f"{counts_of(section):>22}  {section.heading or '(start)'}"
    yield total_line(comparison)


def total_line(comparison: Comparison) -> str:
    """All figures in one line."""
    touched = sum(section.touched for section in comparison.sections)
    cosmetic = f"; cosmetic: {', '.join(comparison.cosmetic_kinds)}" if comparison.cosmetic else ""
    return (
        f"{comparison.words_added:,} words added, {comparison.words_removed:,} removed, "
        f"{comparison.words_moved:,} moved in {touched} section{'' if touched == 1 else 's'}; "
        f"{comparison.share:.1%} of {comparison.words_before:,} and {comparison.words_after:,} words{cosmetic}"
    )


def counts_of(section: Section) -> str:
    """A section's figures: +12 -3, and what was moved there."""
    moved = f" >{section.words_moved:,}" if section.words_moved else ""
    return f"+{section.words_added:,} -{section.words_removed:,}{moved}"


def _says_something(change: Change) -> bool:
    """Whether there is more to show than spaces or another kind of block."""
    if change.op == "changed":
        return any(piece.op != "equal" for piece in change.pieces)
    return any(run.text.strip() for run in runs_of(change))


def _text(change: Change, mark: Mark) -> str:
    block = change.after or change.before
    signs = block.lead.strip(" >") + " " if block and block.lead.strip(" >") else ""
    note = mark(NOTES[change.op], "moved") if change.op in NOTES else ""
    return note + signs + "".join(_run(run, mark, change.op) for run in _plain(runs_of(change)))


def _plain(runs: Sequence[Run]) -> Iterator[Run]:
    """Runs without emphasis, and without links that stayed: as few as there can be."""
    for _, group in groupby(
        runs, key=lambda run: (run.op, run.link, run.link_before) if run.op == "relinked" else run.op
    ):
        alike = list(group)
        yield replace(alike[0], text="".join(run.text for run in alike))


def _run(run: Run, mark: Mark, op: str) -> str:
    text = " ".join(run.text.split("\n"))
    if run.op == "relinked":
        return mark(f"{text} <{run.link_before or 'no link'} -> {run.link or 'no link'}>", "link")
    if op == "moved from":
        return mark(text, "moved")
    return mark(text, run.op if run.op != "equal" else "plain")


_ACTIVE = re.compile(r"([\\`*_\[\]<>&|~!#])")
_START = re.compile(r"\A(\s*)(\d{1,9})?([-+=.):])")
_NOTES = {"moved from": "_moved away:_ ", "moved to": "_moved here:_ "}


def redline_markdown(title: str, comparison: Comparison) -> Iterator[str]:
    """Lines of Markdown: the figures, then each section that changed with its blocks."""
    yield from (f"# {_unmarked(title)}", "", _unmarked(total_line(comparison)), "")
    section, around = None, list[int]()
    for change in comparison.changes:
        words = "".join(map(_marked_run, runs_of(change))).strip() if change.op != "equal" else ""
        if not words:
            continue
        if change.section != section:
            section = change.section
            told = comparison.sections[section]
            around.clear()
            yield from (f"## {_unmarked(told.heading) or '(start)'} ({counts_of(told)})", "")
        yield from (_lead(change, around) + _NOTES.get(change.op, "") + words, "")


def _lead(change: Change, around: list[int]) -> str:
    """The sign of an item, below those that are shown: `around` are their levels. What is indented below nothing would
    be code."""
    block = change.after or change.before
    level = block.level if block is not None and block.kind == "item" else 0
    while around and around[-1] >= level:
        around.pop()
    if not level:
        return ""
    around.append(level)
    return "  " * (len(around) - 1) + "* "


def _unmarked(text: str) -> str:
    """Text in which nothing is markup."""
    escaped = _ACTIVE.sub(r"\\\1", " ".join(text.split("\n")))
    return _START.sub(lambda found: f"{found[1]}{found[2] or ''}\\{found[3]}", escaped)


def _marked_run(run: Run) -> str:
    text = _unmarked(run.text)
    if run.op == "relinked":
        return f"{text} (link: {_unmarked(run.link_before) or 'none'} → {_unmarked(run.link) or 'none'})"
    tag = {"delete": "del", "insert": "ins"}.get(run.op)
    return f"<{tag}>{text}</{tag}>" if tag else text
