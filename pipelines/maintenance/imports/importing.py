"""Texts that others published in a git repository, as documents and versions of a corpus of their own."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path

from sqlite_utils import Database

from pipelines.exceptions import WrongUse
from pipelines.extraction.judgement.quality import Evidence
from pipelines.extraction.page.page import Text, reading_of
from pipelines.items.captures import DocumentKey
from pipelines.items.readings import Reading, Verdict
from pipelines.maintenance.imports.git_history import Change, Contents, GitHistory
from pipelines.maintenance.imports.published import PUBLISHERS, Published, Publisher, Unusable, readable
from pipelines.store.database import recording
from pipelines.store.imported import ImportedText, Imports, begin

_AT_ONCE = 200  # changes of a transaction, and more where one commit has more

Progress = Callable[[str, int, int], None]


@dataclass(slots=True)
class Report:
    """How many texts came in, and how many were passed over for which reason."""

    texts: int = 0
    passed_over: Counter[str] = field(default_factory=Counter)


def import_texts(db: Database, folder: Path, source: str, repository: Path, tell: Progress) -> Report:
    """Import what is new in a repository; `source` is a name in PUBLISHERS. Whole commits at a time: an import that was
    cut short goes on where it stopped. Raises WrongUse, RecordingFailed."""
    publisher = PUBLISHERS[source]
    done = begin(db, folder, source)
    history = GitHistory(repository)
    if done and not history.holds(done):
        raise WrongUse(
            f"{repository} is a repository with other commits than those in {folder}: give the import another folder."
        )
    imports, report = Imports(db, publisher.archive, publisher.reader), Report()
    read, todo = 0, history.count(done)
    with Contents(history) as contents:
        for batch in _batches(history.changes(done)):
            texts = _texts(batch, contents, publisher, repository.name, report)  # one by one: a commit may have many
            with recording(db):
                report.texts += sum(map(imports.add, texts))
                imports.done(source, repository.name, batch[-1].commit)
            read += len({change.commit for change in batch})
            tell("commits read", read, todo)
    with recording(db):
        imports.done(source, repository.name, history.tip)
    imports.finish(publisher.title)
    return report


def _batches(changes: Iterator[Change]) -> Iterator[list[Change]]:
    """Changes some hundred at a time, none of a commit apart."""
    batch: list[Change] = []
    for _, of_commit in groupby(changes, key=lambda change: change.commit):
        batch += of_commit
        if len(batch) >= _AT_ONCE:
            yield batch
            batch = []
    if batch:
        yield batch


def _texts(
    batch: list[Change], contents: Contents, publisher: Publisher, repository: str, report: Report
) -> Iterator[ImportedText]:
    for change in batch:
        if not change.blob:
            continue  # deleted: the text was there until then all the same
        raw = contents.read(change.blob)
        try:
            if raw is None:
                raise Unusable("it is empty or too large")
            published = publisher.take(change, readable(raw))
            yield ImportedText(
                DocumentKey(published.site, published.kind, published.variant),
                published.timestamp,
                published.original,
                _reading(published),
                raw,
                f"git:{repository}@{change.commit}:{change.path}",
                _iso(change.seconds),
                published.replaces,
            )
        except Unusable as error:
            report.passed_over[str(error)] += 1


def _reading(published: Published) -> Reading:
    """What is told of a text beside itself: language, words, key; its verdict is ours."""
    if not published.body.strip():
        raise Unusable("it has no text")
    evidence = Evidence(published.title.lower(), "", published.body.lower())
    found = reading_of(Text(published.title, f"{published.body}\n", evidence), "utf-8")
    return found if found.verdict is Verdict.POLICY else replace(found, verdict=Verdict.DOUBTFUL)


def _iso(seconds: int) -> str:
    try:
        return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%SZ}"
    except (OverflowError, ValueError, OSError):
        return ""
