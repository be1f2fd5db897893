"""A large corpus, and what its usual commands cost, beside 0.1.0: `python -m tests.bench.big_corpus [CAPTURES]`.

Rows are put into the tables as a crawl would leave them, less the WARC files. CPU seconds of each command, so that a
busy machine changes little.
"""

import hashlib
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from time import process_time

from sqlite_utils import Database

from pipelines.items.captures import key_digest
from pipelines.store.database import DATABASE
from tests.bench import table
from tests.bench.baseline import HERE, NoBaseline, Tree, baseline
from tests.bench.crawling import served
from tests.bench.exporting import WORDS, count_states_anew, text

A_DOCUMENT = 250  # captures
VERSIONS = 25  # of a document
_AT_ONCE = 20  # documents
_TABLES = {
    "document": "id, site, kind, variant, url",
    "address": "document_id, urlkey, url, evidence",
    "query": "archive, urlkey, url, match, filters, since, until, state, next_try, answered_at, whole_at",
    "capture": "id, archive, urlkey, timestamp, original, mimetype, statuscode, digest, length, state, reason, same_as"
    ", key_digest",
    "snapshot": "capture_id, requested, file, offset, length, payload_digest, content_type, digest_check, redirect_to, "
    "fetched_at",
    "text": "digest, body",
    "extraction": "capture_id, reader, text_digest, reading_key, title, language, words, verdict, reasons",
    "version": "document_id, number, first_timestamp, last_timestamp, held_timestamp, changed_after, changed_before, "
    "captures, captures_listed, capture_id, original, reader, reading_key, text_digest, title, language, words, "
    "verdict",
}
Row = tuple[object, ...]
# a corpus of either release, and the name of its reader: with another one all would be read again
_NEW = """
import sys
from pathlib import Path
from pipelines.store.database import open_corpus
try:
    from pipelines.extraction.version import reader_version
except ImportError:  # 0.1.0
    from pipelines.text.version import reader_version
open_corpus(Path(sys.argv[1])).close()
print(reader_version())
"""


