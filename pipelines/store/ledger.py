"""The ledger: what was asked of the archive, what it answered, and what is to be asked next. All state is in SQLite.

A restart reads everything back from here; nothing that matters lives in the crawling process.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from pipelines.items.captures import EMPTY_DIGEST, Capture, CaptureKey, Decision, Known, State, WarcLocation
from pipelines.items.readings import Failure
from pipelines.store import departing
from pipelines.store.database import CAPTURE_COLUMNS, recording
from pipelines.store.deriving import READER_OF_DOCUMENT, derive_later
from pipelines.store.documents import Documents

COPY = "copy"
"""The stage of a capture that another archive holds as well: it counts there."""

_TWIN = """(SELECT json_array(timestamp, original, digest, statuscode, archive) FROM capture AS twin
    WHERE twin.id = capture.same_as)"""
# what was asked and answered is settled by its answer, however its row looks: what replay led elsewhere has its text,
# though another capture holds it. For the plan it is read
_LISTING = f"""SELECT {CAPTURE_COLUMNS},
    CASE WHEN state = 'duplicate' AND stage IN ('shared', 'replay', 'named')
        THEN (SELECT CASE twin.state WHEN 'selected' THEN 'selected' ELSE 'read' END
            FROM capture AS twin WHERE twin.id = capture.same_as)
        ELSE state END,
    next_try IS NULL, reason, iif(coalesce(bytes.truncated, '') = '', coalesce(reading_key, ''), ''),
    snapshot.capture_id IS NOT NULL,
    {_TWIN}
FROM address CROSS JOIN capture ON capture.urlkey = address.urlkey
    AND timestamp BETWEEN first_timestamp AND last_timestamp
LEFT JOIN snapshot ON snapshot.capture_id = capture.id
LEFT JOIN snapshot AS bytes ON bytes.capture_id = coalesce(same_as, capture.id)
LEFT JOIN extraction ON extraction.capture_id = coalesce(same_as, capture.id)
    AND extraction.reader = ({READER_OF_DOCUMENT})
