"""A large corpus, and what its usual commands cost: `python -m tests.bench.big_corpus [CAPTURES]`.

Rows are put into the tables as a crawl would leave them, less the WARC files. CPU seconds of each command, so that a
busy machine changes little.
"""

import hashlib
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path
from time import process_time

from pipelines.store.database import open_corpus, open_for_reading
from tests.bench.exporting import WORDS, count_states_anew, text

ROOT = Path(__file__).parent.parent.parent
A_DOCUMENT = 250  # captures
VERSIONS = 25  # of a document
_AT_ONCE = 20  # documents
_TABLES = {
    "document": "id, site, kind, variant, url",
    "address": "document_id, urlkey, url, evidence",
    "query": "archive, urlkey, url, match, filters, since, until, state, next_try, answered_at, whole_at",
    "capture": "id, archive, urlkey, timestamp, original, mimetype, statuscode, digest, length, state, reason, same_as",
    "snapshot": "capture_id, requested, file, offset, length, payload_digest, content_type, digest_check, redirect_to, "
    "fetched_at",
    "text": "digest, body",
    "extraction": "capture_id, reader, text_digest, reading_key, title, language, words, verdict, reasons",
    "version": "document_id, number, first_timestamp, last_timestamp, held_timestamp, changed_after, changed_before, "
    "captures, captures_listed, capture_id, original, reader, reading_key, text_digest, title, language, words, "
    "verdict",
}
Row = tuple[object, ...]


def make(folder: Path, captures: int, reader: str = "r1") -> None:
    """A corpus of so many captures, one in ten of which begins a version; the others are passed over."""
    with closing(open_corpus(folder)) as db:
        with db.atomic():
            db.execute("INSERT INTO reader (reader) VALUES (?)", [reader])
        documents = iter(range(captures // A_DOCUMENT))
        while some := list(islice(documents, _AT_ONCE)):
            with db.atomic():
                for table, columns in _TABLES.items():
                    rows = (row for document in some for row in _rows(table, document, reader))
                    marks = ", ".join("?" * len(columns.split(",")))
                    db.conn.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", rows)  # noqa: S608
        with db.atomic():
            count_states_anew(db)


def _rows(table: str, document: int, reader: str) -> Iterator[Row]:
    site = f"site{document:06}.example"
    url, key = f"http://{site}/privacy", f"example,site{document:06})/privacy"
    if table == "document":
        yield document + 1, site, "privacy policy", "", url
    elif table == "address":
        yield document + 1, key, url, "given"
    elif table == "query":
        yield "web.archive.org", key, url, "exact", "[]", "", "", "done", None, _NOW, _NOW
    elif table == "capture":
        yield from (_capture(document, at, url, key) for at in range(A_DOCUMENT))
    else:
        for number in range(1, VERSIONS + 1):
            yield _of_version(table, document, number, url, reader)


_NOW = "2026-01-01T00:00:00Z"


def _capture(document: int, at: int, url: str, key: str) -> Row:
    held = at % (A_DOCUMENT // VERSIONS) == 0
    place = document * A_DOCUMENT + at + 1
    digest = hashlib.sha256(str(place).encode()).hexdigest()[:32].upper()
    state = ("read", "") if held else ("passed over", "between equal captures")
    return place, "web.archive.org", key, _moment(at), url, "text/html", "200", digest, "900", *state, None


def _moment(at: int) -> str:
    return f"{2000 + at // 12}{1 + at % 12:02}01120000"


def _of_version(table: str, document: int, number: int, url: str, reader: str) -> Row:
    step = A_DOCUMENT // VERSIONS
    first = (number - 1) * step
    place = document * A_DOCUMENT + first + 1
    moment, last = _moment(first), _moment(first + step - 1)
    body = text(document, number)
    digest = hashlib.sha256(body.encode()).hexdigest()
    if table == "snapshot":
        return place, moment, "x.warc.gz", place, 1, digest, "text/html", "", "", _NOW
    if table == "text":
        return digest, body
    if table == "extraction":
        return place, reader, digest, digest, "Privacy Policy", "en", WORDS, "policy", "[]"
    before = _moment(first - 1) if first else ""
    told = (document + 1, number, moment, last, moment, before, moment if before else "", step, step, place, url)
    return *told, reader, digest, digest, "Privacy Policy", "en", WORDS, "policy"


def cpu_seconds(*command: str) -> float:
    """CPU seconds of a command, its children included, from its start to its end."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, "-m", "scrapy", *command], check=False, cwd=ROOT, capture_output=True, text=True,
        timeout=3600, env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
    )  # fmt: skip
    if done.returncode not in (0, 1):
        raise RuntimeError(f"{command[0]} ended with {done.returncode}: {done.stderr[-2000:]}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def captures_of_one_site(folder: Path) -> float:
    """CPU milliseconds of the view `captures` for a single site."""
    with closing(open_for_reading(folder)) as db:
        start = process_time()
        found = db.execute("SELECT * FROM captures WHERE site = ?", ["site000001.example"]).fetchall()
        took = process_time() - start
    if len(found) != A_DOCUMENT:
        raise RuntimeError(f"{len(found)} captures of a site that has {A_DOCUMENT}")
    return took * 1000


def main(captures: int) -> None:
    """Print what each command takes on a corpus of so many captures."""
    with tempfile.TemporaryDirectory(prefix="policy-corpus-bench-") as place:
        folder, empty = Path(place, "corpus"), Path(place, "empty")
        make(folder, captures)
        make(empty, 0)
        corpus, none = ("-s", f"CORPUS_DIR={folder}"), ("-s", f"CORPUS_DIR={empty}")
        figures: tuple[tuple[str, Callable[[], float]], ...] = (
            ("status of an empty corpus, CPU s", lambda: cpu_seconds("status", *none)),
            ("status, CPU s", lambda: cpu_seconds("status", *corpus)),
            ("the first export, CPU s", lambda: cpu_seconds("export", *corpus)),
            ("export with nothing new, CPU s", lambda: cpu_seconds("export", *corpus)),
            ("captures of one site, CPU ms", lambda: captures_of_one_site(folder)),
        )
        for name, measure in figures:
            print(f"  {name:<34} {measure():>8.2f}", flush=True)


if __name__ == "__main__":
    main(int((sys.argv[1:] or ["100000"])[0]))
