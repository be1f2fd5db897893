"""Runs: what was started when, with what, and how it ended."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlite_utils import Database

from pipelines.store import changes
from pipelines.store.database import recording


@dataclass(frozen=True, slots=True)
class RunStart:
    """What a run is made with. Times are ISO 8601 UTC."""

    run_id: str
    command: str
    started_at: str
    targets_digest: str = ""
    reader: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    libraries: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RunEnd:
    """How a run ended: `outcome` is finished, stopped (by a signal), failed or out of budget."""

    finished_at: str
    outcome: str
    exit_code: int
    counts: Mapping[str, Any] = field(default_factory=dict)
    pace: Mapping[str, Any] = field(default_factory=dict)
    failures: Mapping[str, int] = field(default_factory=dict)


def outcome_of(exit_code: int) -> str:
    """What a run's exit code says: 0 and 1 are ends, 128 and more signals."""
    return "finished" if exit_code <= 1 else "failed" if exit_code < 128 else "stopped"


def begin(db: Database, run: RunStart) -> None:
    """Note that a run began; it counts as interrupted until it says otherwise."""
    with recording(db):
        changes.begin_run(db)
        db.execute(
            "INSERT INTO run (id, command, started_at, targets_digest, reader, settings, libraries) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                run.run_id,
                run.command,
                run.started_at,
                run.targets_digest,
                run.reader,
                json.dumps(dict(run.settings)),
                json.dumps(dict(run.libraries)),
            ],
        )


def finish(db: Database, run_id: str, end: RunEnd) -> None:
    with recording(db):
        db.execute(
            "UPDATE run SET finished_at = ?, outcome = ?, exit_code = ?, counts = ?, pace = ?, failures = ? "
            "WHERE id = ?",
            [
                end.finished_at,
                end.outcome,
                end.exit_code,
                json.dumps(dict(end.counts)),
                json.dumps(dict(end.pace)),
                json.dumps(dict(end.failures)),
                run_id,
            ],
        )


def is_known(db: Database, run_id: str) -> bool:
    """Whether a run of this id began."""
    return db.execute("SELECT 1 FROM run WHERE id = ?", [run_id]).fetchone() is not None


def finished_with(db: Database, targets_digest: str) -> bool:
    """Whether a run over this very target list has finished: then the list is in WARC."""
    found = db.execute("SELECT 1 FROM run WHERE targets_digest = ? AND outcome = 'finished' LIMIT 1", [targets_digest])
    return found.fetchone() is not None


def latest_first(db: Database) -> Iterator[str]:
    """Ids of all runs in the order in which they were noted down, whatever the clock said."""
    return (run_id for (run_id,) in db.execute("SELECT id FROM run ORDER BY rowid DESC"))


def unfinished_since(db: Database, command: str) -> str:
    """When the first of the runs after the last finished one began (ISO 8601); empty where there is none.

    What such a run was told need not be asked again: the next one continues it.
    """
    (started,) = db.execute(
        "SELECT min(started_at) FROM run WHERE command = ? AND outcome <> 'finished' AND started_at > coalesce("
        "(SELECT max(started_at) FROM run WHERE command = ? AND outcome = 'finished'), '')",
        [command, command],
    ).fetchone()
    return started or ""


def latest(db: Database) -> dict[str, Any] | None:
    """The newest run as `runs` shows it, its JSON columns read; None where there was none."""
    row = next(iter(db.query("SELECT * FROM runs ORDER BY started_at DESC, id DESC LIMIT 1")), None)
    if row is None:
        return None
    return {**row, **{name: json.loads(row[name]) for name in ("settings", "libraries", "counts", "pace", "failures")}}
