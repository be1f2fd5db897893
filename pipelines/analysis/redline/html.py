"""A comparison as HTML that can do nothing: the structure of the text, with `ins` and `del` around words."""

import re
from collections.abc import Iterator, Sequence
from html import escape
from itertools import groupby

from msgspec.structs import replace

from pipelines.analysis.comparison.model import Block, Change, Comparison
from pipelines.analysis.comparison.runs import Run, cells_of, runs_of
from pipelines.formats.terminal import counted

CLASSES = {
    "equal": "",
    "changed": ' class="changed"',
    "removed": ' class="removed"',
    "added": ' class="added"',
    "moved from": ' class="moved-from"',
    "moved to": ' class="moved-to"',
}
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_TAGS = {"delete": "del", "insert": "ins"}
_SAFE = ("http://", "https://", "mailto:")


def redline_html(comparison: Comparison, *, context: int | None = None) -> str:
    """The whole text after, with what went from the text before; escaped, safe to put in any page.

    `context`: only so many unchanged blocks around each change, and a mark for what is left out.
    """
    shown = _near_changes(comparison.changes, context)
    parts: list[str] = []
    for is_shown, group in groupby(enumerate(comparison.changes), key=lambda pair: shown[pair[0]]):
        changes = [change for _, change in group]
        parts += _structured(changes) if is_shown else [_left_out(len(changes))]
    return "\n".join(parts)


def _left_out(blocks: int) -> str:
    return f'<p class="left-out" lang="en" dir="ltr">… {counted(blocks, "block")} unchanged …</p>'


def _near_changes(changes: Sequence[Change], context: int | None) -> list[bool]:
    if context is None:
        return [True] * len(changes)
    shown = [False] * len(changes)
    for place, change in enumerate(changes):
        if change.op != "equal":
            first = max(0, place - context)
            shown[first : place + context + 1] = [True] * len(shown[first : place + context + 1])
    return shown


def _structured(changes: Sequence[Change]) -> Iterator[str]:
    """The blocks, those of one list, table, quote or code together."""
    for (kind, quotes), group in groupby(changes, key=_container):
        body = "\n".join(_KINDS[kind](list(group)))
        yield "<blockquote>" * quotes + body + "</blockquote>" * quotes


def _block(change: Change) -> Block:
    block = change.after or change.before
    assert block is not None
    return block


def _container(change: Change) -> tuple[str, int]:
    block = _block(change)
    if block.kind in ("row", "code"):
        return block.kind, block.quotes
    return ("list" if block.kind == "item" or (block.kind == "paragraph" and block.level) else "flow"), block.quotes


def _flow(changes: Sequence[Change]) -> Iterator[str]:
    for group in _paragraphs(changes):
        block = _block(group[0])
        if block.kind == "rule":
            yield f"<hr{CLASSES[group[0].op]}>"
        elif words := _inside(group):
            tag = f"h{block.level}" if block.kind == "heading" else "p"
            yield f"<{tag}{_class(group)}>{words}</{tag}>"


def _paragraphs(changes: Sequence[Change]) -> Iterator[list[Change]]:
    """Blocks with those that go on in them."""
    group: list[Change] = []
    for change in changes:
        if group and not _block(change).continues:
            yield group
            group = []
        group.append(change)
    if group:
        yield group


def _class(group: Sequence[Change]) -> str:
    return CLASSES[group[0].op] if len(group) == 1 else ""


def _inside(group: Sequence[Change]) -> str:
    """The words of a paragraph: its parts, each on a line of its own where the text has one."""
    if len(group) == 1:
        words = _words(runs_of(group[0]))
        return words and _noted(group[0], words)
    parts: list[str] = []
    for change in group:
        apart = "<br>" if parts and not _block(change).lead else " "
        if words := _words(runs_of(change)):
            parts.append(f"{apart}<span{CLASSES[change.op]}>{_noted(change, words)}</span>")
    return "".join(parts).strip()


