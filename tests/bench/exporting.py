# ruff: noqa: E501
"""Exports and sites of invented versions by the hundred thousand: rates, sizes and the memory of each.

    python -m tests.bench.exporting [VERSIONS [FORMAT ...]]
    python -m tests.bench.exporting CORPUS_DIR    all formats, of what is there

Rows are put into the tables as a crawl would leave them, less the WARC files.
"""

import hashlib
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sqlite_utils import Database

from pipelines.export.base import FORMATS as EVERY
from pipelines.export.base import Order, export_to
from pipelines.export.selection import Selection, viewing
from pipelines.export.site.contents import publish
from pipelines.export.site.names import SiteSettings
from pipelines.items.captures import CaptureKey
from pipelines.store.database import open_corpus

SITE = "site"
FORMATS = ("parquet", "jsonl", "csv", "git", SITE)
A_DOCUMENT = 25  # versions
WORDS = 330  # of a text, some 2 KB
_VOCABULARY = [f"{first}{second}" for first in ("pri", "da", "con", "ser", "us", "per") for second in
               ("vacy", "ta", "sent", "vice", "er", "son", "tract", "mit", "ting", "al", "cookie", "law")]  # fmt: skip


@dataclass(frozen=True)
class Measured:
    """Seconds of an export, of a second one that finds nothing new, the most memory in MB, and bytes written."""

    name: str
    seconds: float
    again: float
    memory: float
    size: int

    def __str__(self) -> str:
        return (
            f"{self.name:<8} {self.seconds:>6.1f} s, again {self.again:>5.1f} s, {self.memory:>5.0f} MB of memory, "
            f"{self.size / 1e6:>6.1f} MB written"
        )


