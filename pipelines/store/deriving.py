"""Versions in the database: derived for a document from its readings, whenever those change.

Everything here happens inside a transaction of the caller's.
"""

import json
from collections.abc import Iterable

from sqlite_utils import Database

from pipelines.items.captures import State
from pipelines.store import changes
from pipelines.store.versions import DatedReading, Version, derive_versions

_READINGS = """SELECT capture.timestamp, capture.original, capture.id, capture.same_as IS NULL, text_digest,
    reading_key, title, language, words, verdict,
    EXISTS (SELECT 1 FROM snapshot AS bytes
        WHERE bytes.capture_id = coalesce(capture.same_as, capture.id) AND truncated <> '')
FROM document_capture JOIN capture ON capture.id = document_capture.capture_id
LEFT JOIN snapshot ON snapshot.capture_id = capture.id
JOIN extraction ON extraction.capture_id = coalesce(capture.same_as, capture.id) AND extraction.reader = ?
WHERE document_id = ? AND state IN ('read', 'duplicate') AND text_digest IS NOT NULL
    AND (statuscode NOT LIKE '3%' OR statuscode = '304') AND coalesce(redirect_to, '') = ''
    AND stage NOT IN ('copy', 'named')
ORDER BY capture.timestamp, capture.original, capture.digest, statuscode, archive"""

# the newest reader that read all that is held of a document; where there is none, the one that read most of it.
# A plan goes by the same one: it looks for the borders of the versions that are shown
READER_OF_DOCUMENT = """SELECT extraction.reader
FROM document_capture JOIN extraction USING (capture_id) JOIN reader ON reader.reader = extraction.reader
WHERE document_id = ? GROUP BY extraction.reader ORDER BY count(*) DESC, reader.id DESC LIMIT 1"""
_HAS_PENDING = """SELECT EXISTS (SELECT 1 FROM address JOIN capture ON capture.urlkey = address.urlkey
AND timestamp BETWEEN first_timestamp AND last_timestamp WHERE document_id = ? AND next_try IS NOT NULL)"""

# a second reader is asked of what versions show, once they are known, and what it said stays as long as one does
_SHOWN = "reader = ? AND capture_id = (SELECT coalesce(same_as, id) FROM capture WHERE id = ?)"
_ASK_SECOND = f"UPDATE extraction SET second_reading = 'due' WHERE {_SHOWN} AND second_reading = ''"  # noqa: S608
NOT_SHOWN = """second_reading <> '' AND NOT EXISTS (SELECT 1 FROM version WHERE version.reader = extraction.reader
    AND version.capture_id IN (SELECT id FROM capture WHERE id = extraction.capture_id
        UNION ALL SELECT id FROM capture WHERE same_as = extraction.capture_id))"""
NOT_ASKED = "UPDATE extraction SET second_reading = '', second_in_text = NULL, text_in_second = NULL WHERE "
_ASK_NO_MORE = f"{NOT_ASKED} {_SHOWN} AND {NOT_SHOWN}"
_WAIT_NO_MORE = f"{_ASK_NO_MORE} AND second_reading IN ('due', 'due 1', 'due 2')"

_VERSION = """document_id, reader, number, first_timestamp, last_timestamp, held_timestamp, changed_after,
    changed_before, captures, captures_listed, capture_id, original, reading_key, text_digest, title, language, words,
    verdict"""
_VERSION_COLUMNS = _VERSION.replace(",", "").split()


def derive_later(db: Database, urlkey: str) -> None:
    """The documents at an address have other captures than before: even if all are read, versions may change."""
    db.execute(
        "INSERT OR IGNORE INTO to_derive (document_id) SELECT document_id FROM address WHERE urlkey = ?", [urlkey]
    )


def plan_anew(db: Database, urlkeys: Iterable[str]) -> None:
    """Captures were added at addresses, or are listed otherwise: the plans of their documents may want more of them."""
    db.execute(
        "DELETE FROM planned WHERE document_id IN (SELECT document_id FROM address WHERE urlkey IN ("
        "SELECT value FROM json_each(?)))",
        [json.dumps(list(urlkeys))],
    )


