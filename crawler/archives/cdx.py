"""CDX listings: the address that asks for a page, and what stands in the answer.

The query is built by waybackpy; nothing is fetched here. Format and parameters are those of
the Internet Archive's wayback-cdx-server.
"""

import re
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

from waybackpy.cdx_api import WaybackMachineCDXServerAPI
from waybackpy.cdx_utils import full_url
from waybackpy.exceptions import WaybackError

from crawler.archives.addresses import matching
from crawler.archives.answers import is_exception, why_closed
from pipelines.exceptions import ListingFailed, WrongUse
from pipelines.items.captures import Capture, HttpAnswer, ListingPage, Query

FIELDS = ("urlkey", "timestamp", "original", "mimetype", "statuscode", "digest", "length")
MAX_ROWS = 150_000
"""What the server itself allows a page; more is not a page."""
MAX_LINE = 1 << 14  # characters
MAX_MALFORMED = 1000  # rows kept aside from one page

_SHOWN = 300  # characters of a malformed row
_LONGEST_KEY = 4096
_NOTHING = re.compile(rb"\s*(\[\s*(\[[^\[\]]{0,300}\])?\s*\])?\s*")  # no bytes, [] or JSON with a header row alone
_ASIDE = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_DIGITS = re.compile(r"[0-9]{14}")
_NOT_UTF8 = re.compile(rb"[\x80-\xff]")


def query_url(base: str, query: Query, *, page_rows: int, resume_key: str = "") -> str:
    """The address of one page of a listing of at most `page_rows` rows, continued at `resume_key` as it was printed.

    A key is percent-encoded here once more than it was printed: the server decodes twice. Raises WrongUse for a
    query that the server would not understand.
    """
    payload: dict[str, str] = {}
    try:
        WaybackMachineCDXServerAPI(
            query.url.replace("*", "%2A"),  # a wildcard here, and never meant as one
            start_timestamp=query.since or None,
            end_timestamp=query.until or None,
            filters=list(query.filters),
            collapses=list(query.collapses),
            match_type=query.match,
            gzip="true",
        ).add_payload(payload)
        payload |= {"fl": ",".join(FIELDS), "gzip": "true", "showResumeKey": "true", "limit": str(page_rows)}
        if resume_key:
            payload["resumeKey"] = resume_key
        return str(full_url(base.rstrip("/") + "/cdx/search/cdx", payload))
    except (WaybackError, UnicodeError) as error:
        raise WrongUse(f"The listing of {query.url!r} cannot be asked for: {error}") from error


def parse_page(query: Query, answer: HttpAnswer) -> ListingPage:
    """What stands in a CDX answer in text form, body decoded.

    Rows that say the same twice (time, address, digest, status) are one. Rows with impossible dates are rows; what
    is no row is kept aside in `malformed`, and rows that were not asked for in `outside`, shortened.
    An empty answer and a closed site are outcomes, not errors.
    The server gives a key with every full page, be it the last: a full one without is cut.

    Raises ListingFailed: "rate limited", "archive trouble", "forbidden by the archive", "exception instead of rows",
    "HTML instead of rows", "not CDX rows", "listing cut short" (all transient), "query too heavy" (transient, but
    the same query will hardly do better: split it), "query refused" and "listing too long" (not transient).
    """
    if answer.status != 200:
        return _without_rows(query, answer)
    first = answer.body[:MAX_LINE].lstrip().partition(b"\n")[0]
    own_words = first if _is_short(first) else b""  # a row may hold any word in its address
    if why_closed(answer, own_words):
        return ListingPage(query, answer, (), outcome="blocked")
    _check_words(own_words)
    if len(answer.body) <= 1024 and _NOTHING.fullmatch(answer.body):
        if "html" in answer.header("content-type").lower():  # listings are plain text or JSON: a page came to nothing
            raise ListingFailed("HTML instead of rows", transient=True, detail="an empty page")
        return ListingPage(query, answer, (), outcome="empty")
    return _page(query, answer, *_lines(answer.body))


def _is_short(line: bytes) -> bool:
    return line.count(b" ") < len(FIELDS) - 1


def _without_rows(query: Query, answer: HttpAnswer) -> ListingPage:
    if why_closed(answer, answer.body):
        return ListingPage(query, answer, (), outcome="blocked")
    if answer.status == 404 and b"No Captures found" in answer.body[:1024]:  # pywb's way to say "nothing"
        return ListingPage(query, answer, (), outcome="empty")
    reason = {
        429: "rate limited",
        400: "query refused",
        403: "forbidden by the archive",
        504: "query too heavy",
    }
    raise ListingFailed(
        reason.get(answer.status, "archive trouble"),
        transient=answer.status != 400,
        detail=f"status {answer.status}: {printable(answer.body[:_SHOWN])}",
    )