def make(folder: Path, captures: int, tree: Tree = HERE) -> None:
    """A corpus of the release in `tree` with so many captures, one in ten of which begins a version; the others repeat
    its bytes."""
    reader = tree.run("-c", _NEW, str(folder)).strip()
    with closing(Database(sqlite3.connect(folder / DATABASE))) as db:
        with db.atomic():
            db.execute("INSERT INTO reader (reader) VALUES (?)", [reader])
        documents = iter(range(captures // A_DOCUMENT))
        while some := list(islice(documents, _AT_ONCE)):
            with db.atomic():
                for name, told in _TABLES.items():
                    columns = [one for one in told.split(", ") if one in {column.name for column in db[name].columns}]
                    rows = (row[: len(columns)] for document in some for row in _rows(name, document, reader))
                    names, marks = ", ".join(columns), ", ".join("?" * len(columns))
                    db.conn.executemany(f"INSERT INTO {name} ({names}) VALUES ({marks})", rows)  # noqa: S608
        if tree is HERE:
            with db.atomic():
                count_states_anew(db)


def _rows(name: str, document: int, reader: str) -> Iterator[Row]:
    site = f"site{document:06}.example"
    url, key = f"http://{site}/privacy", f"example,site{document:06})/privacy"
    if name == "document":
        yield document + 1, site, "privacy policy", "", url
    elif name == "address":
        yield document + 1, key, url, "given"
    elif name == "query":
        yield "web.archive.org", key, url, "exact", "[]", "", "", "done", None, _NOW, _NOW
    elif name == "capture":
        yield from (_capture(document, at, url, key) for at in range(A_DOCUMENT))
    else:
        for number in range(1, VERSIONS + 1):
            yield _of_version(name, document, number, url, reader)


_NOW = "2026-01-01T00:00:00Z"


def _capture(document: int, at: int, url: str, key: str) -> Row:
    place = document * A_DOCUMENT + at + 1
    first = place - at % (A_DOCUMENT // VERSIONS)
    digest = hashlib.sha256(str(first).encode()).hexdigest()[:32].upper()
    state = ("read", "", None) if place == first else ("duplicate", "", first)
    moment = _moment(at)
    found_by = key_digest(moment, url, digest, "200", "web.archive.org")  # 0.1.0 has no such column
    return place, "web.archive.org", key, moment, url, "text/html", "200", digest, "900", *state, found_by


def _moment(at: int) -> str:
    return f"{2000 + at // 12}{1 + at % 12:02}01120000"


def _of_version(name: str, document: int, number: int, url: str, reader: str) -> Row:
    step = A_DOCUMENT // VERSIONS
    first = (number - 1) * step
    place = document * A_DOCUMENT + first + 1
    moment, last = _moment(first), _moment(first + step - 1)
    body = text(document, number)
    digest = hashlib.sha256(body.encode()).hexdigest()
    if name == "snapshot":
        return place, moment, "x.warc.gz", place, 1, digest, "text/html", "", "", _NOW
    if name == "text":
        return digest, body
    if name == "extraction":
        return place, reader, digest, digest, "Privacy Policy", "en", WORDS, "policy", "[]"
    before = _moment(first - 1) if first else ""
    told = (document + 1, number, moment, last, moment, before, moment if before else "", step, step, place, url)
    return *told, reader, digest, digest, "Privacy Policy", "en", WORDS, "policy"


def captures_of_one_site(folder: Path) -> float:
    """CPU milliseconds of the view `captures` for a single site."""
    with closing(sqlite3.connect(folder / DATABASE)) as db:
        start = process_time()
        found = db.execute("SELECT * FROM captures WHERE site = ?", ["site000001.example"]).fetchall()
        took = process_time() - start
    if len(found) != A_DOCUMENT:
        raise RuntimeError(f"{len(found)} captures of a site that has {A_DOCUMENT}")
    return took * 1000


def main(captures: int) -> None:
    """Print what each command takes on a corpus of so many captures, with this release and with 0.1.0."""
    with tempfile.TemporaryDirectory(prefix="policy-corpus-bench-") as place:
        here = _measured(HERE, Path(place, "here"), captures)
        try:
            with baseline() as old:
                before = _measured(old, Path(place, "before"), captures)
        except NoBaseline as reason:
            print(f"a large corpus beside 0.1.0: left out, {reason}")
            before = {}
    for name, (took, aim) in here.items():
        was = before[name][0] if name in before else None
        print(f"  {name:<44} {took:>8.2f}" + ("" if was is None else f", 0.1.0 {was:.2f}"), flush=True)
        table.add(f"{captures:,} captures: {name}", took, was, aim)


def _measured(tree: Tree, folder: Path, captures: int) -> dict[str, tuple[float, str]]:
    """Each figure with what is aimed at for 1,000,000 captures."""
    corpus, empty = folder / "corpus", folder / "empty"
    make(corpus, captures, tree)
    make(empty, 0, tree)
    targets = folder / "targets.txt"
    targets.write_text("".join(f"http://site{number:06}.example/privacy\n" for number in range(captures // A_DOCUMENT)))
    nothing = run(tree, "status", empty)
    first = run(tree, "export", corpus)
    with served(folder / "empty") as base:
        crawl = ("policies", "-a", f"targets={targets}", "-s", f"WAYBACK_URL={base}")
        asked = [_crawled(tree, corpus, crawl) for _ in range(2)][-1]  # the first one has much to look at for once
    return {
        "status of an empty corpus, CPU s": (nothing, ""),
        "status, CPU s": (run(tree, "status", corpus), "1.3 times that of an empty one"),
        "the first export, CPU s": (first, ""),
        "export with nothing new, CPU s": (run(tree, "export", corpus), "1.2"),
        "a crawl that asks one request, CPU s": (asked, "2"),
        "captures of one site, CPU ms": (captures_of_one_site(corpus), "5"),
    }


def run(tree: Tree, command: str, corpus: Path, *arguments: str) -> float:
    """CPU seconds of a command, its children included, from its start to its end."""
    return tree.cpu_seconds("-m", "scrapy", command, *arguments, "-s", f"CORPUS_DIR={corpus}")


def _crawled(tree: Tree, corpus: Path, arguments: tuple[str, ...]) -> float:
    age_one_listing(corpus)
    return run(tree, "crawl", corpus, *arguments)


def age_one_listing(corpus: Path) -> None:
    """As if a day had gone by for one document, and for the others none."""
    now = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    with closing(sqlite3.connect(corpus / DATABASE)) as db, db:
        db.execute("UPDATE query SET answered_at = ?, whole_at = ?", [now, now])
        db.execute("UPDATE query SET answered_at = '2026-01-01T00:00:00Z' WHERE id = (SELECT min(id) FROM query)")


if __name__ == "__main__":
    main(int((sys.argv[1:] or ["100000"])[0]))
