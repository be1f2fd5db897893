"""What collections of pywb do beyond pywb itself: indexes of other making, settings of operators, guards in front."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC
from email.utils import format_datetime, parsedate_to_datetime

from crawler.local_archive.server.asked import PYWB
from crawler.local_archive.server.fault_kinds import LISTING, PLAYBACK, Case, Catalogue
from crawler.local_archive.server.loopback import Answer
from crawler.local_archive.server.row_forms import Fields

COLLECTIONS = Catalogue(PYWB)
_HTML = (("Content-Type", "text/html"),)
_JSON = (("Content-Type", "application/json; charset=utf-8"),)
_CHALLENGE = b"<!DOCTYPE html>\n<html><head><script>/* challenge */</script></head><body>One moment...</body></html>\n"

Rows = list[Fields]


@COLLECTIONS.add(on=LISTING, apart=True)
def index_down(case: Case) -> Answer:
    """200 and nothing, as when the index server behind the collection is away"""
    return replace(case.given, body=b"") if case.given.status == 200 else case.given


@COLLECTIONS.add(on=LISTING, apart=True)
def silent_cut(case: Case) -> Answer:
    """The first half of the rows, without a sign"""
    return with_rows(case, lambda rows: rows[: (len(rows) + 1) // 2]) if len(case.given.body) > 500 else case.given


@COLLECTIONS.add(on=LISTING)
def half_a_row(case: Case) -> Answer:
    """The listing ends in the middle of a row, and the length in the header fits"""
    return replace(case.given, body=case.given.body[: -len(case.given.body) // 3]) if _rows(case) else case.given


@COLLECTIONS.add(on=LISTING)
def internal_error(case: Case) -> Answer:
    """500 with a message in JSON"""
    return Answer(500, _JSON, json.dumps({"message": "Internal Error: [Errno 111] Connection refused"}).encode())


@COLLECTIONS.add(on=LISTING, harmless=True)
def revisits_of_status_zero(case: Case) -> Answer:
    """Status `0` in rows of revisits"""
    return with_rows(case, lambda rows: [_with_status(row, "0") for row in rows])


@COLLECTIONS.add(on=LISTING, harmless=True)
def revisits_of_status_dash(case: Case) -> Answer:
    """Status `-` in rows of revisits"""
    return with_rows(case, lambda rows: [_with_status(row, "-") for row in rows])


@COLLECTIONS.add(on=LISTING, harmless=True)
def donated_row(case: Case) -> Answer:
    """No status in the first row, as in copies of a server's files"""
    return with_rows(case, lambda rows: [_without(rows[0], "status"), *rows[1:]])


@COLLECTIONS.add(on=LISTING, harmless=True)
def internal_paths(case: Case) -> Answer:
    """No lengths, and paths and addresses of the archive's own machines"""

    def internal(row: Fields) -> Fields:
        path = f"/data/heritrix/{row.get('filename', 'x.warc.gz')}"
        load = {"load_url": f"http://store.internal.example{path}"}
        return {**row, "redirect": "-", "robotflags": "-", "length": "0", "filename": path, **load}

    return with_rows(case, lambda rows: [internal(row) for row in rows])


@COLLECTIONS.add(on=LISTING, harmless=True)
def copies_of_rows(case: Case) -> Answer:
    """Each row once more, with a length a few bytes apart and the name of another collection"""

    def copied(row: Fields) -> Rows:
        return [row, {**row, "length": "499", "collection": "EXAWP2"}]

    return with_rows(case, lambda rows: [copy for row in rows for copy in copied(row)])


