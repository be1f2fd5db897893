"""Captures that a user had an archive make: what was asked for, the archive's name of the job, and what came of it.

They are facts of ours: a capture that the archive lists at such a time and address was made on our behalf.
"""

from typing import NamedTuple

from sqlite_utils import Database

from pipelines.store.database import recording

ASKED, SAVED, HELD, FAILED = "asked", "saved", "held", "failed"


class Save(NamedTuple):
    """A row: the `address` asked for at `asked_at` (ISO 8601), and what is known of it. `timestamp` and `original` are
    those of the capture."""

    address: str
    asked_at: str
    archive: str
    job: str = ""
    state: str = ASKED
    timestamp: str = ""
    original: str = ""
    reason: str = ""


def keep(db: Database, save: Save) -> None:
    """Note how a capture stands that was asked for."""
    with recording(db):
        db.execute(
            "INSERT INTO saved (address, asked_at, archive, job, state, timestamp, original, reason) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (address, asked_at) DO UPDATE SET job = excluded.job, "
            "state = excluded.state, timestamp = excluded.timestamp, original = excluded.original, "
            "reason = excluded.reason",
            [*save],
        )


def not_ended(db: Database, archive: str, since: str) -> list[Save]:
    """What was asked of an archive since then and had not ended when a run before this one did."""
    rows = db.execute(
        "SELECT address, asked_at, archive, job, state, timestamp, original, reason FROM saved "
        "WHERE state = 'asked' AND job <> '' AND archive = ? AND asked_at >= ? ORDER BY asked_at, address",
        [archive, since],
    )
    return [Save(*row) for row in rows]
