"""What a run brought: versions that were not there before, documents, failures and gaps. Reads only."""

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from sqlite_utils import Database

from pipelines.exceptions import WrongUse
from pipelines.formats.timestamps import is_prefix
from pipelines.store.changes import GONE_IN_LAST_RUN

_FOUND = """SELECT site, kind, variant, new.held_timestamp AS version, new.number, new.first_timestamp,
    new.last_timestamp, new.changed_after, new.changed_before, new.title, new.language, new.words, new.text_digest,
    new.original, old.held_timestamp AS from_version, words_added, words_removed, words_moved, share,
    json_array_length(sections) AS sections_touched, cosmetic, cosmetic_kinds, found_at, run
FROM version_found JOIN version AS new USING (document_id, held_timestamp, text_digest)
JOIN document ON document.id = version_found.document_id
LEFT JOIN version AS old ON old.document_id = new.document_id AND old.number = new.number - 1
LEFT JOIN text_change ON before_digest = old.text_digest AND after_digest = new.text_digest
WHERE {found} AND NOT EXISTS (SELECT 1 FROM version_gone AS lost WHERE lost.document_id = version_found.document_id
    AND lost.held_timestamp = version_found.held_timestamp AND lost.text_digest = version_found.text_digest
    AND {lost_held_before})
ORDER BY site, kind, variant, new.number"""
_SINCE_RUN = "{}run IN (SELECT id FROM run WHERE rowid >= (SELECT rowid FROM run WHERE id = :since))"
_SINCE_DAY = "{}_at >= :since"
_LOST = f"""(SELECT document_id, held_timestamp, text_digest, run, found_at, gone_run, gone_at FROM version_gone
UNION ALL {GONE_IN_LAST_RUN}) AS lost"""  # noqa: S608
_GONE = f"""SELECT DISTINCT site, kind, variant, held_timestamp AS version FROM {_LOST}
JOIN document ON document.id = document_id WHERE {{lost_held_before}} AND NOT EXISTS (SELECT 1 FROM version
    WHERE version.document_id = lost.document_id AND version.held_timestamp = lost.held_timestamp
    AND version.text_digest = lost.text_digest)
ORDER BY site, kind, variant, held_timestamp"""  # noqa: S608
_KNOWN = f"""SELECT DISTINCT site, kind, variant FROM (SELECT document_id FROM version_found WHERE NOT {{found}}
    UNION SELECT document_id FROM {_LOST} WHERE {{lost_held_before}}) JOIN document ON document.id = document_id"""  # noqa: S608
_STANDING = """SELECT site, kind, variant, address, outcome, reason FROM documents
WHERE active AND outcome <> 'read' ORDER BY site, kind, variant"""
_FAILED = ("failed", "blocked")  # of the outcomes; the others are missing

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class News:
    """What is new since a run began or since a date. Rows are plain values by name, in order of their documents.

    `versions`: those that the corpus did not hold before, each with the change that led to it; `gone`: those it held
    then and holds no more, since captures between showed otherwise; `documents`: those that had no version before;
    `failed` and `missing`: documents that are followed and have no versions, with what became of them; `failures`:
    how many captures and listings failed up to the end of the last crawl, by reason.
    """

    since: str
    run: Row | None
    versions: list[Row] = field(default_factory=list)
    gone: list[Row] = field(default_factory=list)
    documents: list[Row] = field(default_factory=list)
    failed: list[Row] = field(default_factory=list)
    missing: list[Row] = field(default_factory=list)
    failures: dict[str, int] = field(default_factory=dict)


def news(db: Database, since: str = "") -> News:
    """What is new since `since`: a run's id, a date (ISO 8601 or its digits), or empty for the last crawl.

    Raises WrongUse where it is neither, or nothing ever ran.
    """
    run = _run(db, since)
    value = run["id"] if run else _moment(db, since)
    asked, told = _conditions(by_run=run is not None), {"since": value}
    versions = list(db.query(_FOUND.format(**asked), told))
    known = {tuple(row) for row in db.execute(_KNOWN.format(**asked), told)} if versions else set()
    last, standing = _last_run(db), list(db.query(_STANDING))
    return News(
        since=run["started_at"] if run else value,
        run=run,
        versions=versions,
        gone=list(db.query(_GONE.format(**asked), told)),
        documents=_documents(versions, known),
        failed=[row for row in standing if row["outcome"] in _FAILED],
        missing=[row for row in standing if row["outcome"] not in _FAILED],
        failures=json.loads(last["failures"]) if last else {},
    )


def _conditions(*, by_run: bool) -> dict[str, str]:
    """What is true of a version that was found since then, and of one that went since then and was held before."""
    found, gone = (
        (_SINCE_RUN.format("version_found."), _SINCE_RUN.format("gone_"))
        if by_run
        else (_SINCE_DAY.format("version_found.found"), _SINCE_DAY.format("gone"))
    )
    return {"found": found, "lost_held_before": f"{gone} AND NOT {found.replace('version_found.', 'lost.')}"}


def _documents(versions: list[Row], known: set[tuple[str, ...]]) -> list[Row]:
    """The documents that had no version before, with how many they have now."""
    counts = Counter((row["site"], row["kind"], row["variant"]) for row in versions)
    return [
        {"site": key[0], "kind": key[1], "variant": key[2], "versions": counts[key]}
        for key in sorted(counts)
        if key not in known
    ]


def _run(db: Database, since: str) -> Row | None:
    if since:
        return next(iter(db.query(f"{_RUN} WHERE id = ?", [since])), None)
    run = next(iter(db.query(f"{_RUN} ORDER BY command <> 'crawl', rowid DESC LIMIT 1")), None)
    if run is None:
        raise WrongUse("Nothing ever ran in this corpus: crawl first.")
    return run


_RUN = "SELECT id, command, started_at, finished_at, outcome, exit_code FROM run"


def _last_run(db: Database) -> Row | None:
    return next(iter(db.query("SELECT failures FROM run ORDER BY command <> 'crawl', rowid DESC LIMIT 1")), None)


def _moment(db: Database, since: str) -> str:
    digits = "".join(sign for sign in since if sign not in "-:TZ ")
    if not is_prefix(digits) or len(digits) % 2:
        runs = [row[0] for row in db.execute("SELECT id FROM run ORDER BY rowid DESC LIMIT 3")]
        hint = f"the last runs are {', '.join(runs)}" if runs else "nothing ever ran here"
        raise WrongUse(f"{since!r} is neither a date (2026-05-25) nor a run: {hint}.")
    full = digits + "00000101000000"[len(digits) :]
    return f"{full[:4]}-{full[4:6]}-{full[6:8]}T{full[8:10]}:{full[10:12]}:{full[12:14]}Z"
