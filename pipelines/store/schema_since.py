"""The migrations since 0.1.0, in the order in which they came."""

from sqlite_utils import Database

from pipelines.store import changes, departing, publishing, searching
from pipelines.store.schema import migrations
from pipelines.store.views import ARCHIVE_VIEWS, ASKED_VIEWS, TRUNCATED_VIEWS, VIEWS

__all__ = ["migrations"]

_TABLES = (
    "ALTER TABLE document ADD COLUMN same_as INTEGER REFERENCES document(id)",
    "CREATE INDEX document_same_as ON document (same_as) WHERE same_as IS NOT NULL",
    """CREATE TABLE target (
    list_digest TEXT NOT NULL,
    number INTEGER NOT NULL,
    list TEXT NOT NULL,
    line INTEGER NOT NULL,
    address TEXT NOT NULL,
    document_id INTEGER REFERENCES document(id),
    problem TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (list_digest, number)
) WITHOUT ROWID""",
    "CREATE INDEX target_by_document ON target (document_id, list_digest, number)",
    "CREATE INDEX run_by_targets ON run (targets_digest, started_at)",
    # the journal tells of them, too: see schema.py
    """CREATE TRIGGER target_added AFTER INSERT ON target BEGIN
    INSERT INTO unwritten (what, id) VALUES ('target', json_array(NEW.list_digest, NEW.number)); END""",
    """CREATE TRIGGER document_joined AFTER UPDATE OF same_as ON document WHEN OLD.same_as IS NOT NEW.same_as BEGIN
    INSERT INTO unwritten (what, id) SELECT 'document', NEW.id
    WHERE NOT EXISTS (SELECT 1 FROM unwritten WHERE what = 'document' AND id = CAST(NEW.id AS TEXT)); END""",
)


@migrations()
def reasons_of_rows_left_out(db: Database) -> None:
    """Lines of listings that are no rows, and rows of other addresses than were asked for."""
    db.execute("ALTER TABLE malformed_row ADD COLUMN reason TEXT NOT NULL DEFAULT 'no row'")


_STATED = """
ALTER TABLE extraction ADD COLUMN stated_date TEXT NOT NULL DEFAULT '';
ALTER TABLE extraction ADD COLUMN stated_in TEXT NOT NULL DEFAULT '';
DROP VIEW versions
"""
_VERSIONS_WITH_DATES = """
CREATE VIEW versions AS
SELECT site, kind, variant, number, first_timestamp, last_timestamp, captures, captures_listed,
    version.original, version.title, version.language, version.words, version.text_digest, body AS text,
    version.verdict, changed_after, changed_before, held_timestamp, version.reader, open, stated_date, stated_in
FROM version JOIN document ON document.id = version.document_id JOIN text ON text.digest = version.text_digest
    JOIN capture ON capture.id = version.capture_id
    JOIN extraction ON extraction.capture_id = coalesce(capture.same_as, capture.id)
        AND extraction.reader = version.reader
"""


@migrations()
def stated_dates(db: Database) -> None:
    """The date that a text states itself, and the line it was read from, beside each reading."""
    for statement in _STATED.split(";\n"):
        db.execute(statement)
    db.execute(_VERSIONS_WITH_DATES)


_SECOND_READER = """
ALTER TABLE extraction ADD COLUMN second_in_text REAL;
ALTER TABLE extraction ADD COLUMN text_in_second REAL;
DROP VIEW versions
"""
_VERSIONS = _VERSIONS_WITH_DATES.replace("stated_in\n", "stated_in,\n    second_in_text, text_in_second\n")


@migrations()
def redirects_are_facts(db: Database) -> None:
    """Redirects that were played are no failures: see departing.py."""
    departing.rename_unplayable(db)


@migrations()
def lines_of_target_lists(db: Database) -> None:
    """What was given, line by line; and views whose numbers agree."""
    for statement in (*_TABLES, *VIEWS.split(";\n")):
        db.execute(statement)


@migrations()
def search_what_is_seen(db: Database) -> None:
    """The indexes without addresses and unseen marks, and one by letters: see searching.py."""
    searching.lay_out(db)