@COLLECTIONS.add(on=LISTING, harmless=True)
def beyond_the_limit(case: Case) -> Answer:
    """More rows than were asked for: the limit is not known there"""
    limit = case.asked.param("limit")
    if not limit.isdecimal() or len(limit) > 6:
        return case.given
    return with_rows(case, lambda rows: rows * (int(limit) // len(rows) + 1))


@COLLECTIONS.add(on=LISTING, harmless=True)
def fuzzy_all_the_same(case: Case) -> Answer:
    """One more row, of a similar address, though fuzzy rows were declined"""

    def fuzzy(row: Fields) -> Fields:
        similar = {"urlkey": f"{row.get('urlkey', '')}?x=1", "url": f"{row.get('url', '')}?x=1", "is_fuzzy": "1"}
        return {**row, **similar}

    return with_rows(case, lambda rows: [*rows, fuzzy(rows[-1])])


@COLLECTIONS.add(on=LISTING, harmless=True)
def more_pages_than_there_are(case: Case) -> Answer:
    """A ZipNum collection counts two pages too many; the last two are refused with 400"""
    try:
        counted = json.loads(case.given.body)
        return replace(case.given, body=json.dumps({**counted, "pages": counted["pages"] + 2}).encode() + b"\n")
    except (ValueError, TypeError, KeyError):
        return case.given


@COLLECTIONS.add(on=PLAYBACK, harmless=True)
def redirect_to_exact(case: Case) -> Answer:
    """307 to the exact time where another one was asked for, as some operators set it"""
    exact = case.given.header("content-location")
    if not case.is_memento or not exact:
        return case.given
    if f"/{case.asked.timestamp}{case.asked.flag}/" in exact:
        return replace(case.given, headers=_but(case.given, "content-location"))
    original = case.given.header("link").partition(",")[0]
    return Answer(307, (("Location", exact), ("Link", original)))


@COLLECTIONS.add(on=PLAYBACK, lasting=True)
def far_capture(case: Case) -> Answer:
    """The nearest capture is three years earlier, and comes with 200"""
    if not case.is_memento:
        return case.given
    taken = parsedate_to_datetime(case.given.header("memento-datetime")).astimezone(UTC)
    earlier = format_datetime(taken.replace(year=taken.year - 3, day=min(taken.day, 28)), usegmt=True)
    return replace(
        case.given, headers=(*_but(case.given, "memento-datetime", "content-location"), ("Memento-Datetime", earlier))
    )


@COLLECTIONS.add(on=PLAYBACK, lasting=True)
def access_block(case: Case) -> Answer:
    """451: listed, and closed to the public"""
    return Answer(451, _HTML, b"<html><body><h2>Access Blocked</h2></body></html>\n") if case.is_memento else case.given


@COLLECTIONS.add(on=PLAYBACK, lasting=True)
def lost_original(case: Case) -> Answer:
    """503 for good: the original of a revisit cannot be loaded"""
    page = b"<html><body><p>Original for revisit record could not be loaded</p></body></html>\n"
    return Answer(503, _HTML, page) if case.is_memento else case.given


@COLLECTIONS.add(on=PLAYBACK, lasting=True)
def self_redirect(case: Case) -> Answer:
    """400: the capture leads to its own address, and there is no other"""
    page = b"<html><body><p>Self Redirect http://example.com/ -&gt; https://example.com/</p></body></html>\n"
    return Answer(400, _HTML, page) if case.is_memento else case.given


@COLLECTIONS.add(on=PLAYBACK, lasting=True)
def bot_check(case: Case) -> Answer:
    """200 with a page that checks for a browser"""
    return Answer(200, _HTML, _CHALLENGE) if case.is_memento else case.given


def with_rows(case: Case, change: Callable[[Rows], Rows]) -> Answer:
    """The listing with other rows; itself where it is none, in a form other than JSON and CDXJ, or stays as it is."""
    rows = _rows(case)
    changed = change([dict(row) for row in rows]) if rows else rows
    if changed == rows:
        return case.given
    as_json = "ndjson" in case.given.header("content-type")
    return replace(case.given, body="".join(_line(row, as_json) for row in changed).encode())


def _line(row: Fields, as_json: bool) -> str:
    if as_json:
        return json.dumps(row) + "\n"
    return f"{row['urlkey']} {row['timestamp']} {json.dumps(_without(row, 'urlkey', 'timestamp'))}\n"


def _rows(case: Case) -> Rows:
    kind = case.given.header("content-type")
    lines = case.given.body.decode().splitlines() if case.given.status == 200 else []
    if "ndjson" in kind:
        rows: Rows = [json.loads(line) for line in lines]
        return [] if rows and "pages" in rows[0] else rows
    if "cdxj" in kind:
        cells = [line.split(" ", 2) for line in lines]
        return [{"urlkey": key, "timestamp": time, **json.loads(text)} for key, time, text in cells]
    return []


def _with_status(row: Fields, status: str) -> Fields:
    return {**row, "status": status} if row.get("mime") == "warc/revisit" else row


def _without(row: Fields, *names: str) -> Fields:
    return {name: text for name, text in row.items() if name not in names}


def _but(answer: Answer, *names: str) -> tuple[tuple[str, str], ...]:
    return tuple(pair for pair in answer.headers if pair[0].lower() not in names)
