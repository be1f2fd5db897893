"""Which rows a query of pywb's dialect gives, in which order: made after pywb 2.10 (`warcserver/index/cdxops.py`).

The order of work is that of the original: revisits resolved, filters, window, collapse, order, limit.
"""

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from pathlib import PurePosixPath

from crawler.local_archive.server.blocks import Blocks, Pages
from crawler.local_archive.server.queries import KINDS, BadQuery, Match, Range, matcher, ranges, seconds
from crawler.local_archive.server.row_forms import OTHER_NAMES, Fields, fields_of
from crawler.local_archive.server.rows import Row, SortedLines
from pipelines.formats.surt import urlkey

_PAGES = frozenset({"asp", "aspx", "jsp", "php", "pl", "exe", "dll"})  # endings whose query matters
_CACHE_BUSTERS = re.compile(r"[?&](?:_|cb|uncache)=\d+(?=&|$)|[?&]utm_[^=]+=[^&]+(?=&|$)")


def similar(row: Fields, key: str, url: str) -> bool:
    """Whether `row` may answer a query for `url` though its own key is not `key`: without what keeps caches away they
    are the same, or they are one file with different queries (seen only where `url` has a scheme)."""
    bare = url.partition("?")[0]
    ending = PurePosixPath(bare.rpartition("/")[2]).suffix[1:]
    if ending and ending not in _PAGES and f"{row['url']}?".startswith(f"{bare}?"):
        return True
    return _CACHE_BUSTERS.sub("", row["urlkey"]) == _CACHE_BUSTERS.sub("", key)


MAX_ROWS = 100_000
_PORT_WITHOUT_SCHEME = re.compile(r"[\w.-]+:\d+(?=[/?]|\Z)")
_LAST = "99991231235959"

Params = Mapping[str, str]
Test = Callable[[Fields], bool]


class BadNumber(ValueError):
    """A number that is none, which pywb answers with an error of its own."""


def rows(
    index: SortedLines,
    spans: list[Range],
    params: Params,
    filters: list[str],
    most: int,
    shape: Callable[[Row], Fields] = fields_of,
) -> Iterator[Fields]:
    """The rows of a query that lie in `spans`, each as `shape` shows it. Raises BadQuery, BadNumber."""
    found: Iterator[Fields] = (shape(row) for row in _listed(index, spans))
    if params.get("resolveRevisits") == "true":
        found = _resolved(found)
    tests = [_filter(rule) for rule in filters]
    found = (row for row in _in_window(found, params) if all(test(row) for test in tests))
    if width := params.get("collapseTime"):
        found = _collapsed(found, number({"collapseTime": width}, "collapseTime", 0))
    return _ordered(found, params, number(params, "limit", most))


def fuzzy_rows(index: SortedLines, key: str, params: Params, most: int) -> Iterator[Fields]:
    """What comes where an exact query finds nothing: similar rows, filters forgotten, each marked."""
    spans = ranges(index, Match(key.partition("?")[0], "prefix"))
    found = (fields_of(row) for row in _listed(index, spans))
    like = (row for row in _in_window(found, params) if similar(row, key, params.get("url", "")))
    return ({**row, "is_fuzzy": "1"} for row in _ordered(like, params, number(params, "limit", most)))


def matched(params: Params) -> Match:
    """What a query is about. Raises BadQuery."""
    url, kind = params.get("url", ""), params.get("matchType", "")
    if not url:
        raise BadQuery('The "url" param is required')
    if kind and kind not in KINDS:
        raise BadQuery(f"Invalid match_type: {kind}")
    if not kind:
        if url.startswith("*."):
            kind, url = "domain", url[2:]
        elif url.endswith("*"):
            kind, url = "prefix", url[:-1]
    # host:80 without a scheme is read as a scheme of its own, and never found
    key = "-" if _PORT_WITHOUT_SCHEME.match(url) else urlkey(url)
    return Match(key, kind or "exact")


def pages_of(blocks: Blocks, spans: list[Range], params: Params) -> Pages:
    """The pages of a query. Raises BadNumber."""
    return blocks.pages(spans, number(params, "pageSize", 0), may_grow=True)


