"""Views of corpora for exporters, a corpus of odd titles and long texts, and what is expected of it."""

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from pipelines.export.base import Order, Report, export_to
from pipelines.export.selection import CorpusView, selection_of, viewing
from pipelines.items.captures import DocumentKey
from pipelines.items.readings import Reading, Verdict
from tests.desk import Desk, row

PUBLIC = "https://web.archive.org"

TITLES = (
    "=HYPERLINK(0)",
    'He said "no", she said\n"yes",\r\nand a tab\there',
    "| a | b |",
    "---\nconfigs: {}\n---",
    "</script><img src=x>",
    "Ünïcödé \U0001f600 \u202e\u0007 العربية",
    "",
    "null",
    "NA",
    "1e5",
)
SITES = (
    ("http://test.de/a", DocumentKey("test.de", "privacy policy")),
    ("http://dev.to/a", DocumentKey("dev.to", "terms of service", "b")),
)


@contextmanager
def seen(folder: Path, **options: Any) -> Iterator[CorpusView]:
    with viewing(folder, selection_of(options), PUBLIC) as corpus:
        yield corpus


def exported(corpus: Path, name: str, to: Path, *, order: dict[str, Any] | None = None, **options: Any) -> Report:
    """Export the selected part of a corpus in a format."""
    with seen(corpus, **options) as view:
        return export_to(view, name, Order(to, **(order or {})))


def hostile(folder: Path) -> Path:
    """A corpus with titles of all kinds, and a text of a megabyte, of two sites."""
    desk = Desk(folder, *SITES)
    for at, title in enumerate(TITLES):
        add(desk, at % 2, str(2004 + at), f"Text {at} of it.\n\n* one\n* \"two\", 'three'\n", title)
    add(desk, 0, "2020", "We keep it.\n" * 90_000, "Long")
    desk.corpus.derive_waiting()
    desk.close()
    return folder


def also(corpus: Path, site: int, year: str, text: str = "") -> None:
    """One more version in a corpus that is there already."""
    desk = Desk(corpus, *SITES)
    desk.begin_at(1_000_000 + int(year) * 1000)  # behind what lies in its WARC file
    add(desk, site, year, text or f"Of {year}.\n")
    desk.corpus.derive_waiting()
    desk.close()


def add(desk: Desk, site: int, year: str, text: str, title: str = "Title") -> None:
    """One more version of one of the SITES."""
    url, _ = SITES[site]
    capture = row(year, text, original=url)
    desk.listed(capture, url=url)
    desk.plan()
    digest = hashlib.sha256(text.encode()).hexdigest()
    reasons = ("it says so", 'and "so"')
    desk.read(capture, Reading(title, text, "en", 0.9, "utf-8", 12, digest, Verdict.POLICY, reasons))


def versions(folder: Path) -> list[list[Any]]:
    """What the view `versions` has of each: document, number, time held, title, and a digest of the text."""
    with closing(sqlite3.connect(folder / "corpus.sqlite")) as db:
        found = db.execute("SELECT site, kind, variant, number, held_timestamp, title, text FROM versions")
        return sorted([*key, hashlib.sha256(text.encode()).hexdigest()] for *key, text in found)


def files(folder: Path) -> dict[str, bytes]:
    """All files of an export, by path."""
    found = (path for path in sorted(folder.rglob("*")) if path.is_file() and ".git" not in path.parts)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}
