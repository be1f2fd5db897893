"""What a second reader is still to be asked of, and what it said: of each reading that a version shows.

`extraction.second_reading` is empty for what no version shows, `due` until the second reader was asked, and then `done`
or why there are no figures; `due 1` or `due 2` where as many tries took too long or too much. Documents set it with
their versions, see `deriving.py`; so which readings have figures follows from the versions, whatever was read before.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlite_utils import Database

from pipelines.store.database import CAPTURE_COLUMNS, recording
from pipelines.store.deriving import NOT_ASKED, NOT_SHOWN
from pipelines.store.readings import Unread, snapshot_of

DONE = "done"
_AT_ONCE = 50  # texts in memory
_IS_DUE = "second_reading IN ('due', 'due 1', 'due 2')"  # as the index `extraction_second_due` has it
_DUE = f"""FROM extraction JOIN snapshot ON snapshot.capture_id = extraction.capture_id
JOIN capture ON capture.id = extraction.capture_id JOIN text ON text.digest = text_digest
WHERE {_IS_DUE}"""
_AFTER_A_TRY = {"due": "due 1", "due 1": "due 2"}

Answer = tuple[str, float | None, float | None]
"""DONE or why there are no figures; the share of the second reader's words that the text has; that of the text's words
that it has."""


@dataclass(frozen=True, slots=True)
class Due:
    """A reading that a second reader is to be asked of: its page, who read it, and what it says. `stands` tells how
    often that was tried."""

    held: Unread
    reader: str
    title: str
    body: str
    stands: str = "due"

    def after_a_try(self, reason: str) -> str:
        """How it stands where a try had no answer for a reason that lies in the machine's load: the third one is for
        good."""
        return _AFTER_A_TRY.get(self.stands, reason)


def count_due(db: Database) -> int:
    """How many readings wait for a second reader."""
    return int(db.execute(f"SELECT count(*) {_DUE}").fetchone()[0])


def due(db: Database) -> Iterator[Due]:
    """What waits for a second reader, in the order of the captures; few texts in memory at once."""
    last: tuple[int, str] = (0, "")
    while rows := db.execute(
        f"SELECT capture.id, {CAPTURE_COLUMNS}, file, offset, snapshot.length, content_type, payload_digest, "
        f"extraction.reader, extraction.title, body, second_reading {_DUE} "
        "AND (extraction.capture_id, extraction.reader) > (?, ?) "
        f"ORDER BY extraction.capture_id, extraction.reader LIMIT {_AT_ONCE}",
        last,
    ).fetchall():
        for row in rows:
            found = Due(snapshot_of(row), *row[-4:])
            yield found
        last = (found.held.capture_id, found.reader)


def keep(db: Database, answers: Sequence[tuple[Due, Answer]]) -> None:
    """Keep what the second reader said, in one transaction."""
    with recording(db):
        db.conn.executemany(
            "UPDATE extraction SET second_reading = ?, second_in_text = ?, text_in_second = ? "
            "WHERE capture_id = ? AND reader = ? AND second_reading = ?",
            [(*answer, one.held.capture_id, one.reader, one.stands) for one, answer in answers],
        )


def let_go_unshown(db: Database) -> None:
    """Let readings wait no more that no version shows: a capture may count as another one since they were shown."""
    with recording(db):
        db.execute(f"{NOT_ASKED} {_IS_DUE} AND {NOT_SHOWN}")


def forget_unshown(db: Database) -> None:
    """Drop what a second reader said of readings that no version shows: a database that was put together has some."""
    with recording(db):
        db.execute(f"{NOT_ASKED} {NOT_SHOWN}")
