"""What an exporter sees of a corpus: the selected part, read-only, as it was at one moment."""

import hashlib
import re
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple

from sqlite_utils import Database

from pipelines.exceptions import ReadingFailed, WrongUse
from pipelines.export.tables import Table, public_settings, table_of
from pipelines.extraction.form.lines import snapshot_url
from pipelines.extraction.version import check_extractor, reader_version
from pipelines.formats.content_encoding import decode
from pipelines.items.captures import DocumentKey, Memento
from pipelines.items.readings import Verdict
from pipelines.store import readings
from pipelines.store import selection as store
from pipelines.store.archives import Links
from pipelines.store.corpus import Corpus
from pipelines.store.database import copied, open_for_reading, see_one_state
from pipelines.store.joined import Joined, Shard, folders_of, refuse_unlike
from pipelines.store.selection import SelectedVersion, Selection
from pipelines.warc.lock import refuse_while_written
from pipelines.warc.reader import read_memento


@contextmanager
def read_by(folder: Path, extractor: str = "") -> Iterator[Database]:
    """The database of the corpus in `folder`, its versions derived from what `extractor` reads; empty: as it is.

    Raises WrongUse where there is no such extractor, or it has not read all that is held; CorpusBusy while a run
    writes in the corpus; RecordingFailed where there is no room for the copy.
    """
    if extractor:
        check_extractor(extractor, "--extractor ")
    with closing(open_for_reading(folder)) as db:
        reader = reader_version(extractor) if extractor else readings.latest_reader(db)
        if reader == readings.latest_reader(db):
            yield db
            return
        _refuse_unread(db, reader, extractor)
    refuse_while_written(folder)
    with copied(folder) as db:
        readings.choose(db, reader)
        Corpus(db, "").derive_waiting()
        yield db


@contextmanager
def all_read_by(path: Path, extractor: str = "") -> Iterator[Joined]:
    """The same of the corpus in a folder, or of the shards of a catalogue, as one."""
    folders = folders_of(path)
    with ExitStack() as opened:
        joined = Joined([Shard(opened.enter_context(read_by(folder, extractor)), folder) for folder in folders])
        if len(folders) > 1:
            refuse_unlike(joined)
        yield joined


def _refuse_unread(db: Database, reader: str, extractor: str) -> None:
    if unread := readings.count_unread(db, reader):
        raise WrongUse(
            f"{unread} pages are not read by {extractor} yet: `policy-corpus rebuild --only-changed "
            f"-s EXTRACTOR={extractor}` reads them, and keeps what others have read."
        )


__all__ = ["CorpusView", "Moment", "Selection", "selection_of", "viewing"]

_DAY = re.compile(r"\d{4}(-?\d\d(-?\d\d)?)?|\d{14}", re.ASCII)
_TABLES = ("captures", "changes", "documents", "runs")


class Moment(NamedTuple):
    """Where a version stands in the order of time."""

    document_id: int
    site: str
    kind: str
    variant: str
    number: int
    held_timestamp: str
    text_digest: str

    @property
    def document(self) -> DocumentKey:
        return DocumentKey(self.site, self.kind, self.variant)


def selection_of(options: dict[str, Any], *, include_open: bool = False) -> Selection:
    """A selection as a command line asks for it: lists of `site`, `kind`, `language`, `verdict`, and the days `since`,
    `until` and `as_of`. Raises WrongUse for a day that is none, a verdict that no version has, two ways to say when.
    """
    if options.get("as_of") and (options.get("since") or options.get("until")):
        raise WrongUse("--as-of asks for one moment, --since and --until for a span: give one or the other.")
    verdicts = tuple(options.get("verdict") or ())
    for verdict in verdicts:
        if verdict not in (Verdict.POLICY, Verdict.DOUBTFUL):
            raise WrongUse(f"--verdict {verdict!r} is none that a version has: policy or doubtful.")
    days = {name: _digits(name, options.get(name) or "") for name in ("since", "until", "as_of")}
    if days["since"] and days["until"] and days["since"] > days["until"] + "9" * (14 - len(days["until"])):
        raise WrongUse(f"--since {options['since']} lies after --until {options['until']}.")
    return Selection(
        tuple(one.lower() for one in options.get("site") or ()),
        tuple(options.get("kind") or ()),
        tuple(one.lower() for one in options.get("language") or ()),
        verdicts,
        include_open=include_open,
        **days,
    )


def _digits(name: str, day: str) -> str:
    if day and not _DAY.fullmatch(day):
        raise WrongUse(f"--{name.replace('_', '-')} {day!r} is no day: write 2018, 2018-05, 2018-05-25 or 14 digits.")
    return day.replace("-", "")


