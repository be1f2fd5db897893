"""Lines of a PDF as Markdown: headings by their size, items by their marks, paragraphs by the space between lines.

A line goes on in the next where the first word of that would not have fitted into it.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise, product

from pipelines.extraction.form.lines import CONTROLS, escape_line_starts
from pipelines.extraction.form.parse import inert
from pipelines.extraction.judgement.dates import states_a_date
from pipelines.extraction.pdf.pdfcolumns import Line

BULLET = re.compile(r"[•◦▪▫●○■□‣⁃∙·➢➤►▶✓✔❖\u2043\uf000-\uf0ff](?:\s+|(?=\w))|[-–—*o]\s+")
NUMBERED = re.compile(
    r"(?:\(?\d{1,3}[.)]|\(?[a-z]{1,2}\)|\(?[ivxlc]{1,6}[.)]|\d{1,2}(?:\.\d{1,2})+\.?|§)\s", re.IGNORECASE
)
ENDS = re.compile(r"[.:;!?。：；！？؟।]['\"”’)\]»]*$")
NO_SPACE = re.compile("[\u0e00-\u0e7f\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]")
WORD = re.compile(r"[^\W\d_]+")
LARGER = 1.12  # times the size of the text: a heading
LONGEST_HEADING = 200  # characters
WIDER = 1.3  # times the usual distance of lines: a paragraph ends
NARROWEST = 12.0  # ems of a column whose lines go on
SAME = 3.0  # points by which places of one column differ


@dataclass(slots=True)
class _Block:
    """Lines that belong together. `level` is that of a heading, or how deep an item is nested (from 1)."""

    kind: str
    lines: list[Line]
    level: int = 0
    margins: dict[int, float] = field(default_factory=dict)


def markdown_of_pages(pages: Sequence[Sequence[Line]]) -> tuple[str, str]:
    """The heading over all, empty where there is none, and the whole text, empty where there is no line."""
    lines = [line for page in pages for line in page]
    if not lines:
        return "", ""
    measures = _Measures(lines)
    words = (
        Counter(word for line in lines for word in WORD.findall(line.text.lower())) if _any_hyphen(lines) else Counter()
    )
    said = [(block, _said(block, words)) for block in _blocks(pages, measures)]
    said = [(block, text) for block, text in said if text]
    return _heading(said), _laid_out(said)


def _any_hyphen(lines: Sequence[Line]) -> bool:
    return any(line.hyphen for line in lines)


def _heading(said: Sequence[tuple[_Block, str]]) -> str:
    """The first heading, where it is the largest and stands before the text."""
    for block, text in said:
        if block.kind == "heading":
            return " ".join(text.split()) if block.level == 1 else ""
        if len(text) > LONGEST_HEADING:
            break
    return ""


class _Measures:
    """What is usual in a document: the size of its text, the distance of its lines, the sizes of its headings."""

    def __init__(self, lines: Sequence[Line]) -> None:
        sizes: Counter[float] = Counter()
        for line in lines:
            sizes[line.size] += len(line.text)
        self.size = sizes.most_common(1)[0][0]
        larger = sorted((size for size in sizes if size > self.size * LARGER), reverse=True)
        self._levels = {size: min(level, 5) for level, size in enumerate(larger, 1)}
        steps = Counter(
            round(one.base - other.base)
            for one, other in pairwise(lines)
            if one.size == other.size == self.size and 0 < one.base - other.base < 4 * self.size
        )
        self.step = float(min((s for s, n in steps.items() if n > steps.total() / 5), default=0)) or self.size * 1.2

    def level(self, line: Line) -> int:
        """Of a heading, from 1; 0 where it is none."""
        level = self._levels.get(line.size, 0)
        return level if level and len(line.text) <= LONGEST_HEADING and WORD.search(line.text) else 0


def _blocks(pages: Sequence[Sequence[Line]], measures: _Measures) -> Iterator[_Block]:
    block: _Block | None = None
    stack: list[float] = []  # where the marks of open items stand
    for page in pages:
        margins = _margins(page)
        for line in page:
            kind, level = _kind(line, measures, stack, block)
            if block and _goes_on(block, line, kind, level, measures, margins):
                block.lines.append(line)
                continue
            if block:
                yield block
            block = _Block(kind, [line], level, margins)
    if block:
        yield block


def _margins(page: Sequence[Line]) -> dict[int, float]:
    """Where the lines end that begin about where each line of the page begins."""
    found: dict[int, float] = {}
    for line in page:
        key = round(line.start / 50)
        found[key] = max(found.get(key, line.end), line.end)
    return found


def _kind(line: Line, measures: _Measures, stack: list[float], block: _Block | None) -> tuple[str, int]:
    if level := measures.level(line):
        stack.clear()
        return "heading", level
    if BULLET.match(line.text):
        while stack and line.start < stack[-1] - SAME:
            stack.pop()
        if not stack or line.start > stack[-1] + SAME:
            stack.append(line.start)
        return "item", len(stack)
    if not (block and block.kind == "item" and line.start > block.lines[0].start + SAME):
        stack.clear()
    return "text", 0


def _goes_on(block: _Block, line: Line, kind: str, level: int, measures: _Measures, margins: dict[int, float]) -> bool:
    """Whether a line belongs to the block before it."""
    last = block.lines[-1]
    if block.kind == "heading" or kind == "heading":
        return kind == block.kind and level == block.level and 0 < last.base - line.base < line.size * 1.6
    if kind == "item" or (block.kind == "item" and line.start <= block.lines[0].start + SAME):
        return False
    step = last.base - line.base
    if step <= 0 or step > 20 * measures.step:  # another column or page
        return not ENDS.search(last.text) and line.text[:1].islower()
    if last.hyphen:
        return True
    return step <= max(measures.step, line.size * 1.1) * WIDER and not (
        NUMBERED.match(line.text) and (ENDS.search(last.text) or not _wrapped(last, line, margins))
    )


def _wrapped(line: Line, following: Line, margins: dict[int, float]) -> bool:
    """Whether the first word of the next line would not have fitted."""
    if line.hyphen:
        return True
    if line.cells or following.cells:
        return False
    first = 1 if NO_SPACE.match(following.text) else len(following.text.split(" ", 1)[0])
    width = (following.end - following.start) * (first + 1) / max(len(following.text), 1)
    margin = max(margins.get(round(line.start / 50) + near, line.end) for near in (-1, 0, 1))
    return margin - line.start > NARROWEST * line.size and width > margin - line.end - SAME


def _said(block: _Block, words: Counter[str]) -> str:
    """The text of a block, its lines joined where they go on."""
    whole = len(block.lines) > 1 and all(_is_whole(one, other) for one, other in pairwise(block.lines))
    pieces = [block.lines[0].text]
    for line, following in pairwise(block.lines):
        if block.kind == "heading" or line.hyphen or (not whole and _wrapped(line, following, block.margins)):
            pieces[-1] = _joined(pieces[-1], line, following.text, words)
        else:
            pieces.append(following.text)
    if block.kind == "item":
        pieces[0] = BULLET.sub("", pieces[0], count=1)
    clean = [" ".join(inert(CONTROLS.sub("", piece)).split()) for piece in pieces]
    return "\n".join(piece for piece in clean if piece)


def _is_whole(line: Line, following: Line) -> bool:
    return bool(ENDS.search(line.text)) and not following.text[:1].islower()


def _joined(before: str, line: Line, after: str, words: Counter[str]) -> str:
    if line.hyphen:
        return before + _hyphen(before, after, words) + after
    if before.endswith("\xad"):
        return before[:-1] + after
    if NO_SPACE.match(before[-1:]) and NO_SPACE.match(after):
        return before + after
    return f"{before} {after}"


def _hyphen(before: str, after: str, words: Counter[str]) -> str:
    """The hyphen at the end of a line, where it is part of the word."""
    heads, tail = WORD.findall(before.lower()), WORD.match(after.lower())
    if not heads or not tail or not after[:1].islower():
        return "-"
    head = heads[-1]
    if words[head + tail[0]]:
        return ""
    return "-" if words[head] > 1 and words[tail[0]] > 1 else ""


def _laid_out(blocks: list[tuple[_Block, str]]) -> str:
    out: list[str] = []
    for number, (block, text) in enumerate(blocks):
        close = number and block.kind == blocks[number - 1][0].kind == "item"
        out.append("\n" if close else "\n\n" if number else "")
        out.append(_marked(block, text))
    return "".join(out)


def _marked(block: _Block, text: str) -> str:
    escaped = escape_line_starts(text)
    if block.kind == "heading":
        return f"{'#' * (block.level + 1)} {escaped}"
    if block.kind == "item":
        indent = "  " * (block.level - 1)
        return f"{indent}- " + escaped.replace("\n", f"  \n{indent}  ")
    return escaped.replace("\n", "  \n")


EDGE = 0.09  # share of a page's height, at the top and at the bottom
SHARE = 0.4  # of the pages; heads of odd and even pages may differ, and the first often has none
NUMBER_HERE = re.compile(r"(?<!\d)(\d{1,4})(?!\d)")
MOST_NUMBERS = 5  # of a running head: a date, a page and all pages
ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii")
ONLY_A_NUMBER = re.compile(
    r"(?:\w+\.?\s)?[-–—|(\[]*\s*(\d{1,3})(?:\s?(?:/|of|von|de|sur|di|van|av|z|из|、|,)\s?\d{1,3})?\s*[-–—|)\]]*",
    re.IGNORECASE,
)

Key = tuple[bool, str]


def without_running_heads(pages: list[list[Line]]) -> list[list[Line]]:
    """The pages without them. One that states a date stays once, where it first stood."""
    counts = Counter(key for number, page in enumerate(pages) for key in _keys_of_page(page, number))
    least = max(2.0, len(pages) * SHARE)
    running = {key for key, count in counts.items() if count >= least}
    kept: set[str] = set()
    return [[line for line in page if _stays(line, number, running, kept)] for number, page in enumerate(pages)]


def _stays(line: Line, number: int, running: set[Key], kept: set[str]) -> bool:
    if not _at_edge(line):
        return True
    if _is_number_of(line, number):
        return False
    if running.isdisjoint(_keys(line, number)):
        return True
    if not states_a_date(line.text) or line.text in kept:
        return False
    kept.add(line.text)
    return True


def _is_number_of(line: Line, number: int) -> bool:
    if number < len(ROMAN) and line.text.strip(" -–—").lower() == ROMAN[number]:
        return True
    found = ONLY_A_NUMBER.fullmatch(line.text)
    return found is not None and int(found[1]) == number + 1


def _at_edge(line: Line) -> bool:
    return not EDGE < line.place < 1 - EDGE


def _keys_of_page(page: list[Line], number: int) -> set[Key]:
    return {key for line in page if _at_edge(line) for key in _keys(line, number)}


def _keys(line: Line, number: int) -> set[Key]:
    """What two pages agree in: the words, and each number as it stands or as one that counts the pages."""
    top = line.place > 0.5
    pieces = NUMBER_HERE.split(line.text)
    if len(pieces) > 2 * MOST_NUMBERS + 1:
        return {(top, line.text)}
    choices = [(piece, f"#{int(piece) - number}") if place % 2 else (piece,) for place, piece in enumerate(pieces)]
    return {(top, "".join(chosen)) for chosen in product(*choices)}
