"""A change as it is shown: runs of text without Markdown's signs, each with what became of it and how it is set."""

import re
from collections.abc import Iterator
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from pipelines.analysis.comparison.model import Change, Piece
from pipelines.analysis.comparison.tokens import LINK_END, tokens_of

RunOp = Literal["equal", "delete", "insert", "relinked"]
_MARKS = ("**", "_", "~~")
_HAS_SIGNS = re.compile(r"[*_~\[\]<>\\]|\s\s|[^\S ]|^\s|\s\Z")


class Run(Struct, frozen=True, gc=False):
    """Text with one look. `link` is its target (empty: none); relinked: the same words, with `link_before` before.

    White space is a blank, or a line end where the text has one. `border`: the line between two cells of a row.
    """

    op: RunOp
    text: str
    strong: bool = False
    emphasis: bool = False
    struck: bool = False
    link: str = ""
    link_before: str = ""
    border: bool = False


class _Token(Struct, frozen=True, gc=False):
    start: int
    run: Run
    space: str = ""


def runs_of(change: Change) -> list[Run]:
    """The text of a block as runs: the words of both sides where it changed. Code has no marks."""
    before = change.before.body if change.before and change.op != "added" else ""
    after = change.after.body if change.after else ""
    block = change.after or change.before
    is_row = block is not None and block.kind == "row"
    pieces = change.pieces or (_whole(change.op, before, after),)
    if not (change.pieces or is_row or _HAS_SIGNS.search(after or before)):  # what most blocks are
        return [Run(pieces[0].op, after or before)] if after or before else []  # type: ignore[arg-type]
    if block is not None and block.kind == "code":
        return [Run("equal" if p.op == "format" else p.op, p.after or p.before) for p in pieces]
    return _joined(_runs(pieces, _styled(before, is_row=is_row), _styled(after, is_row=is_row)))


def cells_of(change: Change) -> list[list[Run]]:
    """The runs of a row, cell by cell; cells that only one side has are there, too."""
    cells: list[list[Run]] = [[]]
    for run in runs_of(change):
        if run.border:
            cells.append([])
        else:
            cells[-1].append(run)
    if len(cells) > 1 and not any(run.text.strip() for run in cells[0]):
        cells.pop(0)  # the row begins with a line
    if len(cells) > 1 and not any(run.text.strip() for run in cells[-1]):
        cells.pop()
    return cells


def _whole(op: str, before: str, after: str) -> Piece:
    if op in ("removed", "moved from"):
        return Piece("delete", before, "")
    return Piece("insert", "", after) if op == "added" else Piece("equal", before, after)


def _styled(body: str, *, is_row: bool) -> list[_Token]:
    """The tokens of a body with their place and look; the space before each."""
    tokens = tokens_of(body)
    found: list[_Token] = []
    look = Run("equal", "")
    place = linked_from = 0
    for glue, raw in zip(tokens.glue, [*tokens.raw, ""], strict=True):
        rest = glue
        while rest:
            mark = next((each for each in _MARKS if rest.startswith(each)), rest[0])
            if end := LINK_END.match(rest):
                mark = end.group()
                target = mark[2:-1].split()[0] if len(mark) > 3 else ""
                target = target.replace("\\", "")
                found[linked_from:] = [replace(t, run=replace(t.run, link=target)) for t in found[linked_from:]]
            elif mark in _MARKS:
                look = _turned(look, mark)
            elif mark == "[":
                linked_from = len(found)
            rest = rest[len(mark) :]
        space = "\n" if "\n" in glue else " " if any(sign.isspace() for sign in glue) else ""
        text = _shown(raw)
        run = Run("equal", text, look.strong, look.emphasis, look.struck, border=is_row and raw == "|")
        found.append(_Token(place + len(glue), run, space))
        place += len(glue) + len(raw)
    return found


def _turned(look: Run, mark: str) -> Run:
    """The look behind a mark, which begins or ends one."""
    if mark == "**":
        return replace(look, strong=not look.strong)
    return replace(look, emphasis=not look.emphasis) if mark == "_" else replace(look, struck=not look.struck)


def _shown(raw: str) -> str:
    if raw.startswith("\\") and len(raw) > 1:
        return raw[1:]
    return raw[1:-1] if raw.startswith("<") and raw.endswith(">") and len(raw) > 2 else raw


def _runs(pieces: tuple[Piece, ...], before: list[_Token], after: list[_Token]) -> Iterator[Run]:
    i = j = place = other_place = 0
    for piece in pieces:
        place, other_place = place + len(piece.before), other_place + len(piece.after)
        end = _tokens_up_to(before, i, place)
        other_end = _tokens_up_to(after, j, other_place)
        if piece.op == "delete":
            yield from _each(before[i:end], "delete")
        elif piece.op == "insert":
            yield from _each(after[j:other_end], "insert")
        else:
            yield from _both(before[i:end], after[j:other_end])
        i, j = end, other_end
    if after and after[-1].space:
        yield replace(after[-1].run, text=after[-1].space)


def _tokens_up_to(tokens: list[_Token], start: int, place: int) -> int:
    while start < len(tokens) - 1 and tokens[start].start < place:
        start += 1
    return start


def _each(tokens: list[_Token], op: RunOp) -> Iterator[Run]:
    for token in tokens:
        if token.space:
            yield Run(op, token.space)
        run = token.run
        yield Run(op, run.text, run.strong, run.emphasis, run.struck, run.link, run.link_before, run.border)


def _both(before: list[_Token], after: list[_Token]) -> Iterator[Run]:
    for ours, theirs in zip(before, after, strict=False):
        if theirs.space:
            yield Run("equal", theirs.space)
        if ours.run.link != theirs.run.link:
            yield replace(theirs.run, op="relinked", link_before=ours.run.link)
        else:
            yield theirs.run


_Look = tuple[RunOp, bool, bool, bool, str, str, bool]


def _look(run: Run) -> _Look:
    return run.op, run.strong, run.emphasis, run.struck, run.link, run.link_before, run.border


def _joined(runs: Iterator[Run]) -> list[Run]:
    """Neighbours with one look as one; a space between two such belongs to them."""
    joined: list[tuple[_Look, str]] = []
    for run in runs:
        look = _look(run)
        last, text = joined[-1] if joined else (None, "")
        if last == look and not run.border:
            joined[-1] = (look, text + run.text)
        elif len(joined) > 1 and last and text == " " and _goes_on(joined[-2][0], last, look):
            joined[-2:] = [(look, f"{joined[-2][1]} {run.text}")]
        elif run.text:
            joined.append((look, run.text))
    return [Run(look[0], text, *look[1:]) for look, text in joined]


def _goes_on(one: _Look, space: _Look, other: _Look) -> bool:
    """Whether what follows a space looks like what is before it, and the space belongs to both."""
    return one == other and one[0] in (space[0], "relinked") and not one[-1]
