"""Run by `reading_speed` with the code of this release and of 0.1.0: how many pages are read, in how many CPU seconds.

python tests/bench/reading_alone.py FOLDER html|pdf|stock
"""

import gc
import importlib
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

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
    words = _first("pipelines.items", "crawler.items")
    reader = _first("pipelines.extraction.reader", "pipelines.text.reader").Reader("corpus")
    reader.read(words.Page(WARM_UP, "http://localhost/", "20000101000000"))
    pool = _first("pipelines.executors.process_pool", "pipelines.text.worker")
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


def main(folder: str, what: str) -> None:
    rows = pages(Path(folder), pdf=what == "pdf")
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
