"""The CDX server of an embedded archive: `GET /cdx/search/cdx` over a `CdxIndex`.

Names and meaning of the parameters are those of the Internet Archive's wayback-cdx-server; resume keys have the form
of its 2026 successor. The order of work for each row is that of the original: offset, window, filters, collapse, limit.
In paged mode (`page`, `pageSize`, `showNumPages`) a page is a number of blocks of the index, filtered afterwards, and
there are no resume keys.
"""

import base64
import heapq
import json
import re
import sys
import zlib
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

from crawler.local_archive.server.blocks import Blocks, Pages, Paging
from crawler.local_archive.server.cdxindex import CdxIndex
from crawler.local_archive.server.queries import KINDS, BadQuery, Match, Range, matcher, ranges, seconds
from pipelines.formats.surt import urlkey

FIELDS = ("urlkey", "timestamp", "original", "mimetype", "statuscode", "digest", "length")
_DIGEST = FIELDS.index("digest")
MAX_ROWS = 150_000
PAGING = Paging(blocks=50)
_SURT = re.compile(r"[^/?#]*,[^/?#]*\)/")
_RESUME = re.compile(r"(\S+ \d{1,14})(?: (\d{1,9}))?")

Params = Sequence[tuple[str, str]]
Test = Callable[[list[str]], bool]


class _Row(NamedTuple):
    start: int
    line: bytes
    fields: list[str]


@dataclass(frozen=True, slots=True)
class CdxAnswer:
    """A listing; `more` are headers beside the content type."""

    content_type: str
    body: bytes
    more: tuple[tuple[str, str], ...] = ()


def answer(index: CdxIndex, params: Params, max_rows: int = MAX_ROWS, blocks: Blocks | None = None) -> CdxAnswer:
    """The answer to one query; `blocks` are those of the index, made where they are not given. Raises BadQuery."""
    given = dict(reversed(params))  # the first of a name counts
    spans, is_paged = ranges(index, _match(given)), "page" in given
    if is_paged or given.get("showNumPages") == "true":
        blocks = blocks or Blocks(index, PAGING)
        pages = blocks.pages(spans, _number(given, "pageSize"))
        if not is_paged:
            return _page_count(pages, blocks)
        spans, max_rows = blocks.clipped(spans, pages, _page(given, pages)), sys.maxsize
    names = [name for name in given.get("fl", "").split(",") if name in FIELDS] or list(FIELDS)
    columns = [FIELDS.index(name) for name in names]
    as_json, seen = given.get("output") == "json", Counter[str]() if given.get("showDupeCount") == "true" else None
    lines, last = [], None
    for last in _rows(index, spans, params, given, max_rows):
        cells = [last.fields[column] for column in columns]
        if seen is not None:
            cells.append(str(seen[last.fields[_DIGEST]]))
            seen[last.fields[_DIGEST]] += 1
        lines.append(json.dumps(cells) if as_json else " ".join(cells))
    names += ["dupecount"] * (seen is not None)
    has_key = last and not is_paged and _has_key(given, len(lines), max_rows)
    resume = _resume_key(index, last, _is_backwards(given)) if last and has_key else ""
    if as_json:
        return CdxAnswer("application/json", _as_json(lines, names, resume))
    return CdxAnswer("text/plain", _as_text(lines, resume))


def _page_count(pages: Pages, blocks: Blocks) -> CdxAnswer:
    headers = (("X-CDX-Num-Pages", str(pages.count)), ("X-CDX-Max-Lines", str(blocks.paging.lines)))
    return CdxAnswer("text/plain", f"{pages.count}\n".encode(), headers)


def _page(given: dict[str, str], pages: Pages) -> int:
    page = _number(given, "page")
    if not 0 <= page <= pages.last:
        raise BadQuery(f"Page {page} invalid: First Page is 0, Last Page is {pages.last}")
    return page


def _rows(index: CdxIndex, spans: list[Range], params: Params, given: dict[str, str], max_rows: int) -> Iterator[_Row]:
    rows = _collapsed(_selected(index, spans, params, given), _values(params, "collapse"))
    limit = _number(given, "limit")
    if given.get("sort") == "closest" and given.get("closest"):
        return iter(_closest(rows, given["closest"], _page_size(limit, max_rows)))
    return iter(deque(rows, maxlen=-limit)) if limit < -1 else islice(rows, _page_size(limit, max_rows))


def _closest(rows: Iterator[_Row], wanted: str, count: int) -> list[_Row]:
    """The rows nearest in time; of two equally near the earlier, or the later behind a `^`."""
    time_text = wanted.lstrip("-^")
    if not (time_text.isascii() and time_text.isdecimal() and len(time_text) <= 14):
        raise BadQuery(f"closest is not a timestamp: {wanted[:40]}")
    at, side = seconds(time_text), -1 if wanted.startswith("^") else 1
    return heapq.nsmallest(count, rows, key=lambda row: (abs((when := seconds(row.fields[1])) - at), side * when))


def _is_backwards(given: dict[str, str]) -> bool:
    return given.get("sort") == "reverse" or _number(given, "limit") == -1


def _page_size(limit: int, max_rows: int) -> int:
    return min(abs(limit) or max_rows, max_rows)


def _has_key(given: dict[str, str], found: int, max_rows: int) -> bool:
    """A key is given whenever a page is full, even where nothing follows it."""
    limit = _number(given, "limit")
    if given.get("sort") == "closest" and given.get("closest"):
        return False  # what comes next in time is no place to go on from
    return given.get("showResumeKey") == "true" and limit >= -1 and found == _page_size(limit, max_rows)


