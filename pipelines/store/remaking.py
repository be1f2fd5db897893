"""A corpus in the making: how far the WARC files have been read into it, and what other programs' files hold.

The tables of this module are only there until the corpus is whole.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlite_utils import Database

from pipelines.items.captures import EMPTY_DIGEST, Capture, DocumentKey, Evidence, Snapshot, Source
from pipelines.store.corpus import Corpus
from pipelines.store.database import recording

_TABLES = (
    "CREATE TABLE making (of TEXT NOT NULL)",
    "CREATE TABLE making_file (file TEXT PRIMARY KEY, offset INTEGER NOT NULL, whole INTEGER NOT NULL)",
    "CREATE TABLE making_revisit (capture_id INTEGER PRIMARY KEY, urlkey TEXT NOT NULL, timestamp TEXT NOT NULL)",
    "CREATE TABLE making_foreign (urlkey TEXT PRIMARY KEY)",
    "CREATE TABLE making_theirs (capture_id INTEGER PRIMARY KEY)",
    "CREATE TABLE making_name (name TEXT, file TEXT, capture_id INTEGER, PRIMARY KEY (name, file, capture_id))",
    "CREATE TABLE making_sent (name TEXT, file TEXT, PRIMARY KEY (name, file))",
    "CREATE TABLE making_refers (capture_id INTEGER, name TEXT, PRIMARY KEY (capture_id, name))",
    "CREATE TABLE making_unchanged (capture_id INTEGER PRIMARY KEY)",
    "CREATE TABLE making_own_address (capture_id INTEGER PRIMARY KEY, url TEXT NOT NULL)",
    "CREATE TABLE making_trigger (sql TEXT NOT NULL)",
)
# they find nothing to do while there is no plan and no version, and take more than half of what it costs to keep a
# reading
_IDLE = ("reading_to_plan", "mark_reading_added", "capture_to_plan")
# a plus keeps SQLite from going through all captures of an archive or address, to be spared some sorting
_TWIN = """SELECT other.id FROM capture AS other JOIN snapshot ON snapshot.capture_id = other.id
WHERE +other.archive = capture.archive AND {}
ORDER BY +other.timestamp, other.original, other.digest, other.statuscode LIMIT 1"""
_NOTHING = f"('{EMPTY_DIGEST}', '-', '')"  # digests that tell of no bytes
_TWINS = (
    "(other.urlkey, other.timestamp) = (SELECT urlkey, timestamp FROM making_revisit WHERE capture_id = capture.id)",
    "other.id IN (SELECT held.capture_id FROM making_refers JOIN making_name AS held USING (name) "
    "WHERE making_refers.capture_id = capture.id)",
    f"other.urlkey = capture.urlkey AND other.digest = capture.digest AND other.digest NOT IN {_NOTHING}",
    f"other.digest = capture.digest AND other.digest NOT IN {_NOTHING}",
)
_UNCHANGED = """UPDATE capture SET same_as = (SELECT other.id FROM capture AS other
    JOIN snapshot ON snapshot.capture_id = other.id WHERE +other.archive = capture.archive
    AND other.urlkey = capture.urlkey AND other.timestamp <= capture.timestamp AND other.statuscode = '200'
    ORDER BY other.timestamp DESC, other.original, other.digest LIMIT 1)
