"""What changed from each version to the next, and which run found each version: rows derived with the versions.

A comparison belongs to two texts, whatever documents show them, so it is made once. Everything here happens inside a
transaction of the caller's.
"""

import json

from sqlite_utils import Database

from pipelines.analysis.comparison.model import RULES

LONGEST_HEADING = 200  # characters of a heading that are kept

TABLES = (
    """CREATE TABLE text_change (
    before_digest TEXT NOT NULL,
    after_digest TEXT NOT NULL,
    rules INTEGER NOT NULL,
    words_added INTEGER NOT NULL,
    words_removed INTEGER NOT NULL,
    words_moved INTEGER NOT NULL,
    share REAL NOT NULL,
    sections TEXT NOT NULL,
    cosmetic INTEGER NOT NULL,
    cosmetic_kinds TEXT NOT NULL,
    PRIMARY KEY (before_digest, after_digest)
) WITHOUT ROWID""",
    """CREATE TABLE version_found (
    document_id INTEGER NOT NULL REFERENCES document(id),
    held_timestamp TEXT NOT NULL,
    text_digest TEXT NOT NULL,
    run TEXT NOT NULL,
    found_at TEXT NOT NULL,
    PRIMARY KEY (document_id, held_timestamp, text_digest)
) WITHOUT ROWID""",
    "CREATE INDEX version_found_in ON version_found (run)",
    """CREATE VIEW changes AS
SELECT site, kind, variant, old.held_timestamp AS from_version, new.held_timestamp AS to_version,
    old.number AS from_number, new.number AS to_number, new.changed_after, new.changed_before,
    words_added, words_removed, words_moved, share, json_array_length(sections) AS sections_touched, sections,
    cosmetic, cosmetic_kinds
FROM version AS old JOIN version AS new ON new.document_id = old.document_id AND new.number = old.number + 1
JOIN document ON document.id = new.document_id
LEFT JOIN text_change ON before_digest = old.text_digest AND after_digest = new.text_digest""",
)
GONE = (
    """CREATE TABLE version_gone (
    document_id INTEGER NOT NULL,
    held_timestamp TEXT NOT NULL,
    text_digest TEXT NOT NULL,
    run TEXT NOT NULL,
    found_at TEXT NOT NULL,
    gone_run TEXT NOT NULL,
    gone_at TEXT NOT NULL,
    PRIMARY KEY (document_id, held_timestamp, text_digest, gone_run)
) WITHOUT ROWID""",
    "CREATE INDEX version_gone_in ON version_gone (gone_run)",
)
# what was a version since the last run began and may be none any more: most runs change few, of very many
LEFT = (
    """CREATE TABLE version_left (
    document_id INTEGER NOT NULL,
    text_digest TEXT NOT NULL,
    PRIMARY KEY (document_id, text_digest)
) WITHOUT ROWID""",
    *(
        f"CREATE TRIGGER version_{name} {when} ON version BEGIN INSERT OR IGNORE INTO version_left "  # noqa: S608
        "VALUES (OLD.document_id, OLD.text_digest); END"
        for name, when in (
            ("left", "AFTER DELETE"),
            ("told", "AFTER UPDATE OF document_id, held_timestamp, text_digest"),
        )
    ),
    # until now nobody noted it: of all that there is
    "INSERT INTO version_left SELECT document_id, text_digest FROM version_found UNION "
    "SELECT document_id, text_digest FROM version UNION SELECT 0, before_digest FROM text_change UNION "
    "SELECT 0, after_digest FROM text_change",
)

_NEIGHBOURS = (
    "FROM version AS old JOIN version AS new ON new.document_id = old.document_id AND new.number = old.number + 1"
)
_NOT_COMPARED = """NOT EXISTS (SELECT 1 FROM text_change
    WHERE before_digest = old.text_digest AND after_digest = new.text_digest AND rules = ?)"""
_OPEN = f"""SELECT old.text_digest, new.text_digest, before.body, after.body {_NEIGHBOURS}
JOIN text AS before ON before.digest = old.text_digest JOIN text AS after ON after.digest = new.text_digest
WHERE {_NOT_COMPARED} AND old.document_id = ?"""
_ALL_OPEN = f"""SELECT DISTINCT old.text_digest, new.text_digest {_NEIGHBOURS}
WHERE {_NOT_COMPARED} ORDER BY old.document_id, old.number"""
_BODIES = """SELECT before.body, after.body FROM text AS before JOIN text AS after
WHERE before.digest = ? AND after.digest = ?"""
_RUN = "coalesce((SELECT id FROM run ORDER BY rowid DESC LIMIT 1), '')"
_FETCHED = """coalesce((SELECT fetched_at FROM snapshot JOIN capture ON snapshot.capture_id = coalesce(same_as, id)
    WHERE capture.id = version.capture_id), '')"""
_IS_NO_MORE = """NOT EXISTS (SELECT 1 FROM version WHERE version.document_id = version_found.document_id
    AND version.held_timestamp = version_found.held_timestamp AND version.text_digest = version_found.text_digest)"""
