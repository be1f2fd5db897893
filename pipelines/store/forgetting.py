"""A site taken out of the database, as if it had never been asked for; only that it was forgotten is remembered."""

import json
import logging
import sqlite3
from contextlib import closing
from pathlib import Path

from sqlite_utils import Database

from pipelines.items.captures import CaptureKey
from pipelines.store.corpus import Corpus
from pipelines.store.database import recording

log = logging.getLogger(__name__)

_TABLES = (
    "CREATE TEMP TABLE IF NOT EXISTS condemned (id INTEGER PRIMARY KEY)",
    "CREATE TEMP TABLE IF NOT EXISTS condemned_document (id INTEGER PRIMARY KEY)",
    "CREATE TEMP TABLE IF NOT EXISTS condemned_query (id INTEGER PRIMARY KEY)",
    "DELETE FROM condemned",
    "DELETE FROM condemned_document",
    "DELETE FROM condemned_query",
)
_CONDEMNED = (
    "INSERT INTO condemned_document SELECT id FROM document WHERE site = :site",
    "INSERT INTO condemned_query SELECT id FROM query "
    "WHERE urlkey BETWEEN :host AND :host_end OR urlkey BETWEEN :hosts AND :hosts_end OR url = :site",
    "INSERT INTO condemned SELECT id FROM capture "
    "WHERE urlkey BETWEEN :host AND :host_end OR urlkey BETWEEN :hosts AND :hosts_end",
    "INSERT OR IGNORE INTO condemned SELECT capture_id FROM document_capture AS of_site "
    "WHERE document_id IN (SELECT id FROM condemned_document) AND NOT EXISTS (SELECT 1 FROM document_capture AS other "
    "WHERE other.capture_id = of_site.capture_id AND document_id NOT IN (SELECT id FROM condemned_document))",
)
_HELD = """SELECT 1 FROM document WHERE site = :site
UNION ALL SELECT 1 FROM capture WHERE urlkey BETWEEN :host AND :host_end OR urlkey BETWEEN :hosts AND :hosts_end
UNION ALL SELECT 1 FROM address WHERE urlkey BETWEEN :host AND :host_end OR urlkey BETWEEN :hosts AND :hosts_end
LIMIT 1"""
_GONE = (
    "DELETE FROM version WHERE document_id IN (SELECT id FROM condemned_document) "
    "OR capture_id IN (SELECT id FROM condemned)",
    "UPDATE capture SET state = 'passed over', stage = '', reason = 'not planned yet', same_as = NULL "
    "WHERE same_as IN (SELECT id FROM condemned)",
    "DELETE FROM extraction WHERE capture_id IN (SELECT id FROM condemned)",
    "DELETE FROM snapshot WHERE capture_id IN (SELECT id FROM condemned)",
    "DELETE FROM capture WHERE id IN (SELECT id FROM condemned)",
    "DELETE FROM resume_key_seen WHERE query_id IN (SELECT id FROM condemned_query)",
    "DELETE FROM malformed_row WHERE query_id IN (SELECT id FROM condemned_query) "
    "OR line BETWEEN :host AND :host_end OR line BETWEEN :hosts AND :hosts_end",
    "DELETE FROM query WHERE id IN (SELECT id FROM condemned_query)",
    "DELETE FROM address WHERE document_id IN (SELECT id FROM condemned_document) "
    "OR urlkey BETWEEN :host AND :host_end OR urlkey BETWEEN :hosts AND :hosts_end",
    "DELETE FROM to_derive WHERE document_id IN (SELECT id FROM condemned_document)",
    "DELETE FROM version_found WHERE document_id IN (SELECT id FROM condemned_document)",
    "DELETE FROM version_gone WHERE document_id IN (SELECT id FROM condemned_document)",
    "DELETE FROM evidence WHERE site = :site",
    "DELETE FROM target WHERE document_id IN (SELECT id FROM condemned_document) OR instr(lower(address), :site)",
    "DELETE FROM document WHERE id IN (SELECT id FROM condemned_document)",
    "DELETE FROM text WHERE digest NOT IN (SELECT text_digest FROM extraction WHERE text_digest IS NOT NULL "
    "UNION SELECT text_digest FROM version)",
    "DELETE FROM version_left WHERE text_digest NOT IN (SELECT digest FROM text)",
    "DELETE FROM text_change WHERE before_digest NOT IN (SELECT digest FROM text) "
    "OR after_digest NOT IN (SELECT digest FROM text)",
    "DELETE FROM family WHERE text_digest NOT IN (SELECT digest FROM text) OR oldest NOT IN (SELECT digest FROM text)",
    "DELETE FROM term_counts WHERE text_digest NOT IN (SELECT digest FROM text)",
    "DELETE FROM term_text WHERE text_digest NOT IN (SELECT digest FROM text)",
    "DELETE FROM unwritten WHERE what = 'evidence' AND json_extract(id, '$[0]') = :site",
    "DELETE FROM unwritten WHERE what = 'target' AND NOT EXISTS (SELECT 1 FROM target "
    "WHERE json_array(list_digest, number) = unwritten.id)",
    "DELETE FROM unwritten WHERE what = 'document' AND id NOT IN (SELECT id FROM document)",
    "DELETE FROM unwritten WHERE what = 'capture' AND id NOT IN (SELECT id FROM capture)",
    "DELETE FROM unwritten WHERE what = 'query' AND id NOT IN (SELECT id FROM query)",
)


