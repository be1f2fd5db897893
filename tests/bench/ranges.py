"""Captures a CPU second of a crawl that has its records by Range, in Common Crawl's dialect, beside one that has them
replayed: the same small pages, from archives on loopback, each crawl measured with its readers."""

import resource
import sys
import tempfile
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from tests.bench.crawling import crawl, served
from tests.bench.holdings import addresses

CAPTURES = 10_000
A_DOCUMENT = 100
LEAST = 0.6
ROUNDS = 2
_PAGE = (
    "<html><head><title>Privacy Policy</title></head><body><h1>Privacy Policy</h1><p>This policy tells which personal "
    "data we collect, and with whom we share it. It is of month {month}.</p><p>We collect your name and address when "
    "you order, and use cookies to count visits. You may ask us which information we hold about you.</p></body></html>"
)


def generate(folder: Path, captures: int = CAPTURES) -> None:
    """One capture a month of each document, all of them different."""
    with (folder / "pages.warc.gz").open("wb") as file:
        writer = WARCWriter(file, gzip=True)
        for number in range(captures):
            site, month = divmod(number, A_DOCUMENT)
            body = _PAGE.format(month=f"{month} {site}").encode()
            head = StatusAndHeaders("200 OK", [("Content-Type", "text/html; charset=utf-8")], protocol="HTTP/1.1")
            date = f"{2008 + month // 12}-{month % 12 + 1:02}-01T12:00:00Z"
            record = writer.create_warc_record(
                f"https://site{site}.example/privacy", "response", BytesIO(body), len(body), http_headers=head,
                warc_headers_dict={"WARC-Date": date},
            )  # fmt: skip
            writer.write_record(record)


def cpu_seconds(base: str, targets: Path, corpus: Path, further: Mapping[str, object]) -> float:
    """What a crawl and all its processes used."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    crawl(base, targets, corpus, 1, further)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime)


def ratio(captures: int = CAPTURES, rounds: int = ROUNDS) -> float:
    """Of the captures a CPU second by Range and by replay, measured in turns; the best round counts."""
    with tempfile.TemporaryDirectory(prefix="policy-corpus-ranges-") as name:
        folder = Path(name)
        (folder / "held").mkdir()
        generate(folder / "held", captures)
        targets, entry = folder / "targets.txt", folder / "ranges.toml"
        targets.write_text("".join(f"{url}\n" for url in addresses(folder / "held")))
        held = folder / "held"
        with served(held) as plain, served(held, trouble=("--dialect", "commoncrawl")) as ranges:
            told = (
                f'name = "ranges"\naddress = "{ranges}"\ndialect = "commoncrawl"\nraw = "range"\nreplay = "{ranges}"\n'
            )
            entry.write_text(told)
            return max(
                cpu_seconds(plain, targets, folder / f"plain{number}", {})
                / cpu_seconds(plain, targets, folder / f"ranges{number}", {"ARCHIVES": entry})
                for number in range(rounds)
            )


def main(captures: int = CAPTURES, rounds: int = ROUNDS) -> bool:
    found = ratio(captures, rounds)
    print(f"captures a CPU second by Range, beside replays {found:>5.2f} (at least {LEAST})", flush=True)
    return found >= LEAST


if __name__ == "__main__":
    sys.exit(not main(*map(int, sys.argv[1:])))
