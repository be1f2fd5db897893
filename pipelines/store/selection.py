"""The selected part of a corpus, row by row: what exports, figures and comparisons are made of. Reading only."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from sqlite_utils import Database

from pipelines.exceptions import RecordingFailed
from pipelines.items.captures import DocumentKey, WarcLocation

Row = tuple[Any, ...]

_LATEST = "99999999999999"


@dataclass(frozen=True, slots=True)
class Selection:
    """Which versions are meant; what is empty leaves all. Times are digits, 4 (a year) to 14 of them.

    `since` and `until` keep versions that were seen in that span. `as_of` keeps the version of each document that was
    the latest known then. Of captures, changes and documents, sites and kinds count, and of the first two the
    span.
    """

    sites: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    verdicts: tuple[str, ...] = ()
    since: str = ""
    until: str = ""
    as_of: str = ""
    include_open: bool = False

    @property
    def is_whole(self) -> bool:
        """Whether nothing is left out on purpose."""
        return self == Selection(include_open=self.include_open)


@dataclass(slots=True)
class _Where:
    """Conditions that all hold, and their parameters in order."""

    conditions: list[str]
    parameters: list[object]

    def among(self, column: str, values: Sequence[str]) -> None:
        if values:
            self.conditions.append(f"{column} IN ({', '.join('?' * len(values))})")
            self.parameters.extend(values)

    def holds(self, condition: str, *parameters: object) -> None:
        self.conditions.append(condition)
        self.parameters.extend(parameters)

    @property
    def sql(self) -> str:
        return " AND ".join(self.conditions) or "1"


_VERSION_TABLES = """version JOIN document ON document.id = version.document_id
    JOIN text ON text.digest = version.text_digest JOIN capture ON capture.id = version.capture_id
    JOIN extraction ON extraction.capture_id = coalesce(capture.same_as, capture.id)
        AND extraction.reader = version.reader"""
_IN_FORCE = """version.number = (SELECT max(number) FROM version AS known
    WHERE known.document_id = version.document_id AND known.first_timestamp <= ?)"""

# -- documents


def sites(db: Database) -> Iterator[str]:
    """The sites of all documents, in order."""
    return (site for (site,) in db.execute("SELECT DISTINCT site FROM document ORDER BY site"))


def open_documents(db: Database) -> Iterator[DocumentKey]:
    """Documents of which changes may still lie between captures that were not fetched."""
    return (DocumentKey(*row) for row in db.execute("SELECT site, kind, variant FROM document WHERE open"))


# -- versions


@dataclass(frozen=True, slots=True)
class SelectedVersion:
    """A version with all that is told of it. `reasons` is JSON; `capture_id` that of the page whose text it is."""

    site: str
    kind: str
    variant: str
    number: int
    first_timestamp: str
    last_timestamp: str
    captures: int
    captures_listed: int
    original: str
    title: str
    language: str
    words: int
    text_digest: str
    text: str
    verdict: str
    reasons: str
    changed_after: str
    changed_before: str
    held_timestamp: str
    archive: str
    reader: str
    open: int
    stated_date: str
    stated_in: str
    second_in_text: float | None
    text_in_second: float | None
    capture_id: int

    @property
    def document(self) -> DocumentKey:
        return DocumentKey(self.site, self.kind, self.variant)


_SELECTED = {name: name for name in SelectedVersion.__slots__} | {
    "original": "version.original",
    "title": "version.title",
    "language": "version.language",
    "words": "version.words",
    "text_digest": "version.text_digest",
    "text": "body",
    "verdict": "version.verdict",
    "reasons": "extraction.reasons",
    "archive": "capture.archive",
    "reader": "version.reader",
    "open": "document.open",
    "capture_id": "version.capture_id",
}
_COLUMNS = ", ".join(_SELECTED.values())
VERSION_COLUMNS = tuple(_SELECTED)
"""What is given of each version, in this order: the fields of SelectedVersion."""


def _rows(db: Database, sql: str, values: Sequence[Any]) -> Iterator[Row]:
    """What is asked for, row by row. An export that breaks off leaves it half read when its database is closed, which
    a generator with `yield from` would complain of as it goes."""
    found: Iterator[Row] = db.execute(sql, values)
    return found


def versions_by_document(db: Database, selection: Selection) -> Iterator[Row]:
    """VERSION_COLUMNS, document by document in the order of their names, each in its order of time."""
    where = _of_versions(selection)
    sql = f"SELECT {_COLUMNS} FROM {_VERSION_TABLES} WHERE {where.sql} ORDER BY site, kind, variant, number"  # noqa: S608
    return _rows(db, sql, where.parameters)


def versions(db: Database, selection: Selection, *, texts: bool = True) -> Iterator[Row]:
    """VERSION_COLUMNS, sorted by site and time; without `texts` these are empty, and nothing is read of them.

    Site by site, so that the texts of one alone are ever sorted.
    """
    columns = ", ".join("''" if name == "text" and not texts else sql for name, sql in _SELECTED.items())
    tables = _VERSION_TABLES if texts else _VERSION_TABLES.replace("JOIN text ON text.digest = version.text_digest", "")
    where = _of_versions(selection)
    sql = f"""SELECT {columns} FROM {tables} WHERE {where.sql} AND site = ?
        ORDER BY first_timestamp, kind, variant, number"""  # noqa: S608
    return chain.from_iterable(_rows(db, sql, [*where.parameters, site]) for site in [*sites(db)])


def _of_versions(selection: Selection) -> _Where:
    where = _Where(["document.open <= ?"], [int(selection.include_open)])
    where.among("site", selection.sites)
    where.among("kind", selection.kinds)
    where.among("version.language", selection.languages)
    where.among("version.verdict", selection.verdicts)
    if selection.since:
        where.holds("last_timestamp >= ?", selection.since)
    if selection.until:
        where.holds("first_timestamp <= ?", _end_of(selection.until))
    if selection.as_of:
        where.holds(_IN_FORCE, _end_of(selection.as_of))
    return where


def _end_of(time: str) -> str:
    return time + _LATEST[len(time) :]


# -- the other views

_ORDER = {
    "captures": "site, timestamp, kind, variant, archive, original, digest, statuscode",
    "documents": "site, kind, variant",
    "runs": "started_at, id",
    "changes": "site, to_version, kind, variant, to_number",
    "targets": "list, list_digest, line",
}
"""The views that are handed on beside `versions`, and how they are sorted."""

_TIMES = {"captures": "timestamp", "changes": "to_version"}
_SETTLED = "(site, kind, variant) IN (SELECT site, kind, variant FROM document WHERE open <= ?)"


def order_of(view: str) -> list[str]:
    """The columns by which the rows of a view are sorted."""
    return _ORDER[view].split(", ")


def columns_of(db: Database, view: str) -> list[tuple[str, str]]:
    """Names and declared types of a view's columns; none where this corpus has no such view."""
    return [(name, kind) for _, name, kind, *_ in db.execute("SELECT * FROM pragma_table_info(?)", [view])]


