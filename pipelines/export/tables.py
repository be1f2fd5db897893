"""The tables that are handed on: which columns, of which type, and what each says. Pure.

Beside each time of 14 digits stands the same moment as a typed one, empty where the digits are no date.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from pipelines.formats.timestamps import as_datetime

_DESCRIPTIONS = Path(__file__).with_name("datasette.json")


class Kind(StrEnum):
    """What the values of a column are."""

    TEXT = "text"
    WHOLE = "whole number"
    REAL = "number"
    FLAG = "yes or no"
    MOMENT = "moment"  # UTC, to the second
    LIST = "list"  # of texts


@dataclass(frozen=True, slots=True)
class Column:
    """A column, and at which place of a row as given its value stands."""

    name: str
    kind: Kind
    description: str
    place: int


@dataclass(frozen=True, slots=True)
class Table:
    """A table: `given` are the names of the columns as the database gives them, `columns` those that are handed on."""

    name: str
    description: str
    given: tuple[str, ...]
    columns: tuple[Column, ...]

    @property
    def names(self) -> list[str]:
        return [column.name for column in self.columns]

    def values(self, row: Sequence[Any]) -> list[Any]:
        """A row as given in types of Python: str, int, float, bool, aware datetime, list of str, or None."""
        return [_READ[column.kind](row[column.place]) for column in self.columns]


_WHOLE = {
    *("number", "captures", "captures_listed", "words", "attempts", "documents", "versions", "exit_code"),
    *("from_number", "to_number", "words_added", "words_removed", "words_moved", "sections_touched"),
}
_FLAGS = {"open", "active", "transient", "cosmetic"}
_REALS = {"second_in_text", "text_in_second", "share"}
_LISTS = {"reasons", "verdict_reasons"}
_ISO = {"started_at", "finished_at"}
_NAMED = {Kind.WHOLE: _WHOLE, Kind.REAL: _REALS, Kind.FLAG: _FLAGS, Kind.LIST: _LISTS, Kind.MOMENT: _ISO}
_DIGITS = ("timestamp", "changed_after", "changed_before", "from_version", "to_version")
_SECRET = ("_DIR", "_FILE", "CONTACT", "USER_AGENT")
_OF_OURS = {
    "reasons": "Why the verdict is what it is",
    "snapshot": "Address of the original page in the archive, as it was captured",
    "archive": "Host of the archive",
}
_DECLARED = {"INTEGER": Kind.WHOLE, "REAL": Kind.REAL}


def table_of(name: str, given: Sequence[tuple[str, str]]) -> Table:
    """The table of a view whose columns have these names and declared types."""
    said = _described().get(name, {})
    about = said.get("columns", {})
    columns: list[Column] = []
    for place, (column, declared) in enumerate(given):
        description = about.get(column) or _OF_OURS.get(column, "")
        columns.append(Column(column, _kind(column, declared), description, place))
        if column.endswith(_DIGITS):
            columns.append(Column(_typed(column), Kind.MOMENT, f"{column} as a moment in UTC", place))
    return Table(name, said.get("description", ""), tuple(column for column, _ in given), tuple(columns))


def _kind(name: str, declared: str) -> Kind:
    for kind, names in _NAMED.items():
        if name in names:
            return kind
    return _DECLARED.get(declared.upper(), Kind.TEXT)


def _typed(name: str) -> str:
    return f"{name.removesuffix('timestamp')}time" if name.endswith("timestamp") else f"{name}_time"


@cache
def _described() -> dict[str, Any]:
    found = json.loads(_DESCRIPTIONS.read_bytes())
    return dict(found["databases"]["corpus"]["tables"])


def moment(value: object) -> datetime | None:
    """14 digits, or ISO 8601 with a Z, as a moment; None where they are no date."""
    text = str(value or "")
    if found := as_datetime(text):
        return found
    try:
        found = datetime.fromisoformat(text) if "-" in text else None
    except ValueError:
        return None
    return found.astimezone(UTC).replace(microsecond=0) if found and found.tzinfo else None


def iso(value: object) -> str | None:
    """The same as text, `2004-12-31T23:59:59Z`."""
    found = moment(value)
    return found.isoformat().replace("+00:00", "Z") if found else None


def _listed(value: object) -> list[str]:
    try:
        found = json.loads(str(value or "[]"))
    except ValueError:
        return [str(value)]
    return [str(one) for one in found] if isinstance(found, list) else [str(found)]


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _whole(value: Any) -> int | None:
    return None if value is None else int(value)


def _real(value: Any) -> float | None:
    return None if value is None else float(value)


def _flag(value: object) -> bool | None:
    return None if value is None else bool(value)


_READ: dict[Kind, Callable[[Any], Any]] = {
    Kind.TEXT: _text,
    Kind.WHOLE: _whole,
    Kind.REAL: _real,
    Kind.FLAG: _flag,
    Kind.MOMENT: moment,
    Kind.LIST: _listed,
}


def public_settings(settings: str) -> str:
    """The settings of a run as JSON without those that tell of a machine or a person."""
    found = json.loads(settings or "{}")
    return json.dumps({name: value for name, value in found.items() if not name.endswith(_SECRET)})
