"""The migrations that change nothing of what a corpus says, only what it costs to keep and to ask."""

import logging

from sqlite_utils import Database

from pipelines.items.captures import key_digest
from pipelines.store import changes, searching
from pipelines.store.schema import CAPTURE, MARKS, mark_in_journal
from pipelines.store.schema_since import migrations
from pipelines.store.views import TARGET_LINE

__all__ = ["migrations"]

log = logging.getLogger(__name__)

_MANY = 100_000  # captures that take more than a moment to be written anew

# a capture whose bytes were read is told by these: until now it was marked, looked at and found to need no line
_TOLD_BY_BYTES = "NEW.stage <> 'copy' AND EXISTS (SELECT 1 FROM extraction WHERE capture_id = NEW.id)"


@migrations()
def quick_recording(db: Database) -> None:
    """What costs time with each capture: marks of what needs no line in the journal, letters looked for one by one."""
    told, _, marked = MARKS["capture_told"].partition("|")
    db.execute("DROP TRIGGER capture_told")
    mark_in_journal(db, "capture_told", f"{told} AND NOT ({_TOLD_BY_BYTES})", marked)
    searching.look_for_letters_by_bytes(db)


_TABLES = (
    # listings that are still to be answered are looked for before each request
    "CREATE INDEX query_open ON query (archive, id) WHERE state = 'open'",
    # what `status` tells of few of many rows: see summary.py
    "CREATE INDEX capture_failed ON capture (state, stage, reason) WHERE state IN ('failed', 'unplayable', 'blocked')",
    "CREATE INDEX extraction_second_look ON extraction (reader, capture_id) WHERE second_in_text < 0.9",
    "CREATE TABLE state_count (state TEXT PRIMARY KEY, captures INTEGER NOT NULL) WITHOUT ROWID",
    "INSERT INTO state_count SELECT state, count(*) FROM capture WHERE state <> 'passed over' GROUP BY state",
    "CREATE TABLE planned (document_id INTEGER PRIMARY KEY, selection TEXT NOT NULL)",
)
# all but those that are passed over, as each row of a listing is at first: these are what is left of all
_ONE_MORE = """INSERT INTO state_count SELECT NEW.state, 1 WHERE NEW.state <> 'passed over'
    ON CONFLICT (state) DO UPDATE SET captures = captures + 1;"""
_ONE_LESS = "UPDATE state_count SET captures = captures - 1 WHERE state = OLD.state;"

_AT = "DELETE FROM planned WHERE document_id IN (SELECT document_id FROM address WHERE urlkey = {row}.urlkey);"
# a capture is known by the one that holds its bytes, too
_OF_CAPTURE = """DELETE FROM planned WHERE document_id IN (SELECT document_id FROM address WHERE urlkey IN (
    SELECT urlkey FROM capture WHERE id = {row}.{id}
    UNION ALL SELECT urlkey FROM capture WHERE same_as = {row}.{id}));"""
_OLD = _AT.format(row="OLD")
_TOLD = _OF_CAPTURE.format(row="NEW", id="id")
_READ, _UNREAD = (_OF_CAPTURE.format(row=row, id="capture_id") for row in ("NEW", "OLD"))
_OF_DOCUMENT = "DELETE FROM planned WHERE document_id = {};"
_OF_SITE = "DELETE FROM planned WHERE document_id IN (SELECT id FROM document WHERE site = {}.site);"
_TRIGGERS = {
    # none for what is inserted, or for the columns that a listing changes: with a trigger that it might set off, SQLite
    # keeps each page that a row touches for taking it back, which doubles the cost of a row. Who inserts captures says
    # so in deriving.py
    "capture_counted_again": f"AFTER UPDATE OF state ON capture WHEN OLD.state <> NEW.state "
    f"BEGIN {_ONE_LESS} {_ONE_MORE}",
    "capture_not_counted": f"AFTER DELETE ON capture BEGIN {_ONE_LESS} {_OLD}",
    "capture_to_plan": "AFTER UPDATE OF state, stage, reason, same_as, transient, attempts, next_try, digest, "
    f"statuscode, timestamp, archive, met ON capture BEGIN {_OLD} {_TOLD}",
    "reading_to_plan": f"AFTER INSERT ON extraction BEGIN {_READ}",
    "reading_told_to_plan": f"AFTER UPDATE ON extraction BEGIN {_READ}",
    "reading_gone_to_plan": f"AFTER DELETE ON extraction BEGIN {_UNREAD}",
    "address_to_plan": f"AFTER INSERT ON address BEGIN {_OF_DOCUMENT.format('NEW.document_id')}",
    "address_told_to_plan": f"AFTER UPDATE ON address BEGIN {_OF_DOCUMENT.format('NEW.document_id')}",
    "address_gone_to_plan": f"AFTER DELETE ON address BEGIN {_OF_DOCUMENT.format('OLD.document_id')}",
    "document_to_plan": "AFTER UPDATE OF active, discover, found, same_as, url ON document WHEN "
    "(OLD.active, OLD.discover, OLD.found, OLD.same_as, OLD.url) IS NOT "
    f"(NEW.active, NEW.discover, NEW.found, NEW.same_as, NEW.url) BEGIN {_OF_SITE.format('NEW')}",
    "document_added_to_plan": f"AFTER INSERT ON document BEGIN {_OF_SITE.format('NEW')}",
    "document_gone_to_plan": f"BEFORE DELETE ON document BEGIN {_OF_SITE.format('OLD')}",
    "evidence_to_plan": f"AFTER INSERT ON evidence BEGIN {_OF_SITE.format('NEW')}",
    "evidence_gone_to_plan": f"AFTER DELETE ON evidence BEGIN {_OF_SITE.format('OLD')}",
    "forgotten_to_plan": "AFTER INSERT ON forgotten BEGIN DELETE FROM planned;",
}


