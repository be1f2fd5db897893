"""The reader's number goes up when readings change: the record beside this test holds what our pages gave under it.

After a change of readings that is meant: raise READING where it was released before, then write the record anew with
`python -m tests.quality.test_readings_number`.
"""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

from pipelines.extraction.reader import read
from pipelines.extraction.version import READING
from pipelines.items import Page
from tests.quality.test_pages import PAGES, read_page

RECORD = Path(__file__).with_name("readings.json")
LANGUAGES = sorted((Path(__file__).parent / "languages").glob("*.*"))


def test_readings_change_with_the_number_only() -> None:
    known = json.loads(RECORD.read_text())
    assert known == as_read(), "readings changed: see the head of this file"


def as_read() -> dict[str, int | str]:
    digest = hashlib.sha256()
    for reading in _readings():
        digest.update(reading.encode() + b"\0")
    return {"reading": READING, "sha256": digest.hexdigest()}


def _readings() -> Iterator[str]:
    for path in PAGES:
        for style in ("corpus", "princeton"):
            yield repr(read_page(path, style))
    for path in LANGUAGES:
        page = Page(path.read_bytes(), "http://www.example.org/", "20200101000000", "text/plain; charset=utf-8")
        yield repr(read(page))


if __name__ == "__main__":
    RECORD.write_text(json.dumps(as_read(), indent=1) + "\n")
