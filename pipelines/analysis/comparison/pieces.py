"""Two bodies -> pieces: the words that stayed, went and came, with spaces and marks where they belong."""

from collections.abc import Iterator
from dataclasses import dataclass

from rapidfuzz.distance import Indel

from pipelines.analysis.comparison.model import Piece
from pipelines.analysis.comparison.tokens import Tokens, is_word, shared_start

LARGEST_ISLAND = 2  # equal words between two changes that are shown as changed, too: shreds are hard to read
MOST_CELLS = 200_000_000  # tokens times tokens; what is larger is shown as replaced
CELL = "|"
Span = tuple[bool, int, int, int, int]
"""Whether the tokens are equal, and from where to where they stand on both sides."""


@dataclass(frozen=True, slots=True)
class Inside:
    """What changed inside a block."""

    pieces: tuple[Piece, ...]
    words_added: int
    words_removed: int


def pieces_of(before: Tokens, after: Tokens, *, by_cell: bool = False) -> Inside:
    """The pieces of two bodies. `by_cell`: rows of a table; where both have as many cells, cell goes with cell."""
    spans = list(_row_spans(before, after) if by_cell else _spans(before.keys, after.keys))
    builder = _Builder(before, after)
    for span in spans:
        builder.add(*span)
    removed = sum(before.words(i, end) for equal, i, end, _, _ in spans if not equal)
    added = sum(after.words(j, end) for equal, _, _, j, end in spans if not equal)
    return Inside(builder.done(), added, removed)


def _row_spans(before: Tokens, after: Tokens) -> Iterator[Span]:
    ours = [i for i, key in enumerate(before.raw) if key == CELL]
    theirs = [j for j, key in enumerate(after.raw) if key == CELL]
    if len(ours) != len(theirs):
        yield from _spans(before.keys, after.keys)
        return
    i = j = 0
    for end, other_end in zip([*ours, len(before.keys)], [*theirs, len(after.keys)], strict=True):
        for equal, a, b, c, d in _spans(before.keys[i:end], after.keys[j:other_end]):
            yield equal, a + i, b + i, c + j, d + j
        if end < len(before.keys):
            yield True, end, end + 1, other_end, other_end + 1
        i, j = end + 1, other_end + 1


def _spans(before: list[str], after: list[str]) -> list[Span]:
    start = shared_start(before, after)
    end = shared_start(before[start:][::-1], after[start:][::-1])
    spans: list[Span] = [(True, 0, start, 0, start)] if start else []
    n, m = len(before) - end, len(after) - end
    if n > start or m > start:
        middle = _opcodes(before[start:n], after[start:m])
        spans += [(equal, a + start, b + start, c + start, d + start) for equal, a, b, c, d in middle]
    if end:
        spans.append((True, n, len(before), m, len(after)))
    return _without_islands(spans, before)


def _opcodes(before: list[str], after: list[str]) -> list[Span]:
    if not before or not after or len(before) * len(after) > MOST_CELLS:
        return [(False, 0, len(before), 0, len(after))]
    return [
        (code.tag == "equal", code.src_start, code.src_end, code.dest_start, code.dest_end)
        for code in Indel.opcodes(before, after)
    ]


def _without_islands(spans: list[Span], before: list[str]) -> list[Span]:
    """Join changes, and what is equal between two of them where it is but a word or two."""
    joined: list[Span] = []
    for number, span in enumerate(spans):
        between = 0 < number < len(spans) - 1
        changed = not span[0] or (between and sum(map(is_word, before[span[1] : span[2]])) <= LARGEST_ISLAND)
        if changed and joined and not joined[-1][0]:
            last = joined[-1]
            joined[-1] = (False, last[1], span[2], last[3], span[4])
        else:
            joined.append((not changed, *span[1:]))
    return joined


class _Builder:
    """Writes pieces span by span; spaces go with the words that went or came, marks that differ stand alone."""

    def __init__(self, before: Tokens, after: Tokens) -> None:
        self._before, self._after = before, after
        self._pieces: list[tuple[str, str, str]] = []

    def add(self, equal: bool, i: int, end: int, j: int, other_end: int) -> None:
        if not equal:
            self._put("delete", self._before.text(i, end), "")
            self._put("insert", "", self._after.text(j, other_end))
            return
        ours, theirs = self._before.text(i, end), self._after.text(j, other_end)
        if ours == theirs:
            self._put("equal", ours, theirs)
            return
        for step in range(end - i):
            self._glue(self._before.glue[i + step], self._after.glue[j + step])
            self._put("equal", self._before.raw[i + step], self._after.raw[j + step])

    def done(self) -> tuple[Piece, ...]:
        self._glue(self._before.glue[-1], self._after.glue[-1])
        return tuple(Piece(op, before, after) for op, before, after in self._pieces)  # type: ignore[arg-type]

    def _glue(self, ours: str, theirs: str) -> None:
        if ours == theirs or (_is_space(ours) and _is_space(theirs)):
            if not theirs and self._last() == "delete":
                self._put("delete", ours, "")
            elif not ours and self._last() == "insert":
                self._put("insert", "", theirs)
            else:
                self._put("equal", ours, theirs)
        else:
            self._put("format", ours, theirs)

    def _last(self) -> str:
        return self._pieces[-1][0] if self._pieces else ""

    def _put(self, op: str, before: str, after: str) -> None:
        if not before and not after:
            return
        if self._last() == op and op != "format":
            _, ours, theirs = self._pieces[-1]
            self._pieces[-1] = (op, ours + before, theirs + after)
        else:
            self._pieces.append((op, before, after))


def _is_space(glue: str) -> bool:
    """Whether glue holds no marks but those of a quote that goes on."""
    return not glue or not glue.replace(">", "").strip()