@migrations()
def kept_counts_and_plans(db: Database) -> None:
    """Counts of captures by state, and which documents nothing has changed of since a plan wanted nothing more of
    them; triggers keep both true, whoever writes."""
    for statement in _TABLES:
        db.execute(statement)
    for name, does in _TRIGGERS.items():
        db.execute(f"CREATE TRIGGER {name} {does} END")


@migrations()
def lines_of_lists_by_document(db: Database) -> None:
    """The same view as before, quicker."""
    db.execute("DROP VIEW target_line")
    db.execute(TARGET_LINE)


_SECOND_READINGS = (
    # what a second reader says changes no plan
    "DROP TRIGGER reading_told_to_plan",
    "CREATE TRIGGER reading_told_to_plan AFTER UPDATE OF capture_id, reader, text_digest, reading_key, words, verdict, "
    f"failure ON extraction BEGIN {_READ} END",
    "ALTER TABLE extraction ADD COLUMN second_reading TEXT NOT NULL DEFAULT ''",
    # figures of another second reader, and of much that no version shows
    "UPDATE extraction SET second_in_text = NULL, text_in_second = NULL "
    "WHERE second_in_text IS NOT NULL OR text_in_second IS NOT NULL",
    "UPDATE extraction SET second_reading = 'due' WHERE (capture_id, reader) IN (SELECT coalesce(same_as, id), reader "
    "FROM version JOIN capture ON capture.id = version.capture_id)",
    "CREATE INDEX extraction_second_due ON extraction (capture_id, reader) "
    "WHERE second_reading IN ('due', 'due 1', 'due 2')",
)


@migrations()
def second_readings_of_versions(db: Database) -> None:
    """A second reader is asked of what versions show, once they are known. No document is marked as told otherwise
    before it has answered."""
    (marks,) = db.execute("SELECT sql FROM sqlite_schema WHERE name = 'mark_reading_told'").fetchone()
    db.execute("DROP TRIGGER mark_reading_told")
    for statement in _SECOND_READINGS:
        db.execute(statement)
    db.execute(marks)


@migrations()
def bytes_of_what_is_held(db: Database) -> None:
    """Captures by their bytes only where these are held or will be: none other is looked for, and most rows are of
    those that nothing was fetched of. An index less for each row of a listing."""
    db.execute("DROP INDEX capture_by_bytes")
    db.execute("CREATE INDEX capture_by_bytes ON capture (urlkey, digest) WHERE state IN ('read', 'selected')")


@migrations()
def versions_that_left(db: Database) -> None:
    """Which versions may be none any more since the last run began: what a run forgets and tells goes by these."""
    for statement in changes.LEFT:
        db.execute(statement)


_SHORT_KEYS = f"""CREATE TABLE capture (
    id INTEGER PRIMARY KEY,
    key_digest BLOB NOT NULL UNIQUE,
    {CAPTURE},
    record_at TEXT NOT NULL DEFAULT ''
)"""
_KEPT = (
    "id, archive, urlkey, timestamp, original, mimetype, statuscode, digest, length, state, stage, reason, same_as, "
    "transient, attempts, next_try, met, record_at"
)
_MET = "CREATE INDEX capture_met ON capture (timestamp, urlkey) WHERE met"


@migrations()
def captures_by_short_keys(db: Database) -> None:
    """A digest of its key in the place of an index over all parts of it: a third of what a listed row takes. The table
    is written anew, with the indexes and triggers it has; foreign keys must not be watched meanwhile."""
    _tell_of_long_work(db)
    kept = db.execute(
        "SELECT sql FROM sqlite_schema WHERE tbl_name = 'capture' AND type IN ('index', 'trigger') AND sql IS NOT NULL "
        "AND name <> 'capture_met'"
    ).fetchall()
    db.execute("PRAGMA legacy_alter_table = ON")  # else what names the table would follow it to its other name
    db.execute("ALTER TABLE capture RENAME TO capture_before")
    db.execute("PRAGMA legacy_alter_table = OFF")
    db.execute(_SHORT_KEYS)
    # no function of SQL's: an interrupt that comes while one runs is told as an error of the database
    rows = db.execute(
        f"SELECT timestamp, original, digest, statuscode, archive, {_KEPT} FROM capture_before ORDER BY id"  # noqa: S608
    )
    marks = "?, " * _KEPT.count(",") + "?"
    db.conn.executemany(
        f"INSERT INTO capture (key_digest, {_KEPT}) VALUES (?, {marks})",  # noqa: S608
        ((key_digest(*row[:5]), *row[5:]) for row in rows),
    )
    db.execute("DROP TABLE capture_before")
    for (statement,) in (*kept, (_MET,)):
        db.execute(statement)


def _tell_of_long_work(db: Database) -> None:
    [(captures,)] = db.execute("SELECT coalesce(max(id), 0) FROM capture").fetchall()
    if captures >= _MANY:
        log.warning(
            "This corpus was written by an older release: its %s captures are brought to today's layout, a minute or "
            "less for a million. Interrupt it if you must: it is then as it was.",
            f"{captures:,}",
        )