def _list(changes: Sequence[Change]) -> Iterator[str]:
    """Nested lists by their level; a paragraph of an item stands in an item without a sign."""
    depth = 0
    out: list[str] = []
    for group in _paragraphs(changes):
        block = _block(group[0])
        level = max(1, block.level)
        out.append("<ul><li>" * (level - depth) if level > depth else "</li></ul>" * (depth - level) + "</li><li>")
        if block.lead.strip(" >")[:1].isdigit():  # it has a number, and needs no sign
            out[-1] = out[-1].removesuffix("<li>") + '<li class="numbered">'
        depth = level
        tag = "div" if block.kind == "item" else "p"
        label = f"{escape(block.lead.strip(' >'))} " if block.lead.strip(" >")[:1].isdigit() else ""
        out.append(f"<{tag}{_class(group)}>{label}{_inside(group)}</{tag}>")
    yield "".join(out) + "</li></ul>" * depth


def _table(changes: Sequence[Change]) -> Iterator[str]:
    yield "<table>"
    for change in changes:
        tag = "th" if _block(change).head else "td"
        cells = "".join(f"<{tag}>{_words(cell)}</{tag}>" for cell in cells_of(change))
        yield f"<tr{CLASSES[change.op]}>{cells}</tr>"
    yield "</table>"


def _code(changes: Sequence[Change]) -> Iterator[str]:
    lines = (f"<span{CLASSES[change.op]}>{_words(runs_of(change))}</span>" for change in changes)
    yield "<pre>" + "\n".join(lines) + "</pre>"


_KINDS = {"flow": _flow, "list": _list, "row": _table, "code": _code}


def _noted(change: Change, words: str) -> str:
    """A moved block says so in words, too: colours alone tell nothing to many readers."""
    if change.op == "moved from":
        return f"<small>moved away:</small> {words}"
    return f"<small>moved here:</small> {words}" if change.op == "moved to" else words


def _words(runs: Sequence[Run]) -> str:
    """Runs as HTML, without the white space at either end."""
    shown = list(runs)
    while shown and not shown[0].text.strip():
        shown.pop(0)
    while shown and not shown[-1].text.strip():
        shown.pop()
    if shown:
        shown[0] = replace(shown[0], text=shown[0].text.lstrip())
        shown[-1] = replace(shown[-1], text=shown[-1].text.rstrip())
    return "".join(map(_run, shown))


def _run(run: Run) -> str:
    text = escape(_CONTROLS.sub("\ufffd", run.text)).replace("\n", "<br>")
    for is_so, tag in ((run.strong, "strong"), (run.emphasis, "em"), (run.struck, "s")):
        text = f"<{tag}>{text}</{tag}>" if is_so and run.text.strip() else text
    if run.link.lower().startswith(_SAFE):
        title = f' title="before: {escape(run.link_before or "no link")}"' if run.op == "relinked" else ""
        text = f'<a rel="nofollow noreferrer" href="{escape(run.link)}"{title}>{text}</a>'
    if run.op == "relinked":
        return f'<span class="relinked">{text}</span>'
    return f"<{_TAGS[run.op]}>{text}</{_TAGS[run.op]}>" if run.op in _TAGS else text


PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ max-width: 48rem; margin: 2rem auto; padding: 0 1rem; font: 1rem/1.6 sans-serif; overflow-wrap: anywhere; }}
ins {{ background: #cdf0d3; color: #063; }} del {{ background: #fbdcdc; color: #800; }}
.moved-from {{ opacity: .6; }}
.moved-to, .moved-from {{ border-inline-start: 3px solid #77a; padding-inline-start: .5rem; }}
.numbered {{ list-style: none; }}
.relinked {{ border-bottom: 2px dotted #a60; }} .left-out {{ color: GrayText; text-align: center; }}
table {{ border-collapse: collapse; }} td, th {{ border: 1px solid GrayText; padding: .2rem .5rem; }}
</style>
</head>
<body>
<h1>{title}</h1>
<p>{figures}</p>
<main dir="auto">
{redline}
</main>
</body>
</html>
"""


def page_html(title: str, figures: str, comparison: Comparison) -> str:
    """A page of its own: no script, nothing from elsewhere."""
    return PAGE.format(title=escape(title), figures=escape(figures), redline=redline_html(comparison))