def target_key(params: Params) -> str:
    """The urlkey a query is about, without wildcards. Raises BadQuery where there is none."""
    return _match(dict(reversed(params))).key


def _values(params: Params, name: str) -> list[str]:
    return [value for key, value in params if key == name]


def _number(given: dict[str, str], name: str) -> int:
    try:
        return max(-sys.maxsize, min(sys.maxsize, int(given.get(name) or 0)))
    except ValueError:
        raise BadQuery(f"{name} is not a number: {given[name][:40]}") from None


def _match(given: dict[str, str]) -> Match:
    url, kind = given.get("url", ""), given.get("matchType", "")
    if not url:
        raise BadQuery("A url= parameter is required")
    if url.endswith("//*"):
        raise BadQuery(f"Not a prefix: {url[:200]}")
    if kind not in KINDS:
        if url.startswith("*."):
            kind, url = "domain", url[2:]
        elif url.endswith("*"):
            kind, url = "prefix", url[:-1]
        else:
            kind = "exact"
    return Match(url if _SURT.match(url) else urlkey(url), kind)


def _selected(index: CdxIndex, spans: list[Range], params: Params, given: dict[str, str]) -> Iterator[_Row]:
    match, backwards = _match(given), _is_backwards(given)
    spans = _resumed(index, spans, "" if "page" in given else given.get("resumeKey", ""), backwards)
    rows = islice(_scanned(index, spans, backwards), max(0, _number(given, "offset")), None)
    tests = [_filter(rule) for rule in _values(params, "filter")]
    since, until = given.get("from", ""), given.get("to", "")
    for row in rows:
        timestamp = row.fields[1]
        if until and timestamp[: len(until)] > until:
            if match.kind == "exact" and not backwards:
                return
        elif timestamp >= since and all(test(row.fields) for test in tests):
            yield row


def _scanned(index: CdxIndex, ranges: list[Range], backwards: bool) -> Iterator[_Row]:
    for start, stop in reversed(ranges) if backwards else ranges:
        for at, line in (index.lines_back if backwards else index.lines)(start, stop):
            yield _Row(at, line, line.decode("utf-8", "replace").split(" ", 7)[:7])


def _filter(rule: str) -> Test:
    """`[!]field:regex` must match the whole field, `~[!]field:text` must be within it."""
    contains = rule.startswith("~")
    rule = rule.removeprefix("~")
    wanted = not rule.startswith("!")
    field, colon, pattern = rule.removeprefix("!").partition(":")
    column = _column(field) if colon else None
    if not colon:
        pattern = field
    found = (lambda text: pattern in text) if contains else matcher(pattern)
    return lambda fields: found(" ".join(fields) if column is None else fields[column]) is wanted


def _column(field: str) -> int | None:
    if field in FIELDS:
        return FIELDS.index(field)
    return int(field) if field.isascii() and field.isdigit() and int(field) < len(FIELDS) else None


def _collapsed(rows: Iterator[_Row], rules: list[str]) -> Iterator[_Row]:
    """Drops a row that is like the last kept one, by the first rule that finds it so."""
    cuts = []
    for rule in rules:
        field, _, width = rule.partition(":")
        if (column := _column(field)) is not None:
            cuts.append((column, int(width) if width.isdigit() else None))
    last: list[str | None] = [None] * len(cuts)
    for row in rows:
        for number, (column, cut) in enumerate(cuts):
            value = row.fields[column][:cut]
            if value == last[number]:
                break
            last[number] = value
        else:
            yield row


def _as_text(lines: list[str], resume: str) -> bytes:
    if resume:
        lines += ["", resume]
    return "".join(f"{line}\n" for line in lines).encode()


def _as_json(lines: list[str], names: list[str], resume: str) -> bytes:
    if lines:
        lines.insert(0, json.dumps(names))
    if resume:
        lines += ["[]", json.dumps([resume])]
    return ("[" + ",\n".join(lines) + "]\n").encode()


def _resume_key(index: CdxIndex, row: _Row, backwards: bool) -> str:
    """Where to go on: after the rows of this urlkey and timestamp, or after the first n of them if a page splits them.

    The number is ours: without it a run of equal keys longer than a page would lose rows or never end.
    """
    head = b" ".join(row.line.split(b" ", 2)[:2])
    first, last = index.find(head + b" "), index.find(head + b"!")
    done = (row.start, last) if backwards else (first, row.start + len(row.line))
    text = head
    if done != (first, last):
        text += b" %d" % sum(1 for _ in index.lines(*done))
    return base64.urlsafe_b64encode(zlib.compress(text)).decode()


def _resumed(index: CdxIndex, ranges: list[Range], key: str, backwards: bool) -> list[Range]:
    if not key:
        return ranges
    head, count = _unpacked(key)
    run = (index.find(f"{head} ".encode()), index.find(f"{head}!".encode()))
    if backwards:
        edge = min((at for at, _ in islice(index.lines_back(*run), count)), default=run[0])
        return [(start, min(stop, edge)) for start, stop in ranges]
    edge = max((at + len(line) for at, line in islice(index.lines(*run), count)), default=run[1])
    return [(max(start, edge), stop) for start, stop in ranges]


def _unpacked(key: str) -> tuple[str, int | None]:
    try:
        text = zlib.decompressobj().decompress(base64.urlsafe_b64decode(key), 65_536).decode()
    except (ValueError, zlib.error):
        text = ""
    match = _RESUME.fullmatch(text)
    if not match:
        raise BadQuery("Not a resumeKey of this server")
    return match[1], int(match[2]) if match[2] else None