@migrations()
def second_readers(db: Database) -> None:
    """How far a second reader agrees with each reading: see docs/data-format.md."""
    for statement in _SECOND_READER.split(";\n"):
        db.execute(statement)
    db.execute(_VERSIONS)


_IDENTITY = (
    """CREATE TABLE identity (
    corpus TEXT PRIMARY KEY,
    joined INTEGER NOT NULL DEFAULT 0,
    adopted INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID""",
    "CREATE TABLE own_file (file TEXT PRIMARY KEY, digest TEXT NOT NULL) WITHOUT ROWID",
    "INSERT INTO identity (corpus) VALUES (lower(hex(randomblob(16))))",
)


@migrations()
def identities(db: Database) -> None:
    """A name of its own for each corpus, and the digests of files that bear none."""
    for statement in _IDENTITY:
        db.execute(statement)


@migrations()
def marks_of_the_sample(db: Database) -> None:
    """Whether a corpus holds the invented sites of the sample: 1, 0, or NULL where nobody has said so yet."""
    db.execute("ALTER TABLE identity ADD COLUMN sample INTEGER")


@migrations()
def what_is_still_open(db: Database) -> None:
    """Views that say why a capture is of no document, and count what is listed and not planned yet as open."""
    for name in ("targets", "target_line", "target_document", "documents", "document_standing", "document_captures"):
        db.execute(f"DROP VIEW {name}")
    for statement in VIEWS.split(";\n"):
        db.execute(statement)


@migrations()
def book_of_own_files(db: Database) -> None:
    """Every own file, not only those that bear no name: see own_files.py. Those that are there are looked at anew."""
    for column in (
        "size INTEGER NOT NULL DEFAULT 0",
        "state TEXT NOT NULL DEFAULT 'closed'",
        "joined INTEGER NOT NULL DEFAULT 0",
        "told INTEGER NOT NULL DEFAULT 0",
    ):
        db.execute(f"ALTER TABLE own_file ADD COLUMN {column}")
    db.execute("DELETE FROM own_file")
    db.execute("UPDATE identity SET adopted = 0")


@migrations()
def changes_between_versions(db: Database) -> None:
    """Comparisons of neighbouring versions. Those of an older corpus are made at the end of its next run."""
    for statement in changes.TABLES:
        db.execute(statement)
    changes.found_when_fetched(db)
    db.execute("INSERT OR IGNORE INTO to_derive (document_id) SELECT DISTINCT document_id FROM version")


_ARCHIVES = (
    "ALTER TABLE capture ADD COLUMN record_at TEXT NOT NULL DEFAULT ''",
    """CREATE TABLE archive (
    name TEXT PRIMARY KEY,
    title TEXT NOT NULL,
    replay TEXT NOT NULL
) WITHOUT ROWID""",
    """CREATE TRIGGER archive_added AFTER INSERT ON archive BEGIN
    INSERT INTO unwritten (what, id) SELECT 'archive', NEW.name
    WHERE NOT EXISTS (SELECT 1 FROM unwritten WHERE what = 'archive' AND id = NEW.name); END""",
    """CREATE TRIGGER archive_told AFTER UPDATE ON archive BEGIN
    INSERT INTO unwritten (what, id) SELECT 'archive', NEW.name
    WHERE NOT EXISTS (SELECT 1 FROM unwritten WHERE what = 'archive' AND id = NEW.name); END""",
)


@migrations()
def several_archives(db: Database) -> None:
    """Archives beside the main one."""
    for statement in (*_ARCHIVES, *ARCHIVE_VIEWS.split(";\n")):
        db.execute(statement)


_FAMILIES = (
    """CREATE TABLE family (
    text_digest TEXT PRIMARY KEY,
    since TEXT NOT NULL,
    oldest TEXT NOT NULL,
    jaccard REAL NOT NULL,
    rules TEXT NOT NULL
) WITHOUT ROWID""",
    "CREATE INDEX family_by_age ON family (since, text_digest)",
    "CREATE INDEX family_by_oldest ON family (oldest)",
    """CREATE VIEW families AS
SELECT family.oldest AS family, site, kind, variant, number, first_timestamp, last_timestamp, jaccard,
    version.text_digest
FROM family JOIN version ON version.text_digest = family.text_digest JOIN document ON document.id = document_id""",
)


