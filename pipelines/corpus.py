"""The public face of a corpus: its documents, captures and versions as Python objects, read-only.

    with Corpus.open("output") as corpus:
        for version in corpus.versions(site="example.com", as_of="2018-05-25"):
            print(version.first_seen, version.words, version.text[:80])

Rows are read from the database as they are asked for; texts with them, bytes only when a version's `snapshot` is.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from sqlite_utils import Database

from pipelines.exceptions import ReadingFailed, WrongUse
from pipelines.formats.content_encoding import decode
from pipelines.formats.timestamps import as_datetime, digits
from pipelines.items.captures import HttpAnswer
from pipelines.store import selection as stored
from pipelines.store.catalogue import refuse_catalogue
from pipelines.store.database import open_existing
from pipelines.store.joined import Joined, alone, open_joined
from pipelines.store.selection import Selection
from pipelines.warc.reader import read_memento

if TYPE_CHECKING:
    import pandas
    import pyarrow

Time = str | date | datetime
"""A datetime, a date, ISO 8601 or 4 to 14 digits of a timestamp; without a zone it is UTC."""

TABLES = ("versions", "captures", "documents", "runs")


@dataclass(frozen=True, slots=True)
class Document:
    """One policy that is followed. `outcome` is one word (docs/data-format.md), `reason` tells more."""

    site: str
    kind: str
    variant: str
    address: str
    outcome: str
    reason: str
    captures: int
    versions: int


@dataclass(frozen=True, slots=True)
class Capture:
    """One capture of a listing, and what became of it. `timestamp` is the archive's 14 digits."""

    site: str | None
    kind: str | None
    timestamp: str
    original: str
    state: str
    reason: str
    captured: datetime | None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The bytes of a capture as the archive gave them, decoded from their transfer form, with status and headers."""

    timestamp: str
    original: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str:
        """The first header of that name, in any case; empty where there is none."""
        return HttpAnswer(self.original, self.status, self.headers, b"", "").header(name)


@dataclass(frozen=True, slots=True)
class Version:
    """A run of captures of one document that show one text. Times are aware datetimes in UTC; None where the archive's
    digits are no date. `changed_after` and `changed_before` bound the moment at which the text became this one."""

    site: str
    kind: str
    variant: str
    number: int
    timestamp: str
    original: str
    title: str
    language: str
    words: int
    verdict: str
    reasons: tuple[str, ...]
    stated_date: str | None
    first_seen: datetime | None
    last_seen: datetime | None
    changed_after: datetime | None
    changed_before: datetime | None
    text_digest: str
    text: str
    _capture_id: int = field(repr=False, compare=False)
    _corpus: "Corpus" = field(repr=False, compare=False)

    @property
    def snapshot(self) -> Snapshot:
        """The bytes that this text was read from, out of the WARC files. Raises RecordingFailed where they are gone."""
        return self._corpus.snapshot(self._capture_id)

    def html(self) -> str:
        """The page as text, in its own encoding. Raises RecordingFailed where the bytes are gone."""
        from pipelines.extraction.page.charset import decode as decode_page

        snapshot = self.snapshot
        return decode_page(snapshot.body, snapshot.header("content-type"))[0]


class Corpus:
    """A corpus on disk, or the shards of a catalogue as one. A context manager; `close` it otherwise."""

    def __init__(self, joined: Joined, folder: Path) -> None:
        self._joined, self.folder = joined, folder

    @classmethod
    def open(cls, folder: str | Path, *, read_only: bool = True) -> Self:
        """Open the corpus in a folder, or the shards that a catalogue names; `read_only=False` also brings an older one
        up to this release's layout.

        Raises WrongUse where there is no corpus, or one of another layout; RecordingFailed where it cannot be read.
        """
        path = Path(folder)
        if read_only:
            return cls(open_joined(path), path)
        refuse_catalogue(path)
        return cls(alone(open_existing(path), path), path)

    @property
    def db(self) -> Database:
        """The database, for queries of your own. Raises WrongUse for a catalogue, which has one in each shard."""
        if len(self._joined.shards) > 1:
            raise WrongUse(f"{self.folder} names several corpora: `databases` are those of all, or open one shard.")
        return self._joined.dbs[0]

    @property
    def databases(self) -> list[Database]:
        """The database of each shard, in the order of the catalogue; one where there is no catalogue."""
        return self._joined.dbs

    def close(self) -> None:
        """Let go of the databases."""
        self._joined.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def documents(self, *, site: str = "", kind: str = "") -> Iterator[Document]:
        """The documents that are followed, in the order of their names."""
        for row in self._rows("documents", _selected(site, kind)):
            told = {name: row[name] for name in ("site", "kind", "variant", "address", "outcome", "reason")}
            yield Document(**told, captures=row["captures"], versions=row["versions"])

    def captures(self, *, site: str = "", kind: str = "", since: Time = "", until: Time = "") -> Iterator[Capture]:
        """All captures that listings told of, by site and time."""
        for row in self._rows("captures", _selected(site, kind, since=since, until=until)):
            told = {name: row[name] for name in ("site", "kind", "timestamp", "original", "state", "reason")}
            yield Capture(**told, captured=as_datetime(row["timestamp"]))

    def versions(
        self,
        *,
        site: str = "",
        kind: str = "",
        language: str = "",
        since: Time = "",
        until: Time = "",
        as_of: Time = "",
        include_open: bool = False,
    ) -> Iterator[Version]:
        """The versions with their texts, by site and time; `as_of` gives of each document the one in force then.

        `include_open` also gives those of documents that a crawl has not finished with: they can still change.
        """
        chosen = _selected(site, kind, language, since, until, as_of, include_open=include_open)
        for row in self._joined.versions(chosen):
            yield self._version(dict(zip(stored.VERSION_COLUMNS, row, strict=True)))

    def _version(self, row: Mapping[str, Any]) -> Version:
        same = ("site", "kind", "variant", "number", "original", "title", "language", "words", "verdict")
        return Version(
            **{name: row[name] for name in (*same, "stated_date", "text_digest", "text")},
            timestamp=row["held_timestamp"],
            reasons=tuple(json.loads(row["reasons"] or "[]")),
            first_seen=as_datetime(row["first_timestamp"]),
            last_seen=as_datetime(row["last_timestamp"]),
            changed_after=as_datetime(row["changed_after"] or ""),
            changed_before=as_datetime(row["changed_before"] or ""),
            _capture_id=row["capture_id"],
            _corpus=self,
        )

    def snapshot(self, capture_id: int) -> Snapshot:
        """The bytes of a capture. Raises RecordingFailed where none are held, or they are gone or damaged."""
        warc, location = self._joined.location(capture_id)
        memento = read_memento(warc, location, decode=partial(decode, error=ReadingFailed))
        answer, capture = memento.answer, memento.capture
        return Snapshot(capture.timestamp, capture.original, answer.status, answer.headers, answer.body)

    def to_pandas(self, table: str = "versions") -> "pandas.DataFrame":
        """One of TABLES as a DataFrame, in the columns of the view. Raises WrongUse for another; needs pandas."""
        import pandas

        return pandas.DataFrame.from_records(list(self._rows(_table(table), Selection())))

    def to_arrow(self, table: str = "versions") -> "pyarrow.Table":
        """The same as an Arrow table. Raises WrongUse for another; needs pyarrow (`policy-corpus[tables]`)."""
        import pyarrow

        return pyarrow.Table.from_pylist(list(self._rows(_table(table), Selection())))

    def _rows(self, table: str, selection: Selection) -> Iterator[dict[str, Any]]:
        if table == "versions":
            names = [name for name in stored.VERSION_COLUMNS if name != "capture_id"]
            rows = self._joined.versions(selection)
        else:
            names = [name for name, _ in self._joined.columns_of(table)]
            rows = self._joined.rows_of(table, selection)
        yield from (dict(zip(names, row, strict=False)) for row in rows)


def _table(name: str) -> str:
    if name not in TABLES:
        raise WrongUse(f"There is no table {name!r}: choose one of {', '.join(TABLES)}.")
    return name


def _selected(
    site: str, kind: str, language: str = "", since: Time = "", until: Time = "", as_of: Time = "",
    *, include_open: bool = False,
) -> Selection:  # fmt: skip
    def those(one: str) -> tuple[str, ...]:
        return (one,) if one else ()

    return Selection(
        sites=those(site),
        kinds=those(kind),
        languages=those(language),
        since=digits(since),
        until=digits(until),
        as_of=digits(as_of),
        include_open=include_open,
    )
