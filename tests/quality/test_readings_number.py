"""The reader's number goes up when readings change: the record beside this test holds what our pages gave under it.

After a change of readings that is meant: raise READING (for trafilatura its number in NUMBERS) where it was released
before, then write the record anew with `python -m tests.quality.test_readings_number`.
"""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

from pipelines.exceptions import ReadingFailed
from pipelines.extraction.extractors import extractor
from pipelines.extraction.reader import read
from pipelines.extraction.version import NUMBERS, READING
from pipelines.items.readings import Page
from tests.quality.test_pages import PAGES, read_page

RECORD = Path(__file__).with_name("readings.json")
LANGUAGES = sorted((Path(__file__).parent / "languages").glob("*.*"))


def test_readings_change_with_the_number_only() -> None:
    known = json.loads(RECORD.read_text())
    assert known == as_read(), "readings changed: see the head of this file"


def as_read() -> dict[str, int | str]:
    ours, stock = _digest(_readings()), _digest(_stock_readings())
    return {"reading": READING, "sha256": ours, "trafilatura": NUMBERS["trafilatura"], "trafilatura sha256": stock}


def _digest(readings: Iterator[str]) -> str:
    digest = hashlib.sha256()
    for reading in readings:
        digest.update(reading.encode() + b"\0")
    return digest.hexdigest()


def _readings() -> Iterator[str]:
    for path in PAGES:
        for style in ("corpus", "princeton"):
            yield repr(read_page(path, style))
    for path in LANGUAGES:
        page = Page(path.read_bytes(), "http://www.example.org/", "20200101000000", "text/plain; charset=utf-8")
        yield repr(read(page))


def _stock_readings() -> Iterator[str]:
    stock = extractor("trafilatura")
    for path in PAGES:
        page = Page(path.read_bytes(), "http://www.example.org/", "20200101000000", "text/html")
        try:
            yield repr(stock.read(page))
        except ReadingFailed as failure:
            yield repr(failure)


if __name__ == "__main__":
    RECORD.write_text(json.dumps(as_read(), indent=1) + "\n")