def make(folder: Path, versions: int) -> None:
    """A corpus of invented versions."""
    with closing(open_corpus(folder)) as db, db.atomic():
        db.execute("INSERT INTO reader (reader) VALUES ('r1')")
        for document in range(versions // A_DOCUMENT):
            site = f"site{document:05}.example"
            db.execute(
                "INSERT INTO document (id, site, kind, variant, url) VALUES (?, ?, 'privacy policy', '', ?)",
                [document + 1, site, f"http://{site}/privacy"],
            )
            address = [document + 1, f"example,site{document:05})/privacy", f"http://{site}/privacy"]
            db.execute("INSERT INTO address (document_id, urlkey, url, evidence) VALUES (?, ?, ?, 'given')", address)
            for number in range(1, A_DOCUMENT + 1):
                _add(db.conn, document, number, site)
        count_states_anew(db)


def _add(db, document: int, number: int, site: str) -> None:  # type: ignore[no-untyped-def]
    place = document * A_DOCUMENT + number
    body = text(document, number)
    digest = hashlib.sha256(body.encode()).hexdigest()
    time = f"{1999 + number}0{1 + document % 9}0{1 + place % 9}120000"
    url, key = f"http://{site}/privacy", f"example,site{document:05})/privacy"
    db.execute(
        "INSERT INTO capture (id, key_digest, archive, timestamp, original, digest, statuscode, urlkey, mimetype, length, "
        "state, reason) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'text/html', '900', 'read', '')",
        [place, *CaptureKey(time, url, digest[:32], "200").columns, key],
    )
    db.execute(
        "INSERT INTO snapshot VALUES (?, ?, 'x.warc.gz', ?, 1, ?, '', '', '', '', '')", [place, time, place, digest]
    )
    db.execute("INSERT INTO text (digest, body) VALUES (?, ?)", [digest, body])
    db.execute(
        "INSERT INTO extraction (capture_id, reader, text_digest, reading_key, title, language, words, verdict, reasons) "
        "VALUES (?, 'r1', ?, ?, 'Privacy Policy', 'en', ?, 'policy', '[]')",
        [place, digest, digest, WORDS],
    )
    db.execute(
        "INSERT INTO version VALUES (?, ?, ?, ?, ?, '', '', 1, 1, ?, ?, 'r1', ?, ?, 'Privacy Policy', 'en', ?, 'policy')",
        [document + 1, number, time, time, time, place, url, digest, digest, WORDS],
    )


def text(document: int, number: int) -> str:
    """A text of which one paragraph in ten differs from that of the version before."""
    return "\n\n".join(_paragraphs(document, number)) + "\n"


def _paragraphs(document: int, number: int) -> Iterator[str]:
    for at in range(10):
        changed = number - (number - at) % 10 if number >= at else 0
        words = random.Random(f"{document} {at} {changed}")
        yield " ".join(words.choices(_VOCABULARY, k=WORDS // 10))


def measure(corpus: Path, name: str, to: Path) -> Measured:
    """Export in a process of its own, twice, or publish a site. The second time nothing is new, and nothing written."""
    command = [sys.executable, "-m", "tests.bench.exporting", "--one", str(corpus), name, str(to)]
    first = subprocess.run(command, check=True, capture_output=True, text=True, timeout=7200).stdout.split()
    before = _written(to)
    again = subprocess.run(command, check=True, capture_output=True, text=True, timeout=7200).stdout.split()
    assert _written(to) == before, "files were written though nothing is new"
    size = sum(path.stat().st_size for path in to.rglob("*") if path.is_file())
    return Measured(name, float(first[0]), float(again[0]), max(float(first[1]), float(first[2])), size)


def _written(folder: Path) -> dict[Path, int]:
    """When each file of an export was written; git keeps notes of its own."""
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file() and ".git" not in path.parts}


def _one(corpus: Path, name: str, to: Path) -> None:
    """Print the seconds of an export and the most memory of this process and of what it started, in MB."""
    import resource

    start = time.monotonic()
    if name == SITE:
        publish(corpus, to, SiteSettings(), lambda *_: None)
    else:
        with viewing(corpus, Selection(), "https://web.archive.org") as view:
            export_to(view, name, Order(to))
    own, others = (resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    print(time.monotonic() - start, own, others)


def held(corpus: Path) -> list[Measured]:
    """Print what each format takes for a corpus that is there, whether a second one elsewhere has the same bytes."""
    found = []
    with tempfile.TemporaryDirectory(prefix="policy-corpus-bench-") as place:
        for name in (*sorted(EVERY), SITE):
            found.append(measure(corpus, name, Path(place, name)))
            _one_more(corpus, name, Path(place, name), Path(place, f"{name}-again"))
            print(f"  {found[-1]}", flush=True)
    return found


def _one_more(corpus: Path, name: str, one: Path, other: Path) -> None:
    command = [sys.executable, "-m", "tests.bench.exporting", "--one", str(corpus), name, str(other)]
    subprocess.run(command, check=True, capture_output=True, timeout=7200)
    for path in _written(one):
        assert path.read_bytes() == (other / path.relative_to(one)).read_bytes(), f"{path.name} has other bytes"
    shutil.rmtree(other)


def count_states_anew(db: Database) -> None:
    """Count the captures in each state, where many were inserted at once."""
    db.execute("DELETE FROM state_count")
    db.execute(
        "INSERT INTO state_count SELECT state, count(*) FROM capture WHERE state <> 'passed over' GROUP BY state"
    )


def main(versions: int, formats: tuple[str, ...] = FORMATS) -> list[Measured]:
    """Print what each format takes for so many versions."""
    found = []
    with tempfile.TemporaryDirectory(prefix="policy-corpus-bench-") as place:
        make(Path(place, "corpus"), versions)
        for name in formats:
            found.append(measure(Path(place, "corpus"), name, Path(place, name)))
            shutil.rmtree(Path(place, name))
            print(f"  {found[-1]}, {versions / found[-1].seconds:,.0f} versions a second", flush=True)
    return found


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        _one(Path(sys.argv[2]), sys.argv[3], Path(sys.argv[4]))
    elif Path((sys.argv[1:] or [""])[0], "corpus.sqlite").is_file():
        held(Path(sys.argv[1]))
    else:
        main(int((sys.argv[1:] or ["100000"])[0]), tuple(sys.argv[2:]) or FORMATS)