@migrations()
def families_of_texts(db: Database) -> None:
    """Which texts are nearly equal; filled by `policy-corpus families`."""
    for statement in _FAMILIES:
        db.execute(statement)


_TERMS = (
    "CREATE TABLE term (name TEXT PRIMARY KEY, place INTEGER NOT NULL, lexicon TEXT NOT NULL) WITHOUT ROWID",
    """CREATE TABLE term_text (
    text_digest TEXT NOT NULL,
    language TEXT NOT NULL,
    PRIMARY KEY (text_digest, language)
) WITHOUT ROWID""",
    """CREATE TABLE term_counts (
    text_digest TEXT NOT NULL,
    language TEXT NOT NULL,
    term TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (term, text_digest, language)
) WITHOUT ROWID""",
    """CREATE VIEW term_mentions AS
SELECT term, site, kind, variant, number, first_timestamp, last_timestamp, changed_after, changed_before, count,
    version.language, version.words, version.text_digest
FROM term_counts JOIN version ON version.text_digest = term_counts.text_digest
    AND version.language = term_counts.language
JOIN document ON document.id = document_id""",
)


@migrations()
def terms_in_texts(db: Database) -> None:
    """Terms of a lexicon and how often each text mentions them; filled by `policy-corpus terms`."""
    for statement in _TERMS:
        db.execute(statement)


@migrations()
def imports(db: Database) -> None:
    """Of which repository a corpus was made, and up to which of its commits."""
    db.execute("CREATE TABLE imported (source TEXT PRIMARY KEY, repository TEXT NOT NULL, done TEXT NOT NULL)")


@migrations()
def marks_of_documents(db: Database) -> None:
    """A mark on each document, another one whenever what is exported of it may have changed."""
    for statement in publishing.TABLES:
        db.execute(statement)


@migrations()
def cut_captures(db: Database) -> None:
    """Why the bytes of a capture are not whole, where they were cut when it was captured."""
    db.execute("ALTER TABLE snapshot ADD COLUMN truncated TEXT NOT NULL DEFAULT ''")
    for statement in TRUNCATED_VIEWS.split(";\n"):
        db.execute(statement)


@migrations()
def archives_that_are_asked(db: Database) -> None:
    """Which archive was not heard, of those that are still asked."""
    for statement in ASKED_VIEWS.split(";\n"):
        db.execute(statement)


@migrations()
def versions_that_are_no_more(db: Database) -> None:
    """In which run a version went, for news over several runs."""
    for statement in changes.GONE:
        db.execute(statement)


_SAVES = (
    """CREATE TABLE saved (
    address TEXT NOT NULL, asked_at TEXT NOT NULL, archive TEXT NOT NULL,
    job TEXT NOT NULL DEFAULT '', state TEXT NOT NULL DEFAULT 'asked', timestamp TEXT NOT NULL DEFAULT '',
    original TEXT NOT NULL DEFAULT '', reason TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (address, asked_at)
) WITHOUT ROWID""",
    "CREATE VIEW saves AS SELECT address, asked_at, archive, state, timestamp, original, reason, job FROM saved",
)
_SAVE_TOLD = """CREATE TRIGGER save_{} AFTER {} ON saved BEGIN
    INSERT INTO unwritten (what, id) SELECT 'saved', json_array(NEW.address, NEW.asked_at) WHERE NOT EXISTS (
        SELECT 1 FROM unwritten WHERE what = 'saved' AND id = json_array(NEW.address, NEW.asked_at)); END"""


@migrations()
def captures_made_for_us(db: Database) -> None:
    """What an archive was asked to capture: see saved.py."""
    for statement in (*_SAVES, _SAVE_TOLD.format("added", "INSERT"), _SAVE_TOLD.format("told", "UPDATE")):
        db.execute(statement)
