"""Markdown -> blocks, without losing a character: the blocks joined are the text.

It knows the Markdown that exports are written in, not all of CommonMark; what it does not know becomes paragraphs.
"""

import re
from dataclasses import dataclass, field

from msgspec import Struct

from pipelines.analysis.comparison.model import Block, BlockKind

_QUOTE = re.compile(r" {0,3}>[ ]?")
_ITEM = re.compile(r"( *)(?:[*+-]|\d{1,9}[.)])(?: +|(?=\s*\Z))")
_HEADING = re.compile(r" {0,3}(#{1,6})(?: +|(?=\s*\Z))")
_RULE = re.compile(r" *\* \* \*\s*\Z")
_UNDER_HEAD = re.compile(r"[ >]*\|?(?:-{3,}\|)*-{3,}\|?\s*\Z")
_FENCE = re.compile(r" *(`{3,}|~{3,})")
_BLANK = re.compile(r"[\s>]*\Z")
_CODE_INDENT = 4


class _Draft(Struct, gc=False):
    kind: BlockKind
    level: int
    quotes: int
    lead: str
    body: str
    tail: str
    continues: bool = False
    head: bool = False
    wrapped: list[str] = []  # what goes on from line to line, joined but once: it may be a megabyte

    def done(self) -> Block:
        body = "".join([self.body, *self.wrapped]) if self.wrapped else self.body
        return Block(self.kind, self.level, self.quotes, self.lead, body, self.tail, self.continues, self.head)


@dataclass(slots=True)
class _State:
    """What the lines before say of the next one. `columns`: where the content of each open item begins."""

    drafts: list[_Draft] = field(default_factory=list)
    columns: list[int] = field(default_factory=list)
    after_blank: bool = True
    in_table: bool = False
    fence: str = ""


def blocks_of(text: str) -> list[Block]:
    """The blocks of a Markdown text in order. Never fails; `"".join(block.raw for block in blocks)` is `text`."""
    state = _State()
    lines = [line + "\n" for line in text.split("\n")]
    lines[-1] = lines[-1][:-1]
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        if line:
            _take(state, line, following)
    return [draft.done() for draft in state.drafts]


def _take(state: _State, line: str, following: str) -> None:
    if state.fence:
        _take_fenced(state, line)
    elif line.isspace() or (line[0] in " >" and _BLANK.match(line)):
        _take_blank(state, line)
    elif state.in_table:
        _take_row(state, line)
    else:
        _take_text(state, line, following)


def _take_fenced(state: _State, line: str) -> None:
    _add(state, "code", line, len(line) - len(line.lstrip(" ")))
    if line.strip(" >\n") == state.fence:
        state.fence = ""


def _take_blank(state: _State, line: str) -> None:
    state.after_blank, state.in_table = True, False
    if state.drafts:
        state.drafts[-1].tail += line
    else:
        state.drafts.append(_Draft("paragraph", 0, 0, "", "", line))


def _take_row(state: _State, line: str) -> None:
    last = state.drafts[-1]
    if last.head and "---" in line and "\n" not in last.tail[:-1] and _UNDER_HEAD.match(line):
        last.tail += line
    else:
        quotes, start = _quotes(line, 0)
        _add(state, "row", line, start, quotes=quotes)


def _quotes(line: str, start: int) -> tuple[int, int]:
    count = 0
    if ">" not in line:
        return count, start
    while found := _QUOTE.match(line, start):
        count, start = count + 1, found.end()
    return count, start


def _take_text(state: _State, line: str, following: str) -> None:
    if line[0].isalpha() and state.after_blank and "|" not in line:  # what most lines are
        state.columns.clear()
        _add(state, "paragraph", line, 0)
        return
    quotes, start = _quotes(line, 0)
    indent = len(line) - start - len(line[start:].lstrip(" "))
    if state.after_blank or _ITEM.match(line, start):
        while state.columns and indent < state.columns[-1]:
            state.columns.pop()
    if _is_code(state, indent):
        _add(state, "code", line, start + _CODE_INDENT, quotes=quotes)
    elif _RULE.match(line, start):
        _add(state, "rule", line, len(line.rstrip()), quotes=quotes)
    else:
        _take_words(state, line, following, quotes, start)


def _is_code(state: _State, indent: int) -> bool:
    inside = state.columns[-1] if state.columns else 0
    opens = state.after_blank or (bool(state.drafts) and state.drafts[-1].kind == "code")
    return opens and indent >= inside + _CODE_INDENT


def _take_words(state: _State, line: str, following: str, quotes: int, start: int) -> None:
    kind: BlockKind = "paragraph"
    offset = start
    while (found := _ITEM.match(line, start)) is not None:
        kind, start = "item", found.end()
        state.columns.append(start - offset)
        more, start = _quotes(line, start)
        quotes += more
    if kind == "item" and line[start : start + 1].isalpha():  # what most items are
        _add(state, kind, line, start, quotes=quotes)
    elif heading := _HEADING.match(line, start):
        _add(state, "heading", line, heading.end(), quotes=quotes, level=len(heading[1]))
    elif fence := _FENCE.match(line, start):
        state.fence = fence[1]
        _add(state, "code", line, fence.start(1), quotes=quotes)
    elif "|" in line and "---" in following and _UNDER_HEAD.match(following):
        state.in_table = True
        _add(state, "row", line, start, quotes=quotes, head=True)
    elif kind == "item":
        _add(state, kind, line, start, quotes=quotes)
    else:
        _take_paragraph(state, line, start, quotes)


def _take_paragraph(state: _State, line: str, start: int, quotes: int) -> None:
    start += len(line) - start - len(line[start:].lstrip(" "))
    last = state.drafts[-1] if state.drafts else None
    goes_on = not state.after_blank and last is not None and last.kind in ("paragraph", "item")
    if last is None or not goes_on:
        _add(state, "paragraph", line, start, quotes=quotes)
    elif last.tail.endswith("  \n"):
        _add(state, "paragraph", line, start, quotes=quotes, continues=True)
    else:  # a line that was wrapped
        body = line.rstrip()
        last.wrapped += (last.tail, body)
        last.tail = line[len(body) :]


def _add(
    state: _State,
    kind: BlockKind,
    line: str,
    start: int,
    *,
    quotes: int = 0,
    level: int | None = None,
    continues: bool = False,
    head: bool = False,
) -> None:
    end = max(start, len(line.rstrip()))
    depth = len(state.columns) if level is None else level
    state.drafts.append(_Draft(kind, depth, quotes, line[:start], line[start:end], line[end:], continues, head))
    state.after_blank = False
