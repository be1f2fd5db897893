"""The rows of a listing's page as captures: those that are known change, and those that replay met get their names."""

from collections.abc import Sequence

from sqlite_utils import Database

from pipelines.items import Capture

_CAPTURES = """INSERT INTO capture
    (archive, urlkey, timestamp, original, mimetype, statuscode, digest, length, record_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (archive, timestamp, original, digest, statuscode) DO UPDATE SET
    urlkey = excluded.urlkey, mimetype = min(mimetype, excluded.mimetype), length = min(length, excluded.length),
    record_at = max(record_at, excluded.record_at)
    WHERE urlkey <> excluded.urlkey OR mimetype > excluded.mimetype OR length > excluded.length
        OR record_at < excluded.record_at"""


def keep_rows(db: Database, archive: str, rows: Sequence[Capture]) -> None:
    """Keep the rows that an archive listed; a part of the caller's transaction."""
    _name_as_listed(db, archive, rows)
    db.conn.executemany(_CAPTURES, (_row(archive, capture) for capture in rows))


def _name_as_listed(db: Database, archive: str, rows: Sequence[Capture]) -> None:
    """Captures that replay met before any listing showed them get their row's digest: they are the same."""
    met = {key for (key,) in db.execute("SELECT DISTINCT urlkey FROM capture WHERE met")}
    db.conn.executemany(
        "UPDATE OR IGNORE capture SET digest = ?, statuscode = ?, mimetype = ?, length = ?, met = 0 "
        "WHERE met AND archive = ? AND timestamp = ? AND original = ? AND ? IN (statuscode, '-')",
        (
            (
                row.digest,
                row.statuscode,
                row.mimetype,
                row.length,
                archive,
                row.timestamp,
                row.original,
                row.statuscode,
            )
            for row in rows
            if row.urlkey in met
        ),
    )


def _row(archive: str, capture: Capture) -> tuple[str, ...]:
    return (
        archive,
        capture.urlkey,
        capture.timestamp,
        capture.original,
        capture.mimetype,
        capture.statuscode,
        capture.digest,
        capture.length,
        capture.record_at,
    )