def added(db: Database, urlkey: str, state: State) -> None:
    """A capture was inserted in this state; from then on triggers follow it."""
    plan_anew(db, [urlkey])
    if state is not State.PASSED_OVER:  # these are what is left of all: see summary.py
        db.execute(
            "INSERT INTO state_count (state, captures) VALUES (?, 1) "
            "ON CONFLICT (state) DO UPDATE SET captures = captures + 1",
            [state],
        )


class Deriving:
    """The versions of one corpus."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def waiting(self) -> list[int]:
        """The documents whose inputs changed while more of them was still to come."""
        return [document_id for (document_id,) in self._db.execute("SELECT document_id FROM to_derive")]

    def settled(self, document_ids: Iterable[int]) -> None:
        """Derive once nothing of a document is to be fetched any more: each time would cost its length squared."""
        for document_id in sorted(document_ids):
            if self._db.execute(_HAS_PENDING, [document_id]).fetchone()[0]:
                self._db.execute("INSERT OR IGNORE INTO to_derive (document_id) VALUES (?)", [document_id])
            else:
                self.derive(document_id)

    def derive(self, document_id: int, *, compared: bool = True) -> None:
        """Derive the versions of a document from its readings, and compare them unless somebody else does."""
        self._db.execute("DELETE FROM to_derive WHERE document_id = ?", [document_id])
        rows, held = self._derived(document_id), self._held(document_id)
        if rows != held:
            self._db.execute("DELETE FROM version WHERE document_id = ?", [document_id])
            self._db.conn.executemany(
                f"INSERT INTO version ({_VERSION}) VALUES ({', '.join('?' * len(_VERSION.split(',')))})",  # noqa: S608
                rows,
            )
            self._ask_second(_shown_in(held), _shown_in(rows))
        changes.derive(self._db, document_id, compared=compared)

    def _ask_second(self, before: set[tuple[object, ...]], now: set[tuple[object, ...]]) -> None:
        """Let a second reader be asked of what is shown now, and forget what it said of what is shown no more. What
        another reader read was shown as it is, and can be chosen again: what was said of it stays, and nothing more is
        asked. Of a document without versions nothing stays."""
        readers = {reader for reader, *_ in now or before}
        for one in before - now:
            self._db.execute(_ASK_NO_MORE if one[0] in readers else _WAIT_NO_MORE, one[:2])
        self._db.conn.executemany(_ASK_SECOND, [one[:2] for one in now - before])

    def is_as_derived(self, document_id: int) -> bool:
        """Whether a document's versions are those that its readings give, or wait to be derived."""
        waits = self._db.execute("SELECT 1 FROM to_derive WHERE document_id = ?", [document_id]).fetchone()
        return waits is not None or self._held(document_id) == self._derived(document_id)

    def _held(self, document_id: int) -> list[tuple[object, ...]]:
        sql = f"SELECT {_VERSION} FROM version WHERE document_id = ? ORDER BY number"  # noqa: S608
        return [tuple(row) for row in self._db.execute(sql, [document_id])]

    def _derived(self, document_id: int) -> list[tuple[object, ...]]:
        found = self._db.execute(READER_OF_DOCUMENT, [document_id]).fetchone()
        reader = found[0] if found else ""
        readings = (DatedReading(*row) for row in self._db.execute(_READINGS, [reader, document_id]))
        listed = [
            timestamp
            for (timestamp,) in self._db.execute(
                "SELECT timestamp FROM document_capture JOIN capture ON capture.id = capture_id WHERE document_id = ? "
                "AND stage NOT IN ('copy', 'named') ORDER BY timestamp",
                [document_id],
            )
        ]
        return [(document_id, reader, *_version_row(version)) for version in derive_versions(readings, listed)]


def _shown_in(rows: Iterable[tuple[object, ...]]) -> set[tuple[object, ...]]:
    """Reader, capture and text of each row of a version."""
    places = [_VERSION_COLUMNS.index(name) for name in ("reader", "capture_id", "text_digest")]
    return {tuple(row[place] for place in places) for row in rows}


def _version_row(version: Version) -> tuple[object, ...]:
    shown = version.shown
    return (
        version.number,
        version.first_timestamp,
        version.last_timestamp,
        shown.timestamp,
        version.changed_after,
        version.first_timestamp if version.changed_after else "",
        version.captures,
        version.captures_listed,
        shown.capture_id,
        shown.original,
        shown.reading_key,
        shown.text_digest,
        shown.title,
        shown.language,
        shown.words,
        shown.verdict,
    )
