"""Faults of CDX listings. Those that change rows take the text form, packed or not."""

import gzip
from collections.abc import Callable
from dataclasses import replace

from crawler.local_archive.server.asked import WAYBACK
from crawler.local_archive.server.fault_kinds import LISTING, Case, Catalogue
from crawler.local_archive.server.loopback import Answer

LISTINGS = Catalogue(WAYBACK)
_TEXT = (("Content-Type", "text/plain"),)
_GONE = b"<html><head><title>504 Gateway Time-out</title></head><body>nginx</body></html>\n"
_ODD_ROWS = (
    "example,odd)/ 20000101000000 http://odd.example/",
    "not a row at all",
    "example,odd)/ 20000101000000 http://odd.example/\x07 text/html 200 \x00 1",
    "{} 2000010100 http://short.example/ text/html 200 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA 1",
)


@LISTINGS.add(5, on=LISTING)
def outage(case: Case) -> Answer:
    """400 for a query that is right"""
    return Answer(400, _TEXT, b"Bad Request\n")


@LISTINGS.add(5, on=LISTING, apart=True)
def no_rows(case: Case) -> Answer:
    """200 without rows although there are some"""
    return replace(case.given, headers=_TEXT, body=b"") if _text(case.given) else case.given


@LISTINGS.add(6, on=LISTING, lasting=True)
def heavy_query(case: Case) -> Answer:
    """504 for every listing of a host, domain or prefix that spans more than a year"""
    asked = case.asked
    wide = "*" in asked.url or asked.param("matchType") in ("prefix", "host", "domain")
    one_year = asked.param("from")[:4] == asked.param("to")[:4] != ""
    return Answer(504, (("Content-Type", "text/html"),), _GONE) if wide and not one_year else case.given


@LISTINGS.add(7, on=LISTING, lasting=True)
def heavy_collapse(case: Case) -> Answer:
    """504 for every listing that is to be collapsed"""
    collapsed = case.asked.param("collapse")
    return Answer(504, (("Content-Type", "text/html"),), _GONE) if collapsed else case.given


@LISTINGS.add(8, on=LISTING, harmless=True)
def odd_emptiness(case: Case) -> Answer:
    """No rows, said as `[]` or as an empty line"""
    if _text(case.given):
        return case.given
    return replace(case.given, headers=_TEXT, body=case.dice.choice((b"[]\n", b"\n", b"[]")))


@LISTINGS.add(9, on=LISTING)
def lost_resume_key(case: Case) -> Answer:
    """A full page whose resume key is missing"""
    rows, mark, _ = _text(case.given).partition("\n\n")
    return _with_text(case.given, rows + "\n") if mark else case.given


@LISTINGS.add(13, on=LISTING)
def stuck_cursor(case: Case) -> Answer:
    """The resume key that was sent comes back"""
    key = case.asked.param("resumeKey")
    rows, mark, _ = _text(case.given).partition("\n\n")
    return _with_text(case.given, f"{rows}\n\n{key}\n") if mark and key else case.given


@LISTINGS.add(14, 49, on=LISTING, harmless=True)
def repeated_rows(case: Case) -> Answer:
    """Each row one to four times"""
    return _with_rows(case, lambda rows: [row for row in rows for _ in range(case.dice.randint(1, 4))])


@LISTINGS.add(41, on=LISTING, harmless=True)
def other_lengths(case: Case) -> Answer:
    """Each row twice, the second time with another length"""
    return _with_rows(case, lambda rows: [row for old in rows for row in (old, f"{old.rpartition(' ')[0]} 499")])


@LISTINGS.add(15, on=LISTING, harmless=True)
def impossible_dates(case: Case) -> Answer:
    """One more row, with month 00"""

    def dated(rows: list[str]) -> list[str]:
        columns = rows[0].split(" ")
        return [" ".join([columns[0], "20000012170449", *columns[2:]]), *rows]

    return _with_rows(case, dated)


@LISTINGS.add(16, on=LISTING, harmless=True)
def dashes(case: Case) -> Answer:
    """`-` for every length"""
    return _with_rows(case, lambda rows: [f"{row.rpartition(' ')[0]} -" for row in rows])


@LISTINGS.add(17, on=LISTING, harmless=True)
def malformed_rows(case: Case) -> Answer:
    """Lines between the rows that are none, and rows with a column too many"""
    return _with_rows(case, lambda rows: [*_ODD_ROWS, *(f"{row} extra" for row in rows), "tail"])


@LISTINGS.add(17, on=LISTING, harmless=True)
def malformed_addresses(case: Case) -> Answer:
    """One more row each for addresses that cannot be asked for"""

    def odd(rows: list[str]) -> list[str]:
        columns = rows[0].split(" ")
        addresses = ("http://mailto:jo@example.com", "data:image/gif;base64,R0lGOD", "bare/path", "http://[broken/")
        return [*rows, *(" ".join([*columns[:2], address, *columns[3:]]) for address in addresses)]

    return _with_rows(case, odd)


@LISTINGS.add(31, on=LISTING)
def short_listing(case: Case) -> Answer:
    """The text ends in the middle of a row, and the length in the header fits"""
    text = _text(case.given)
    return _with_text(case.given, text[: -len(text) // 3].rstrip("\n")) if len(text) > 100 else case.given


@LISTINGS.add(20, on=LISTING)
def exception_between_rows(case: Case) -> Answer:
    """Rows, and then an exception instead of the rest"""
    return _with_rows(case, lambda rows: [*rows[: len(rows) // 2], "java.net.SocketTimeoutException: Read timed out"])


@LISTINGS.add(44, on=LISTING, harmless=True)
def header_row(case: Case) -> Answer:
    """The names of the columns before the rows"""
    names = "urlkey timestamp original mimetype statuscode digest length"
    return _with_rows(case, lambda rows: [names, *rows])


def _is_packed(answer: Answer) -> bool:
    return answer.header("content-encoding") == "gzip"


def _text(answer: Answer) -> str:
    """The listing as text, empty where the answer is none."""
    if answer.status != 200 or "json" in answer.header("content-type"):
        return ""
    return (gzip.decompress(answer.body) if _is_packed(answer) else answer.body).decode()


def _with_text(answer: Answer, text: str) -> Answer:
    body = text.encode()
    return replace(answer, body=gzip.compress(body, 1, mtime=0) if _is_packed(answer) else body)


def _with_rows(case: Case, change: Callable[[list[str]], list[str]]) -> Answer:
    rows, mark, key = _text(case.given).partition("\n\n")
    lines = rows.splitlines()
    if not lines:
        return case.given
    text = "".join(f"{line}\n" for line in change(lines))
    return _with_text(case.given, f"{text}\n{key}" if mark else text)
