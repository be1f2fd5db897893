# ruff: noqa: S608, E501
"""A crawled corpus to work on, and the tables of one by their natural keys."""

import os
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from scrapy.settings import Settings
from scrapy.utils.project import get_project_settings

from pipelines.store.database import open_corpus
from pipelines.store.file_book import Book
from pipelines.warc.identity import own_of
from pipelines.warc.writer import WarcWriter
from tests.launching import launched

ROOT = Path(__file__).parent.parent

_CAPTURE = "c.timestamp, c.original, c.digest, c.statuscode"
_DOCUMENT = "d.site, d.kind, d.variant"
TABLES = {
    "capture": f"SELECT {_CAPTURE}, c.archive, c.urlkey, c.mimetype, c.length, c.state, c.stage, c.reason, c.transient, "
    "c.attempts, c.met, t.timestamp, t.original, t.digest FROM capture AS c LEFT JOIN capture AS t ON t.id = c.same_as",
    "snapshot": f"SELECT {_CAPTURE}, requested, s.payload_digest, content_type, digest_check, redirect_to "
    "FROM snapshot AS s JOIN capture AS c ON c.id = capture_id",
    "extraction": f"SELECT {_CAPTURE}, reader, text_digest, reading_key, title, language, language_probability, charset, "
    "words, verdict, reasons, looks_like, stated_date, stated_in, second_reading, second_in_text, text_in_second, "
    "failure FROM extraction JOIN capture AS c ON c.id = capture_id",
    "text": "SELECT digest, body FROM text",
    "document": f"SELECT {_DOCUMENT}, url, discover, found, active, open FROM document AS d",
    "address": f"SELECT {_DOCUMENT}, urlkey, first_timestamp, last_timestamp, a.url, evidence "
    "FROM address AS a JOIN document AS d ON d.id = document_id",
    "evidence": "SELECT * FROM evidence",
    "version": f"SELECT {_DOCUMENT}, number, first_timestamp, last_timestamp, held_timestamp, changed_after, "
    "changed_before, captures, captures_listed, v.original, reader, reading_key, text_digest, title, language, words, "
    "verdict FROM version AS v JOIN document AS d ON d.id = document_id",
    "changes": "SELECT * FROM changes",
    # but for counts of pages and rows: a listing that a kill made a crawl ask for again is held twice
    "query": "SELECT archive, urlkey, url, match, filters, since, until, collapses, state, reason, asked_from FROM query",
}  # fmt: skip


def tables(folder: Path, *names: str) -> dict[str, list[tuple[object, ...]]]:
    """The rows of a corpus without ids and times of our own work, in order. All tables, where none are named."""
    with closing(sqlite3.connect(folder / "corpus.sqlite")) as db:
        chosen = {name: TABLES[name] for name in names or TABLES}
        return {name: sorted(db.execute(sql).fetchall(), key=repr) for name, sql in chosen.items()}


def texts(folder: Path) -> dict[str, bytes]:
    """All exported files, by path."""
    root = folder / "text"
    return {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


def settings_of(folder: Path, **settings: object) -> Settings:
    """The project's settings for a corpus."""
    given = {"CORPUS_DIR": str(folder), "READERS": 1} | settings
    found = get_project_settings()
    for name, value in given.items():
        found.set(name, value, priority="cmdline")
    return found


def crawl_sample(folder: Path, *options: str) -> None:
    """Crawl the sample archive, as a user does."""
    command = [sys.executable, "-m", "scrapy", "crawl-sample", "-s", f"CORPUS_DIR={folder}", "-s", "READERS=1"]
    launched([*command, *options], dict(os.environ), timeout=120).check_returncode()


def copied(corpus: Path, to: Path) -> Path:
    shutil.copytree(corpus, to, copy_function=_copy)
    return to


def _copy(source: str, to: str) -> None:
    """Where another test reads the corpus, what SQLite puts beside it comes and goes."""
    try:
        shutil.copy2(source, to)
    except FileNotFoundError:
        if not source.endswith(("-shm", "-wal")):
            raise


@contextmanager
def writing(folder: Path, run: str) -> Iterator[WarcWriter]:
    """Write WARC files of the corpus's own."""
    with closing(open_corpus(folder)) as db:
        own_of(db, folder / "warc")
        with WarcWriter(folder / "warc", run, book=Book(db)) as writer:
            yield writer


def unmarked(corpus: Path) -> Path:
    """A copy of the crawled sample as one's own corpus, which can be crawled again from any archive on loopback."""
    with closing(sqlite3.connect(corpus / "corpus.sqlite")) as db, db:
        db.execute("UPDATE identity SET sample = 0")
    return corpus
