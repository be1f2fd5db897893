"""The tables and views of corpus.sqlite, as migrations. docs/data-format.md describes them for readers.

Integer ids never leave the file: whatever is exported, merged or compared goes by natural key.
"""

import re

from sqlite_utils import Database, Migrations

migrations = Migrations("policy-corpus")

_STATEMENT_END = re.compile(r";\n(?=CREATE|INSERT)")

CAPTURE = """archive TEXT NOT NULL,
    urlkey TEXT NOT NULL, timestamp TEXT NOT NULL, original TEXT NOT NULL, mimetype TEXT NOT NULL,
    statuscode TEXT NOT NULL, digest TEXT NOT NULL, length TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'passed over',
    stage TEXT NOT NULL DEFAULT '',
    reason TEXT NOT NULL DEFAULT 'not planned yet',
    same_as INTEGER REFERENCES capture(id),
    transient INTEGER NOT NULL DEFAULT 0,
    attempts INTEGER NOT NULL DEFAULT 0,
    next_try TEXT,
    met INTEGER NOT NULL DEFAULT 0"""
"""The columns of a capture but its id and what was added since."""

_TABLES = """
CREATE TABLE document (
    id INTEGER PRIMARY KEY,
    site TEXT NOT NULL, kind TEXT NOT NULL, variant TEXT NOT NULL,
    url TEXT NOT NULL,
    discover INTEGER NOT NULL DEFAULT 0,
    found INTEGER NOT NULL DEFAULT 0,
    active INTEGER NOT NULL DEFAULT 1,
    open INTEGER NOT NULL DEFAULT 0,
    UNIQUE (site, kind, variant)
);
CREATE TABLE address (
    document_id INTEGER NOT NULL REFERENCES document(id),
    urlkey TEXT NOT NULL,
    first_timestamp TEXT NOT NULL DEFAULT '',
    last_timestamp TEXT NOT NULL DEFAULT '99999999999999',
    url TEXT NOT NULL,
    evidence TEXT NOT NULL,
    PRIMARY KEY (document_id, urlkey, first_timestamp)
) WITHOUT ROWID;
CREATE INDEX address_by_urlkey ON address (urlkey, document_id);
CREATE TABLE evidence (
    site TEXT NOT NULL, kind TEXT NOT NULL,
    timestamp TEXT NOT NULL,
    source TEXT NOT NULL,
    address TEXT NOT NULL,
    via TEXT NOT NULL,
    score REAL NOT NULL,
    PRIMARY KEY (site, kind, timestamp, source, address, via)
) WITHOUT ROWID;
CREATE TABLE query (
    id INTEGER PRIMARY KEY,
    archive TEXT NOT NULL,
    urlkey TEXT NOT NULL,
    url TEXT NOT NULL, match TEXT NOT NULL, filters TEXT NOT NULL, since TEXT NOT NULL, until TEXT NOT NULL,
    collapses TEXT NOT NULL DEFAULT '[]',
    state TEXT NOT NULL DEFAULT 'open',
    reason TEXT NOT NULL DEFAULT '',
    asked_from TEXT NOT NULL DEFAULT '',
    resume_key TEXT NOT NULL DEFAULT '',
    pages INTEGER NOT NULL DEFAULT 0,
    rows INTEGER NOT NULL DEFAULT 0,
    malformed INTEGER NOT NULL DEFAULT 0,
    attempts INTEGER NOT NULL DEFAULT 0,
    next_try TEXT DEFAULT '',
    answered_at TEXT NOT NULL DEFAULT '',
    whole_at TEXT NOT NULL DEFAULT '',
    UNIQUE (archive, url, match, filters, since, until)
);
CREATE INDEX query_by_urlkey ON query (urlkey);
CREATE TABLE resume_key_seen (
    query_id INTEGER NOT NULL REFERENCES query(id),
    resume_key TEXT NOT NULL,
    PRIMARY KEY (query_id, resume_key)
) WITHOUT ROWID;
CREATE TABLE malformed_row (
    query_id INTEGER NOT NULL REFERENCES query(id),
    line TEXT NOT NULL,
    PRIMARY KEY (query_id, line)
) WITHOUT ROWID;
CREATE TABLE capture (
    id INTEGER PRIMARY KEY,
    {capture},
    UNIQUE (archive, timestamp, original, digest, statuscode)
);
CREATE INDEX capture_by_address ON capture (urlkey, timestamp);
CREATE INDEX capture_by_bytes ON capture (urlkey, digest);
CREATE INDEX capture_to_fetch ON capture (next_try) WHERE next_try IS NOT NULL;
CREATE INDEX capture_met ON capture (urlkey) WHERE met;
CREATE INDEX capture_same_as ON capture (same_as) WHERE same_as IS NOT NULL;
CREATE TABLE snapshot (
    capture_id INTEGER PRIMARY KEY REFERENCES capture(id),
    requested TEXT NOT NULL,
    file TEXT NOT NULL, offset INTEGER NOT NULL, length INTEGER NOT NULL,
    payload_digest TEXT NOT NULL,
    content_type TEXT NOT NULL,
    digest_check TEXT NOT NULL,
    redirect_to TEXT NOT NULL,
    fetched_at TEXT NOT NULL
);
CREATE INDEX snapshot_by_payload ON snapshot (payload_digest);
CREATE INDEX snapshot_by_file ON snapshot (file, offset);
CREATE TABLE reader (
    id INTEGER PRIMARY KEY,
    reader TEXT NOT NULL UNIQUE
);
CREATE TABLE text (
    id INTEGER PRIMARY KEY,
    digest TEXT NOT NULL UNIQUE,
    body TEXT NOT NULL
);
CREATE TABLE extraction (
    capture_id INTEGER NOT NULL REFERENCES snapshot(capture_id),
    reader TEXT NOT NULL REFERENCES reader(reader),
    text_digest TEXT REFERENCES text(digest),
    reading_key TEXT NOT NULL DEFAULT '',
    title TEXT NOT NULL DEFAULT '',
    language TEXT NOT NULL DEFAULT '',
    language_probability REAL NOT NULL DEFAULT 0,
    charset TEXT NOT NULL DEFAULT '',
    words INTEGER NOT NULL DEFAULT 0,
    verdict TEXT NOT NULL DEFAULT '',
    reasons TEXT NOT NULL DEFAULT '',
    looks_like TEXT NOT NULL DEFAULT '',
    failure TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (capture_id, reader)
) WITHOUT ROWID;
CREATE TABLE version (
    document_id INTEGER NOT NULL REFERENCES document(id),
    number INTEGER NOT NULL,
    first_timestamp TEXT NOT NULL,
    last_timestamp TEXT NOT NULL,
    held_timestamp TEXT NOT NULL,
    changed_after TEXT NOT NULL,
    changed_before TEXT NOT NULL,
    captures INTEGER NOT NULL,
    captures_listed INTEGER NOT NULL,
    capture_id INTEGER NOT NULL REFERENCES capture(id),
    original TEXT NOT NULL,
    reader TEXT NOT NULL REFERENCES reader(reader),
    reading_key TEXT NOT NULL,
    text_digest TEXT NOT NULL REFERENCES text(digest),
    title TEXT NOT NULL,
    language TEXT NOT NULL,
    words INTEGER NOT NULL,
    verdict TEXT NOT NULL,
    PRIMARY KEY (document_id, number)
) WITHOUT ROWID;
CREATE TABLE run (
    id TEXT PRIMARY KEY,
    command TEXT NOT NULL,
    started_at TEXT NOT NULL,
    finished_at TEXT NOT NULL DEFAULT '',
    outcome TEXT NOT NULL DEFAULT 'interrupted',
    exit_code INTEGER,
    targets_digest TEXT NOT NULL DEFAULT '',
    reader TEXT NOT NULL DEFAULT '',
    settings TEXT NOT NULL DEFAULT '{}',
    libraries TEXT NOT NULL DEFAULT '{}',
    counts TEXT NOT NULL DEFAULT '{}',
    pace TEXT NOT NULL DEFAULT '{}',
    failures TEXT NOT NULL DEFAULT '{}'
)
""".replace("{capture}", CAPTURE)