WHERE id IN (SELECT capture_id FROM making_unchanged) AND same_as IS NULL"""
_JOINS = (
    *(
        f"UPDATE capture SET same_as = ({_TWIN.format(twin)}) "  # noqa: S608
        "WHERE id IN (SELECT capture_id FROM making_revisit) AND same_as IS NULL"
        for twin in _TWINS
    ),
    _UNCHANGED,
)
_BY_DIGEST = "CREATE INDEX making_digest ON capture (digest, urlkey)"
# equal bytes of one address are replayed once, so a crawl hears of them once
_OWN_ADDRESSES = """SELECT min(capture.timestamp), capture.original, making_own_address.url, site, kind
FROM making_own_address JOIN capture ON capture.id = capture_id
JOIN address ON address.urlkey = capture.urlkey AND capture.timestamp BETWEEN first_timestamp AND last_timestamp
JOIN document ON document.id = document_id
WHERE capture.state <> 'not replayed' GROUP BY capture.urlkey, capture.digest, making_own_address.url, site, kind
ORDER BY 1, 2, 3, 4, 5"""
_POSTED = """UPDATE capture SET state = 'not replayed', stage = 'plan', reason = 'answer to POST', same_as = NULL
WHERE id IN (SELECT capture_id FROM making_name JOIN making_sent USING (name, file))"""


@dataclass(frozen=True, slots=True)
class Place:
    """How far a WARC file has been read: `offset` is that of the next record to look at."""

    offset: int
    whole: bool


class Making:
    """The half-made corpus in `db`, made of what `of` names; begun anew where it was made of something else."""

    def __init__(self, db: Database, archive: str, of: str) -> None:
        self._db = db
        self._corpus = Corpus(db, archive)
        self.is_new = "making" not in db.table_names()
        if self.is_new:
            with recording(db):
                for table in _TABLES:
                    db.execute(table)
                db.execute("INSERT INTO making (of) VALUES (?)", [of])
                for name in _IDLE:
                    db.execute("INSERT INTO making_trigger SELECT sql FROM sqlite_schema WHERE name = ?", [name])
                    db.execute(f"DROP TRIGGER {name}")

    def place(self, file: str) -> Place:
        row = self._db.execute("SELECT offset, whole FROM making_file WHERE file = ?", [file]).fetchone()
        return Place(row[0], bool(row[1])) if row else Place(0, False)

    def reached(self, file: str, offset: int, *, whole: bool = False) -> None:
        """Note how far a file has been read; a part of the transaction that keeps what was read."""
        self._db.execute("INSERT OR REPLACE INTO making_file VALUES (?, ?, ?)", [file, offset, whole])

    # -- files of other programs

    def hold_foreign(self, snapshot: Snapshot, obstacle: str) -> None:
        """A response of another program; `obstacle` says why it is no page, if it is none."""
        ours = self._is_ours(snapshot.memento.capture)
        self._corpus.hold(snapshot)
        if ours:
            return  # of bytes that are held nothing changed; of others, what we know of the capture stands
        self._note_foreign(snapshot.memento.capture)
        self._prefer(snapshot)
        if obstacle:
            self._update(snapshot.memento.capture, "state = 'not replayed', stage = 'plan', reason = ?", obstacle)

    def was_played(self, capture: Capture) -> None:
        """A capture of our own was replayed after all, since something led to it: what its row promised, or what was
        said of it when it was asked for itself, counts no more. What is no page is told once more behind its bytes."""
        self._db.execute(
            "UPDATE capture SET state = 'passed over', stage = '', reason = 'met in replay' WHERE key_digest = ? "
            "AND state IN ('not replayed', 'unplayable')",
            [capture.key.key_digest],
        )

    def _prefer(self, snapshot: Snapshot) -> None:
        """Of two responses of one capture, the one whose Content-Type is the smaller, whichever comes first."""
        place, kind = snapshot.location, snapshot.memento.answer.header("content-type")
        self._db.execute(
            "UPDATE snapshot SET file = ?, offset = ?, length = ?, payload_digest = ?, content_type = ?, "
            "truncated = ? WHERE content_type > ? AND capture_id = (SELECT id FROM capture WHERE key_digest = ?)",
            [place.file, place.offset, place.length, snapshot.payload_digest, kind,
             snapshot.memento.truncated, kind, snapshot.memento.capture.key.key_digest],
        )  # fmt: skip

    def hold_revisit(self, capture: Capture, urlkey: str, timestamp: str) -> None:
        """A revisit of another program, of the record of that address and time, or of what has its digest."""
        if self._is_ours(capture):
            return
        self._db.execute(
            "INSERT OR IGNORE INTO capture (key_digest, archive, timestamp, original, digest, statuscode, urlkey, "
            "mimetype, length) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [*capture.key.columns, capture.urlkey, capture.mimetype, capture.length],
        )
        self._note_foreign(capture)
        self._db.execute(
            "INSERT OR IGNORE INTO making_revisit SELECT id, ?, ? FROM capture WHERE key_digest = ?",
            [urlkey, timestamp, capture.key.key_digest],
        )

    def name(self, capture: Capture, file: str, names: Iterable[str]) -> None:
        """Note the names by which other records of a file, or revisits of any, tell of a capture."""
        if not self._is_ours(capture):
            self._of(capture, "INSERT OR IGNORE INTO making_name SELECT ?, ?, id", ((name, file) for name in names))

    def refer(self, capture: Capture, names: Iterable[str], *, is_unchanged: bool) -> None:
        """Note by what names a revisit tells of the record whose bytes it repeats, and whether it only says that its
        address was as before."""
        if not self._is_ours(capture):
            self._of(capture, "INSERT OR IGNORE INTO making_refers SELECT id, ?", ((name,) for name in names))
            if is_unchanged:
                self._of(capture, "INSERT OR IGNORE INTO making_unchanged SELECT id", [()])

    def calls_itself(self, capture: Capture, url: str) -> None:
        """Note the address that a page calls its own, where that is another one."""
        if not self._is_ours(capture):
            self._of(capture, "INSERT OR IGNORE INTO making_own_address SELECT id, ?", [(url,)])

    def own_addresses(self) -> Iterator[Evidence]:
        """What pages of documents, which have their names by now, call their own addresses."""
        for timestamp, original, url, site, kind in self._db.execute(_OWN_ADDRESSES).fetchall():
            yield Evidence(timestamp, Source.CANONICAL, url, original, 1.0, site, kind)

    def sent(self, file: str, names: Iterable[str]) -> None:
        """Note by what names the answer to a request that sent something is known in its file."""
        self._db.conn.executemany("INSERT OR IGNORE INTO making_sent VALUES (?, ?)", [(name, file) for name in names])

    def _of(self, capture: Capture, insert: str, values: Iterable[tuple[str, ...]]) -> None:
        key = capture.key.key_digest
        self._db.conn.executemany(f"{insert} FROM capture WHERE key_digest = ?", [(*value, key) for value in values])

    def leave_out_posted(self) -> int:
        """What answers a request that sent something is no page of its address. Returns how many there are."""
        with recording(self._db):
            return int(self._db.execute(_POSTED).rowcount)

    def _is_ours(self, capture: Capture) -> bool:
        """Whether our own files tell of a capture: what they say stands."""
        return (
            self._db.execute(
                "SELECT 1 FROM capture WHERE key_digest = ? AND id NOT IN (SELECT capture_id FROM making_theirs)",
                [capture.key.key_digest],
            ).fetchone()
            is not None
        )

    def replace(self, snapshot: Snapshot) -> None:
        """Take a record of ours in the place of the one that is held of its capture."""
        self._db.execute(
            "DELETE FROM snapshot WHERE capture_id = (SELECT id FROM capture WHERE key_digest = ?)",
            [snapshot.memento.capture.key.key_digest],
        )
        self._corpus.hold(snapshot)

    def _note_foreign(self, capture: Capture) -> None:
        self._db.execute("INSERT OR IGNORE INTO making_foreign VALUES (?)", [capture.urlkey])
        self._db.execute(
            "INSERT OR IGNORE INTO making_theirs SELECT id FROM capture WHERE key_digest = ?",
            [capture.key.key_digest],
        )
        # two records of one capture may differ beside its key: the smallest counts, whichever comes first
        self._db.execute(
            "UPDATE capture SET mimetype = min(mimetype, ?), length = min(length, ?) WHERE key_digest = ?",
            [capture.mimetype, capture.length, capture.key.key_digest],
        )

    def _update(self, capture: Capture, assignment: str, value: str) -> None:
        self._db.execute(
            f"UPDATE capture SET {assignment} WHERE key_digest = ?",  # noqa: S608
            [value, capture.key.key_digest],
        )

    def join_revisits(self) -> None:
        """Find for each revisit the capture whose bytes it repeats: the one it names, else one of its digest."""
        with recording(self._db):
            self._db.execute(_BY_DIGEST)
            for join in _JOINS:
                self._db.execute(join)
            self._db.execute("DROP INDEX making_digest")
            self._db.execute(
                "UPDATE capture SET state = iif(same_as IS NULL, 'failed', 'duplicate'), stage = 'archive', "
                "reason = iif(same_as IS NULL, 'revisit of bytes that are not held', '') "
                "WHERE id IN (SELECT capture_id FROM making_revisit)"
            )

    def name_documents(self, keys_of: Callable[[str], Sequence[DocumentKey]]) -> None:
        """Give each foreign page of no known document one of its own: the first of `keys_of` its address that no
        other address has. The earliest captures come first, so that the order of the files does not matter."""
        with recording(self._db):
            for urlkey, url in self._nameless():
                keys = keys_of(url)
                self._add_document(next((key for key in keys if not self._is_taken(key)), keys[-1]), urlkey, url)

    def _nameless(self) -> Iterator[tuple[str, str]]:
        return iter(
            self._db.execute(
                "SELECT capture.urlkey, min(original) FROM capture JOIN making_foreign USING (urlkey) "
                "WHERE state <> 'not replayed' AND NOT EXISTS (SELECT 1 FROM address "
                "WHERE address.urlkey = capture.urlkey) GROUP BY capture.urlkey ORDER BY min(timestamp), capture.urlkey"
            ).fetchall()
        )

    def _is_taken(self, key: DocumentKey) -> bool:
        found = self._db.execute(
            "SELECT 1 FROM document WHERE site = ? AND kind = ? AND variant = ?", [key.site, key.kind, key.variant]
        )
        return found.fetchone() is not None

    def _add_document(self, key: DocumentKey, urlkey: str, url: str) -> None:
        self._db.execute(
            "INSERT OR IGNORE INTO document (site, kind, variant, url, active) VALUES (?, ?, ?, ?, 0)",
            [key.site, key.kind, key.variant, url],
        )
        self._db.execute(
            "INSERT OR IGNORE INTO address (document_id, urlkey, url, evidence) "
            "SELECT id, ?, ?, 'as held' FROM document WHERE site = ? AND kind = ? AND variant = ?",
            [urlkey, url, key.site, key.kind, key.variant],
        )

    # -- the end

    def all_is_read(self) -> None:
        """From here on there are versions, and the triggers that were idle until now are to watch again."""
        with recording(self._db):
            for (trigger,) in self._db.execute("SELECT sql FROM making_trigger").fetchall():
                self._db.execute(trigger)
            self._db.execute("DELETE FROM making_trigger")

    def finish(self) -> None:
        """Take away what was only needed on the way. What came from our own files is in WARC already; what was made
        of foreign ones is not, and stays marked."""
        with recording(self._db):
            if self._db.execute("SELECT 1 FROM making_foreign").fetchone() is None:
                self._db.execute("DELETE FROM unwritten")
            for table in _TABLES:
                self._db.execute(f"DROP TABLE {table.split()[2]}")


def is_made_of(db: Database, of: str) -> bool:
    """Whether the half-made corpus in `db` is made of just this."""
    return "making" in db.table_names() and db.execute("SELECT 1 FROM making WHERE of = ?", [of]).fetchone() is not None
