"""The migrations that change nothing of what a corpus says, only what it costs to keep and to ask."""

from sqlite_utils import Database

from pipelines.store import searching
from pipelines.store.schema import MARKS, mark_in_journal
from pipelines.store.schema_since import migrations

__all__ = ["migrations"]

# a capture whose bytes were read is told by these: until now it was marked, looked at and found to need no line
_TOLD_BY_BYTES = "NEW.stage <> 'copy' AND EXISTS (SELECT 1 FROM extraction WHERE capture_id = NEW.id)"


@migrations()
def quick_recording(db: Database) -> None:
    """What costs time with each capture: marks of what needs no line in the journal, letters looked for one by one."""
    told, _, marked = MARKS["capture_told"].partition("|")
    db.execute("DROP TRIGGER capture_told")
    mark_in_journal(db, "capture_told", f"{told} AND NOT ({_TOLD_BY_BYTES})", marked)
    searching.look_for_letters_by_bytes(db)