_VIEWS = """
CREATE VIEW document_capture AS
SELECT DISTINCT address.document_id, capture.id AS capture_id
FROM address JOIN capture ON capture.urlkey = address.urlkey
    AND capture.timestamp BETWEEN address.first_timestamp AND address.last_timestamp;
CREATE VIEW versions AS
SELECT site, kind, variant, number, first_timestamp, last_timestamp, captures, captures_listed,
    version.original, title, language, words, text_digest, body AS text,
    verdict, changed_after, changed_before, held_timestamp, reader, open
FROM version JOIN document ON document.id = version.document_id JOIN text ON text.digest = version.text_digest;
CREATE VIEW captures AS
SELECT site, kind, variant, archive, urlkey, timestamp, original, mimetype, statuscode, digest, state, reason,
    stage, transient, attempts, next_try, verdict, verdict_reasons, looks_like, words, language, text_digest
FROM (
    SELECT document.site, document.kind, document.variant, capture.*,
        extraction.verdict, extraction.reasons AS verdict_reasons, extraction.looks_like, extraction.words,
        extraction.language, extraction.text_digest
    FROM document JOIN document_capture ON document_capture.document_id = document.id
    JOIN capture ON capture.id = document_capture.capture_id
    LEFT JOIN extraction ON extraction.capture_id = coalesce(capture.same_as, capture.id)
        AND extraction.reader = (SELECT reader FROM reader ORDER BY id DESC LIMIT 1)
);
CREATE VIEW runs AS
SELECT id, command, started_at, finished_at, outcome, exit_code, targets_digest, reader, settings, libraries,
    counts, pace, failures
FROM run
"""

