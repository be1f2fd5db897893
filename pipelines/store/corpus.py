"""The corpus: snapshots held, what was read in them, and the versions derived from that."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace

from sqlite_utils import Database

from pipelines.exceptions import RecordingFailed
from pipelines.items.captures import ArchivedRedirect, Capture, CaptureKey, Decision, Snapshot, State, WarcLocation
from pipelines.items.readings import Extraction, Failure, Reading, Verdict
from pipelines.store import changes, departing, unwritten
from pipelines.store.database import CAPTURE_COLUMNS, insert_reading, reading_columns, recording
from pipelines.store.deriving import Deriving, added

# twice in a union rather than once with OR, which would read every capture
_DOCUMENTS = """SELECT document_id FROM capture CROSS JOIN address ON address.urlkey = capture.urlkey
    AND timestamp BETWEEN first_timestamp AND last_timestamp"""


class Corpus:
    """One corpus, as seen by the stages that keep things. Every method is one transaction."""

    def __init__(self, db: Database, archive: str) -> None:
        self._db = db
        self._archive = archive
        self._deriving = Deriving(db)

    def hold(self, snapshot: Snapshot) -> None:
        """Note where a memento's bytes lie; they are in the WARC already. A capture not listed becomes known by it."""
        memento, location = snapshot.memento, snapshot.location
        with recording(self._db):
            self._db.execute(
                "INSERT OR IGNORE INTO snapshot (capture_id, requested, file, offset, length, payload_digest, "
                "content_type, digest_check, redirect_to, fetched_at, truncated) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    self._capture_id(memento.capture),
                    memento.requested,
                    location.file,
                    location.offset,
                    location.length,
                    snapshot.payload_digest,
                    memento.answer.header("content-type"),
                    memento.digest_check,
                    memento.redirect_to if isinstance(memento, ArchivedRedirect) else "",
                    memento.answer.fetched_at,
                    memento.truncated,
                ],
            )

    def _capture_id(self, capture: Capture) -> int:
        """The capture's row; where replay led to one that no listing showed, it is made here, for its documents."""
        named = capture if capture.archive else replace(capture, archive=self._archive)  # 0.1.0's notes name none
        key = named.key
        made = self._db.execute(
            "INSERT OR IGNORE INTO capture (key_digest, archive, timestamp, original, digest, statuscode, urlkey, "
            "mimetype, length, record_at, reason, met) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'met in replay', 1)",
            [*key.columns, capture.urlkey, capture.mimetype, capture.length, capture.record_at],
        )
        if made.rowcount and made.lastrowid:
            added(self._db, capture.urlkey, State.PASSED_OVER)
            return made.lastrowid
        (capture_id,) = self._db.execute("SELECT id FROM capture WHERE key_digest = ?", [key.key_digest]).fetchone()
        return int(capture_id)

    def _held_id(self, snapshot: Snapshot) -> int:
        """The capture whose bytes these are: a listing may have given it another key while they were being read."""
        row = self._db.execute(
            "SELECT capture_id FROM snapshot WHERE file = ? AND offset = ?",
            [snapshot.location.file, snapshot.location.offset],
        ).fetchone()
        return int(row[0]) if row else self._capture_id(snapshot.memento.capture)

    def holding(self, payload_digest: str) -> WarcLocation | None:
        """Where the first record with these bytes lies, if any does."""
        row = self._db.execute(
            "SELECT file, offset, length FROM snapshot WHERE payload_digest = ? ORDER BY file, offset LIMIT 1",
            [payload_digest],
        ).fetchone()
        return WarcLocation(*row) if row else None

    def locations(self, file: str) -> set[int]:
        """Offsets of the records of a WARC file that have a row."""
        return {offset for (offset,) in self._db.execute("SELECT offset FROM snapshot WHERE file = ?", [file])}

    def let_go(self, file: str, end: int) -> int:
        """Forget snapshots of `file` that lie at or behind `end`, its readable end: their captures are to be fetched
        again, and what was read in them counts no more. Returns how many there were."""
        found = self._db.execute("SELECT capture_id FROM snapshot WHERE file = ? AND offset >= ?", [file, end])
        return self.lose([capture_id for (capture_id,) in found])

    def lose(self, capture_ids: Sequence[int]) -> int:
        """The same for single captures whose bytes turned out to be gone."""
        with recording(self._db):
            for capture_id in capture_ids:
                self._lose(capture_id)
            for document_id in sorted({each for capture_id in capture_ids for each in self._documents_of(capture_id)}):
                self._deriving.derive(document_id)
        return len(capture_ids)

    def _lose(self, capture_id: int) -> None:
        self._db.execute("DELETE FROM extraction WHERE capture_id = ?", [capture_id])
        self._db.execute("DELETE FROM snapshot WHERE capture_id = ?", [capture_id])
        self._db.execute(
            "UPDATE capture SET state = ?, stage = 'archive', reason = 'bytes lost', same_as = NULL, next_try = '' "
            "WHERE id = ?",
            [State.SELECTED, capture_id],
        )

    def visited(self, snapshot: Snapshot) -> None:
        """A page was fetched for what it names alone: its capture is settled without a text."""
        memento = snapshot.memento
        with recording(self._db):
            capture_id = self._held_id(snapshot)
            self._settle(capture_id, None)
            if memento.asked and memento.asked.key != memento.capture.key:
                self._settle_asked(memento.asked, memento.capture, capture_id)

    def set_aside(self, snapshot: Snapshot, state: State, why: str) -> None:
        """Note of bytes that are held that they are no page, and nobody is to read them. A capture that is asked for
        has its own refusal; one that was met instead stands so, and the journal tells it behind its bytes."""
        with recording(self._db):
            capture_id = self._held_id(snapshot)
            self._db.execute(
                "UPDATE capture SET state = ?, stage = ?, reason = ?, transient = 0, same_as = NULL "
                "WHERE id = ? AND next_try IS NULL AND state NOT IN ('read', 'duplicate')",
                [state, "plan" if state is State.NOT_REPLAYED else "replay", why, capture_id],
            )
            unwritten.mark_capture(self._db, capture_id)

    def met_redirect(self, snapshot: Snapshot) -> None:
        """A capture that another one led to was played as a redirect: that is known of it now, whatever came of it when
        it was asked for itself."""
        with recording(self._db):
            departing.rename_unplayable(self._db, "id = ?", self._held_id(snapshot))

    def record(self, extraction: Extraction) -> None:
        """Keep what was read in a snapshot, settle its captures' states, and derive its documents' versions again."""
        memento = extraction.snapshot.memento
        with recording(self._db):
            capture_id = self._held_id(extraction.snapshot)
            self.keep_readings(extraction.reader, [(capture_id, extraction.outcome)])
            self._settle(capture_id, extraction.outcome)
            documents = set(self._documents_of(capture_id))
            if memento.asked and memento.asked.key != memento.capture.key:
                documents |= self._settle_asked(memento.asked, memento.capture, capture_id)
            self._deriving.settled(documents)

    def keep_readings(self, reader: str, outcomes: Sequence[tuple[int, Reading | Failure]]) -> None:
        """Keep what a reader found in snapshots, and nothing else: its part of a larger transaction."""
        self._db.execute("INSERT OR IGNORE INTO reader (reader) VALUES (?)", [reader])
        cut = self._cut_among([capture_id for capture_id, _ in outcomes])
        rows: dict[tuple[str, ...], list[dict[str, object]]] = {}
        for capture_id, outcome in dict(outcomes).items():  # what was said last of a capture counts
            row = {"capture_id": capture_id, "reader": reader, **self._found(outcome, is_cut=capture_id in cut)}
            rows.setdefault(tuple(row), []).append(row)
        for names, alike in rows.items():
            self._db.conn.executemany(insert_reading(names), alike)

    def _cut_among(self, capture_ids: list[int]) -> set[int]:
        """Those whose bytes were cut when they were captured."""
        sql = "SELECT capture_id FROM snapshot WHERE truncated <> '' AND capture_id IN (SELECT value FROM json_each(?))"
        return {capture_id for (capture_id,) in self._db.execute(sql, [json.dumps(capture_ids)])}

    def _found(self, outcome: Reading | Failure, *, is_cut: bool) -> dict[str, object]:
        """What a reading says, its text kept; of bytes that were cut, a doubtful one at best."""
        if isinstance(outcome, Failure):
            return {"text_digest": None, "failure": outcome.reason}
        digest = hashlib.sha256(outcome.body.encode()).hexdigest()
        self._db.conn.execute("INSERT OR IGNORE INTO text (digest, body) VALUES (?, ?)", [digest, outcome.body])
        if is_cut:
            verdict = Verdict.DOUBTFUL if outcome.verdict is Verdict.POLICY else outcome.verdict
            outcome = replace(outcome, verdict=verdict, reasons=(*outcome.reasons, "cut at capture"))
        return {"text_digest": digest} | reading_columns(outcome)

    def _settle(self, capture_id: int, outcome: Reading | Failure | None) -> None:
        failed = outcome if isinstance(outcome, Failure) else None
        self._db.execute(
            "UPDATE capture SET state = ?, stage = ?, reason = ?, transient = 0, same_as = NULL, next_try = NULL "
            "WHERE id = ?",
            [
                State.FAILED if failed else State.READ,
                failed.stage if failed else "",
                failed.reason if failed else "",
                capture_id,
            ],
        )

    def settle(self, decision: Decision) -> None:
        """Keep what replay showed of a capture: that it is the same as another one, which is held or will be."""
        assert decision.same_as is not None
        with recording(self._db):
            played, holder_id = self._capture_by_key(decision.same_as)
            self._deriving.settled(self._settle_asked(decision.capture, played, holder_id))

    def _capture_by_key(self, key: CaptureKey) -> tuple[Capture, int]:
        """A capture, and the id of the one that holds its bytes: itself, or the one it is a duplicate of."""
        *fields, holder_id = self._db.execute(
            f"SELECT {CAPTURE_COLUMNS}, coalesce(same_as, id) "  # noqa: S608
            "FROM capture WHERE key_digest = ?",
            [key.key_digest],
        ).fetchone()
        return Capture(*fields), holder_id

    def _settle_asked(self, asked: Capture, played: Capture, holder_id: int) -> set[int]:
        """The capture that was asked for, where the archive played another: a redirect's target, or the nearest."""
        asked_id = self._capture_id(asked)
        redirect = self._is_redirect(asked, asked_id)
        same = redirect or asked.digest in (played.digest, "-")  # a frame's digest was never told
        reason = f"redirects to {played.original}" if redirect else f"the archive plays {played.timestamp} instead"
        stage = "replay"
        if (asked.timestamp, asked.original, asked.digest) == (played.timestamp, played.original, "-"):
            stage, reason = "named", "known by its digest now"  # a TimeMap told none: it is the same one, counted there
        self._db.execute(
            "UPDATE capture SET state = ?, stage = ?, reason = ?, transient = 0, same_as = ?, next_try = NULL "
            "WHERE id = ?",
            [State.DUPLICATE if same else State.UNPLAYABLE, stage, reason, holder_id if same else None, asked_id],
        )
        documents = set(self._documents_of(asked_id))
        if not same:
            departing.led_in_vain(self._db, asked_id)
        elif not redirect:  # what repeats it repeats what holds the bytes
            self._db.execute(
                "UPDATE capture SET same_as = ? WHERE same_as = ? AND id <> ?", [holder_id, asked_id, holder_id]
            )
        if redirect:
            for document_id in documents:
                self._join(document_id, played, f"redirect of {asked.timestamp}")
                self._note_redirect(document_id, asked, played)
        return documents

    def _is_redirect(self, capture: Capture, capture_id: int) -> bool:
        """By its row, or by what was played: a revisit has no status in a listing."""
        held = self._db.execute(
            "SELECT 1 FROM snapshot WHERE capture_id = ? AND redirect_to <> ''", [capture_id]
        ).fetchone()
        return capture.statuscode.startswith("3") or held is not None

    def _note_redirect(self, document_id: int, asked: Capture, played: Capture) -> None:
        self._db.execute(
            "INSERT OR IGNORE INTO evidence (site, kind, timestamp, source, address, via, score) "
            "SELECT site, kind, ?, 'redirect', ?, ?, 1 FROM document WHERE id = ?",
            [asked.timestamp, played.original, asked.original, document_id],
        )

    def _join(self, document_id: int, capture: Capture, evidence: str) -> None:
        """Make one capture of another address part of a document."""
        self._db.execute(
            "INSERT INTO address (document_id, urlkey, first_timestamp, last_timestamp, url, evidence) "
            "SELECT ?1, ?2, ?3, ?3, ?4, ?5 WHERE NOT EXISTS (SELECT 1 FROM address WHERE document_id = ?1 "
            "AND urlkey = ?2 AND ?3 BETWEEN first_timestamp AND last_timestamp)",
            [document_id, capture.urlkey, capture.timestamp, capture.original, evidence],
        )

    def _documents_of(self, capture_id: int) -> list[int]:
        """The documents that show a capture or one that shares its bytes."""
        rows = self._db.execute(
            f"{_DOCUMENTS} WHERE capture.id = ? UNION {_DOCUMENTS} WHERE same_as = ?", [capture_id, capture_id]
        )
        return [document_id for (document_id,) in rows]

    def derive(self, document_ids: Iterator[int] | list[int]) -> None:
        """Derive the versions of documents again, after something other than a reading changed their inputs."""
        with recording(self._db):
            for document_id in document_ids:
                self._deriving.derive(document_id)

    def derive_waiting(self, *, compared: bool = True) -> None:
        """Derive the versions of all documents whose inputs changed while more of them was still to come, and compare
        them, unless somebody else does."""
        for document_id in self._deriving.waiting():
            with recording(self._db):
                self._deriving.derive(document_id, compared=compared)

    def found_when_fetched(self) -> None:
        """Note of all versions that they were found when their bytes were fetched: none is new."""
        with recording(self._db):
            changes.found_when_fetched(self._db)

    def is_as_derived(self, document_id: int) -> bool:
        """Whether a document's versions are those that its readings give, or wait to be derived."""
        return self._deriving.is_as_derived(document_id)

    def location(self, capture_id: int) -> WarcLocation:
        """Where a capture's bytes lie. Raises RecordingFailed where no row says."""
        place = "SELECT file, offset, length FROM snapshot WHERE capture_id = ?"
        if (row := self._db.execute(place, [capture_id]).fetchone()) is None:
            raise RecordingFailed(f"No snapshot row for capture {capture_id}: run `policy-corpus verify`.")
        return WarcLocation(*row)