def _check_words(words: bytes) -> None:
    """Find what stands under status 200 instead of rows: an exception in plain text, a maintenance page."""
    if is_exception(words):
        raise ListingFailed("exception instead of rows", transient=True, detail=printable(words[:_SHOWN]))
    if words.startswith((b"<", b"\xef\xbb\xbf<")):
        raise ListingFailed("HTML instead of rows", transient=True, detail=printable(words[:_SHOWN]))


def _lines(body: bytes) -> tuple[list[str], str]:
    """The rows of a page and its resume key, which stands last, behind an empty line."""
    if not body.endswith(b"\n"):  # the only sign: there is no row count and no end mark
        raise ListingFailed("listing cut short", transient=True, detail=f"{len(body)} bytes without a last newline")
    if body.count(b"\n") > MAX_ROWS + 3:
        raise ListingFailed("listing too long", detail=f"more than {MAX_ROWS} rows in one answer")
    lines = _text(body).split("\n")[:-1]
    if len(lines) > 1 and not lines[-2].strip() and " " not in lines[-1].strip():
        key = lines.pop().strip()
        if len(key) > _LONGEST_KEY:
            raise ListingFailed("not CDX rows", transient=True, detail="a resume key of endless length")
        return lines, key
    return lines, ""


def _text(body: bytes) -> str:
    """UTF-8; single bytes that are none become the percent escapes they would be asked for with."""
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return "\n".join(_line_text(line) for line in body.split(b"\n"))


def _line_text(line: bytes) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return _NOT_UTF8.sub(lambda byte: b"%%%02X" % byte[0][0], line).decode("ascii")


def _page(query: Query, answer: HttpAnswer, lines: list[str], resume_key: str) -> ListingPage:
    malformed: list[str] = []
    outside: list[str] = []
    rows = tuple(_asked_for(query, _rows(lines, malformed), outside))
    short = [line for line in malformed if _is_short(line.encode())]
    for line in short:
        _check_words(line.encode())
    if short and len(short) == len(malformed) and not rows and not outside:
        raise ListingFailed("not CDX rows", transient=True, detail=short[0])
    if not rows and not malformed and not outside:
        return ListingPage(query, answer, (), outcome="empty")
    is_cut = not resume_key and len(lines) >= _asked_rows(answer.request_url)
    return ListingPage(query, answer, rows, bounded(malformed), resume_key, is_cut=is_cut, outside=bounded(outside))


def bounded(lines: list[str]) -> tuple[str, ...]:
    """The first lines, and how many more there were."""
    more = len(lines) - MAX_MALFORMED
    return (*lines[:MAX_MALFORMED], *([f"and {more} more"] if more > 0 else []))


def _asked_for(query: Query, rows: Iterator[Capture], outside: list[str]) -> Iterator[Capture]:
    """The rows that the query is about; the others go into `outside`."""
    covers = matching(query.url, query.match)
    for row in rows:
        if covers(row.urlkey, row.original):
            yield row
        else:
            outside.append(shown(f"{row.urlkey} {row.timestamp} {row.original}"))


def _asked_rows(url: str) -> int:
    """The limit that a listing was asked with; without one it is the server's own."""
    try:
        (limit,) = parse_qs(urlsplit(url).query).get("limit", [""])[:1]
    except ValueError:  # from a file: no address that we would ask
        return MAX_ROWS
    return int(limit[:9]) if limit.isascii() and limit.isdecimal() and int(limit[:9]) else MAX_ROWS


def _rows(lines: list[str], malformed: list[str]) -> Iterator[Capture]:
    """The distinct captures, in order; what is no row goes into `malformed`. Some timestamps are no dates: the archive
    can be asked for them all the same."""
    seen = set()
    for line in (line.rstrip("\r") for line in lines):
        columns = line.split(" ", len(FIELDS))[: len(FIELDS)]
        if columns[0] == FIELDS[0] or not line.strip():
            continue  # the names of the columns, or an empty line
        if not _is_row(line, columns):
            malformed.append(shown(line))
            continue
        urlkey, timestamp, original, mimetype, statuscode, digest, length = columns
        key = (timestamp, original, statuscode, digest)
        if key not in seen:
            seen.add(key)
            yield Capture(urlkey, timestamp, original, mimetype, statuscode, digest, length)


def _is_row(line: str, columns: list[str]) -> bool:
    whole = len(columns) == len(FIELDS) and len(line) <= MAX_LINE and all(columns)
    return whole and _DIGITS.fullmatch(columns[1]) is not None and (line.isprintable() or not _ASIDE.search(line))


def shown(line: str) -> str:
    return ascii(line[:_SHOWN])[1:-1]


def printable(start: bytes) -> str:
    return shown(start.decode("utf-8", "replace"))
