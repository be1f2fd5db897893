"""Emphasis that CommonMark reads as it was meant: marks that open and close, and signs of the text that do neither."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

SIGNS = re.compile(r"\*+|_+|~~+|`+")
NO_SPACES = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef"
UNSPACED = re.compile(f"[{NO_SPACES}]")
LINE_END = re.compile(rf"(?<=[{NO_SPACES}])[ \t\r]*\n\s*(?=[{NO_SPACES}])")
EDGE = "\0"  # beside a piece of text, where markup may come to stand


@dataclass(frozen=True, slots=True)
class Piece:
    """An emphasised text, with the white space that stood inside its marks."""

    start: str
    mark: str
    core: str
    end: str


def settled(parts: Sequence[str | Piece]) -> str:
    """The parts side by side. Where a mark would not count, a space or the text's own signs come between."""
    if Piece not in map(type, parts):
        return "".join(parts)  # type: ignore[arg-type]
    done: list[str] = []
    last = ""
    for place, part in enumerate(parts):
        text = part if isinstance(part, str) else _written(part, last, _first(parts[place + 1 :]))
        done.append(text)
        last = text[-1:] or last
    return "".join(done)


def _first(parts: Sequence[str | Piece]) -> str:
    for part in parts:
        first = part[:1] if isinstance(part, str) else part.start[:1] or part.mark
        if first:
            return first
    return ""


def _written(piece: Piece, before: str, after: str) -> str:
    start, core, end = piece.start, piece.core, piece.end
    before, after = start[-1:] or before, end[:1] or after
    if piece.mark == "_" and (before.isalnum() or after[:1].isalnum()):
        return start + _apart(before, core, after) + end  # Markdown knows no underscore inside a word
    if _is_sign(core[0]) and _is_letter(before):
        moved, core = _outside(core, before, at_end=False)
        start += moved
    if core and _is_sign(core[-1]) and _is_letter(after[:1]):
        moved, core = _outside(core, after, at_end=True)
        end = moved + end
    elif piece.mark == "~~" and after in ("_", "**"):
        end = " "  # what was struck and what stands for it are two words
    return f"{start}{piece.mark}{core}{piece.mark}{end}" if core else start + end


def _apart(before: str, core: str, after: str) -> str:
    """A text that has lost its own marks; those inside it stand beside other letters than they were made for."""
    first, last = core.lstrip("*~"), core.rstrip("*~")
    space = " " if first != core and _is_sign(first[:1] or " ") and _is_letter(before) else ""
    return space + core + (" " if last != core and _is_sign(last[-1:] or " ") and _is_letter(after[:1]) else "")


def _outside(core: str, beside: str, *, at_end: bool) -> tuple[str, str]:
    """What comes between a mark and a letter: a space, or, where a script has none, the signs at that side."""
    if not UNSPACED.match(beside) or "](" in core:
        return " ", core
    cut = next((place for place, sign in enumerate(core[::-1] if at_end else core) if not _is_sign(sign)), len(core))
    return (core[len(core) - cut :], core[: len(core) - cut]) if at_end else (core[:cut], core[cut:])


def _is_sign(letter: str) -> bool:
    return unicodedata.category(letter)[0] in "PS"


def _is_letter(letter: str) -> bool:
    return bool(letter) and not letter.isspace() and not _is_sign(letter)


def without_line_ends(texts: list[str]) -> list[str]:
    """A line end of the source between letters of a script without spaces is none of the text."""
    whole = "".join(texts)
    if "\n" not in whole or not UNSPACED.search(whole):
        return texts
    gone = {place for found in LINE_END.finditer(whole) for place in range(*found.span())}
    start, kept = 0, []
    for text in texts:
        kept.append("".join(letter for place, letter in enumerate(text, start) if place not in gone) if gone else text)
        start += len(text)
    return kept


def without_emphasis(texts: list[str], marks: set[str]) -> list[str]:
    """Backslashes before signs of the text that a renderer would take for marks. `marks` are those of our own."""
    if not any(SIGNS.search(text) for text in texts):
        return texts
    opened = {mark[0] for mark in marks}
    if sum("`" in run for text in texts for run in SIGNS.findall(text)) > 1:
        opened.add("`")  # in code a backslash is none, so that the first one has to go too
    ours = frozenset(opened)
    return [_without(text, opened, ours) for text in texts]


def _without(text: str, opened: set[str], ours: frozenset[str]) -> str:
    def escaped(found: re.Match[str]) -> str:
        run = found.group()
        before = text[found.start() - 1] if found.start() else EDGE
        after = text[found.end()] if found.end() < len(text) else EDGE
        opens, closes = _flanks(run[0], before, after)
        acts = (closes and run[0] in opened) or (opens and run[0] in ours)
        if opens:
            opened.add(run[0])
        return "".join("\\" + sign for sign in run) if acts else run

    return SIGNS.sub(escaped, text)


def _flanks(sign: str, before: str, after: str) -> tuple[bool, bool]:
    if sign == "`":
        return True, True
    opens, closes = not after.isspace(), not before.isspace()
    if sign == "_":
        return opens and not before.isalnum(), closes and not after.isalnum()
    return opens, closes