# The words of `text`, found by its id. The texts themselves are not stored twice: the index reads them from `text`,
# and is kept in step by triggers, whoever writes there.
_SEARCH = """
CREATE VIRTUAL TABLE text_search USING fts5 (
    body, content='text', content_rowid='id', tokenize='unicode61 remove_diacritics 2'
);
CREATE TRIGGER text_added AFTER INSERT ON text BEGIN
    INSERT INTO text_search (rowid, body) VALUES (new.id, new.body); END;
CREATE TRIGGER text_removed AFTER DELETE ON text BEGIN
    INSERT INTO text_search (text_search, rowid, body) VALUES ('delete', old.id, old.body); END;
CREATE TRIGGER text_changed AFTER UPDATE OF body ON text BEGIN
    INSERT INTO text_search (text_search, rowid, body) VALUES ('delete', old.id, old.body);
    INSERT INTO text_search (rowid, body) VALUES (new.id, new.body); END;
CREATE INDEX version_by_text ON version (text_digest);
INSERT INTO text_search (text_search) VALUES ('rebuild')
"""


def _execute_all(db: Database, statements: str) -> None:
    # one by one: executescript would end the migration's transaction
    for statement in _STATEMENT_END.split(statements):
        db.execute(statement)


@migrations()
def first_layout(db: Database) -> None:
    """Everything of the first release."""
    _execute_all(db, _TABLES)
    _execute_all(db, _VIEWS)


_SECOND = """
CREATE TABLE unwritten (
    what TEXT NOT NULL,
    id TEXT NOT NULL,
    PRIMARY KEY (what, id)
) WITHOUT ROWID;
CREATE TABLE forgotten (
    site TEXT PRIMARY KEY,
    since TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE to_derive (
    document_id INTEGER PRIMARY KEY REFERENCES document(id)
);
CREATE INDEX capture_pending ON capture (urlkey, timestamp) WHERE next_try IS NOT NULL
"""

# What changes in the ledger is marked as not written to WARC yet, whoever changes it: see journal.py.
MARKS = {
    "capture_told": "AFTER UPDATE OF state, stage, reason, same_as, transient, attempts, next_try ON capture "
    "WHEN (OLD.state, OLD.stage, OLD.reason, OLD.same_as, OLD.transient, OLD.attempts, OLD.next_try) IS NOT "
    "(NEW.state, NEW.stage, NEW.reason, NEW.same_as, NEW.transient, NEW.attempts, NEW.next_try)|'capture', NEW.id",
    "query_added": "AFTER INSERT ON query|'query', NEW.id",
    "query_told": "AFTER UPDATE ON query|'query', NEW.id",
    "document_added": "AFTER INSERT ON document|'document', NEW.id",
    "document_told": "AFTER UPDATE ON document WHEN (OLD.url, OLD.discover, OLD.found, OLD.active, OLD.open) IS NOT "
    "(NEW.url, NEW.discover, NEW.found, NEW.active, NEW.open)|'document', NEW.id",
    "address_added": "AFTER INSERT ON address|'document', NEW.document_id",
    "address_told": "AFTER UPDATE ON address|'document', NEW.document_id",
    "address_gone": "AFTER DELETE ON address|'document', OLD.document_id",
    "evidence_added": "AFTER INSERT ON evidence|'evidence', json_array("
    "NEW.site, NEW.kind, NEW.timestamp, NEW.source, NEW.address, NEW.via, NEW.score)",
    "site_forgotten": "AFTER INSERT ON forgotten|'forgotten', NEW.site",
}


def mark_in_journal(db: Database, name: str, when: str, marked: str) -> None:
    """A trigger that marks what changed; `marked` is its kind and what names its row."""
    what, _, row_id = marked.partition(", ")
    # not INSERT OR IGNORE: inside a trigger the outer statement's way with conflicts takes the place of that;
    # and a text compared with text, for a number would not be looked up in the index
    db.execute(
        f"CREATE TRIGGER {name} {when} BEGIN INSERT INTO unwritten (what, id) SELECT {what}, {row_id} "  # noqa: S608
        f"WHERE NOT EXISTS (SELECT 1 FROM unwritten WHERE what = {what} AND id = CAST({row_id} AS TEXT)); END"
    )


@migrations()
def journal(db: Database) -> None:
    """What is not in the WARC files yet, what was forgotten, and documents whose versions wait to be derived."""
    _execute_all(db, _SECOND)
    for name, mark in MARKS.items():
        when, _, marked = mark.partition("|")
        mark_in_journal(db, name, when, marked)
    for table in ("capture", "query", "document"):
        where = "WHERE reason <> 'not planned yet'" if table == "capture" else ""
        db.execute(f"INSERT INTO unwritten (what, id) SELECT '{table}', id FROM {table} {where}")  # noqa: S608
    db.execute(
        "INSERT INTO unwritten (what, id) "
        "SELECT 'evidence', json_array(site, kind, timestamp, source, address, via, score) FROM evidence"
    )


@migrations()
def full_text_search(db: Database) -> None:
    """The words of all texts, for MATCH and for Datasette."""
    _execute_all(db, _SEARCH)