def condemn(db: Database, site: str, domain_key: str) -> None:
    """Choose the captures to go: all of the site's hosts, and what only its documents hold. `domain_key` is its name
    as it begins a urlkey."""
    for statement in _TABLES:
        db.execute(statement)
    for statement in _CONDEMNED:
        db.execute(statement, _names(site, domain_key))


def _names(site: str, domain_key: str) -> dict[str, str]:
    """A site's own host and those below it are two ranges of urlkeys."""
    last = "\U0010ffff"
    return {
        "site": site,
        "host": f"{domain_key})",
        "host_end": f"{domain_key}){last}",
        "hosts": f"{domain_key},",
        "hosts_end": f"{domain_key},{last}",
    }


_GOES = "SELECT 1 FROM capture JOIN condemned USING (id) WHERE key_digest = ?"
# CROSS: it is asked of each record, so those that go are looked through, not all captures
_GOES_OF_ANY = (
    "SELECT 1 FROM condemned CROSS JOIN capture USING (id) WHERE timestamp = ? AND original = ? AND digest = ? "
    "AND statuscode = ?"
)


def is_condemned(db: Database, key: CaptureKey) -> bool:
    """Whether a capture is to go; where its archive is not named, as in 0.1.0, that of any archive."""
    if key.archive:
        return db.execute(_GOES, [key.key_digest]).fetchone() is not None
    return db.execute(_GOES_OF_ANY, [*key[:-1]]).fetchone() is not None


def condemned_offsets(db: Database, file: str) -> set[int]:
    """Where the records of captures that are to go lie in a WARC file."""
    found = db.execute("SELECT offset FROM snapshot JOIN condemned ON condemned.id = capture_id WHERE file = ?", [file])
    return {offset for (offset,) in found}


def take_out(db: Database, site: str, domain_key: str, now: str) -> None:
    """Delete all rows of the site, and remember its name. A part of the caller's transaction; `condemn` comes first."""
    named = _names(site, domain_key)
    others = [
        document_id
        for (document_id,) in db.execute(
            "SELECT DISTINCT document_id FROM document_capture WHERE capture_id IN (SELECT id FROM condemned) "
            "AND document_id NOT IN (SELECT id FROM condemned_document)"
        )
    ]
    for statement in _GONE:
        db.execute(statement, named)
    note_forgotten(db, site, now)
    Corpus(db, "").derive(others)


def is_held(db: Database, site: str, domain_key: str) -> bool:
    """Whether there is anything of a site, be it only a document of another site that lies there."""
    return db.execute(_HELD, _names(site, domain_key)).fetchone() is not None


def forgotten_sites(db: Database) -> list[str]:
    """The names of all sites that were forgotten."""
    return [site for site, _ in forgotten_since(db)]


def forgotten_since(db: Database) -> list[tuple[str, str]]:
    """The names of all sites that were forgotten, and since when (ISO 8601)."""
    return db.execute("SELECT site, since FROM forgotten ORDER BY site").fetchall()


def note_forgotten(db: Database, site: str, since: str) -> None:
    """Remember that a site was forgotten, in a transaction. `since` is ISO 8601."""
    with recording(db):
        db.execute("INSERT OR IGNORE INTO forgotten (site, since) VALUES (?, ?)", [site, since])


def remember_nothing(db: Database) -> None:
    """Take back that sites were forgotten, in a transaction."""
    with recording(db):
        db.execute("DELETE FROM forgotten")


def keep_forgotten(db: Database, old: Path) -> None:
    """What is forgotten is what this corpus has forgotten, where its database says so: no file that came in since."""
    if not old.is_file():
        return
    try:
        with closing(sqlite3.connect(old)) as former:
            sites = former.execute("SELECT site, since FROM forgotten").fetchall()
    except sqlite3.Error as error:
        log.warning("%s does not tell what is forgotten: %s", old, error)
        return
    with recording(db):
        named = [site for site, _ in sites]
        db.execute("DELETE FROM forgotten WHERE site NOT IN (SELECT value FROM json_each(?))", [json.dumps(named)])
        db.conn.executemany("INSERT OR IGNORE INTO forgotten (site, since) VALUES (?, ?)", sites)
