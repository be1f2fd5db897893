"""A comparison as Markdown: the blocks that changed, with `<del>` and `<ins>` around words."""

import re
from collections.abc import Iterator

from pipelines.analysis.comparison.model import Change, Comparison
from pipelines.analysis.comparison.runs import Run, runs_of
from pipelines.analysis.redline.lines import counts_of, total_line

_ACTIVE = re.compile(r"([\\`*_\[\]<>&|~!#])")
_START = re.compile(r"\A(\s*)(\d{1,9})?([-+=.):])")
_NOTES = {"moved from": "_moved away:_ ", "moved to": "_moved here:_ "}


def redline_markdown(title: str, comparison: Comparison) -> Iterator[str]:
    """Lines of Markdown: the figures, then each section that changed with its blocks."""
    yield from (f"# {_plain(title)}", "", _plain(total_line(comparison)), "")
    section = None
    for change in comparison.changes:
        words = "".join(map(_run, runs_of(change))).strip() if change.op != "equal" else ""
        if not words:
            continue
        if change.section != section:
            section = change.section
            told = comparison.sections[section]
            yield from (f"## {_plain(told.heading) or '(start)'} ({counts_of(told)})", "")
        yield from (_lead(change) + _NOTES.get(change.op, "") + words, "")


def _lead(change: Change) -> str:
    block = change.after or change.before
    if block is None or block.kind != "item":
        return ""
    return "  " * (block.level - 1) + "* "


def _plain(text: str) -> str:
    """Text in which nothing is markup."""
    escaped = _ACTIVE.sub(r"\\\1", " ".join(text.split("\n")))
    return _START.sub(lambda found: f"{found[1]}{found[2] or ''}\\{found[3]}", escaped)


def _run(run: Run) -> str:
    text = _plain(run.text)
    if run.op == "relinked":
        return f"{text} (link: {_plain(run.link_before) or 'none'} → {_plain(run.link) or 'none'})"
    tag = {"delete": "del", "insert": "ins"}.get(run.op)
    return f"<{tag}>{text}</{tag}>" if tag else text
