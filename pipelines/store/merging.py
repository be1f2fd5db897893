"""What another corpus's database holds, taken over into this one: readings of the same bytes."""

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from sqlite_utils import Database

from pipelines.exceptions import RecordingFailed
from pipelines.store.database import recording

# the columns, too: what another corpus says of its keys is not trusted
_SAME = """new.key_digest = old.key_digest AND new.archive = old.archive AND new.timestamp = old.timestamp
    AND new.original = old.original AND new.digest = old.digest AND new.statuscode = old.statuscode"""
_TAKEN = f"""FROM other.extraction JOIN other.capture AS old ON old.id = extraction.capture_id
JOIN other.snapshot AS held ON held.capture_id = old.id
JOIN main.capture AS new ON {_SAME}
JOIN main.snapshot AS place ON place.capture_id = new.id AND place.payload_digest = held.payload_digest"""
_READ = (
    "reader, text_digest, reading_key, title, language, language_probability, charset, words, verdict, reasons, "
    "looks_like, stated_date, stated_in, second_reading, second_in_text, text_in_second, failure"
)
_FORGED = "SELECT digest FROM other.text WHERE sha256_of(body) <> digest"


class Taken(NamedTuple):
    """How many readings were taken over, and how many texts were not, as they are not what their digests say."""

    readings: int
    forged: int


def take_readings(db: Database, other: Path) -> Taken:
    """Take over what the database at `other` holds of readings of the same bytes, by any reader. Raises
    RecordingFailed."""
    try:
        with _beside(db, other):
            (forged,) = db.execute(f"SELECT count(*) FROM ({_FORGED})").fetchone()  # noqa: S608
            with recording(db):
                return Taken(_take(db), forged)
    except sqlite3.Error as error:
        raise RecordingFailed(f"The readings of {other} cannot be taken over: {error}.") from error


@contextmanager
def _beside(db: Database, other: Path) -> Iterator[None]:
    db.execute("ATTACH DATABASE ? AS other", [str(other)])
    db.conn.create_function("sha256_of", 1, _sha256_of, deterministic=True)
    yield
    db.execute("DETACH DATABASE other")


def _take(db: Database) -> int:
    db.execute("INSERT OR IGNORE INTO reader (reader) SELECT reader FROM other.reader ORDER BY id")
    db.execute(
        "INSERT OR IGNORE INTO text (digest, body) SELECT text.digest, body FROM other.text "  # noqa: S608
        f"WHERE sha256_of(text.body) = text.digest AND text.digest IN (SELECT text_digest {_TAKEN})"
    )
    return db.execute(
        f"INSERT OR IGNORE INTO extraction (capture_id, {_READ}) SELECT new.id, {_READ} {_TAKEN} "
        f"WHERE text_digest IS NULL OR text_digest NOT IN ({_FORGED})"
    ).rowcount


def _sha256_of(body: object) -> str:
    return hashlib.sha256(body.encode("utf-8", "surrogatepass")).hexdigest() if isinstance(body, str) else ""