WHERE document_id = ? AND archive IN (SELECT value FROM json_each(?))
ORDER BY timestamp, original, digest, statuscode, archive"""  # noqa: S608
_DECIDE = """UPDATE capture SET state = ?, stage = ?, reason = ?, same_as = ?, next_try = ?
WHERE key_digest = ?"""
_OF_ACTIVE_DOCUMENT = """EXISTS (
    SELECT 1 FROM address JOIN document ON document.id = address.document_id
    WHERE document.active AND address.urlkey = capture.urlkey
        AND capture.timestamp BETWEEN address.first_timestamp AND address.last_timestamp)"""


_OF_CAPTURE = len(CAPTURE_COLUMNS.split(","))

ListedRow = tuple[Any, ...]
"""A capture, and what is known of it, as columns."""


@dataclass(frozen=True, slots=True)
class Work:
    """A capture to be fetched; or, with `held`, one whose bytes are held already and only need reading."""

    capture_id: int
    capture: Capture
    attempts: int
    held: WarcLocation | None


@dataclass(frozen=True, slots=True)
class Standing:
    """How a capture stands: its state, and where its bytes are held."""

    state: State
    held: WarcLocation | None
    redirect_to: str = ""  # where its held answer leads to
    same_as: CaptureKey | None = None  # of a duplicate
    is_twin_held: bool = False
    reason: str = ""


class Ledger(Documents):
    """One corpus's ledger, for the archives that a crawl asks: names, each a part of its captures' keys."""

    # -- plan

    def documents_of(self, key: CaptureKey) -> list[int]:
        """The active documents that hold a capture, or one that shares its bytes."""
        capture_id = self.capture_id(key)
        rows = self._db.execute(
            "SELECT DISTINCT document.id FROM (SELECT ? AS id UNION SELECT id FROM capture WHERE same_as = ?) AS known "
            "JOIN capture ON capture.id = known.id JOIN address ON address.urlkey = capture.urlkey "
            "AND timestamp BETWEEN first_timestamp AND last_timestamp "
            "JOIN document ON document.id = document_id AND document.active",
            [capture_id, capture_id],
        )
        return [document_id for (document_id,) in rows]

    def listed(self, document_id: int) -> list[ListedRow]:
        """A document's captures in time order, as `capture_of` and `known_of` read them: equal rows say the same."""
        found = self._db.execute(_LISTING, [document_id, document_id, self._among])
        return [tuple(row) for row, _ in groupby(found)]  # one that two of its addresses show comes twice

    def listing(self, document_id: int) -> tuple[list[Capture], dict[CaptureKey, Known]]:
        """A document's captures in time order, and what is known of those that a plan has met before."""
        return as_listing(self.listed(document_id))

    def apply(self, decisions: Sequence[Decision]) -> int:
        """Write a plan down. Returns how many captures it selected.

        A plan sees one document; bytes that another one of the same address holds are not fetched again.
        """
        with recording(self._db):
            shared = [(one, self._holder(one.capture) if one.state is State.SELECTED else None) for one in decisions]
            self._db.conn.executemany(_DECIDE, (self._decided(decision, holder) for decision, holder in shared))
            # rows that are listed or known to be duplicates now count in versions, though nothing is read in them
            for urlkey in sorted({decision.capture.urlkey for decision in decisions}):
                derive_later(self._db, urlkey)
        return sum(one.state is State.SELECTED and holder is None for one, holder in shared)

    def _holder(self, capture: Capture) -> int | None:
        """The capture of the same address and bytes that is read or selected already, if any."""
        if capture.digest == EMPTY_DIGEST or capture.statuscode.startswith("3"):
            return None
        row = self._db.execute(
            "SELECT id FROM capture WHERE +archive IN (SELECT value FROM json_each(?)) AND urlkey = ? AND digest = ? "
            "AND state IN ('read', 'selected') "
            "AND statuscode NOT LIKE '3%' ORDER BY timestamp, original, statuscode, archive LIMIT 1",
            [self._among, capture.urlkey, capture.digest],
        ).fetchone()
        return int(row[0]) if row else None

    def _decided(self, decision: Decision, holder: int | None) -> tuple[object, ...]:
        """The values of _DECIDE."""
        key = decision.capture.key.key_digest
        if holder is not None:
            return State.DUPLICATE, "shared", "", holder, None, key
        twin = self.capture_id(decision.same_as) if decision.same_as else None
        next_try = "" if decision.state is State.SELECTED else None
        return decision.state, COPY if decision.is_copy else "plan", decision.reason, twin, next_try, key

    # -- captures

    def capture_id(self, key: CaptureKey) -> int | None:
        row = self._db.execute("SELECT id FROM capture WHERE key_digest = ?", [key.key_digest]).fetchone()
        return row[0] if row else None

    def rows_at(self, urlkey: str, timestamp: str, archive: str = "") -> list[Capture]:
        """The captures of an address at one time that an archive lists: more than one where its scheme or digest
        differ."""
        rows = self._db.execute(
            f"SELECT {CAPTURE_COLUMNS} FROM capture WHERE archive = ? AND urlkey = ? AND timestamp = ? "  # noqa: S608
            "ORDER BY original, digest, statuscode",
            [archive or self._archive, urlkey, timestamp],
        )
        return [Capture(*row) for row in rows]

    def rows_of(self, key: CaptureKey) -> list[Capture]:
        """The capture of that key, in a list; an empty one where there is none."""
        rows = self._db.execute(
            f"SELECT {CAPTURE_COLUMNS} FROM capture WHERE key_digest = ?",  # noqa: S608
            [key.key_digest],
        )
        return [Capture(*row) for row in rows]

    def standing(self, key: CaptureKey) -> Standing | None:
        """What has become of a capture; None where the ledger does not know it."""
        row = self._db.execute(
            f"SELECT state, coalesce(redirect_to, ''), {_TWIN}, "  # noqa: S608
            "EXISTS (SELECT 1 FROM snapshot WHERE capture_id = same_as), reason, file, offset, snapshot.length "
            "FROM capture LEFT JOIN snapshot ON snapshot.capture_id = capture.id "
            "WHERE key_digest = ?",
            [key.key_digest],
        ).fetchone()
        if row is None:
            return None
        state, redirect_to, twin, is_twin_held, reason, *location = row
        held = WarcLocation(*location) if location[0] is not None else None
        same_as = CaptureKey(*json.loads(twin)) if twin else None
        return Standing(State(state), held, redirect_to, same_as, bool(is_twin_held), reason)

    def next_work(self, now: str, limit: int, skip: Iterable[int] = (), archive: str = "") -> list[Work]:
        """Captures of an archive to be fetched or read now, in the order they were listed, without those in `skip`."""
        skipped = set(skip)
        rows = self._db.execute(
            f"SELECT capture.id, {CAPTURE_COLUMNS}, attempts, file, offset, snapshot.length "  # noqa: S608
            "FROM capture INDEXED BY capture_to_fetch LEFT JOIN snapshot ON snapshot.capture_id = capture.id "
            f"WHERE next_try <= ? AND archive = ? AND {_OF_ACTIVE_DOCUMENT} ORDER BY next_try, capture.id LIMIT ?",
            [now, archive or self._archive, limit + len(skipped)],
        )
        return [_work(row) for row in rows if row[0] not in skipped][:limit]

    def is_due(self, capture_id: int) -> bool:
        """Whether a capture is still to be fetched or read."""
        found = self._db.execute("SELECT next_try IS NOT NULL FROM capture WHERE id = ?", [capture_id]).fetchone()
        return bool(found and found[0])

    def next_try(self) -> str | None:
        """When the earliest failed capture of an active document is due again (ISO 8601), if any is."""
        (due,) = self._db.execute(
            "SELECT min(next_try) FROM capture INDEXED BY capture_to_fetch "  # noqa: S608
            f"WHERE next_try > '' AND archive IN (SELECT value FROM json_each(?)) AND {_OF_ACTIVE_DOCUMENT}",
            [json.dumps(self._heard)],
        ).fetchone()
        return due if isinstance(due, str) else None

    def fail(self, capture: Capture, state: State, failure: Failure, next_try: str | None) -> None:
        """Note that a capture gave no text; `next_try` says when it is asked again, None for never."""
        with recording(self._db):
            self._db.execute(
                "UPDATE capture SET state = ?, stage = ?, reason = ?, transient = ?, attempts = attempts + 1, "
                "same_as = NULL, next_try = ? WHERE key_digest = ?",
                [state, failure.stage, failure.reason, failure.transient, next_try, capture.key.key_digest],
            )
            if next_try is None and (capture_id := self.capture_id(capture.key)):
                departing.led_in_vain(self._db, capture_id)
                if state is State.REDIRECT:
                    departing.note(self._db, "capture.id = ?", capture_id)

    def forget_waits_beyond(self, latest: str) -> None:
        """What would be tried again only later than `latest` (ISO 8601) is due now: the clock has been set back."""
        with recording(self._db):
            self._db.execute("UPDATE capture SET next_try = '' WHERE next_try > ?", [latest])
            self._db.execute("UPDATE query SET next_try = '' WHERE next_try > ?", [latest])

    def retry_failed(self) -> int:
        """Let captures that failed for good be asked again. Returns how many."""
        with recording(self._db):
            return self._db.execute(
                "UPDATE capture SET next_try = '', transient = 1 "  # noqa: S608
                f"WHERE archive IN (SELECT value FROM json_each(?)) AND state = 'failed' AND {_OF_ACTIVE_DOCUMENT}",
                [self._among],
            ).rowcount


def as_listing(rows: Iterable[ListedRow]) -> tuple[list[Capture], dict[CaptureKey, Known]]:
    """Rows as captures, and what is known of those that a plan has met before."""
    captures, known = [], {}
    for row in rows:
        captures.append(capture_of(row))
        if told := known_of(row):
            known[captures[-1].key] = told
    return captures, known


def capture_of(row: ListedRow) -> Capture:
    """The capture that a listed row is."""
    return Capture(*row[:_OF_CAPTURE])


def known_of(row: ListedRow) -> Known | None:
    """What is known of a listed row's capture; None where no plan has met it."""
    state, is_final, reason, reading_key, held, twin = row[_OF_CAPTURE:]
    if reason == "not planned yet":
        return None
    return Known(
        State(state),
        reading_key,
        failed_for_good=state == State.FAILED and bool(is_final),
        held=bool(held),
        same_as=CaptureKey(*json.loads(twin)) if twin else None,
    )


def _work(row: Sequence[object]) -> Work:
    capture_id, *fields, attempts, file, offset, length = row
    held = WarcLocation(file, offset, length) if file is not None else None  # type: ignore[arg-type]
    return Work(capture_id, Capture(*fields), attempts, held)  # type: ignore[arg-type]
