"""How many CDX rows a second come from an answer into the ledger, kept as WARC on the way."""

import random
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from crawler.archives.cdx import parse_page
from pipelines.formats.surt import urlkey
from pipelines.items.captures import DocumentKey, HttpAnswer, Query, Target
from pipelines.store.database import open_corpus
from pipelines.store.ledger import Ledger
from pipelines.store.listings import Listings
from pipelines.warc.writer import WarcWriter

PAGE_ROWS = 15_000
URL = "https://www.site.example/privacy"


def rows_a_second(folder: Path, rows: int = 150_000) -> float:
    """Rows of one listing, page by page: taken apart, written to WARC and recorded."""
    answers = list(_answers(rows))
    with closing(open_corpus(folder)) as db, WarcWriter(folder / "warc", "bench") as warc:
        listings = Listings(db, "web.archive.org")
        Ledger(db, "web.archive.org").register([Target(URL, DocumentKey("site.example", "privacy policy"))], urlkey)
        listings.open_for_addresses("", "")
        start = time.monotonic()
        for answer in answers:
            page = parse_page(Query(URL), answer)
            warc.write_listing(page)
            listings.record(page)
        seconds = time.monotonic() - start
        recorded = db.execute("SELECT count(*) FROM capture").fetchone()[0]
    if recorded != rows:
        raise RuntimeError(f"{recorded} of {rows} rows are in the ledger")
    return rows / seconds


def _answers(rows: int) -> Iterator[HttpAnswer]:
    chance = random.Random(0)
    for first in range(0, rows, PAGE_ROWS):
        last = min(first + PAGE_ROWS, rows)
        lines = [_row(chance, number) for number in range(first, last)]
        resume = [] if last == rows else ["", f"example%2Csite%29%2Fprivacy+{last}"]
        body = "".join(f"{line}\n" for line in lines + resume).encode()
        yield HttpAnswer(
            "http://archive.example/cdx", 200, (("Content-Type", "text/plain"),), body, "2026-01-01T00:00:00Z"
        )


def _row(chance: random.Random, number: int) -> str:
    minute = number * 50
    moment = time.strftime("%Y%m%d%H%M%S", time.gmtime(1_000_000_000 + minute * 60))
    digest = "".join(chance.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", k=32))
    return f"example,site)/privacy {moment} {URL} text/html 200 {digest} {chance.randint(2000, 40000)}"