_MAY_HAVE_LEFT = "document_id IN (SELECT document_id FROM version_left)"
GONE_IN_LAST_RUN = f"""SELECT document_id, held_timestamp, text_digest, run, found_at, {_RUN} AS gone_run,
    coalesce((SELECT coalesce(nullif(finished_at, ''), started_at) FROM run ORDER BY rowid DESC LIMIT 1), '') AS gone_at
FROM version_found WHERE {_MAY_HAVE_LEFT} AND {_IS_NO_MORE}"""  # noqa: S608

# the same bytes, which a newer reader reads otherwise, are no news
_READ_OTHERWISE = """UPDATE OR IGNORE version_found SET text_digest = version.text_digest FROM version
WHERE version_found.document_id = ? AND version.document_id = version_found.document_id
    AND version.held_timestamp = version_found.held_timestamp AND NOT EXISTS (SELECT 1 FROM version AS same
        WHERE same.document_id = version_found.document_id AND same.held_timestamp = version_found.held_timestamp
            AND same.text_digest = version_found.text_digest)"""


Told = tuple[int, int, int, int, float, str, int, str]
"""What a row of `text_change` says of two texts, behind their digests."""


def derive(db: Database, document_id: int, *, compared: bool = True) -> None:
    """Compare those neighbouring versions of a document that were not, unless somebody else does, and note which of its
    versions are new."""
    if compared:
        for before_digest, after_digest, before, after in db.execute(_OPEN, [RULES, document_id]).fetchall():
            keep(db, before_digest, after_digest, told_of(before, after))
    db.execute(_READ_OTHERWISE, [document_id])
    db.execute(
        "INSERT OR IGNORE INTO version_found (document_id, held_timestamp, text_digest, run, found_at) "  # noqa: S608
        f"SELECT document_id, held_timestamp, text_digest, {_RUN}, strftime('%Y-%m-%dT%H:%M:%SZ') FROM version "
        "WHERE document_id = ?",
        [document_id],
    )


def not_compared(db: Database) -> list[tuple[str, str]]:
    """The digests of all neighbouring texts that were not compared."""
    return [(before, after) for before, after in db.execute(_ALL_OPEN, [RULES])]


def bodies(db: Database, before: str, after: str) -> tuple[str, str]:
    """The texts of two digests."""
    found: tuple[str, str] = db.execute(_BODIES, [before, after]).fetchone()
    return found


def told_of(before: str, after: str) -> Told:
    """What is kept of a comparison of two texts. Pure: may be done in any process."""
    from pipelines.analysis.comparison.compare import compare  # slow to load, and a run with nothing new needs none

    told = compare(before, after)
    sections = [
        {
            "heading": section.heading[:LONGEST_HEADING],
            "words_added": section.words_added,
            "words_removed": section.words_removed,
            "words_moved": section.words_moved,
        }
        for section in told.sections
        if section.touched
    ]
    listed = json.dumps(sections, ensure_ascii=False, separators=(",", ":"))
    share, kinds = round(told.share, 4), ", ".join(told.cosmetic_kinds)
    return RULES, told.words_added, told.words_removed, told.words_moved, share, listed, int(told.cosmetic), kinds


def keep(db: Database, before: str, after: str, told: Told) -> None:
    """Keep what was told of the texts of two digests."""
    db.execute("INSERT OR REPLACE INTO text_change VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", [before, after, *told])


def begin_run(db: Database) -> None:
    """Note which versions were no more when the last run ended, and forget comparisons of texts that no longer follow
    each other: what a run finds is told by what there is when it begins."""
    if db.execute("SELECT 1 FROM version_left LIMIT 1").fetchone() is None:
        return
    db.execute(f"INSERT OR REPLACE INTO version_gone {GONE_IN_LAST_RUN}")
    db.execute(f"DELETE FROM version_found WHERE {_MAY_HAVE_LEFT} AND {_IS_NO_MORE}")  # noqa: S608
    db.execute(
        "DELETE FROM text_change WHERE (before_digest IN (SELECT text_digest FROM version_left) "
        "OR after_digest IN (SELECT text_digest FROM version_left)) "
        "AND NOT EXISTS (SELECT 1 FROM version AS old JOIN version AS new "
        "ON new.document_id = old.document_id AND new.number = old.number + 1 "
        "WHERE old.text_digest = before_digest AND new.text_digest = after_digest)"
    )
    db.execute("DELETE FROM version_left")


def found_when_fetched(db: Database) -> None:
    """Note of all versions that they were found when their bytes were fetched: in a corpus that is made again, or that
    an earlier release made, nothing is news."""
    db.execute(
        "INSERT OR REPLACE INTO version_found (document_id, held_timestamp, text_digest, run, found_at) "  # noqa: S608
        f"SELECT document_id, held_timestamp, text_digest, '', {_FETCHED} FROM version"
    )
