"""The rule of what is cosmetic: only dates, addresses, links, case or form changed.

* dates: what went and what came lies, on each side, within a date: a day (3 March 2023, 03/03/2023, 2023年3月3日), a
  month with its year, or the year of a copyright line. A number or a span of time (30 days) is none.
* addresses: within a web or mail address that is written out.
* links: the words are the same, a link's target or title is not.
* case: the same letters, large or small.
* form: the same words in other emphasis or another kind of block, with other spaces or line ends.

Blocks that were moved are never cosmetic; those that were added or removed only if they are dates or addresses.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pipelines.analysis.comparison.model import Change, CosmeticKind, Piece
from pipelines.analysis.comparison.tokens import LINK_END, tokens_of

_MONTHS = (
    "january february march april may june july august september october november december "
    "jan feb mar apr jun jul aug sep sept oct nov dec "
    "januar februar märz mai juni juli oktober dezember jänner "
    "janvier février mars avril juin juillet août septembre octobre novembre décembre "
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre "
    "gennaio febbraio aprile maggio giugno luglio settembre ottobre dicembre "
    "januari februari maart mei augustus "
    "janeiro fevereiro março maio junho julho setembro outubro novembro dezembro "
    "augusti marts maj stycznia lutego marca kwietnia maja czerwca lipca sierpnia września "
    "października listopada grudnia "
    "января февраля марта апреля мая июня июля августа сентября октября ноября декабря"
)
_MONTH = rf"(?:{'|'.join(sorted(set(_MONTHS.split()), key=len, reverse=True))})\b\.?"
_YEAR = r"(?:19[89]\d|20\d\d)(?!\d)"
_DAY = r"(?<![\d.,])\d{1,2}(?:st|nd|rd|th|er|\.|º)?"
_DATE = re.compile(
    rf"""(?<!\d)\d{{4}}[-/.]\d{{1,2}}[-/.]\d{{1,2}}(?!\d) | (?<!\d)\d{{1,2}}[-/.]\ ?\d{{1,2}}[-/.]\ ?(?:\d\d)?\d\d(?!\d)
      | (?:{_DAY}\ (?:(?:of|de|day\ of)\ )?)?\b{_MONTH},?\ (?:(?:of|de|del)\ )?{_YEAR}
      | \b{_MONTH}\ {_DAY},?\ {_YEAR}
      | (?<!\d)\d{{4}}\ ?年\ ?\d{{1,2}}\ ?月(?:\ ?\d{{1,2}}\ ?日)? | (?<!\d)\d{{4}}년\ ?\d{{1,2}}월\ ?\d{{1,2}}일
      | (?:©|\(c\)|copyright)\ ?(?:©\ ?|\(c\)\ ?)?(?:{_YEAR}\ ?[-–—]\ ?)?{_YEAR}
    """,
    re.IGNORECASE | re.VERBOSE,
)
_ADDRESS = re.compile(
    r"""[\w.+-]+@[\w-]+(?:\.[\w-]+)+ | (?:https?|ftp)://[^\s<>()\[\]]+ | \bwww\.[^\s<>()\[\]]+
      | \b(?:[a-z0-9-]+\.)+(?:com|org|net|eu|de|fr|uk|io|gov|edu|info|example|[a-z]{2})(?:/[^\s<>()\[\]]*)?(?![\w.])
    """,
    re.IGNORECASE | re.VERBOSE,
)
_EDGES = " \t\n*_~[]()<>.,;:"


_NEAR = 60  # characters around what changed in which its date or address is looked for; no date is longer
_LONGEST = 200  # characters of what changed, to be looked at at all


class _Substantial(Exception):
    """Something else changed."""


@dataclass(frozen=True, slots=True)
class _Span:
    """A place in a body, without the punctuation around it."""

    body: str
    start: int
    end: int

    @property
    def text(self) -> str:
        return self.body[self.start : self.end]


def cosmetic_kinds(changes: Iterable[Change]) -> tuple[CosmeticKind, ...]:
    """The kinds of what changed, sorted, where all of it is cosmetic; none where something else changed or nothing."""
    changes = [change for change in changes if change.op != "equal"]
    if any(change.op == "moved to" for change in changes):
        return ()
    try:
        return tuple(sorted({kind for change in changes for kind in _kinds_of_change(change)}))
    except _Substantial:
        return ()


def _kinds_of_change(change: Change) -> Iterator[CosmeticKind]:
    if change.before is None or change.after is None:
        block = change.before or change.after
        if block is not None:
            yield _kind_of_block(block.body)
        return
    ours, theirs = change.before, change.after
    if (ours.kind, ours.level, ours.quotes) != (theirs.kind, theirs.level, theirs.quotes):
        yield "form"
    yield from _kinds_of_pieces(ours.body, theirs.body, change.pieces)


def _kind_of_block(body: str) -> CosmeticKind:
    """Of a block that was added or removed whole."""
    rest = _DATE.sub("", body) if len(body) <= _LONGEST else body
    if not rest.strip(_EDGES):
        return "dates" if body else "form"
    if len(body) > _LONGEST or _ADDRESS.sub("", rest).strip(_EDGES):
        raise _Substantial
    return "addresses"


def _kinds_of_pieces(before: str, after: str, pieces: Iterable[Piece]) -> Iterator[CosmeticKind]:
    i = j = 0
    start = None
    for piece in (*pieces, Piece("equal", "", "")):
        if piece.op in ("delete", "insert"):
            start = start or (i, j)
        else:
            if start is not None:
                yield _kind_of_span(_span(before, start[0], i), _span(after, start[1], j))
            start = None
            if piece.before != piece.after:
                yield "links" if piece.op == "format" and _targets(piece.before) != _targets(piece.after) else "form"
        i, j = i + len(piece.before), j + len(piece.after)


def _targets(glue: str) -> list[str]:
    return [found.group() for found in LINK_END.finditer(glue)]


def _span(body: str, start: int, end: int) -> _Span:
    if end - start > _LONGEST:
        raise _Substantial
    core = body[start:end].strip(_EDGES)
    start += body[start:end].index(core)
    return _Span(body, start, start + len(core))


def _kind_of_span(ours: _Span, theirs: _Span) -> CosmeticKind:
    if _folded(ours.text) == _folded(theirs.text):
        return "case"
    patterns: tuple[tuple[CosmeticKind, re.Pattern[str]], ...] = (("dates", _DATE), ("addresses", _ADDRESS))
    for kind, pattern in patterns:
        if _lies_within(pattern, ours) and _lies_within(pattern, theirs):
            return kind
    raise _Substantial


def _folded(text: str) -> list[str]:
    return [key.casefold() for key in tokens_of(text).keys]


def _lies_within(pattern: re.Pattern[str], span: _Span) -> bool:
    if span.start == span.end:
        return True
    near = pattern.finditer(span.body, max(0, span.start - _NEAR), span.end + _NEAR)
    return any(found.start() <= span.start and span.end <= found.end() for found in near)