class CorpusView:
    """The selected part of a corpus, or of several that are read as one. All rows of each come from one transaction:
    what is written meanwhile is not seen."""

    def __init__(self, joined: Joined, selection: Selection, public_url: str) -> None:
        self._joined = joined
        self.selection = selection
        self.public_url = public_url
        self.links = Links(public_url, *joined.dbs)
        self.tables = tuple(self._tables())

    def versions(self, *, texts: bool = True) -> Iterator[SelectedVersion]:
        """All selected versions by site and time; without `texts` these are empty."""
        return (SelectedVersion(*row) for row in self._joined.versions(self.selection, texts=texts))

    def timeline(self) -> Iterator["Moment"]:
        """All selected versions without their texts, the earliest first."""
        return (Moment(*row) for row in self._joined.timeline(self.selection))

    def version(self, moment: "Moment") -> SelectedVersion:
        """The whole of a version that the timeline named."""
        return SelectedVersion(*self._joined.one_version(moment.document_id, moment.number))

    def rows(self, table: Table, *, texts: bool = True) -> Iterator[tuple[Any, ...]]:
        """The rows of a table as the database has them, in the order of `table.given`."""
        if table.name == "versions":
            return self._version_rows(texts)
        if table.name == "runs":
            return self._run_rows(table)
        return self._joined.rows_of(table.name, self.selection)

    def _version_rows(self, texts: bool) -> Iterator[tuple[Any, ...]]:
        at = {name: index for index, name in enumerate(store.VERSION_COLUMNS)}
        held, original, archive = (itemgetter(at[name]) for name in ("held_timestamp", "original", "archive"))
        for row in self._joined.versions(self.selection, texts=texts):
            yield (*row[:-1], snapshot_url(held(row), original(row), self.links.base(archive(row))))

    def _run_rows(self, table: Table) -> Iterator[tuple[Any, ...]]:
        place = table.given.index("settings")
        for row in self._joined.rows_of(table.name, self.selection):
            yield (*row[:place], public_settings(row[place]), *row[place + 1 :])

    def memento(self, version: SelectedVersion) -> Memento:
        """The page whose text a version is. Raises RecordingFailed where its bytes cannot be read."""
        warc, location = self._joined.location(version.capture_id)
        return read_memento(warc, location, decode=partial(decode, error=ReadingFailed))

    def urlkey(self, version: SelectedVersion) -> str:
        """The archive's key of the address of that page."""
        return self._joined.urlkey_of(version.capture_id)

    def fingerprint(self, *salt: object, only: str = "") -> str:
        """A digest of all that is selected, or `only` of one table, texts by theirs: equal ones mean that an export
        would be the same."""
        seen = hashlib.sha256(repr((salt, self.selection, self.public_url)).encode())
        for table in self.tables:
            if only not in ("", table.name):
                continue
            seen.update(repr(table).encode("utf-8", "replace"))
            for row in self.rows(table, texts=False):
                seen.update(repr(row).encode("utf-8", "replace"))
        return seen.hexdigest()

    def refuse_nothing(self) -> None:
        """Raises WrongUse where no version is selected."""
        if next(self.versions(texts=False), None) is None:
            said = ", ".join(f"{name} {value}" for name, value in asked_for(self.selection).items())
            raise WrongUse(
                f"No version fits {said}: `policy-corpus status` tells what the corpus holds."
                if said
                else "The corpus has no versions to hand on yet: crawl first."
            )

    def _tables(self) -> Iterator[Table]:
        named = [(name, "") for name in store.VERSION_COLUMNS[:-1]]
        yield table_of("versions", [*named, ("snapshot", "")])
        for view in _TABLES:
            if columns := self._joined.columns_of(view):
                yield table_of(view, columns)


def asked_for(selection: Selection) -> dict[str, str]:
    """The options that make this selection, and their values."""
    found = {
        "--site": selection.sites,
        "--kind": selection.kinds,
        "--language": selection.languages,
        "--verdict": selection.verdicts,
        "--since": (selection.since,),
        "--until": (selection.until,),
        "--as-of": (selection.as_of,),
    }
    return {name: " or ".join(filter(None, values)) for name, values in found.items() if any(values)}


@contextmanager
def viewing(folder: Path, selection: Selection, public_url: str, extractor: str = "") -> Iterator[CorpusView]:
    """Look at the corpus in `folder`, or those of the catalogue of that name, as `extractor` reads them where one is
    named. Raises WrongUse where there is none, CorpusBusy while a run writes in one."""
    with all_read_by(folder, extractor) as joined:
        for shard in joined.shards:
            refuse_while_written(shard.folder)
            see_one_state(shard.db)
        yield CorpusView(joined, selection, public_url)