def rows_of(db: Database, view: str, selection: Selection) -> Iterator[Row]:
    """All columns of one of the views in _ORDER, sorted; runs are never selected."""
    where = _Where([], [])
    if view != "runs":
        where.among("site", selection.sites)
        where.among("kind", selection.kinds)
    if view in _TIMES:
        where.holds(f"{_TIMES[view]} BETWEEN ? AND ?", selection.since, _end_of(selection.until))
    if view == "changes":
        where.holds(_SETTLED, int(selection.include_open))
    return _rows(db, f"SELECT * FROM {view} WHERE {where.sql} ORDER BY {_ORDER[view]}", where.parameters)  # noqa: S608


# -- snapshots


def location(db: Database, capture_id: int) -> WarcLocation:
    """Where the bytes of a capture lie, its own or those it shares. Raises RecordingFailed where no row says."""
    row = db.execute(
        "SELECT file, offset, snapshot.length FROM snapshot JOIN capture ON capture.id = ? "
        "WHERE capture_id IN (capture.id, capture.same_as) ORDER BY capture_id = capture.id DESC LIMIT 1",
        [capture_id],
    ).fetchone()
    if row is None:
        raise RecordingFailed(f"No snapshot row for capture {capture_id}: run `policy-corpus verify`.")
    return WarcLocation(*row)


def urlkey_of(db: Database, capture_id: int) -> str:
    """The archive's key of a capture's address."""
    return str(db.execute("SELECT urlkey FROM capture WHERE id = ?", [capture_id]).fetchone()[0])


# -- a history: all versions in the order of time


def timeline(db: Database, selection: Selection) -> Iterator[Row]:
    """The id of each version's document, its names, number, time held and digest of its text; the earliest first."""
    where = _of_versions(selection)
    sql = f"""SELECT document_id, site, kind, variant, number, held_timestamp, text_digest
        FROM version JOIN document ON document.id = version.document_id WHERE {where.sql}
        ORDER BY held_timestamp, site, kind, variant, number"""  # noqa: S608
    return _rows(db, sql, where.parameters)


def one_version(db: Database, document_id: int, number: int) -> Row:
    """VERSION_COLUMNS of one version."""
    sql = f"SELECT {_COLUMNS} FROM {_VERSION_TABLES} WHERE version.document_id = ? AND number = ?"  # noqa: S608
    return tuple(db.execute(sql, [document_id, number]).fetchone())