def page_of(blocks: Blocks, spans: list[Range], params: Params) -> list[Range]:
    """What of a ZipNum index is read for a query: one page, the first where none is named. Raises BadQuery."""
    if not any(stop for _, stop in spans):
        return []  # before the first block no page is refused
    pages = pages_of(blocks, spans, params)
    page = number(params, "page", 0)
    if not 0 <= page <= pages.last:
        raise BadQuery(f"Page {page} invalid: First Page is 0, Last Page is {pages.last}")
    return blocks.clipped(spans, pages, page)


def number(params: Params, name: str, absent: int) -> int:
    """A parameter as a number. Raises BadNumber."""
    text = params.get(name) or str(absent)
    try:
        return int(text)
    except ValueError:
        raise BadNumber(f"invalid literal for int() with base 10: {text!r}") from None


def padded(timestamp: str, *, low: bool) -> str:
    """A part of a timestamp as the first or the last second it stands for; no check whether it is a date."""
    if low:
        return timestamp + "00000101000000"[len(timestamp) :]
    if len(timestamp) == 6 and timestamp.isdecimal():
        return f"{timestamp}{_days_in(int(timestamp[:4]), int(timestamp[4:]))}235959"
    return timestamp + _LAST[len(timestamp) :]


def _days_in(year: int, month: int) -> int:
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return {2: 29 if leap else 28, 4: 30, 6: 30, 9: 30, 11: 30}.get(month, 31)


def by_distance(timestamp: str) -> Callable[[str], float]:
    """How far a timestamp is from the one wanted, which is taken at the end of its period."""
    is_time = timestamp.isascii() and timestamp.isdecimal() and len(timestamp) <= len(_LAST)
    wanted = seconds(padded(timestamp, low=False) if is_time else _LAST)
    return lambda other: abs(seconds(other) - wanted)


def _listed(index: SortedLines, spans: list[Range]) -> Iterator[Row]:
    return (Row.parse(line) for start, stop in spans for _, line in index.lines(start, stop))


def _in_window(found: Iterator[Fields], params: Params) -> Iterator[Fields]:
    since, until = padded(params.get("from", ""), low=True), padded(params.get("to", ""), low=False)
    return (row for row in found if since <= row["timestamp"] <= until)


def _ordered(found: Iterator[Fields], params: Params, limit: int) -> Iterator[Fields]:
    """Limit 0 is none, and one below 0 lets nothing through."""
    if limit < 0:
        return iter(())
    if params.get("sort") == "reverse" or params.get("reverse") == "true":
        found = reversed(deque(found, maxlen=limit or None))
    if closest := params.get("closest"):
        far = by_distance(closest)
        found = iter(sorted(found, key=lambda row: far(row["timestamp"])))
    return islice(found, limit or None)


def _filter(rule: str) -> Test:
    """`[!]f:text` contains, `[!]=f:text` equals, `[!]~f:regex` matches at the start; no field: the whole row."""
    wanted = not rule.startswith("!")
    rule = rule.removeprefix("!")
    way, rule = (rule[0], rule[1:]) if rule[:1] in ("=", "~") else ("", rule)
    field, colon, text = rule.partition(":")
    if not colon:
        field, text = "", rule
    name = OTHER_NAMES.get(field, field)
    found = {"": lambda value: text in value, "=": lambda value: value == text}.get(way) or matcher(text, whole=False)
    return lambda row: found(row.get(name, "") if name else str(row)) is wanted


def _collapsed(found: Iterable[Fields], width: int) -> Iterator[Fields]:
    last = None
    for row in found:
        token = (row["timestamp"][:width], row.get("status", ""))
        if token != last:
            last = token
            yield row


def _resolved(found: Iterable[Fields]) -> Iterator[Fields]:
    """Three more fields a row; a revisit takes those of an earlier row with its digest, and status where it has one."""
    originals: dict[str, Fields] = {}
    for row in found:
        is_revisit = row["mime"] == "warc/revisit"
        original = originals.get(row["digest"]) if is_revisit else originals.setdefault(row["digest"], row)
        borrowed = {name: original[name] for name in ("mime", "status") if is_revisit and original and name in row}
        orig = original if is_revisit else None
        yield (
            row | borrowed | {f"orig.{name}": orig[name] if orig else "-" for name in ("length", "offset", "filename")}
        )
