"""Run by `reading_speed` with the code of this release and of 0.1.0: how many pages are read, in how many CPU seconds.

python tests/bench/reading_alone.py FOLDER html|pdf|stock|second: the last asks the second reader of each version.
"""

import gc
import importlib
import json
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

from warcio.archiveiterator import ArchiveIterator

WARM_UP = b"<p>We collect personal information as this policy says, and disclose none of it to third parties.</p>" * 4
Row = tuple[bytes, str, str, str]  # body, address, timestamp, Content-Type


def pages(folder: Path, *, pdf: bool) -> list[Row]:
    """The pages of the WARC files in a folder, in their order."""
    found = []
    for path in sorted([*folder.glob("*.warc"), *folder.glob("*.warc.gz")]):
        with path.open("rb") as file:
            for record in ArchiveIterator(file):
                if record.rec_type != "response":
                    continue
                body = record.content_stream().read()
                if body.startswith(b"%PDF") == pdf:
                    date = "".join(filter(str.isdigit, record.rec_headers.get_header("WARC-Date")))[:14]
                    kind = record.http_headers.get_header("Content-Type") or ""
                    found.append((body, record.rec_headers.get_header("WARC-Target-URI"), date, kind))
    return found


def ours() -> Callable[[Row], object]:
    """The reader of the release whose code this runs with, as a reading process has it: with its memory."""
    words = _first("pipelines.items.readings", "crawler.items")
    reader = _first("pipelines.extraction.reader", "pipelines.text.reader").Reader("corpus")
    reader.read(words.Page(WARM_UP, "http://localhost/", "20000101000000"))
    pool = _first("pipelines.executors.reading_process", "pipelines.text.worker")
    if collected := getattr(pool, "COLLECTED", None):
        gc.freeze()
        gc.set_threshold(*collected)
    return lambda row: reader.read(words.Page(*row))


def _first(*names: str) -> Any:
    for name in names:
        try:
            return importlib.import_module(name)
        except ModuleNotFoundError:
            continue
    raise ModuleNotFoundError(" or ".join(names))


def stock() -> Callable[[Row], object]:
    """trafilatura as it is published, with the options that its own comparison gives for Markdown with links."""
    trafilatura = importlib.import_module("trafilatura")
    trafilatura.extract(WARM_UP)
    return lambda row: trafilatura.extract(row[0], url=row[1], output_format="markdown", include_links=True)


def second(rows: list[Row]) -> tuple[list[Row], Callable[[Row], object]]:
    """The pages whose text the versions show, each address a document; and the second reader, asked of one of them."""
    from pipelines.extraction.second_reader import compared
    from pipelines.items.readings import Page, Reading
    from pipelines.store.versions import DatedReading, derive_versions

    read = ours()
    readings: dict[int, Reading] = {}
    for number, row in enumerate(rows):
        with suppress(Exception):
            readings[number] = cast("Reading", read(row))
    of_address: dict[str, list[DatedReading]] = {}
    for number, one in sorted(readings.items(), key=lambda item: rows[item[0]][2]):
        _, address, timestamp, _ = rows[number]
        text = (one.body, one.reading_key, one.title, one.language, one.words, one.verdict)
        of_address.setdefault(address, []).append(DatedReading(timestamp, address, number, True, *text))
    shown = {rows[v.shown.capture_id]: v.shown for dated in of_address.values() for v in derive_versions(dated, [])}
    compared(Page(WARM_UP, "http://localhost/", "20000101000000"), "", "")
    return list(shown), lambda row: compared(Page(*row), shown[row].title, shown[row].text_digest)


def main(folder: str, what: str) -> None:
    rows = pages(Path(folder), pdf=what == "pdf")
    if what == "second":
        rows, read = second(rows)
    else:
        read = stock() if what == "stock" else ours()
    start = time.process_time()
    for row in rows:
        try:
            read(row)
        except Exception:
            continue
    print(json.dumps({"pages": len(rows), "seconds": time.process_time() - start}))


if __name__ == "__main__":
    main(*sys.argv[1:])
